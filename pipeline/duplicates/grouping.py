"""Group what is alike, the most alike first, and never two that must stay apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Edge(NamedTuple):
    """Two numbers that may come into one group; `close` ones even where a document holds both."""

    left: int
    right: int
    close: bool


class _Group:
    """Numbers that belong together, the documents they stand in, and the numbers that none of them may meet."""

    def __init__(self, number: int, documents: frozenset[str], foes: set[int]) -> None:
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
    edges: Iterable[Edge], apart: Iterable[tuple[int, int]], documents: Mapping[int, frozenset[str]]
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
        ends = edge.left, edge.right
        left, right = (groups.setdefault(n, _Group(n, documents[n], foes[n])) for n in ends)
        if left.may_join(right, close=edge.close):
            small, big = sorted((left, right), key=lambda some: len(some.members))
            big.take(small)
            groups.update(dict.fromkeys(small.members, big))
    leaders = {id(some): min(some.members) for some in groups.values()}
    return {number: leaders[id(some)] for number, some in sorted(groups.items())}
