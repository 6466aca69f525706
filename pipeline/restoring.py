"""Give raw files back from their blocks, and prove by their digests that nothing is missing."""

import hashlib
from collections.abc import Sequence

import pyarrow as pa

from pipeline.formats import format_named
from pipeline.ledger import LedgerError
from pipeline.tables import Block, FileRow, rows_of


def prove_restored(blocks: pa.RecordBatch, files: Sequence[FileRow]) -> None:
    """Check that each page comes back from its blocks, by SHA-256: plain text to the byte, HTML's visible text.

    Args:
        blocks: whole documents.
        files: the rows of the files and records that they were read from; others may be among them.

    Raises:
        LedgerError: one does not come back, or has no row.
    """
    rows = {row.name: row for row in files}
    for name, mine in blocks_by_document(blocks).items():
        if name not in rows:
            raise LedgerError(f"{name}: the manifest does not know it")
        told = hashlib.sha256(restored(mine, rows[name])).hexdigest()
        if told != rows[name].text_sha256:
            raise LedgerError(f"{name}: what the tables hold is not what was read")


def blocks_by_document(blocks: pa.RecordBatch) -> dict[str, list[Block]]:
    """Group blocks by their document."""
    grouped: dict[str, list[Block]] = {}
    for block in rows_of(blocks, Block):
        grouped.setdefault(block.doc, []).append(block)
    return grouped


def restored(blocks: Sequence[Block], row: FileRow) -> bytes:
    """Give a raw file back from its blocks: plain text to the byte, of HTML the visible text."""
    return format_named(row.format or "").restore(blocks, row.encoding or "")
