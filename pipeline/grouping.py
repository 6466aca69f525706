"""Group what is alike, the most alike first, and never two that must stay apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Edge(NamedTuple):
    """Two numbers that may come into one group; `close` ones even where a document holds both."""

    left: int
    right: int
    close: bool


def group(
    edges: Iterable[Edge], apart: Iterable[tuple[int, int]], documents: Mapping[int, frozenset[str]]
) -> dict[int, int]:
    """Join the ends of the edges in their order; give the lowest of its group for each number that was joined.

    Two groups stay apart where a pair in `apart` would meet, or two numbers of one document (`documents`
    has those of each number): who writes two like paragraphs in one article means two.

    >>> alone = {n: frozenset({str(n)}) for n in range(4)}
    >>> group([Edge(1, 2, False), Edge(2, 3, False)], [(1, 3)], alone)
    {1: 1, 2: 1}
    >>> group([Edge(1, 2, False), Edge(2, 3, False)], [], alone | {3: frozenset({"1"})})
    {1: 1, 2: 1}
    """
    members: dict[int, set[int]] = {}
    leaders: dict[int, int] = {}
    homes: dict[int, frozenset[str]] = {}
    foes: defaultdict[int, set[int]] = defaultdict(set)
    for a, b in apart:
        foes[a].add(b)
        foes[b].add(a)
    for edge in edges:
        a, b = sorted((leaders.get(edge.left, edge.left), leaders.get(edge.right, edge.right)))
        mine, theirs = members.get(a, {a}), members.get(b, {b})
        at_home, abroad = homes.get(a, documents[a]), homes.get(b, documents[b])
        if a == b or foes[a] & theirs or (not edge.close and at_home & abroad):
            continue
        members[a] = mine | theirs
        homes[a] = at_home | abroad
        foes[a] |= foes[b]
        leaders |= dict.fromkeys(members[a], a)
    return dict(sorted(leaders.items()))
