"""What each block of a corpus is to another, and the tables that are made of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.duplicates.originals import Original, originals
from pipeline.duplicates.ragged import Ints
from pipeline.duplicates.rows import Rows
from pipeline.tables import COPIES, TWINS, table_of

# What a block is to the one that it refers to; of the kinds that do not leave it is told what they are, and they stay.
KINDS = ("", "exact", "near", "contained", "reworded", "covered")
REMOVED = ("exact", "near", "covered")
# ... and those of which one text stands for the other.
REPEATS = ("exact", "near")
EXACT, NEAR, COVERED = 1, 2, 5
# Rows that are written in one go: bounds the memory.
_ROWS_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Linked:
    """What each block of a corpus is to another: a kind (of KINDS) where it is anything, the score, and its row."""

    rows: Rows
    kind: NDArray[np.int8]
    score: NDArray[np.float64]
    keeper: Ints
    whole: float

    def copies(self) -> Iterator[pa.RecordBatch]:
        """Give COPIES, a row for each block that is something to another, by document and block."""
        rows = self.rows
        linked = np.flatnonzero(self.kind)
        linked = linked[np.lexsort((rows.block[linked], rows.doc[linked]))]
        kinds = pa.array(KINDS, pa.string())
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
                ],
                schema=COPIES,
            )

    def twins(self) -> pa.RecordBatch:
        """Give TWINS, a row for each document that repeats another as a whole."""
        found = whole_documents(self, np.bincount(self.rows.doc))
        names = self.rows.docs
        rows = ((names[d].as_py(), names[o.doc].as_py()) for d, o in sorted(found.items()))
        return table_of(rows, TWINS)


def whole_documents(linked: Linked, blocks: Ints) -> dict[int, Original]:
    """Find the documents that repeat another as a whole; `blocks` says how many blocks of each count."""
    rows = linked.rows
    removed = np.flatnonzero((linked.kind == EXACT) | (linked.kind == NEAR))
    there = linked.keeper[removed]
    return originals(rows.doc[removed], there, rows.doc[there], blocks, linked.whole)
