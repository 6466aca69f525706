"""Choose which text stays for which: most alike first, no chains, each copy held against the one that stays."""

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.duplicates.grouping import group, in_components
from pipeline.duplicates.ragged import Ints, Lists, Pairs
from pipeline.duplicates.verdicts import Rules, Verdicts

# Judges pairs of texts, given by their numbers.
Judge = Callable[[Pairs, Rules], Verdicts]


class Link(NamedTuple):
    """What a text is to the one that it refers to, and how alike they are."""

    kind: str
    score: float
    keeper: int


def repeats(found: Verdicts, documents: Lists, rules: Rules, judge: Judge) -> dict[int, Link]:
    """Link each near copy to the earliest text of its group; `documents` has those that each text stands in.

    A copy that was brought into a group by a third text is judged against the one that stays as well;
    those that fail are grouped once more among themselves.
    """
    order = np.lexsort((found.right, found.left, -found.score))
    order = order[found.near[order]]
    left, right = found.left[order], found.right[order]
    close = found.score[order] >= rules.near_within
    apart = found.left[found.apart], found.right[found.apart]
    rules = rules._replace(near=rules.through, near_short=rules.through)
    links: dict[int, Link] = {}
    stray = np.ones(len(documents.offsets), np.bool_)
    while len(left):
        leaders: dict[int, int] = {}
        for edges, foes in in_components((left, right), close, apart):
            ends = {end for edge in edges for end in (edge.left, edge.right)}
            homes = {number: frozenset(documents.at(number).tolist()) for number in ends}
            leaders |= {text: leader for text, leader in group(edges, foes, homes).items() if text != leader}
        texts, keepers = (np.fromiter(side, np.int64, len(leaders)) for side in (leaders, leaders.values()))
        by_keeper = np.argsort(keepers, kind="stable")
        verdicts = judge((keepers[by_keeper], texts[by_keeper]), rules)
        held = (verdicts.left[verdicts.near], verdicts.right[verdicts.near], verdicts.score[verdicts.near])
        rows = zip(*(column.tolist() for column in held), strict=True)
        links |= {text: Link("near", score, leader) for leader, text, score in rows}
        stray[:] = False
        stray[texts] = True
        stray[held[1]] = False
        still = stray[left] & stray[right]
        left, right, close = left[still], right[still], close[still]
    return links


def relations(found: Verdicts, removed: Collection[int], keepers: Collection[int]) -> dict[int, Link]:
    """Link texts that stay to others that say the same in other words, or that say it and more.

    Neither `removed` texts nor `keepers` of others get such a link, and no text that has one is referred to.
    """
    told = [
        *_links("contained", found.held, found.right, found.left, found.left_within),
        *_links("contained", found.held, found.left, found.right, found.right_within),
        *_links("reworded", found.score, found.left, found.right, found.reworded),
    ]
    links: dict[int, Link] = {}
    referred = set(keepers)
    for link, text in sorted(told, key=lambda each: (-each[0].score, each)):
        pair = (link.keeper, text)
        if link.kind == "reworded" and text in referred:
            pair = (text, link.keeper)
        taken = any(end in removed or end in links for end in pair)
        if taken or pair[1] in referred:
            continue
        links[pair[1]] = link._replace(keeper=pair[0])
        referred.add(pair[0])
    return links


def _links(
    kind: str, scores: NDArray[np.float64], keepers: Ints, texts: Ints, chosen: NDArray[np.bool_]
) -> Iterator[tuple[Link, int]]:
    rows = zip(scores[chosen].tolist(), keepers[chosen].tolist(), texts[chosen].tolist(), strict=True)
    return ((Link(kind, score, keeper), text) for score, keeper, text in rows)
