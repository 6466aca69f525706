"""Look into a published run: why a line left or changed, what a page was before, whether the books still balance."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import store
from pipeline.ledger import LedgerError, prove
from pipeline.restoring import blocks_by_document, prove_restored, restored
from pipeline.tables import (
    DOCUMENTS,
    LEDGER,
    PUBLISHED,
    Block,
    Copy,
    Document,
    Entry,
    FileRow,
    Paragraph,
    rows_of,
)


class AuditError(ValueError):
    """A run that is not there, a document that it does not have, or books that no longer balance."""


class History(NamedTuple):
    """All that a run knows of one document."""

    document: Document
    blocks: list[Block]
    entries: list[Entry]
    paragraphs: list[Paragraph]
    copies: list[Copy]


def published(clean: str, run: str | None = None) -> Path:
    """Find the folder of a published run; the latest one where none is named.

    Raises:
        AuditError: there is none.
    """
    folder = Path(clean, "latest") if run is None else Path(clean, "runs", run)
    if not (folder / "run.json").exists():
        named = "no run is published" if run is None else f"no run {run!r}"
        raise AuditError(f"{named} in {clean}")
    return folder.resolve()


def history(folder: Path, doc: str) -> History:
    """Collect what a run knows of one document; the end of its name is enough where it is the only such one.

    Raises:
        AuditError: no document, or more than one, has that name.
    """
    name = _full_name(folder, doc)
    found = (_rows(folder, table, name) for table in ("documents", "blocks", "ledger", "paragraphs", "copies"))
    documents, blocks, entries, paragraphs, copies = found
    return History(
        rows_of(documents, Document)[0],
        rows_of(blocks, Block),
        rows_of(entries, Entry),
        rows_of(paragraphs, Paragraph),
        rows_of(copies, Copy),
    )


def cluster(folder: Path, doc: str, block: int) -> list[Copy]:
    """Collect the copies that a block belongs with: all that refer to the block that stays for it, or to itself."""
    rows = [*_rows(folder, "copies", _full_name(folder, doc)).to_pylist()]
    mine = next((row for row in rows if row["block"] == block), None)
    keeper = (_full_name(folder, doc), block) if mine is None else (mine["ref_doc"], mine["ref_block"])
    found: list[Copy] = []
    for path in sorted((folder / "copies").glob("*.parquet")):
        for batch in store.batches(path):
            near = pc.and_(pc.equal(batch["ref_doc"], keeper[0]), pc.equal(batch["ref_block"], keeper[1]))
            found += rows_of(batch.filter(near), Copy)
    return sorted(found)


def text_of(folder: Path, doc: str, block: int) -> str | None:
    """Read one block as it was read from its raw file."""
    rows = _rows(folder, "blocks", doc)
    mine = rows.filter(pc.equal(rows["block"], block))
    return mine["text"][0].as_py() if mine.num_rows else None


def most_changed(folder: Path) -> str | None:
    """Choose the document that shows most of what a run does: the rarer a stage's entries, the more they count."""
    columns = pa.schema([LEDGER.field(name) for name in ("doc", "stage", "rule")])
    ledger = store.table(_files(folder, "ledger"), columns)
    kinds: dict[str, set[tuple[str, str]]] = {}
    for doc, stage, rule in zip(*(column.to_pylist() for column in ledger.columns), strict=True):
        kinds.setdefault(doc, set()).add((stage, rule))
    stages = {doc: {stage for stage, _ in found} for doc, found in kinds.items()}
    seen = Counter(stage for found in stages.values() for stage in found)
    rarity = {doc: sum(1 / seen[stage] for stage in sorted(found)) for doc, found in stages.items()}
    return max(kinds, key=lambda doc: (rarity[doc], len(kinds[doc]), doc), default=None)


def _full_name(folder: Path, doc: str) -> str:
    names = store.table(_files(folder, "documents"), pa.schema([DOCUMENTS.field("doc")]))["doc"].to_pylist()
    if doc in names:
        return doc
    alike = [name for name in names if name.endswith(doc)] or [name for name in names if doc in name]
    if len(alike) == 1:
        return str(alike[0])
    if not alike:
        raise AuditError(f"no document {doc!r} in {folder}")
    raise AuditError(f"{len(alike)} documents are called like {doc!r}: {', '.join(alike[:5])} ...")


def _rows(folder: Path, table: str, doc: str) -> pa.Table:
    return store.table(_files(folder, table), PUBLISHED[table], doc=doc)


def _files(folder: Path, table: str) -> list[Path]:
    return sorted((folder / table).glob("part-*.parquet"))


def restore(folder: Path) -> Iterator[tuple[FileRow, bytes]]:
    """Give back each raw file that was read: plain text to the byte, of HTML the visible text.

    Raises:
        AuditError: a file does not come back as it was, by SHA-256.
    """
    try:
        for files, blocks in _read_batches(folder):
            prove_restored(blocks, files)
            by_name = blocks_by_document(blocks)
            yield from ((row, restored(by_name[row.name], row)) for row in files if row.name in by_name)
    except LedgerError as error:
        raise AuditError(str(error)) from None


def _read_batches(folder: Path) -> Iterator[tuple[list[FileRow], pa.RecordBatch]]:
    for path in _files(folder, "blocks"):
        side_by_side = zip(store.batches(folder / "files" / path.name), store.batches(path), strict=True)
        yield from ((rows_of(files, FileRow), blocks) for files, blocks in side_by_side)


def recheck(clean: str, run: str | None = None) -> dict[str, int]:
    """Replay, revert and balance a published run, and restore its raw files in memory.

    Returns:
        parts, documents, blocks, entries, paragraphs and files that were checked.

    Raises:
        AuditError: something is not as the ledger tells.
    """
    folder = published(clean, run)
    counts = dict.fromkeys(("parts", "documents", "blocks", "entries", "paragraphs", "files"), 0)
    for path in _files(folder, "blocks"):
        counts["parts"] += 1
        names = ("blocks", "ledger", "paragraphs", "documents")
        for batches in zip(*(store.batches(folder / name / path.name) for name in names), strict=True):
            blocks, ledger, paragraphs, _ = batches
            try:
                prove(blocks, ledger, paragraphs)
            except LedgerError as error:
                raise AuditError(f"{path.name}: {error}") from None
            for key, rows in zip(("blocks", "entries", "paragraphs", "documents"), batches, strict=True):
                counts[key] += rows.num_rows
    counts["files"] = sum(1 for _ in restore(folder))
    return counts


def chain(entries: Sequence[Entry], block: int) -> list[Entry]:
    """Pick the entries of one block, in the order in which they were carried out."""
    return sorted((e for e in entries if e.block == block), key=lambda e: (e.step, e.start))
