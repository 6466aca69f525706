"""Mentions as columns of numbers: documents in the order of their days, and who shares which name, figure or words."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.duplicates.facts import spelling
from pipeline.duplicates.ragged import Ints, Lists, offsets_of, ranges, runs

# Called once for each kind of mention, so that only one of them is in memory at a time.
Batches = Callable[[], Iterable[pa.RecordBatch]]

# The day of a document that gives none.
NO_DAY = 0
# Rarity is counted in these, in whole numbers: sums are exact, and the same in any order.
UNIT = 1024
# Odd constants (splitmix64), to mix hashes with.
_BASE, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
_DAY_CHARS = 10
# One spelling for all that sound alike; what is no name is compared as it stands.
_KEYS: dict[str, Callable[[str], str]] = {"name": spelling}


class Corpus(NamedTuple):
    """The documents that mention anything, the earliest first (those without a day before all), then by path."""

    docs: pa.Array
    days: Ints  # from the year 1; NO_DAY where none is known
    numbers: list[Ints]  # of each batch: the numbers of its documents, as they come
    rows: Counter[str]  # mentions, by slot


class Shared(NamedTuple):
    """What of one slot stands in two documents or more: by value, and by document."""

    owners: NDArray[np.int32]  # documents of each value, ascending, value after value
    starts: Ints  # where each value's documents begin, and where the last one's end
    sets: Lists  # values of each document
    places: NDArray[np.int32]  # ... and where in `owners` each of them is
    rarity: Ints  # of each value: UNIT where one document had it, 0 where all had
    totals: Ints  # rarity of all that each document mentions, what it alone has included


def lay_out(batches: Batches) -> Corpus:
    """Number the documents of a table of mentions (MENTIONS)."""
    seen, dated, rows = [pa.array([], pa.string())], [], Counter[str]()
    for batch in batches():
        seen.append(batch["doc"].dictionary_encode().dictionary)
        dated.append(batch.filter(pc.equal(batch["slot"], "published")).select(["doc", "name"]))
        rows.update({each["values"]: each["counts"] for each in pc.value_counts(batch["slot"]).to_pylist()})
    docs = pa.chunked_array(seen).combine_chunks().dictionary_encode()
    days = np.full(len(docs.dictionary), NO_DAY)
    for batch in dated:
        at = pc.index_in(batch["doc"], value_set=docs.dictionary).to_numpy()
        np.maximum.at(days, at, _days(batch["name"]))
    table = pa.table({"day": days, "doc": docs.dictionary})
    order = pc.sort_indices(table, [("day", "ascending"), ("doc", "ascending")]).to_numpy()
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    ends = np.cumsum([len(each) for each in seen])
    numbers = np.split(number[docs.indices.to_numpy()], ends[:-1])[1:]
    return Corpus(docs.dictionary.take(pa.array(order)), days[order], numbers, rows)


def _days(values: pa.Array) -> Ints:
    encoded = values.dictionary_encode()
    days = np.array([_day(value) for value in encoded.dictionary.to_pylist()], np.int64)
    found: Ints = days[encoded.indices.to_numpy()]
    return found


def _day(value: str) -> int:
    """Count the days of a date from the year 1; NO_DAY where it names no day."""
    try:
        return date.fromisoformat(value[:_DAY_CHARS]).toordinal()
    except ValueError:
        return NO_DAY


def shared(corpus: Corpus, batches: Batches, slot: str, least: int) -> Shared:
    """Gather what documents of a corpus share of one slot; a corpus counts as one of `least` documents at least.

    A value and a document are packed in 64 bits, the value as a hash of those that the document's number
    leaves (44 of a million documents: among 20 million values some ten pairs fall together). What only one
    document has is dropped as soon as it is counted.
    """
    size = len(corpus.docs)
    bits = np.uint64(size.bit_length())
    packed = _packed(corpus, batches, slot, bits)
    packed.sort()
    packed = packed[runs(packed)[0]]
    keys = packed >> bits
    again = np.zeros(len(keys) + 1, np.bool_)
    again[1:-1] = keys[1:] == keys[:-1]
    common = again[1:] | again[:-1]
    low = np.uint64((1 << int(bits)) - 1)
    alone = np.bincount((packed[~common] & low).astype(np.int64), minlength=size)
    packed, keys = packed[common], keys[common]
    starts, counts = runs(keys)
    del keys
    owners = (packed & low).astype(np.int32)
    del packed
    scale = max(size, least)
    rarity = np.round(UNIT * (1 - np.log(counts) / np.log(scale))).astype(np.int64)
    places = np.argsort(owners, kind="stable").astype(np.int32)
    values = np.repeat(np.arange(len(starts), dtype=np.int32), counts)[places]
    sets = Lists(values, offsets_of(np.bincount(owners, minlength=size)))
    sums = np.concatenate((np.zeros(1, np.int64), np.cumsum(rarity[values])))
    totals = sums[sets.offsets[1:]] - sums[sets.offsets[:-1]] + alone * UNIT
    return Shared(owners, np.append(starts, len(owners)), sets, places, rarity, totals)


def _packed(corpus: Corpus, batches: Batches, slot: str, bits: np.uint64) -> NDArray[np.uint64]:
    """Pack the mentions of a slot: a hash of the value over the number of the document."""
    packed = np.empty(corpus.rows[slot], np.uint64)
    at = 0
    for batch, numbers in zip(batches(), corpus.numbers, strict=True):
        chosen = pc.equal(batch["slot"], slot)
        owners = numbers[batch["doc"].dictionary_encode().indices.filter(chosen).to_numpy()]
        names = batch["name"].filter(chosen).dictionary_encode()
        hashes = _hashes(names.dictionary, _KEYS.get(slot))[names.indices.to_numpy()]
        packed[at : at + len(owners)] = hashes << bits | owners.astype(np.uint64)
        at += len(owners)
    return packed


def _hashes(texts: pa.Array, key: Callable[[str], str] | None) -> NDArray[np.uint64]:
    """Hash texts, the same in any process: a polynomial over their bytes, mixed."""
    if key is not None:
        texts = pa.array([key(text) for text in texts.to_pylist()], pa.string())
    sizes = pc.binary_length(texts).to_numpy().astype(np.int64)
    powers: NDArray[Any] = np.cumprod(np.full(int(sizes.max(initial=0)) + 1, _BASE), dtype=np.uint64)
    terms = (_bytes(texts) + np.uint64(1)) * powers[ranges(np.zeros_like(sizes), sizes)]
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)))
    offsets = offsets_of(sizes)
    hashes: NDArray[np.uint64] = sums[offsets[1:]] - sums[offsets[:-1]]
    hashes = (hashes ^ hashes >> np.uint64(30)) * _MIX
    return hashes ^ hashes >> np.uint64(31)


def _bytes(texts: pa.Array) -> NDArray[np.uint64]:
    """The bytes of texts, end to end, a number each."""
    _, offsets, data = texts.buffers()
    if not len(texts) or data is None:
        return np.zeros(0, np.uint64)
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]].astype(np.uint64)
