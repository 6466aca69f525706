"""Group documents whose links hold together: the surest first, never too many days apart, never by one bridge."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.duplicates.ragged import Ints
from pipeline.events.columns import NO_DAY


class Links(NamedTuple):
    """Pairs of documents that report one event, the surest first, and how alike the two are."""

    left: Ints
    right: Ints
    score: NDArray[np.float64]


class _Group:
    """Documents of one event, its first and last day, and how many links lead to which other group."""

    def __init__(self, number: int, day: int) -> None:
        self.members, self.links = [number], defaultdict[int, int](int)
        self.first, self.last = (day, day) if day != NO_DAY else (1 << 40, NO_DAY)

    def may_join(self, other: "_Group", name: int, max_days: int, min_linked: float) -> bool:
        """Say whether enough links lead to the other group (which has this name) and its days are near."""
        in_time = max(self.last, other.last) - min(self.first, other.first) <= max_days
        return in_time and self.links[name] >= min_linked * len(self.members) * len(other.members)


def group(links: Links, days: Ints, max_days: int, min_linked: float) -> dict[int, int]:
    """Join linked documents, the surest link first; give the lowest of its group for each that has joined another.

    Two groups join only where a share `min_linked` of all pairs across them is linked, so that a document
    which speaks of two events does not make them one, and where all their days lie within `max_days`.

    >>> def joined(*pairs):
    ...     left, right = np.array(pairs).T
    ...     return group(Links(left, right, np.ones(len(pairs))), np.zeros(9, np.int64), 1, 0.5)
    >>> joined((1, 2), (3, 4), (2, 3))
    {1: 1, 2: 1, 3: 3, 4: 3}
    >>> joined((1, 2), (3, 4), (2, 3), (1, 3))
    {1: 1, 2: 1, 3: 1, 4: 1}
    """
    leader: dict[int, int] = {}
    for pairs in _components(links, len(days)):
        for some in _join(pairs, days, max_days, min_linked):
            if len(some.members) > 1:
                leader.update(dict.fromkeys(some.members, min(some.members)))
    return dict(sorted(leader.items()))


def _components(links: Links, size: int) -> Iterator[Sequence[tuple[int, int]]]:
    """Part the links into those that have no document in common; in each their order stays."""
    lowest = np.arange(size)
    while True:
        before = lowest.copy()
        low = np.minimum(lowest[links.left], lowest[links.right])
        np.minimum.at(lowest, links.left, low)
        np.minimum.at(lowest, links.right, low)
        lowest = lowest[lowest]
        if np.array_equal(before, lowest):
            break
    names = lowest[links.left]
    order = np.argsort(names, kind="stable")
    cuts = np.flatnonzero(np.diff(names[order])) + 1
    for left, right in zip(np.split(links.left[order], cuts), np.split(links.right[order], cuts), strict=True):
        yield list(zip(left.tolist(), right.tolist(), strict=True))


def _join(pairs: Sequence[tuple[int, int]], days: Ints, max_days: int, min_linked: float) -> list[_Group]:
    """Join what may be joined; what could not at first is tried again, for a group that grew has other links."""
    home = {number: number for pair in pairs for number in pair}
    groups = {number: _Group(number, int(days[number])) for number in home}
    for a, b in pairs:
        groups[a].links[b] += 1
        groups[b].links[a] += 1
    waiting, grew = list(pairs), True
    while grew:
        grew, left = False, []
        for a, b in waiting:
            one, other = sorted((home[a], home[b]), key=lambda name: (len(groups[name].members), -name))
            if one == other:
                continue
            if not groups[other].may_join(groups[one], one, max_days, min_linked):
                left.append((a, b))
                continue
            _take(groups, other, one)
            home.update(dict.fromkeys(groups[one].members, other))
            del groups[one]
            grew = True
        waiting = left
    return list(groups.values())


def _take(groups: dict[int, _Group], big: int, small: int) -> None:
    """Take a smaller group, and its links, into a bigger one."""
    one, other = groups[big], groups[small]
    one.members += other.members
    one.first, one.last = min(one.first, other.first), max(one.last, other.last)
    for name, count in other.links.items():
        if name != big:
            one.links[name] += count
            groups[name].links[big] += count
            del groups[name].links[small]
    del one.links[small]
