"""Take away each paragraph that repeats another, and say which one."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.lift import RuleFiles
from pipeline.tables import EDITS

REMOVING = ("exact", "near")


@dataclass(frozen=True)
class Rules:
    """None of its own."""


def parse(_: RuleFiles) -> Rules:
    """Read nothing."""
    return Rules()


def propose(blocks: pa.RecordBatch, copies: pa.Table) -> pa.RecordBatch:
    """Propose the removal of each block that the clusters name as a copy."""
    wanted = copies.filter(pc.is_in(copies["kind"], value_set=pa.array(REMOVING))).combine_chunks()
    keys = pa.array([f"{d}\0{b}" for d, b in zip(blocks["doc"].to_pylist(), blocks["block"].to_pylist())], pa.string())
    theirs = pa.array(
        [f"{d}\0{b}" for d, b in zip(wanted["doc"].to_pylist(), wanted["block"].to_pylist())], pa.string()
    )
    at = pc.index_in(theirs, value_set=keys)
    here = wanted.append_column("row", at).filter(pc.is_valid(at)).combine_chunks()
    n = here.num_rows

    def one(c):
        col = here[c]
        return col.combine_chunks() if col.num_chunks else pa.array([], col.type)

    rows = one("row")
    return pa.record_batch(
        [
            rows,
            pa.array([0] * n, pa.int32()),
            pc.utf8_length(blocks["text"].take(rows)),
            pa.nulls(n, pa.string()),
            one("kind"),
            one("score"),
            one("ref_doc"),
            one("ref_block"),
            pa.nulls(n, pa.string()),
        ],
        schema=EDITS,
    )
