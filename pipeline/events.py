"""Bring together the documents that report one event: by names, figures, dates and words that were said."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline import mentions as sightings
from pipeline.candidates import Tally, each_with_each
from pipeline.facts import spelling
from pipeline.grouping import Edge, group
from pipeline.lift import RuleFiles, refuse_unknown
from pipeline.likeness import weights
from pipeline.ragged import Ints, Lists, Pairs, runs, sets_of, shared, totals
from pipeline.tables import EVENTS, Block, Event, Mention, table_of


@dataclass(frozen=True)
class Rules:
    """What is looked for in a page, and what two pages must share to report one event."""

    mentions: sightings.Rules
    max_documents: int  # a name or a quotation in more of them than this brings no two together
    min_names: int  # names that both must have
    min_share: float  # of the names of the one that has fewer, rare ones weighing more
    min_traces: int  # figures and pieces of quotations that both must have
    min_quotes: int  # pieces of quotations among them, where a date is not known; all of them, where two dates differ
    min_figure_share: float  # of the figures of the one that has fewer: price lists have many in common
    max_days: int  # between the dates of publication, where both are known


def parse(files: RuleFiles) -> Rules:
    """Read events.toml."""
    table = files["events.toml"]
    refuse_unknown("events.toml", table, ("mentions", "together"))
    refuse_unknown("events.toml [mentions]", table["mentions"], sightings.Rules._fields)
    refuse_unknown("events.toml [together]", table["together"], set(Rules.__dataclass_fields__) - {"mentions"})
    return Rules(sightings.Rules(**table["mentions"]), **table["together"])


def mentions(page: Sequence[Block], rules: Rules) -> list[Mention]:
    """Note what a page's running text mentions that may tell its event: by block, slot and name."""
    return list(sightings.find(page, rules.mentions))


class _Documents(NamedTuple):
    """What each document mentions, by number, and its day, counted from the year 1 (0 where it is not known)."""

    docs: list[str]
    names: Lists
    rarity: Ints
    figures: Lists
    quotes: Lists
    days: Ints


def gather(mentions: pa.Table, dates: Mapping[str, str | None], rules: Rules) -> pa.RecordBatch:
    """Group the documents that report one event: EVENTS, by event and document.

    `dates` has the day of publication of each document, ISO 8601, where it is known. An event bears the path of
    its first document; a document that goes with no other has no row. The order of the mentions makes no difference.
    """
    found = _lay_out(mentions, dates)
    pairs = _pairs(found, rules)
    score, same = _judge(found, pairs, rules)
    order = np.lexsort((pairs[1], pairs[0], -score))
    order = order[same[order]]
    edges = [Edge(a, b, False) for a, b in zip(pairs[0][order].tolist(), pairs[1][order].tolist(), strict=True)]
    alone = {number: frozenset({doc}) for number, doc in enumerate(found.docs)}
    leaders = group(edges, _apart(group(edges, [], alone), found.days, rules.max_days), alone)
    best: defaultdict[int, float] = defaultdict(float)
    for at in order.tolist():
        a, b = int(pairs[0][at]), int(pairs[1][at])
        if leaders.get(a, a) == leaders.get(b, b):
            best[a], best[b] = max(best[a], score[at]), max(best[b], score[at])
    members = Counter(leaders.values())
    rows = [Event(found.docs[leader], found.docs[number], float(best[number])) for number, leader in leaders.items() if members[leader] > 1]
    return table_of(sorted(rows), EVENTS)


def _lay_out(mentions: pa.Table, dates: Mapping[str, str | None]) -> _Documents:
    docs = sorted(set(mentions["doc"].to_pylist()))
    lists = {slot: _sets(mentions.filter(pc.equal(mentions["slot"], slot)), docs, key) for slot, key in _KEYS.items()}
    names = lists["name"]
    days = np.array([_day(dates.get(doc)) for doc in docs], np.int64)
    rarity = weights(names, int(names.values.max(initial=-1)) + 1)
    return _Documents(docs, names, rarity, lists["figure"], lists["quote"], days)


_NO_DAY = 0
_KEYS = {"name": spelling, "figure": str, "quote": str}


def _sets(mentions: pa.Table, docs: list[str], key: Callable[[str], str]) -> Lists:
    """Number what the documents mention; what has the same key has the same number."""
    owners = pc.index_in(mentions["doc"], value_set=pa.array(docs, pa.string())).to_numpy().astype(np.int64)
    encoded = mentions["name"].combine_chunks().dictionary_encode()
    number: dict[str, int] = {}
    numbers = np.array([number.setdefault(key(name), len(number)) for name in encoded.dictionary.to_pylist()], np.int64)
    return sets_of(owners, numbers[encoded.indices.to_numpy()], len(docs))


def _day(value: str | None) -> int:
    """Count the days of a date from the year 1; 0 where there is none, or it is no whole date."""
    try:
        return date.fromisoformat((value or "")[:10]).toordinal()
    except ValueError:
        return _NO_DAY


def _pairs(found: _Documents, rules: Rules) -> Pairs:
    """Pair the documents that share two names or pieces of quotations which few documents have."""
    tally = Tally()
    for lists in (found.names, found.quotes):
        inverted = np.sort(lists.values << 32 | lists.owners())
        starts, counts = runs(inverted >> 32)
        for times in range(2, rules.max_documents + 1):
            for some in each_with_each(inverted & 0xFFFFFFFF, starts[counts == times], times):
                tally.add(some)
    pairs, times = tally.result()
    pairs = pairs[times >= 2]
    return pairs >> 32, pairs & 0xFFFFFFFF


def _judge(found: _Documents, pairs: Pairs, rules: Rules) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Say of each pair how alike its names are, and whether it reports one event."""
    sums = totals(found.names, found.rarity)
    both = shared(found.names, pairs, found.rarity)
    score = both / np.maximum(np.minimum(sums[pairs[0]], sums[pairs[1]]), 1)
    names, figures, quotes = (_number_shared(lists, pairs) for lists in (found.names, found.figures, found.quotes))
    fewer = np.minimum(*(found.figures.lengths()[side] for side in pairs))
    figures = np.where(figures >= rules.min_figure_share * fewer, figures, 0)
    left, right = found.days[pairs[0]], found.days[pairs[1]]
    dated = (left != _NO_DAY) & (right != _NO_DAY)
    quoted = np.where((left == right) & dated, 0, np.where(dated, rules.min_traces, rules.min_quotes))
    near = ~dated | (np.abs(left - right) <= rules.max_days)
    enough = (names >= rules.min_names) & (score >= rules.min_share) & (figures + quotes >= rules.min_traces)
    return score, near & enough & (quotes >= quoted)


def _number_shared(lists: Lists, pairs: Pairs) -> Ints:
    return shared(lists, pairs, np.ones(int(lists.values.max(initial=-1)) + 1, np.int64))


def _apart(leaders: Mapping[int, int], days: Ints, max_days: int) -> Iterator[tuple[int, int]]:
    """Pair the documents of each would-be event that were published too far apart."""
    members: defaultdict[int, list[int]] = defaultdict(list)
    for number, leader in leaders.items():
        if days[number] != _NO_DAY:
            members[leader].append(number)
    for numbers in members.values():
        yield from ((a, b) for a, b in combinations(numbers, 2) if abs(days[a] - days[b]) > max_days)
