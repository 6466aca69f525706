"""Take away each paragraph that repeats another, and say which one stays for it."""

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.duplicates.clusters import REMOVED, Rules, parse
from pipeline.tables import EDITS

# The stage's rules are a table that the run makes, `copies`; these say how it is made.
__all__ = ["Rules", "parse", "propose"]


def propose(blocks: pa.RecordBatch, copies: pa.Table) -> pa.RecordBatch:
    """Propose (EDITS) the removal of each block that `copies` (COPIES) names as an exact or a near copy."""
    removed = copies.filter(pc.is_in(copies["kind"], value_set=pa.array(REMOVED)))
    at = pc.index_in(_keys(removed), value_set=_keys(blocks))
    here = removed.append_column("row", at).filter(pc.is_valid(at)).sort_by("row")
    size = here.num_rows
    starts, none = pa.nulls(size, pa.int32()).fill_null(0), pa.nulls(size, pa.string())
    ends = pc.utf8_length(blocks["text"]).take(here["row"])
    copied = (here[name] for name in ("kind", "score", "ref_doc", "ref_block"))
    edits = pa.table([here["row"], starts, ends, none, *copied, none], schema=EDITS)
    return pa.record_batch([column.combine_chunks() for column in edits.columns], schema=EDITS)


def _keys(rows: pa.RecordBatch | pa.Table) -> pa.Array:
    return pc.binary_join_element_wise(rows["doc"], pc.cast(rows["block"], pa.string()), "#")
