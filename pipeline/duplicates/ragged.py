"""Lists of unequal length as flat arrays, and what pairs of them share."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Pairs = tuple[Ints, Ints]

# Two numbers are packed in one of 64 bits to be sorted together: the first in the upper half.
LOW = (1 << 32) - 1
# Values looked at in one go: bounds the memory that a comparison of many pairs takes.
_AT_ONCE = 4_000_000
# Odd constants (splitmix64): powers of the first give each place in a list a weight of its own, the others mix the sum.
_PLACE, _MIX, _MIX_AGAIN = (np.uint64(c) for c in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


class Lists(NamedTuple):
    """Lists end to end: the i-th is values[offsets[i]:offsets[i + 1]]."""

    values: NDArray[Any]
    offsets: Ints

    def lengths(self) -> Ints:
        """Say how long each list is."""
        return np.diff(self.offsets)

    def owners(self) -> Ints:
        """Say which list each value stands in."""
        return np.repeat(np.arange(len(self.offsets) - 1), self.lengths())

    def at(self, row: int) -> NDArray[Any]:
        """Give one list."""
        return self.values[self.offsets[row] : self.offsets[row + 1]]


def offsets_of(lengths: NDArray[Any]) -> Ints:
    """Turn lengths (or flags, which count as 1) into offsets.

    >>> offsets_of(np.array([2, 0, 3])).tolist()
    [0, 2, 2, 5]
    """
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def ranges(starts: Ints, lengths: Ints) -> Ints:
    """List the numbers of several ranges, one range after the other.

    >>> ranges(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    offsets = offsets_of(lengths)
    numbers = np.arange(offsets[-1])
    numbers += np.repeat(starts - offsets[:-1], lengths)
    return numbers


def runs(ordered: NDArray[Any]) -> tuple[Ints, Ints]:
    """Find runs of equal values: where each begins, and how long it is.

    >>> [r.tolist() for r in runs(np.array([4, 4, 7]))]
    [[0, 2], [2, 1]]
    """
    first = np.ones(len(ordered), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(first)
    lengths = np.empty_like(starts)
    lengths[:-1] = starts[1:] - starts[:-1]
    lengths[-1:] = len(ordered) - starts[-1:]
    return starts, lengths


def sets_of(owners: Ints, values: Ints, size: int) -> Lists:
    """Gather values (from 0 to 2^32) by their owners: `size` sorted lists, nothing twice in one.

    >>> sets_of(np.array([1, 0, 1, 1]), np.array([3, 1, 2, 3]), 2).values.tolist()
    [1, 2, 3]
    """
    packed = owners << 32 | values
    packed.sort()
    packed = packed[runs(packed)[0]]
    return Lists(packed & LOW, offsets_of(np.bincount(packed >> 32, minlength=size)))


def bags_of(owners: Ints, values: Ints, size: int) -> Lists:
    """Gather values (from 0 to 2^28) as `sets_of` does, but a second and third time as values of their own.

    A value that stands there for the n-th time (from 0) becomes value * 16 + n, up to 15.

    >>> bags_of(np.array([0, 0, 1]), np.array([2, 2, 2]), 2).values.tolist()
    [32, 33, 32]
    """
    packed = owners << 32 | values << 4
    packed.sort()
    counts = runs(packed)[1]
    packed += np.minimum(ranges(np.zeros_like(counts), counts), 15)
    return sets_of(packed >> 32, packed & LOW, size)


def hashes_of(lists: Lists) -> NDArray[np.uint64]:
    """Hash each list of numbers to 64 bits, the same in every process and on every machine; the order counts.

    >>> hashes_of(Lists(np.array([1, 2, 2, 1, 1, 2]), np.array([0, 2, 4, 6]))).tolist()
    [4833679369184821552, 1435710138546848197, 4833679369184821552]
    """
    lengths, start = lists.lengths(), int(lists.offsets[0])
    weights = np.cumprod(np.full(int(lengths.max(initial=0)), _PLACE))
    weighed = weights[ranges(np.zeros_like(lengths), lengths)]
    weighed *= lists.values[start : int(lists.offsets[-1])].astype(np.uint64) + np.uint64(1)
    found, some = np.zeros(len(lengths), np.uint64), np.flatnonzero(lengths)
    if len(some):
        found[some] = np.add.reduceat(weighed, lists.offsets[some] - start)
    for constant, shift in ((_MIX, 30), (_MIX_AGAIN, 27)):
        found = (found ^ found >> np.uint64(shift)) * constant
    return found ^ found >> np.uint64(31)


def totals(lists: Lists, weights: Ints) -> Ints:
    """Add up the weights of each list's values."""
    sums = np.concatenate(([0], np.cumsum(weights[lists.values])))
    return sums[lists.offsets[1:]] - sums[lists.offsets[:-1]]


def shared(sets: Lists, pairs: Pairs, weights: Ints) -> Ints:
    """Add up, for each pair of sets, the weights of the values that both hold.

    Weights are whole numbers, so that no sum hangs on the order of its terms.

    >>> two = Lists(np.array([0, 1, 2, 1, 2, 3]), np.array([0, 3, 6]))
    >>> shared(two, (np.array([0]), np.array([1])), np.array([1, 10, 100, 1000])).tolist()
    [110]
    """
    sums = np.zeros(len(pairs[0]), np.int64)
    lengths = sets.lengths()
    for start, stop in slices(lengths[pairs[0]] + lengths[pairs[1]], _AT_ONCE):
        both = np.concatenate([keyed(sets, side[start:stop]) for side in pairs])
        both.sort()
        twice = both[1:][both[1:] == both[:-1]]
        found = np.bincount(twice >> 32, weights=weights[twice & LOW], minlength=stop - start)
        sums[start:stop] = found.astype(np.int64)
    return sums


def number_shared(sets: Lists, pairs: Pairs) -> Ints:
    """Count, for each pair of sets, the values that both hold."""
    return shared(sets, pairs, np.ones(int(sets.values.max(initial=-1)) + 1, np.int64))


def keyed(sets: Lists, rows: Ints) -> Ints:
    """Put the place of the pair in front of each value, so that one sort brings equal values of a pair together."""
    lengths = sets.lengths()[rows]
    values = sets.values[ranges(sets.offsets[rows], lengths)]
    packed: Ints = np.repeat(np.arange(len(rows)), lengths) << 32 | values
    return packed


def slices(sizes: Ints, most: int) -> Iterator[tuple[int, int]]:
    """Cut a row of sizes into runs that sum up to `most` at most, of one at least: where each begins and ends.

    >>> list(slices(np.array([3, 1, 9, 1]), 4))
    [(0, 2), (2, 3), (3, 4)]
    """
    sums, start = np.cumsum(sizes), 0
    while start < len(sizes):
        done = int(sums[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(sums, done + most, "right")))
        yield start, stop
        start = stop
