"""The passes over one part: read it, clean it, finish it. Many parts go through them side by side.

A pass puts its work into a folder named after everything that it was made from, so it may run again at any time, after
any interruption: finished work is found and not done twice.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import cleaning, memory, sightings, store
from pipeline.formats import format_named
from pipeline.gathering import links_of, sites_of
from pipeline.job import Job, Part, clean_key, finish_key, load_rules, mend_key, pages_of
from pipeline.ledger import LedgerError, keys, replay
from pipeline.reading import Read, read_batches
from pipeline.rulebook import Rulebook
from pipeline.stages.boilerplate import with_roles
from pipeline.tables import (
    BLOCKS,
    COPIES,
    DOCUMENTS,
    EVENTS,
    FILES,
    LEDGER,
    LINES,
    MENTIONS,
    PAGES,
    PARAGRAPHS,
    READINGS,
    SENTENCES,
    SHOWN,
    SIGNATURES,
    VERDICTS,
    Block,
    Document,
    FileRow,
    batch_of,
    rows_of,
    table_of,
)

Counts = dict[str, int]


def read_part(job: Job, part: Part) -> Counts:
    """Read a part's raw files into blocks, repair their characters, and note what lines and names they show.

    Returns:
        files, rejected, pages, blocks, repairs; `fresh` is 0 when all of it was done before.
    """
    read = job.work("read", part.key)
    if not read.is_dir():
        with store.folder(read) as draft:
            store.write_json(draft / "counts.json", _read(job, part, draft))
    mended = job.work("mend", mend_key(job, part))
    fresh = not mended.is_dir()
    if fresh:
        with store.folder(mended) as draft:
            store.write_json(draft / "counts.json", _mend(job, part, draft, load_rules(job)))
    return {**store.read_json(read / "counts.json"), **store.read_json(mended / "counts.json"), "fresh": int(fresh)}


def _read(job: Job, part: Part, draft: Path) -> Counts:
    counts: Counter[str] = Counter(files=0, rejected=0, pages=0, blocks=0)
    key = {"part": part.key}
    with (
        store.table_writer(draft / "files.parquet", FILES, key) as files,
        store.table_writer(draft / "pages.parquet", PAGES, key) as pages,
        store.table_writer(draft / "blocks.parquet", BLOCKS, key) as blocks,
    ):
        for batch in read_batches(job, part):
            files.write_batch(table_of(batch.files, FILES))
            pages.write_batch(table_of(batch.pages, PAGES))
            blocks.write_batch(table_of(batch.blocks, BLOCKS))
            counts.update(_counts_of(batch))
    return dict(counts)


def _counts_of(batch: Read) -> Counts:
    rejected = sum(row.outcome == "rejected" for row in batch.files)
    return {"files": len(batch.files), "rejected": rejected, "pages": len(batch.pages), "blocks": len(batch.blocks)}


def _mend(job: Job, part: Part, draft: Path, rules: Rulebook) -> Counts:
    pages = pages_of(job, part)
    hosts = {doc: page.host for doc, page in pages.items()}
    chosen = pa.array(memory.chosen(hosts), pa.string())
    repairs = 0
    made_with = {"rules": rules.digest}
    with (
        store.table_writer(draft / "ledger.parquet", LEDGER, made_with) as ledger,
        store.table_writer(draft / "lines.parquet", LINES, made_with) as lines,
        store.table_writer(draft / "shown.parquet", SHOWN, made_with) as remembered,
        store.table_writer(draft / "mentions.parquet", MENTIONS, made_with) as mentions,
    ):
        for blocks in store.batches(job.work("read", part.key) / "blocks.parquet"):
            true, entries = cleaning.mend(blocks, rules)
            ledger.write_batch(entries)
            shown = sightings.lines_shown(true, hosts)
            lines.write(sightings.count_lines(shown))
            remembered.write(shown.filter(pc.is_in(shown["doc"], value_set=chosen)))
            mentions.write_batch(sightings.note_mentions(true, pages, rules))
            repairs += entries.num_rows
    return {"repairs": repairs}


def clean_part(job: Job, part: Part) -> Counts:
    """Judge a part's pages, take the boilerplate away, correct the words, and sign the paragraphs that stay.

    Returns:
        removed, corrected; `fresh` is 0 when all of it was done before.
    """
    place = job.work("clean", clean_key(job, part))
    fresh = not place.is_dir()
    if fresh:
        with store.folder(place) as draft:
            store.write_json(draft / "counts.json", _clean(job, part, draft, load_rules(job)))
    return {**store.read_json(place / "counts.json"), "fresh": int(fresh)}


def _clean(job: Job, part: Part, draft: Path, rules: Rulebook) -> Counts:
    pages = pages_of(job, part)
    sites = sites_of(job, pages)
    mended = store.table([job.work("mend", mend_key(job, part)) / "ledger.parquet"], LEDGER)
    removed = corrected = 0
    made_with = {"rules": rules.digest}
    with (
        store.table_writer(draft / "verdicts.parquet", VERDICTS, made_with) as verdicts,
        store.table_writer(draft / "ledger.parquet", LEDGER, made_with) as ledger,
        store.table_writer(draft / "documents.parquet", DOCUMENTS, made_with) as documents,
        store.table_writer(draft / "readings.parquet", READINGS, made_with) as readings,
        store.table_writer(draft / "signatures.parquet", SIGNATURES, made_with) as signed,
        store.table_writer(draft / "sentences.parquet", SENTENCES, made_with) as cut,
    ):
        for blocks in store.batches(job.work("read", part.key) / "blocks.parquet"):
            first = _of_documents(blocks, mended)
            cleaned = cleaning.clean(replay(blocks, first), pages, sites, rules, first)
            verdicts.write_batch(cleaned.verdicts)
            ledger.write_batch(pa.concat_batches([first, cleaned.entries]))
            documents.write_batch(cleaned.documents)
            readings.write_batch(cleaned.readings)
            signed.write_batch(cleaned.signatures)
            cut.write_batch(cleaned.sentences)
            removed += cleaned.entries["after"].null_count
            corrected += cleaned.entries.num_rows - cleaned.entries["after"].null_count
    return {"removed": removed, "corrected": corrected}


def finish_part(job: Job, part: Part) -> Counts:
    """Take a part's copies away, write its share of the published tables, and prove that nothing is lost.

    Returns:
        documents, blocks, paragraphs, and the entries of each stage and rule; `fresh` is 0 when it was done before.

    Raises:
        LedgerError: the books do not balance, or a raw file does not come back from the tables.
    """
    place = job.work("finish", finish_key(job, part))
    fresh = not place.is_dir()
    if fresh:
        with store.folder(place) as draft:
            store.write_json(draft / "counts.json", _finish(job, part, draft, load_rules(job)))
    return {**store.read_json(place / "counts.json"), "fresh": int(fresh)}


def _finish(job: Job, part: Part, draft: Path, rules: Rulebook) -> Counts:
    read, cleaned = job.work("read", part.key), job.work("clean", clean_key(job, part))
    files = {row.file: row for row in rows_of(store.table([read / "files.parquet"], FILES), FileRow)}
    entries = store.table([cleaned / "ledger.parquet"], LEDGER)
    verdicts = batch_of(store.table([cleaned / "verdicts.parquet"], VERDICTS))
    drafts = rows_of(store.table([cleaned / "documents.parquet"], DOCUMENTS), Document)
    links = links_of(job, {row.doc for row in drafts})
    counts: Counter[str] = Counter(documents=0, blocks=0, paragraphs=0)
    note = {"rules": rules.digest, "part": part.key}
    with (
        store.table_writer(draft / "blocks.parquet", BLOCKS, note) as blocks_out,
        store.table_writer(draft / "ledger.parquet", LEDGER, note) as ledger_out,
        store.table_writer(draft / "documents.parquet", DOCUMENTS, note) as documents_out,
        store.table_writer(draft / "paragraphs.parquet", PARAGRAPHS, note) as paragraphs_out,
    ):
        for as_read in store.batches(read / "blocks.parquet"):
            blocks = with_roles(as_read, verdicts.take(pc.index_in(keys(as_read), value_set=keys(verdicts))))
            here = set(as_read["doc"].to_pylist())
            mine = [links.complete(row) for row in drafts if row.doc in here]
            batch = cleaning.finish(blocks, _of_documents(blocks, entries), mine, links.copies, rules)
            prove_restored(batch.blocks, files, {row.doc: row.file for row in mine})
            blocks_out.write_batch(batch.blocks)
            ledger_out.write_batch(batch.ledger)
            documents_out.write_batch(batch.documents)
            paragraphs_out.write_batch(batch.paragraphs)
            counts.update(documents=len(mine), blocks=blocks.num_rows, paragraphs=batch.paragraphs.num_rows)
            rules_of = zip(batch.ledger["stage"].to_pylist(), batch.ledger["rule"].to_pylist(), strict=True)
            counts.update(f"{stage}/{rule}" for stage, rule in rules_of)
    store.write_table(draft / "copies.parquet", COPIES, links.copies.to_batches(), note)
    store.write_table(draft / "events.parquet", EVENTS, links.events.to_batches(), note)
    return dict(counts)


def prove_restored(blocks: pa.RecordBatch, files: Mapping[str, FileRow], file_of: Mapping[str, str]) -> None:
    """Check that each raw file comes back from its blocks, by SHA-256: plain text to the byte, HTML's visible text.

    Raises:
        LedgerError: one does not.
    """
    by_file: dict[str, list[Block]] = {}
    for block in rows_of(blocks, Block):
        by_file.setdefault(file_of[block.doc], []).append(block)
    for file, mine in by_file.items():
        row = files[file]
        told = hashlib.sha256(restored(mine, row)).hexdigest()
        if told != row.text_sha256:
            raise LedgerError(f"{file}: what the tables hold is not what was read")


def restored(blocks: Sequence[Block], row: FileRow) -> bytes:
    """Give a raw file back from its blocks: plain text to the byte, of HTML the visible text."""
    return format_named(row.format or "").restore(blocks, row.encoding or "")


def _of_documents(blocks: pa.RecordBatch, rows: pa.Table) -> pa.RecordBatch:
    """Pick the rows of the documents in a batch."""
    return batch_of(rows.filter(pc.is_in(rows["doc"], value_set=blocks["doc"].unique())))
