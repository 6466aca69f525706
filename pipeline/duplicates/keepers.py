"""Choose which text stays for which: most alike first, no chains, each copy held against the one that stays."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
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


class _Told:
    """Links to texts that say the same, or more, as they are made one by one: who has one, and who is referred to."""

    def __init__(self, found: Verdicts, near: Mapping[int, Link], keepers: Collection[int]) -> None:
        self.links: dict[int, Link] = {}
        self.homes = {text: link.keeper for text, link in near.items()}
        self.referred = set(keepers)
        self._foes: defaultdict[int, set[int]] = defaultdict(set)
        apart = found.apart & ~found.reworded
        foes = found.left[apart], found.right[apart]
        for a, b in zip(foes[0].tolist(), foes[1].tolist(), strict=True):
            self._foes[a].add(b)
            self._foes[b].add(a)

    def home(self, text: int) -> int:
        """Give the text that stands for a text: itself where it refers to none."""
        return self.homes.get(text, text)

    def free(self, text: int) -> bool:
        """Say whether a text neither refers to another nor is referred to."""
        return text not in self.homes and text not in self.referred

    def tell(self, link: Link, text: int) -> None:
        """Link a free text, unless its keeper has one, or stands for a text that must stay apart from it."""
        foes = self._foes.get(text, ())
        if self.free(text) and link.keeper not in self.homes and all(self.home(foe) != link.keeper for foe in foes):
            self.links[text], self.homes[text] = link, link.keeper
            self.referred.add(link.keeper)


def relations(
    found: Verdicts, near: Mapping[int, Link], keepers: Collection[int], rules: Rules, judge: Judge
) -> dict[int, Link]:
    """Link texts that stay to others that say the same in other words, or that say it and more.

    Neither a text that is a copy (`near`) nor one of the `keepers` of others gets such a link, and no text that has
    one is referred to: who is alike a text that has one is judged against the text that stands for it. A text and
    one that must stay apart from it never refer to the same.
    """
    told = _Told(found, near, keepers)
    links = [
        *_links("contained", found.held, found.right, found.left, found.left_within),
        *_links("contained", found.held, found.left, found.right, found.right_within),
        *_links("reworded", found.score, found.left, found.right, found.reworded),
    ]
    for link, text in sorted(links, key=lambda each: (-each[0].score, each)):
        if link.kind == "reworded" and not told.free(text):
            told.tell(link._replace(keeper=text), link.keeper)
        else:
            told.tell(link, text)
    again = judge(_second_hand(found, told), rules._replace(reworded=rules.reworded_through))
    second = _links("reworded", again.score, again.left, again.right, again.reworded)
    for link, text in sorted(second, key=lambda each: (-each[0].score, each)):
        told.tell(link, text)
    return told.links


def _second_hand(found: Verdicts, told: _Told) -> Pairs:
    """Pair the free texts that are alike texts that have a link with those that these refer to: keepers, texts."""
    alike = found.near | found.reworded
    ends = zip(found.left[alike].tolist(), found.right[alike].tolist(), strict=True)
    both = (pair for a, b in ends for pair in ((a, b), (b, a)))
    pairs = sorted({(told.home(a), b) for a, b in both if a in told.homes and told.free(b)})
    keepers, texts = np.array(pairs, np.int64).reshape(-1, 2).T
    return keepers, texts


def _links(
    kind: str, scores: NDArray[np.float64], keepers: Ints, texts: Ints, chosen: NDArray[np.bool_]
) -> Iterator[tuple[Link, int]]:
    rows = zip(scores[chosen].tolist(), keepers[chosen].tolist(), texts[chosen].tolist(), strict=True)
    return ((Link(kind, score, keeper), text) for score, keeper, text in rows)
