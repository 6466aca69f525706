"""What each block of a corpus is to another, and the tables that are made of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.duplicates.originals import Original, originals
from pipeline.duplicates.ragged import LOW, Ints
from pipeline.duplicates.revisions import Shared
from pipeline.duplicates.rows import Rows
from pipeline.tables import COPIES

# What a block is to the one that it refers to; of the kinds that do not leave it is told what they are, and they stay.
KINDS = ("", "exact", "near", "contained", "reworded", "covered")
REMOVED = ("exact", "near", "covered")
# ... and those of which one text stands for the other.
REPEATS = ("exact", "near")
EXACT, NEAR, COVERED = 1, 2, 5
# How widely a text is repeated.
SPREADS = (None, "template", "wire")
# Rows that are written in one go: bounds the memory.
_ROWS_AT_ONCE = 1 << 16


class SpreadRules(NamedTuple):
    """When a paragraph is a template of its site, and when it is a wire."""

    template_pages: int
    wire_sites: int


@dataclass(frozen=True)
class Linked:
    """What each block of a corpus is to another: a kind (of KINDS) where it is anything, the score, and its row."""

    rows: Rows
    kind: NDArray[np.int8]
    score: NDArray[np.float64]
    keeper: Ints
    whole: float
    spread: SpreadRules

    def copies(self) -> Iterator[pa.RecordBatch]:
        """Give COPIES, a row for each block that is something to another, by document and block."""
        rows = self.rows
        linked = np.flatnonzero(self.kind)
        linked = linked[np.lexsort((rows.block[linked], rows.doc[linked]))]
        kinds, spreads, spread = pa.array(KINDS, pa.string()), pa.array(SPREADS, pa.string()), self._spread()
        for start in range(0, max(1, len(linked)), _ROWS_AT_ONCE):
            mine = linked[start : start + _ROWS_AT_ONCE]
            there = self.keeper[mine]
            yield pa.record_batch(
                [
                    rows.docs.take(pa.array(rows.doc[mine])),
                    pa.array(rows.block[mine].astype(np.int32)),
                    kinds.take(pa.array(self.kind[mine])),
                    pa.array(self.score[mine].astype(np.float32)),
                    rows.docs.take(pa.array(rows.doc[there])),
                    pa.array(rows.block[there].astype(np.int32)),
                    spreads.take(pa.array(spread[there])),
                ],
                schema=COPIES,
            )

    def _spread(self) -> Ints:
        """Say of each row that stays how widely it is repeated: a place in SPREADS."""
        rows = self.rows
        copied = np.flatnonzero((self.kind == EXACT) | (self.kind == NEAR))
        stays = np.concatenate((self.keeper[copied], self.keeper[copied]))
        docs = np.concatenate((rows.doc[copied], rows.doc[self.keeper[copied]]))
        pages, sites = (
            np.bincount(np.unique(stays << 32 | each + 1) >> 32, minlength=len(self.kind))
            for each in (docs, rows.host[docs])
        )
        template = (sites == 1) & (pages >= self.spread.template_pages)
        return np.where(template, 1, np.where(sites >= self.spread.wire_sites, 2, 0))

    def twins(self) -> dict[str, tuple[str, float]]:
        """Name, for each document that repeats another as a whole, that other one, and the share of its blocks."""
        found = whole_documents(self, np.bincount(self.rows.doc))
        names = self.rows.docs
        return {names[d].as_py(): (names[o.doc].as_py(), o.share) for d, o in sorted(found.items())}

    def shared(self, least: float) -> list[Shared]:
        """Name the pairs of documents of which the later repeats the earlier with the share `least` of its blocks."""
        rows = self.rows
        removed = np.flatnonzero(np.isin(self.kind, [KINDS.index(kind) for kind in REMOVED]))
        pairs, times = np.unique(rows.doc[removed] << 32 | rows.doc[self.keeper[removed]], return_counts=True)
        shares = times / np.bincount(rows.doc)[pairs >> 32]
        much = (shares >= least) & (pairs >> 32 != pairs & LOW)
        docs, others = (rows.docs.take(pa.array(side[much])).to_pylist() for side in (pairs >> 32, pairs & LOW))
        return [Shared(*row) for row in zip(docs, others, shares[much].tolist(), strict=True)]


def whole_documents(linked: Linked, blocks: Ints) -> dict[int, Original]:
    """Find the documents that repeat another as a whole; `blocks` says how many blocks of each count."""
    rows = linked.rows
    removed = np.flatnonzero((linked.kind == EXACT) | (linked.kind == NEAR))
    there = linked.keeper[removed]
    return originals(rows.doc[removed], there, rows.doc[there], blocks, linked.whole)
