"""The passes over one part: read it, clean it, finish it. Many parts go through them side by side.

A pass puts its work into a folder named after everything that it was made from, so it may run again at any time, after
any interruption: finished work is found and not done twice.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import cleaning, memory, sightings, store
from pipeline.asking import answers_of
from pipeline.copies import links_of
from pipeline.gathering import site_lines, sites_of, told_to
from pipeline.job import Job, Part, clean_key, finish_key, hosts_of, load_rules, mend_key, page_batches
from pipeline.ledger import keys, replay
from pipeline.reading import read_batches
from pipeline.restoring import prove_restored
from pipeline.rulebook import Rulebook
from pipeline.stages.boilerplate import with_roles
from pipeline.tables import (
    BLOCKS,
    COPIES,
    DOCUMENTS,
    ENTITIES,
    EVENTS,
    FILES,
    FLAGS,
    LEDGER,
    LINES,
    MENTIONS,
    PAGES,
    PARAGRAPHS,
    PEOPLE,
    QUOTATIONS,
    READINGS,
    SENTENCES,
    SHOWN,
    SIGNATURES,
    TONGUES,
    VERDICTS,
    Document,
    FileRow,
    Tongue,
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
    with (
        store.table_writer(draft / "files.parquet", FILES) as files,
        store.table_writer(draft / "pages.parquet", PAGES) as pages,
        store.table_writer(draft / "blocks.parquet", BLOCKS) as blocks,
    ):
        for batch in read_batches(job, part):
            files.write(table_of(batch.files, FILES))
            pages.write(table_of(batch.pages, PAGES))
            blocks.write(table_of(batch.blocks, BLOCKS))
            counts.update({name: len(rows) for name, rows in batch._asdict().items()})
            counts["rejected"] += sum(row.outcome != "read" for row in batch.files)
    return dict(counts)


def _mend(job: Job, part: Part, draft: Path, rules: Rulebook) -> Counts:
    hosts = hosts_of(job, part)
    chosen = pa.array(memory.chosen(hosts), pa.string())
    repairs = 0
    with (
        store.table_writer(draft / "ledger.parquet", LEDGER) as ledger,
        store.table_writer(draft / "lines.parquet", LINES) as lines,
        store.table_writer(draft / "shown.parquet", SHOWN) as remembered,
        store.table_writer(draft / "mentions.parquet", MENTIONS) as mentions,
        store.table_writer(draft / "people.parquet", PEOPLE) as people,
    ):
        as_read = store.batches(job.work("read", part.key) / "blocks.parquet")
        for blocks, pages in zip(as_read, page_batches(job, part), strict=True):
            true, entries = cleaning.mend(blocks, rules)
            ledger.write(entries)
            shown = sightings.lines_shown(true, hosts)
            lines.write(sightings.count_lines(shown))
            remembered.write(shown.filter(pc.is_in(shown["doc"], value_set=chosen)))
            mentioned, seen = sightings.note_names(true, pages, rules)
            mentions.write(mentioned)
            people.write(seen)
            repairs += entries.num_rows
    return {"repairs": repairs}


def clean_part(job: Job, part: Part) -> Counts:
    """Judge a part's pages, take the boilerplate away, correct the words, and sign the paragraphs that stay.

    Returns:
        removed, corrected; `fresh` is 0 when all of it was done before.
    """
    place = job.work("clean", clean_key(job, part))
    if fresh := not place.is_dir():
        with store.folder(place) as draft:
            store.write_json(draft / "counts.json", _clean(job, part, draft, load_rules(job)))
    return {**store.read_json(place / "counts.json"), "fresh": int(fresh)}


def _clean(job: Job, part: Part, draft: Path, rules: Rulebook) -> Counts:
    read, mended = job.work("read", part.key), job.work("mend", mend_key(job, part))
    lines, told, answers = site_lines(job, part), told_to(job, part), answers_of(job, part)
    removed, corrected = 0, 0
    with (
        store.table_writer(draft / "verdicts.parquet", VERDICTS) as verdicts,
        store.table_writer(draft / "ledger.parquet", LEDGER) as ledger,
        store.table_writer(draft / "flags.parquet", FLAGS) as flags,
        store.table_writer(draft / "documents.parquet", DOCUMENTS) as documents,
        store.table_writer(draft / "readings.parquet", READINGS) as readings,
        store.table_writer(draft / "tongues.parquet", TONGUES) as tongues,
        store.table_writer(draft / "signatures.parquet", SIGNATURES) as signed,
        store.table_writer(draft / "sentences.parquet", SENTENCES) as cut,
        store.table_writer(draft / "quotations.parquet", QUOTATIONS) as quoted,
    ):
        side_by_side = [store.batches(mended / f"{name}.parquet") for name in ("ledger", "people")]
        read_before = (store.batches(read / "blocks.parquet"), page_batches(job, part))
        for blocks, pages, first, seen in zip(*read_before, *side_by_side, strict=True):
            people = sightings.people_of(pages, seen, told)
            mine = [answer for doc in pages for answer in answers.get(doc, ())]
            cleaned = cleaning.clean(replay(blocks, first), pages, sites_of(pages, lines), people, rules, first, mine)
            verdicts.write(cleaned.verdicts)
            ledger.write(pa.concat_batches([first, cleaned.entries]))
            flags.write(cleaned.flags)
            documents.write(cleaned.documents)
            readings.write(cleaned.readings)
            tongues.write(cleaned.tongues)
            signed.write(cleaned.signatures)
            cut.write(cleaned.sentences)
            quoted.write(cleaned.quotations)
            removed += (gone := cleaned.entries["after"].null_count)
            corrected += cleaned.entries.num_rows - gone
    return {"removed": removed, "corrected": corrected}


def finish_part(job: Job, part: Part) -> Counts:
    """Take a part's copies away, write its share of the published tables, and prove that nothing is lost.

    Returns:
        documents, blocks, paragraphs, and the entries of each stage and rule; `fresh` is 0 when it was done before.

    Raises:
        LedgerError: the books do not balance, or a raw file does not come back from the tables.
    """
    place = job.work("finish", finish_key(job, part))
    if fresh := not place.is_dir():
        with store.folder(place) as draft:
            store.write_json(draft / "counts.json", _finish(job, part, draft, load_rules(job)))
    return {**store.read_json(place / "counts.json"), "fresh": int(fresh)}


def _finish(job: Job, part: Part, draft: Path, rules: Rulebook) -> Counts:
    links = links_of(job, part)
    counts: Counter[str] = Counter(documents=0, blocks=0, paragraphs=0)
    with (
        store.table_writer(draft / "blocks.parquet", BLOCKS) as blocks_out,
        store.table_writer(draft / "ledger.parquet", LEDGER) as ledger_out,
        store.table_writer(draft / "documents.parquet", DOCUMENTS) as documents_out,
        store.table_writer(draft / "paragraphs.parquet", PARAGRAPHS) as paragraphs_out,
    ):
        for files, blocks, entries, drafts, tongues in _cleaned_batches(job, part):
            mine = [links.complete(row) for row in drafts]
            copies = _of_documents(drafts, links.copies)
            batch = cleaning.finish(blocks, entries, mine, copies, tongues, rules)
            prove_restored(batch.blocks, files)
            blocks_out.write(batch.blocks)
            ledger_out.write(batch.ledger)
            documents_out.write(batch.documents)
            paragraphs_out.write(batch.paragraphs)
            counts.update(documents=len(mine), blocks=blocks.num_rows, paragraphs=batch.paragraphs.num_rows)
            rules_of = zip(batch.ledger["stage"].to_pylist(), batch.ledger["rule"].to_pylist(), strict=True)
            counts.update(f"{stage}/{rule}" for stage, rule in rules_of)
    store.write_table(draft / "copies.parquet", COPIES, links.copies.to_batches())
    store.write_table(draft / "events.parquet", EVENTS, links.events.to_batches())
    store.write_table(draft / "entities.parquet", ENTITIES, links.entities.to_batches())
    return dict(counts)


def _cleaned_batches(
    job: Job, part: Part
) -> Iterator[tuple[list[FileRow], pa.RecordBatch, pa.RecordBatch, list[Document], list[Tongue]]]:
    """Read side by side what the passes before made: files, blocks with roles, ledger so far, documents, tongues."""
    read, cleaned = job.work("read", part.key), job.work("clean", clean_key(job, part))
    side_by_side = zip(
        *(store.batches(read / f"{name}.parquet") for name in ("files", "blocks")),
        *(store.batches(cleaned / f"{name}.parquet") for name in ("ledger", "verdicts", "documents", "tongues")),
        strict=True,
    )
    for files, as_read, entries, verdicts, drafts, tongues in side_by_side:
        blocks = with_roles(as_read, verdicts.take(pc.index_in(keys(as_read), value_set=keys(verdicts))))
        yield rows_of(files, FileRow), blocks, entries, rows_of(drafts, Document), rows_of(tongues, Tongue)


def _of_documents(drafts: Sequence[Document], rows: pa.Table) -> pa.Table:
    """Pick the rows of some documents."""
    docs = pa.array([draft.doc for draft in drafts], pa.string())
    return rows.filter(pc.is_in(rows["doc"], value_set=docs)).combine_chunks()
