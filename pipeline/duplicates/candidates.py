"""Find the pairs of texts that are worth comparing: those that share runs of words which few others have."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.duplicates.ragged import LOW, Ints, Lists, Pairs, runs
from pipeline.duplicates.texts import Corpus
from pipeline.store_numbers import Shelf

# Reads all texts a bounded number at a time: their numbers, and the hashes of their words in order.
Sequences = Callable[[], Iterator[tuple[Ints, Lists]]]

# An odd constant (splitmix64): its powers give each place in a shingle a weight of its own.
_PLACE = np.uint64(0x9E3779B97F4A7C15)
# Of a text with more words than these, one shingle in two, or in four, is looked at: the same ones in any text.
_SAMPLED = (40, 80)
# Words in a bucket of shingles, and pairs made in one go: bounds the memory.
_WORDS_AT_ONCE = 32_000_000
_PAIRS_AT_ONCE = 200_000


class Rules(NamedTuple):
    """Which shared shingles make two texts a pair."""

    shingle: int  # words in a shingle
    max_texts: int  # a shingle in more texts than this says nothing
    common: float  # a text with such a share of shingles like that, or more, is looked at again:
    facts: Sequence[int]  # ... for runs of so many names and figures
    rarer: Sequence[float]  # ... for runs of two words of those that no greater share of the texts have
    longest: int  # ... and, where all of these are as frequent, for runs of so many words
    min_shared: int
    min_share: float  # of the shingles of the text that has fewer
    few: int  # a text with no more shingles than this needs to share only one


class _Share(NamedTuple):
    """How many shingles of one length each text has that were looked at: few texts have them, or many."""

    usable: Ints
    frequent: Ints
    every: Ints  # of so many shingles of a text one was looked at


class _Looks:
    """Where the pairs of each look at the texts are laid, in how many buckets, and how many looks there were."""

    def __init__(self, shelf: Shelf, buckets: int) -> None:
        self.shelf, self.buckets, self.number = shelf, buckets, 0


class Source(NamedTuple):
    """A way to look at all texts: as rows of words, or of the facts that they state."""

    sequences: Sequences
    sizes: Ints  # length of each text's row
    lengths: Sequence[int]  # of the runs that are looked at


def sources(corpus: Corpus, rules: Rules) -> tuple[Source, list[Source]]:
    """Say how texts are looked at first, and how those of which that tells little."""
    words = Source(corpus.sequences, corpus.size, (rules.shingle, rules.longest))
    rarer = [Source(*corpus.rarer(share), (2,)) for share in rules.rarer]
    return words, [Source(corpus.stated, corpus.facts_of_each(), rules.facts), *rarer]


def lay_pairs(words: Source, others: Sequence[Source], rules: Rules, buckets: int, shelf: Shelf) -> int:
    """Lay aside the pairs of texts that share shingles which few texts have; return how many looks it took.

    Where many shingles of a text stand in more than `max_texts` texts, as they do in weather or stock reports and in
    any great corpus, it is looked at again in other ways. The longest shingles pair a text at least with the first
    that has them too, so that nothing falls out for being common. Shingles are dealt out by their hash, and what they
    pair by the earlier text, so that each bucket is a piece of work of its own, and how many there are makes no
    difference.
    """
    shortest, longest = words.lengths
    looks = _Looks(shelf, buckets)
    common = _look(words, shortest, np.ones(len(words.sizes), np.bool_), rules, looks)
    left = common
    for source in others:
        among = common
        for length in source.lengths:
            among = _look(source, length, among, rules, looks)
        left = left & among
    _look(words, longest, left, rules, looks, last=True)
    return looks.number


def worth(bucket: int, looks: int, rules: Rules, shelf: Shelf) -> Pairs:
    """Give the pairs of a bucket that are worth comparing: the earlier text, the later; in order."""
    each = (
        _worth(shelf.whole(f"pairs-{look}-{bucket}", np.int64), shelf.kept(f"share-{look}", _Share), rules)
        for look in range(looks)
    )
    packed = np.concatenate([np.zeros(0, np.int64), *each])
    packed.sort()
    packed = packed[runs(packed)[0]]
    return packed >> 32, packed & LOW


def _look(
    source: Source, length: int, among: NDArray[np.bool_], rules: Rules, looks: _Looks, *, last: bool = False
) -> NDArray[np.bool_]:
    """Lay aside what marked texts share; mark those of which the look told little."""
    if not among.any():
        return among
    share = _count(source, among, length, rules, looks, last=last)
    looks.shelf.keep(f"share-{looks.number}", share)
    looks.number += 1
    return among & (share.frequent >= rules.common * (share.usable + share.frequent))


def each_with_each(owners: Ints, starts: Ints, times: int) -> Iterator[Ints]:
    """Pair the owners in each run of `times` that begins at one of `starts`: packed, a bounded number at a time.

    >>> [packed.tolist() for packed in each_with_each(np.array([7, 0, 2]), np.array([1]), 2)]
    [[2]]
    """
    left, right = np.triu_indices(times, 1)
    step = max(1, _PAIRS_AT_ONCE // len(left))
    for at in range(0, len(starts), step):
        members = owners[starts[at : at + step, None] + np.arange(times)]
        yield (members[:, left] << 32 | members[:, right]).ravel()


def _count(source: Source, among: NDArray[np.bool_], length: int, rules: Rules, looks: _Looks, *, last: bool) -> _Share:
    """Count the shingles of one length that the marked texts have, and lay aside which texts share each."""
    sizes, texts = source.sizes, len(source.sizes)
    usable, frequent = np.zeros(texts, np.int64), np.zeros(texts, np.int64)
    every: Ints = 1 << np.searchsorted(_SAMPLED, sizes)
    buckets = 1 + int(sizes[among].sum()) // _WORDS_AT_ONCE
    _deal(_keys(source.sequences, among, length, every), buckets, looks.shelf)
    for bucket in range(buckets):
        keys = looks.shelf.take(f"shingles-{bucket}", np.uint64)
        keys.sort()
        keys = keys[runs(keys)[0]]
        bits = texts.bit_length()
        starts, counts = runs(keys >> bits)
        owners = (keys & ((1 << bits) - 1)).astype(np.int64)
        often = np.repeat(counts > rules.max_texts, counts)
        usable += np.bincount(owners[~often], minlength=texts)
        frequent += np.bincount(owners[often], minlength=texts)
        for times in range(2, rules.max_texts + 1):
            for some in each_with_each(owners, starts[counts == times], times):
                _deal_pairs(some, looks)
        if last:
            _deal_pairs((np.repeat(owners[starts], counts) << 32 | owners)[often], looks)
    if last:
        usable, frequent = usable + frequent, np.zeros_like(frequent)
    return _Share(usable, frequent, every)


def _deal(keys: Iterator[NDArray[np.uint64]], buckets: int, shelf: Shelf) -> None:
    """Lay shingles aside by their hash."""
    for some in keys:
        place = (some >> 40) % buckets
        for bucket in range(buckets):
            shelf.add(f"shingles-{bucket}", some[place == bucket] if buckets > 1 else some)


def _deal_pairs(packed: Ints, looks: _Looks) -> None:
    """Lay pairs aside by the number of the earlier text."""
    if looks.buckets == 1:
        looks.shelf.add(f"pairs-{looks.number}-0", packed)
        return
    place = (packed >> 32) % looks.buckets
    order = np.argsort(place, kind="stable")
    for start, count in zip(*runs(place[order]), strict=True):
        some = order[start : start + count]
        looks.shelf.add(f"pairs-{looks.number}-{place[some[0]]}", packed[some])


def _worth(packed: Ints, share: _Share, rules: Rules) -> Ints:
    """Keep the pairs that share enough: a share of what the text with fewer shingles could share at most."""
    few = share.usable + share.frequent <= rules.few
    packed.sort()
    starts, shared = runs(packed)
    packed = packed[starts]
    maybe = shared >= rules.min_shared
    if few.any():
        maybe |= few[packed >> 32] | few[packed & LOW]
    packed, shared = packed[maybe], shared[maybe]
    left, right = packed >> 32, packed & LOW
    total = share.usable * share.every
    fewer = np.minimum(total[left], total[right]) / np.maximum(share.every[left], share.every[right])
    enough = (shared >= rules.min_shared) & (shared >= rules.min_share * fewer)
    worth: Ints = packed[(left != right) & (enough | few[left] | few[right])]
    return worth


def _keys(sequences: Sequences, among: NDArray[np.bool_], length: int, every: Ints) -> Iterator[NDArray[np.uint64]]:
    """Hash the shingles of the marked texts, each with its text's number in the low bits."""
    low = np.uint64((1 << len(among).bit_length()) - 1)
    for numbers, texts in sequences():
        words, owners = texts.values, np.repeat(numbers, texts.lengths())
        places = max(0, len(words) - length + 1)
        at = np.flatnonzero((owners[:places] == owners[len(owners) - places :]) & among[owners[:places]])
        hashes = np.zeros(len(at), np.uint64)
        for place in range(length):
            hashes = (hashes + words[at + place]) * _PLACE
        looked_at = (hashes >> 62).astype(np.int64) % every[owners[at]] == 0
        yield hashes[looked_at] & ~low | owners[at[looked_at]].astype(np.uint64)
