"""Find the pairs of texts that are worth comparing: those that share runs of words which few others have."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.duplicates.ragged import LOW, Ints, Lists, Pairs, runs

# An odd constant (splitmix64): its powers give each place in a shingle a weight of its own.
_PLACE = np.uint64(0x9E3779B97F4A7C15)
# Of a text with more words than these, one shingle in two, or in four, is looked at: the same ones in any text.
_SAMPLED = (40, 80)
# Words, pairs and texts that are looked at in one go: bounds the memory.
_AT_ONCE = 8_000_000
_TEXTS_AT_ONCE = 1 << 16


class Rules(NamedTuple):
    """Which shared shingles make two texts a pair."""

    shingles: Sequence[int]  # words in a shingle: the shortest first, longer ones where those are too frequent
    max_texts: int  # a shingle in more texts than this says nothing
    min_shared: int
    min_share: float  # of the shingles of the text that has fewer
    few: int  # a text with no more shingles than this needs to share only one


class _Shingles(NamedTuple):
    """What the shingles of one length say: pairs that share some (packed), how many; and how many each text has."""

    pairs: Ints
    shared: Ints
    usable: Ints
    frequent: Ints
    every: Ints  # of so many shingles of a text one was looked at


def pairs(texts: Lists, rules: Rules) -> Pairs:
    """Pair texts (hashes of their words, in order) that share shingles which few texts have: the earlier, the later.

    Where most shingles of a text stand in more than `max_texts` texts, as they do in weather or stock
    reports, it is looked at again with longer ones. The longest pair a text at least with the first that
    has them too, so that nothing falls out for being common.
    """
    among = np.ones(len(texts.offsets) - 1, np.bool_)
    found: list[Ints] = []
    for length in rules.shingles:
        shingles = _count(texts, among, length, rules)
        found.append(_worth(shingles, rules))
        among = shingles.frequent > shingles.usable
        if not among.any():
            break
    packed = np.concatenate(found)
    packed.sort()
    packed = packed[runs(packed)[0]]
    return packed >> 32, packed & LOW


def each_with_each(owners: Ints, starts: Ints, times: int) -> Iterator[Ints]:
    """Pair the owners in each run of `times` that begins at one of `starts`: packed, a bounded number at a time.

    >>> [packed.tolist() for packed in each_with_each(np.array([7, 0, 2]), np.array([1]), 2)]
    [[2]]
    """
    left, right = np.triu_indices(times, 1)
    step = max(1, _AT_ONCE // 4 // len(left))
    for at in range(0, len(starts), step):
        members = owners[starts[at : at + step, None] + np.arange(times)]
        yield (members[:, left] << 32 | members[:, right]).ravel()


class Tally:
    """Counts how often each number is added, in bounded memory."""

    def __init__(self) -> None:
        self._counted: list[tuple[Ints, Ints]] = []
        self._waiting: list[Ints] = []
        self._size = 0

    def add(self, numbers: Ints) -> None:
        """Count these too."""
        self._waiting.append(numbers)
        self._size += len(numbers)
        if self._size > _AT_ONCE:
            self._count()

    def result(self) -> tuple[Ints, Ints]:
        """Give the numbers in ascending order, and how often each was added."""
        self._count()
        numbers, counts = (np.concatenate(column) for column in zip(*self._counted, strict=True))
        if len(self._counted) == 1:
            return numbers, counts
        order = np.argsort(numbers, kind="stable")
        starts, _ = runs(numbers[order])
        return numbers[order][starts], np.add.reduceat(counts[order], starts)

    def _count(self) -> None:
        """Put what is waiting in order: each number once, with its count."""
        ordered = np.concatenate((*self._waiting, np.zeros(0, np.int64)))
        ordered.sort()
        starts, counts = runs(ordered)
        self._counted.append((ordered[starts], counts))
        self._waiting, self._size = [], 0


def _count(texts: Lists, among: NDArray[np.bool_], length: int, rules: Rules) -> _Shingles:
    """Count the shingles of one length that the marked texts share."""
    size, tally = len(among), Tally()
    usable, frequent = np.zeros(size, np.int64), np.zeros(size, np.int64)
    every: Ints = 1 << np.searchsorted(_SAMPLED, texts.lengths())
    for keys in _buckets(texts, among, length, every):
        bits = size.bit_length()
        starts, counts = runs(keys >> bits)
        owners = (keys & ((1 << bits) - 1)).astype(np.int64)
        often = np.repeat(counts > rules.max_texts, counts)
        usable += np.bincount(owners[~often], minlength=size)
        frequent += np.bincount(owners[often], minlength=size)
        for times in range(2, rules.max_texts + 1):
            for some in each_with_each(owners, starts[counts == times], times):
                tally.add(some)
        if length == rules.shingles[-1]:
            tally.add((np.repeat(owners[starts], counts) << 32 | owners)[often])
    if length == rules.shingles[-1]:
        usable, frequent = usable + frequent, np.zeros_like(frequent)
    return _Shingles(*tally.result(), usable, frequent, every)


def _worth(found: _Shingles, rules: Rules) -> Ints:
    """Keep the pairs that share enough: a share of what the text with fewer shingles could share at most."""
    left, right = found.pairs >> 32, found.pairs & LOW
    total = found.usable * found.every
    fewer = np.minimum(total[left], total[right]) / np.maximum(found.every[left], found.every[right])
    enough = (found.shared >= rules.min_shared) & (found.shared >= rules.min_share * fewer)
    total = found.usable + found.frequent
    few = np.minimum(total[left], total[right]) <= rules.few
    worth: Ints = found.pairs[(left != right) & (enough | few)]
    return worth


def _buckets(texts: Lists, among: NDArray[np.bool_], length: int, every: Ints) -> Iterator[NDArray[np.uint64]]:
    """Give the shingles of the marked texts, each with its text's number in the low bits: sorted, none twice."""
    count = 1 + len(texts.values) // _AT_ONCE
    for bucket in range(count):
        chunks = _keys(texts, among, length, every)
        keys = np.concatenate([chunk[(chunk >> 40) % count == bucket] if count > 1 else chunk for chunk in chunks])
        keys.sort()
        yield keys[runs(keys)[0]]


def _keys(texts: Lists, among: NDArray[np.bool_], length: int, every: Ints) -> Iterator[NDArray[np.uint64]]:
    """Hash the shingles of the marked texts."""
    low = np.uint64((1 << len(among).bit_length()) - 1)
    yield np.zeros(0, np.uint64)
    for start in range(0, len(among), _TEXTS_AT_ONCE):
        offsets = texts.offsets[start : start + _TEXTS_AT_ONCE + 1]
        words = texts.values[offsets[0] : offsets[-1]]
        owners = np.repeat(np.arange(start, start + len(offsets) - 1), np.diff(offsets))
        places = max(0, len(words) - length + 1)
        at = np.flatnonzero((owners[:places] == owners[len(owners) - places :]) & among[owners[:places]])
        hashes = np.zeros(len(at), np.uint64)
        for place in range(length):
            hashes = (hashes + words[at + place]) * _PLACE
        looked_at = (hashes >> 62).astype(np.int64) % every[owners[at]] == 0
        yield hashes[looked_at] & ~low | owners[at[looked_at]].astype(np.uint64)
