"""Bring together the documents that report one event: by names, figures, dates and what was said."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.duplicates.candidates import each_with_each
from pipeline.duplicates.facts import spelling
from pipeline.duplicates.grouping import Edge, group
from pipeline.duplicates.likeness import weights
from pipeline.duplicates.ragged import LOW, Ints, Lists, Pairs, number_shared, runs, sets_of, shared, totals
from pipeline.duplicates.tallies import Tally
from pipeline.events import mentions as sightings
from pipeline.lift import RuleFiles, refuse_unknown
from pipeline.tables import EVENTS, Block, Event, Mention, table_of

_NO_DAY = 0


@dataclass(frozen=True)
class Rules:
    """What is looked for in a page, and what two pages must share to report one event."""

    mentions: sightings.Rules
    max_documents: int  # a name or a piece of a quotation that stands in more of them brings no two together
    min_common: int  # names or pieces of quotations that make it worth to compare two documents
    min_names: int  # names that both must have
    min_share: float  # of the names of the one that has fewer, rare ones weighing more
    min_traces: int  # figures and pieces of quotations that both must have
    min_quotes: int  # pieces of quotations among them where a date is not known; where two dates differ, all
    min_figure_share: float  # of the figures of the one that has fewer: price lists have many in common
    max_days: int  # between the dates of publication, where both are known


class _Documents(NamedTuple):
    """What each document mentions, by number, and its day, counted from the year 1."""

    docs: list[str]
    names: Lists
    figures: Lists
    quotes: Lists
    days: Ints


class _Links(NamedTuple):
    """Pairs of documents that report one event, the surest first, and the share of names that they have in common."""

    left: Ints
    right: Ints
    score: NDArray[np.float64]


def parse(files: RuleFiles) -> Rules:
    """Read events.toml."""
    table = files["events.toml"]
    refuse_unknown("events.toml", table, ("mentions", "together"))
    refuse_unknown("events.toml [mentions]", table["mentions"], sightings.Rules._fields)
    refuse_unknown("events.toml [together]", table["together"], {field.name for field in fields(Rules)} - {"mentions"})
    return Rules(sightings.Rules(**table["mentions"]), **table["together"])


def mentions(page: Sequence[Block], rules: Rules) -> list[Mention]:
    """Note what a page's running text mentions that may tell its event: by block, slot and name."""
    return list(sightings.find(page, rules.mentions))


def gather(mentions: pa.Table, dates: Mapping[str, str | None], rules: Rules) -> pa.RecordBatch:
    """Group the documents that report one event (MENTIONS to EVENTS), by event and document.

    `dates` has the day of publication of each document, ISO 8601, where it is known. An event bears the path of
    its first document; a document that goes with no other has no row. The order of the mentions makes no difference.
    """
    found = _lay_out(mentions, dates)
    links = _links(found, _pairs(found, rules), rules)
    edges = [Edge(a, b, close=False) for a, b in zip(links.left.tolist(), links.right.tolist(), strict=True)]
    alone = {number: frozenset({doc}) for number, doc in enumerate(found.docs)}
    leaders = group(edges, _apart(group(edges, [], alone), found.days, rules.max_days), alone)
    best: defaultdict[int, float] = defaultdict(float)
    for (a, b, _), score in zip(edges, links.score.tolist(), strict=True):
        if leaders.get(a, a) == leaders.get(b, b):
            best[a], best[b] = max(best[a], score), max(best[b], score)
    return table_of(sorted(Event(found.docs[leaders[n]], found.docs[n], best[n]) for n in best), EVENTS)


def _lay_out(mentions: pa.Table, dates: Mapping[str, str | None]) -> _Documents:
    docs = sorted(set(mentions["doc"].to_pylist()))
    keys: dict[str, Callable[[str], str]] = {"name": spelling, "figure": str, "quote": str}
    sets = {slot: _sets(mentions.filter(pc.equal(mentions["slot"], slot)), docs, key) for slot, key in keys.items()}
    days = np.array([_day(dates.get(doc)) for doc in docs], np.int64)
    return _Documents(docs, sets["name"], sets["figure"], sets["quote"], days)


def _sets(mentions: pa.Table, docs: list[str], key: Callable[[str], str]) -> Lists:
    """Number what the documents mention; what has the same key has the same number."""
    owners = pc.index_in(mentions["doc"], value_set=pa.array(docs, pa.string())).to_numpy().astype(np.int64)
    encoded = mentions["name"].combine_chunks().dictionary_encode()
    number: dict[str, int] = {}
    numbers = np.array([number.setdefault(key(name), len(number)) for name in encoded.dictionary.to_pylist()], np.int64)
    return sets_of(owners, numbers[encoded.indices.to_numpy()], len(docs))


def _day(value: str | None) -> int:
    """Count the days of a date from the year 1; _NO_DAY where there is none, or it names no day."""
    try:
        return date.fromisoformat((value or "")[:10]).toordinal()
    except ValueError:
        return _NO_DAY


def _pairs(found: _Documents, rules: Rules) -> Pairs:
    """Pair the documents that share names or pieces of quotations which few documents have."""
    tally = Tally()
    for lists in (found.names, found.quotes):
        inverted = np.sort(lists.values << 32 | lists.owners())
        starts, counts = runs(inverted >> 32)
        for times in range(2, rules.max_documents + 1):
            for some in each_with_each(inverted & LOW, starts[counts == times], times):
                tally.add(some)
    pairs, common = tally.result()
    pairs = pairs[common >= rules.min_common]
    return pairs >> 32, pairs & LOW


def _links(found: _Documents, pairs: Pairs, rules: Rules) -> _Links:
    """Keep the pairs that report one event.

    Who acts is not enough, for the same people meet again: figures or quotations must be shared as well, and
    the dates must not speak against it. Surest first: equal dates, then how much was said alike, then the
    earlier, for what was said is quoted again on later days.
    """
    rarity = weights(np.bincount(found.names.values), len(found.names.offsets) - 1)
    sums = totals(found.names, rarity)
    score = shared(found.names, pairs, rarity) / np.maximum(np.minimum(sums[pairs[0]], sums[pairs[1]]), 1)
    names, figures, quotes = (number_shared(sets, pairs) for sets in (found.names, found.figures, found.quotes))
    fewer = np.minimum(*(found.figures.lengths()[side] for side in pairs))
    figures = np.where(figures >= rules.min_figure_share * fewer, figures, 0)
    left, right = found.days[pairs[0]], found.days[pairs[1]]
    dated = (left != _NO_DAY) & (right != _NO_DAY)
    said = np.where(~dated, rules.min_quotes, np.where(left == right, 0, rules.min_traces))
    in_time = ~dated | (np.abs(left - right) <= rules.max_days)
    alike = (names >= rules.min_names) & (score >= rules.min_share) & (figures + quotes >= rules.min_traces)
    order = np.lexsort((pairs[1], pairs[0], -score, np.maximum(left, right), -figures - quotes, ~dated))
    order = order[(alike & in_time & (quotes >= said))[order]]
    return _Links(pairs[0][order], pairs[1][order], score[order])


def _apart(leaders: Mapping[int, int], days: Ints, max_days: int) -> Iterator[tuple[int, int]]:
    """Pair the documents of each would-be event that were published too far apart."""
    members: defaultdict[int, list[int]] = defaultdict(list)
    for number, leader in leaders.items():
        if days[number] != _NO_DAY:
            members[leader].append(number)
    for numbers in members.values():
        yield from ((a, b) for a, b in combinations(numbers, 2) if abs(days[a] - days[b]) > max_days)
