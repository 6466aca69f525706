"""Bring together the documents that report one event: by names, figures, days and words that were said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
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
    max_documents: int  # a name in more of them than this brings no two together
    min_names: int  # names that both must have
    max_days: int  # between the dates of publication, where both are known
    dated: float  # share of the names, rare ones weighing more, where the dates agree
    undated: float  # ... where one date is not known
    min_quotes: int  # pieces of quotations, where one date is not known
    alike: float  # share of the names that does without figures or quotations


def parse(files: RuleFiles) -> Rules:
    """Read events.toml."""
    table = files["events.toml"]
    refuse_unknown("events.toml", table, ("mentions", "together", "days"))
    refuse_unknown("events.toml [mentions]", table["mentions"], set(sightings.Rules._fields) - {"days"})
    refuse_unknown("events.toml [together]", table["together"], set(Rules.__dataclass_fields__) - {"mentions"})
    days = {word: str(number) for days in table["days"].values() for word, number in days.items()}
    return Rules(sightings.Rules(**table["mentions"], days=days), **table["together"])


def mentions(page: Sequence[Block], rules: Rules) -> list[Mention]:
    """Note what a page's running text mentions that may tell its event: MENTIONS by block, slot and name."""
    return list(sightings.find(page, rules.mentions))


class _Documents(NamedTuple):
    """What each document has of each kind, by number; and its day, where that is known (0 where not)."""

    names: Lists
    rarity: Ints
    figures: Lists
    quotes: Lists
    week: Lists
    days: Ints


def gather(mentions: pa.Table, dates: Mapping[str, str | None], rules: Rules) -> pa.RecordBatch:
    """Group the documents that report one event: EVENTS, by event and document.

    `dates` has the day of publication of each document, ISO 8601, where it is known. An event bears the path of
    its first document; a document that nobody else's report goes with has no row. The order of the
    mentions makes no difference.
    """
    docs = sorted(set(mentions["doc"].to_pylist()))
    found = _lay_out(mentions, docs, dates)
    pairs = _pairs(found, rules)
    ...
