"""Bring together the documents that report one event: by names, figures, dates and what was said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.duplicates import ragged
from pipeline.duplicates.ragged import Ints, Pairs
from pipeline.events import aligning, speakers
from pipeline.events import mentions as sightings
from pipeline.events.candidates import pairs
from pipeline.events.clusters import Links, group
from pipeline.events.columns import NO_DAY, UNIT, Batches, Corpus, Shared, lay_out, shared
from pipeline.lift import RuleFiles, refuse_unknown
from pipeline.tables import EVENTS, Block, Mention

_PARTS = {"mentions", "speech", "alignment"}


@dataclass(frozen=True)
class Rules:
    """What is looked for in a page, and what two pages must share to report one event."""

    mentions: sightings.Rules
    speech: speakers.Rules
    alignment: aligning.Rules
    least_corpus: int  # documents that a corpus is taken to have at least, where rarity is counted
    max_documents: int  # a value that stands in more of them, or of those of a day, brings no two together
    min_common: int  # such values that make it worth to compare two documents
    max_days: int  # between the dates of publication, where both are known
    min_names: float  # names that both must have, each weighed by its rarity
    min_share: float  # of the names of the one that has fewer, rare ones weighing more
    more_names: float  # what each name beyond those counts beside figures and quotations
    most_named: float  # ... up to so many
    most_quoted: float  # pieces of quotations count up to this
    figure_share: float  # a share of the common figures is taken off for those of the poorer one that are not common
    same_day: float  # figures and quotations that both must have, each weighed by its rarity: where the days are equal
    next_day: float  # ... where they differ
    no_day: float  # ... where one is not known
    no_days: float  # ... where neither is
    undated_figures: float  # ... and what figures count there, which a look back years later has as well
    min_linked: float  # share of the pairs across two groups that must be linked before the groups become one


def parse(files: RuleFiles) -> Rules:
    """Read events.toml and quotes.toml."""
    table = files["events.toml"]
    refuse_unknown("events.toml", table, ("mentions", "together"))
    refuse_unknown("events.toml [mentions]", table["mentions"], sightings.Rules._fields)
    refuse_unknown("events.toml [together]", table["together"], {field.name for field in fields(Rules)} - _PARTS)
    parts = sightings.Rules(**table["mentions"]), speakers.parse(files), aligning.parse(files)
    return Rules(*parts, **table["together"])


def mentions(page: Sequence[Block], rules: Rules) -> list[Mention]:
    """Note what a page's running text mentions that may tell its event: by block, slot and name."""
    return list(sightings.find(page, rules.mentions))


def gather(batches: Batches, rules: Rules) -> pa.RecordBatch:
    """Group the documents that report one event (MENTIONS to EVENTS), by event and document.

    `batches` gives the mentions, the same each time that it is called, the days of publication among them
    (slot `published`). An event bears the path of its first document; a document that goes with no other has no
    row. The order of the mentions and of the batches makes no difference.
    """
    corpus = lay_out(batches)
    slots = [shared(corpus, batches, slot, rules.least_corpus) for slot in ("name", "figure", "quote")]
    links = _links(corpus, slots, rules)
    leaders = group(links, corpus.days, rules.max_days, rules.min_linked)
    leader = np.full(len(corpus.docs), -1)
    leader[list(leaders)] = list(leaders.values())
    inside = (leader[links.left] >= 0) & (leader[links.left] == leader[links.right])
    best = np.zeros(len(leader))
    for side in (links.left, links.right):
        np.maximum.at(best, side[inside], links.score[inside])
    return _rows(corpus, leader, best)


def _rows(corpus: Corpus, leader: Ints, best: NDArray[np.float64]) -> pa.RecordBatch:
    """Name each group after the first of its documents by path, and put the rows in order."""
    members = np.flatnonzero(leader >= 0)
    docs = corpus.docs.take(pa.array(members))
    found = pa.table({"group": leader[members], "doc": docs, "score": pa.array(best[members], pa.float32())})
    named = found.group_by("group").aggregate([("doc", "min")])
    at = pc.index_in(found["group"], value_set=named["group"])
    events = named["doc_min"].take(at)
    rows = pa.table({"event": events, "doc": found["doc"], "score": found["score"]})
    rows = rows.sort_by([("event", "ascending"), ("doc", "ascending")]).combine_chunks().cast(EVENTS)
    return rows.to_batches()[0] if rows.num_rows else pa.RecordBatch.from_pylist([], schema=EVENTS)


def _links(corpus: Corpus, slots: Sequence[Shared], rules: Rules) -> Links:
    """Keep the pairs that report one event, the surest first.

    Those of equal days come before all others, then those with more traces, then the earlier, for what was said is
    quoted again on later days; then those with more names in common; then by number.
    """
    nothing = np.zeros(0, np.int64)
    found = [_Judged(nothing, nothing, nothing.astype(np.float64), nothing, nothing.astype(np.bool_))]
    found += [_judge(corpus, slots, some, rules) for some in _candidates(corpus, slots, rules)]
    left, right, score, traces, same_day = (np.concatenate(column) for column in zip(*found, strict=True))
    latest = np.maximum(corpus.days[left], corpus.days[right])
    order = np.lexsort((right, left, -score, latest, -traces, ~same_day))
    return Links(left[order], right[order], score[order])


def _candidates(corpus: Corpus, slots: Sequence[Shared], rules: Rules) -> Iterator[Pairs]:
    return pairs(corpus, slots, rules.max_days, rules.max_documents, rules.min_common)


class _Judged(NamedTuple):
    """Pairs that report one event: share of names, traces in whole numbers, and whether their days are equal."""

    left: Ints
    right: Ints
    score: NDArray[np.float64]
    traces: Ints
    same_day: NDArray[np.bool_]


def _judge(corpus: Corpus, slots: Sequence[Shared], some: Pairs, rules: Rules) -> _Judged:
    """Keep those of some pairs that report one event.

    Who acts is not enough, for the same people meet again: figures or quotations must be common too, the more
    of them the less the dates say for it. A value counts by its rarity, 1 where hardly another document has it.
    """
    names, figures, quotes = (ragged.shared(each.sets, some, each.rarity) for each in slots)
    score = names / np.maximum(np.minimum(*(slots[0].totals[side] for side in some)), 1)
    left, right = (corpus.days[side] == NO_DAY for side in some)
    told = [slots[1].totals[side] for side in some]
    asked = np.where(left | right, np.maximum(told[0] * left, told[1] * right), np.minimum(*told))
    net = figures * np.where(left | right, rules.undated_figures, 1) - rules.figure_share * (asked - figures)
    more = rules.more_names * np.minimum(names - rules.min_names * UNIT, rules.most_named * UNIT)
    traces = np.minimum(quotes, rules.most_quoted * UNIT) + net + more
    same_day = ~(left | right) & (corpus.days[some[0]] == corpus.days[some[1]])
    needed = np.select(
        [same_day, left & right, left | right], [rules.same_day, rules.no_days, rules.no_day], rules.next_day
    )
    alike = (names >= rules.min_names * UNIT) & (score >= rules.min_share) & (traces >= needed * UNIT)
    kept = some[0], some[1], score, traces.astype(np.int64) // UNIT, same_day
    return _Judged(*(column[alike] for column in kept))
