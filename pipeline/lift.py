"""Lift a rule on one text, or on one document, to a stage on a whole batch."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.tables import EDITS, Block, Edit, rows_of, table_of

Rules = TypeVar("Rules")
Propose = Callable[[pa.RecordBatch, Rules], pa.RecordBatch]
Screen = Callable[[pa.Array, Rules], pa.Array]

# What stands in the rule folder, by relative path: a table (.toml), rows (.tsv) or lines (.txt).
RuleFiles = Mapping[str, Any]


class RuleError(ValueError):
    """A rule file that says something which is not understood."""


def each_text(rule: Callable[[str, Rules], Iterable[Edit]], screen: Screen[Rules] | None = None) -> Propose[Rules]:
    """Run `rule` on each text that passes `screen`, a cheap test on the whole text column.

    A screen may let too much through, never too little: with and without it the edits must be the same.
    """

    def propose(blocks: pa.RecordBatch, rules: Rules) -> pa.RecordBatch:
        texts = blocks["text"]
        rows: Iterable[int] = range(len(texts))
        if screen is not None:
            picked = pc.indices_nonzero(screen(texts, rules))
            rows, texts = picked.to_pylist(), texts.take(picked)
        found = [(row, *edit) for row, text in zip(rows, texts.to_pylist(), strict=True) for edit in rule(text, rules)]
        return table_of(found, EDITS)

    return propose


def documents(blocks: pa.RecordBatch) -> Iterator[tuple[int, list[Block]]]:
    """Part a batch into its documents: (row of the first block, the blocks)."""
    first = 0
    for _, group in groupby(rows_of(blocks, Block), key=lambda block: block.doc):
        page = list(group)
        yield first, page
        first += len(page)


def refuse_unknown(name: str, table: Mapping[str, Any], known: Iterable[str]) -> None:
    """Raise RuleError when a rule table has a key that nothing reads: a misspelt threshold must not pass in silence."""
    if unknown := sorted(set(table) - set(known)):
        raise RuleError(f"{name}: unknown key {', '.join(map(repr, unknown))}; known: {', '.join(sorted(known))}")
