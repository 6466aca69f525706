"""Group what is alike, the most alike first, and never two that must stay apart."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.duplicates.ragged import Ints, Pairs

# Edges that are grouped in one go: bounds the memory.
_AT_ONCE = 100_000


class Edge(NamedTuple):
    """Two numbers that may come into one group; `close` ones even where a document holds both."""

    left: int
    right: int
    close: bool


class _Group:
    """Numbers that belong together, the documents they stand in, and the numbers that none of them may meet."""

    def __init__(self, number: int, documents: frozenset[Hashable], foes: set[int]) -> None:
        self.members, self.documents, self.foes = {number}, set(documents), foes

    def may_join(self, other: "_Group", *, close: bool) -> bool:
        """Say whether nothing keeps the two apart."""
        strangers = close or self.documents.isdisjoint(other.documents)
        return self is not other and strangers and self.foes.isdisjoint(other.members)

    def take(self, other: "_Group") -> None:
        """Take the other group in."""
        self.members |= other.members
        self.documents |= other.documents
        self.foes |= other.foes


def group(
    edges: Iterable[Edge], apart: Iterable[tuple[int, int]], documents: Mapping[int, frozenset[Hashable]]
) -> dict[int, int]:
    """Join the ends of the edges in their order; give the lowest of its group for each number that has an edge.

    Two groups stay apart where a pair in `apart` would meet, or two numbers of one document (`documents`
    has those of each number): who writes two like paragraphs in one article means two.

    >>> alone = {n: frozenset({str(n)}) for n in range(4)}
    >>> group([Edge(1, 2, False), Edge(2, 3, False)], [(1, 3)], alone)
    {1: 1, 2: 1, 3: 3}
    >>> group([Edge(1, 2, False), Edge(2, 3, False)], [], alone | {3: frozenset({"1"})})
    {1: 1, 2: 1, 3: 3}
    >>> group([Edge(1, 2, False), Edge(2, 3, True)], [], alone | {3: frozenset({"1"})})
    {1: 1, 2: 1, 3: 1}
    """
    foes: defaultdict[int, set[int]] = defaultdict(set)
    for a, b in apart:
        foes[a].add(b)
        foes[b].add(a)
    groups: dict[int, _Group] = {}
    for edge in edges:
        for n in (edge.left, edge.right):
            if n not in groups:
                groups[n] = _Group(n, documents[n], foes[n])
        left, right = groups[edge.left], groups[edge.right]
        if left.may_join(right, close=edge.close):
            small, big = sorted((left, right), key=lambda some: len(some.members))
            big.take(small)
            groups.update(dict.fromkeys(small.members, big))
    leaders = {id(some): min(some.members) for some in groups.values()}
    return {number: leaders[id(some)] for number, some in sorted(groups.items())}


def in_components(
    pairs: Pairs, close: NDArray[np.bool_], apart: Pairs
) -> Iterator[tuple[Sequence[Edge], Sequence[tuple[int, int]]]]:
    """Cut edges into shares that have no number in common, each with the pairs in it that must stay apart.

    The order of the edges stays; grouping share by share gives what grouping all at once would.
    """
    numbers, ends = np.unique(np.concatenate(pairs), return_inverse=True)
    left, right = ends[: len(pairs[0])], ends[len(pairs[0]) :]
    component = _components(left, right, len(numbers))
    sizes = np.bincount(component[left], minlength=len(numbers))
    share = ((np.cumsum(sizes) - sizes) // _AT_ONCE)[component]
    foes = [np.minimum(np.searchsorted(numbers, side), len(numbers) - 1) for side in apart]
    meet = component[foes[0]] == component[foes[1]]
    meet &= (numbers[foes[0]] == apart[0]) & (numbers[foes[1]] == apart[1])
    of_edges, of_foes = share[left], np.where(meet, share[foes[0]], -1)
    for number in range(int(share.max()) + 1):
        mine, theirs = of_edges == number, of_foes == number
        edges = zip(*(column[mine].tolist() for column in (*pairs, close)), strict=True)
        yield [Edge(*edge) for edge in edges], list(zip(*(side[theirs].tolist() for side in apart), strict=True))


def _components(left: Ints, right: Ints, size: int) -> Ints:
    """Name for each number the lowest one that a row of edges leads to.

    >>> _components(np.array([1, 3, 4]), np.array([2, 4, 2]), 6).tolist()
    [0, 1, 1, 1, 1, 5]
    """
    lowest = np.arange(size)
    while True:
        before = lowest.copy()
        low = np.minimum(lowest[left], lowest[right])
        np.minimum.at(lowest, left, low)
        np.minimum.at(lowest, right, low)
        lowest = lowest[lowest]
        if np.array_equal(before, lowest):
            return lowest
