"""Find the pairs of documents that are worth comparing: those that share what few others of their days have."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.duplicates.ragged import LOW, Ints, Pairs, ranges, runs, slices
from pipeline.events.columns import NO_DAY, Corpus, Shared

# Pairs looked at in one go, a pair as often as it shares a value: bounds the memory.
_AT_ONCE = 4_000_000


def pairs(
    corpus: Corpus, slots: Sequence[Shared], max_days: int, max_documents: int, min_common: int
) -> Iterator[Pairs]:
    """Pair the documents that share `min_common` rare values of any slot: the earlier, the later; a share at a time.

    Documents whose days are too far apart are never paired. A value is rare where `max_documents` have it
    at most, or so many of those of the same day and the days that follow: a name that is in the news every
    week still leads from one report of a day to the other, but a document without a day it leads nowhere.
    """
    size = len(corpus.docs)
    last = np.searchsorted(corpus.days, corpus.days + max_days, "right")
    last[corpus.days == NO_DAY] = size
    first = np.searchsorted(corpus.days, corpus.days)
    partners = [_partners(corpus, some, first, last, max_documents) for some in slots]
    counts = np.zeros(size, np.int64)
    for some, each in zip(slots, partners, strict=True):
        counts += np.bincount(some.owners, weights=each, minlength=size).astype(np.int64)
    for start, stop in slices(counts, _AT_ONCE):
        chunks = [_of_documents(some, each, start, stop) for some, each in zip(slots, partners, strict=True)]
        packed = np.concatenate(chunks)
        packed.sort()
        begins, common = runs(packed)
        packed = packed[begins[common >= min_common]]
        if len(packed):
            yield packed >> 32, packed & LOW


def _partners(corpus: Corpus, some: Shared, first: Ints, last: Ints, most: int) -> NDArray[np.int32]:
    """Say of each mention with how many of those behind it, in the row of its value, its document is paired."""
    value = np.repeat(np.arange(len(some.rarity), dtype=np.int64), np.diff(some.starts)) << 32
    row = value | some.owners
    ends = np.searchsorted(row, value | last[some.owners])
    begins = np.searchsorted(row, value | first[some.owners])
    del row, value
    rare = np.diff(some.starts) <= most
    dated = corpus.days[some.owners] != NO_DAY
    paired = np.repeat(rare, np.diff(some.starts)) | (dated & (ends - begins <= most))
    return np.where(paired, ends - np.arange(len(ends)) - 1, 0).astype(np.int32)


def _of_documents(some: Shared, partners: NDArray[np.int32], start: int, stop: int) -> Ints:
    """Pair some documents with their partners: packed, a pair as often as it shares a value."""
    offsets = some.sets.offsets
    places = some.places[offsets[start] : offsets[stop]].astype(np.int64)
    counts = partners[places].astype(np.int64)
    left = np.repeat(some.owners[places].astype(np.int64), counts)
    packed: Ints = left << 32 | some.owners[ranges(places + 1, counts)]
    return packed
