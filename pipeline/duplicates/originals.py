"""Find the documents that repeat another as a whole, from the paragraphs that they share."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.duplicates.ragged import Ints, runs


class Original(NamedTuple):
    """The document that another repeats, and the share of the other's blocks that stand in it."""

    doc: int
    share: float


def originals(doc: Ints, keeper: Ints, home: Ints, blocks: Ints, whole: float) -> dict[int, Original]:
    """Find the documents of which the share `whole` stands in one other, which itself repeats none.

    Args:
        doc: the document of each copy, by number (in the order of their names).
        keeper: the number of the block that stays for it (up to 2^31).
        home: the document which that block stands in.
        blocks: how many blocks each document has.
        whole: the share of its blocks that a document must have in common with the other.
    """
    chosen = np.flatnonzero(np.bincount(doc, minlength=len(blocks)) >= whole * blocks)
    mine = np.isin(doc, chosen)
    asked = np.isin(keeper, keeper[mine])
    holders = np.unique(np.concatenate((keeper[asked] << 32 | doc[asked], keeper[asked] << 32 | home[asked])))
    order = np.flatnonzero(mine)[np.argsort(doc[mine], kind="stable")]
    found: dict[int, Original] = {}
    for start, count in zip(*(column.tolist() for column in runs(doc[order])), strict=True):
        rows = order[start : start + count]
        here = int(doc[rows[0]])
        best = _best(keeper[rows], np.setdiff1d(home[rows], [here]), holders)
        original = _root(best.doc, found)
        if original not in (here, -1) and best.share >= whole * blocks[here]:
            found[here] = Original(original, best.share / float(blocks[here]))
    return {here: Original(_root(here, found), original.share) for here, original in found.items()}


def _best(keepers: Ints, others: Ints, holders: Ints) -> Original:
    """Find the other document that holds most of the keepers, the first of equals, and how many; -1 where none is."""
    if not len(others):
        return Original(-1, 0)
    wanted = keepers << 32 | others[:, None]
    at = np.minimum(np.searchsorted(holders, wanted), len(holders) - 1)
    shared = np.count_nonzero(holders[at] == wanted, axis=1)
    return Original(int(others[int(shared.argmax())]), int(shared.max()))


def _root(doc: int, found: Mapping[int, Original]) -> int:
    while doc in found:
        doc = found[doc].doc
    return doc


def whole_documents(
    copies: pa.RecordBatch | pa.Table, blocks: Mapping[str, int], whole: float
) -> dict[str, tuple[str, float]]:
    """Name, for each document that as good as wholly repeats another, that other one, and the share of its blocks.

    `copies` (COPIES) are those that leave; `blocks` says how many blocks of each document were signed. A document
    named here is itself no copy.
    """
    names = sorted(blocks)
    number = {name: at for at, name in enumerate(names)}
    doc, home = (np.array([number[d] for d in copies[c].to_pylist()], np.int64) for c in ("doc", "ref_doc"))
    keeper = np.unique(home << 32 | copies["ref_block"].to_numpy(), return_inverse=True)[1]
    found = originals(doc, keeper, home, np.array([blocks[name] for name in names], np.int64), whole)
    return {names[here]: (names[original.doc], original.share) for here, original in found.items()}
