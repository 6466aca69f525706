"""Read the raw files of a part: each a row with its outcome, the pages in batches that never split a document."""

import hashlib
from collections.abc import Iterator
from io import BufferedReader
from typing import NamedTuple

from pipeline import rulebook, store_source
from pipeline.containers import Container, Limits, Record, Refused, Told, container_of
from pipeline.containers.streams import buffered, head_of, packing_of, unpacked, without_ending
from pipeline.formats import FormatError, Reading, format_of, host_of, with_record
from pipeline.job import Job, Part
from pipeline.planning import Planned, files_of
from pipeline.tables import Block, FileRow, Page

# About 2 million characters a batch: enough rows for Arrow to pay, little enough for a worker's memory.
BATCH_CHARS = 2_000_000
# Records without a text are rows, too, and a file may hold millions of them.
_BATCH_FILES = 20_000
# A page in a table in a ZIP in a TAR: deeper than this lies no honest page.
_DEPTH = 4
_HEAD = 4096


class Read(NamedTuple):
    """Some raw files, read: their rows, and what the readable ones hold."""

    files: list[FileRow]
    pages: list[Page]
    blocks: list[Block]


class Outcome(NamedTuple):
    """What became of a file or a record, and its page where it is one."""

    row: FileRow
    reading: Reading | None


class _Source(NamedTuple):
    """What is being read: a raw file, or a record of one (`record` is `#3`, or `#3#1` for a record of a record)."""

    raw: str
    planned: Planned
    run: str
    record: str
    own_id: str | None
    name: str
    told: Told
    limits: Limits

    def row(self, outcome: str, size: int, sha256: str | None = None, form: str | None = None) -> FileRow:
        return FileRow(
            file=self.planned.file,
            record=self.record or None,
            own_id=self.own_id,
            bytes=size,
            sha256=sha256,
            format=form,
            encoding=None,
            text_sha256=None,
            records=None,
            outcome=outcome,
            reason=None,
            part=self.planned.part,
            run=self.run,
        )

    def rejected(self, error: FormatError, size: int, sha256: str | None = None, form: str | None = None) -> Outcome:
        row = self.row("rejected", size, sha256, form)
        return Outcome(row._replace(reason=f"{error.reason}: {error}"), None)


def read_batches(job: Job, part: Part) -> Iterator[Read]:
    """Read a part's raw files, about 2 million characters at a time."""
    batch, chars = Read([], [], []), 0
    limits = limits_of(job)
    for row, reading in (outcome for planned in files_of(job, part) for outcome in read_file(job, planned, limits)):
        batch.files.append(row)
        if reading is not None:
            batch.pages.append(reading.page)
            batch.blocks.extend(reading.blocks)
            chars += sum(len(block.text) for block in reading.blocks)
        if chars >= BATCH_CHARS or len(batch.files) >= _BATCH_FILES:
            yield batch
            batch, chars = Read([], [], []), 0
    yield batch


def limits_of(job: Job) -> Limits:
    """Say how far reading goes in a run, and where records keep their text."""
    return Limits(job.max_bytes, rulebook.load(job.rules).records)


def read_file(job: Job, planned: Planned, limits: Limits) -> Iterator[Outcome]:
    """Read one raw file: a page, or the records of a container and then the container itself.

    What cannot be read is a row with its reason, and nothing is raised.
    """
    source = _Source(job.raw, planned, job.run, "", None, planned.file, Told(), limits)
    if planned.reason is not None:
        yield source.rejected(FormatError(planned.reason, "it is no plain file, or its name is no text"), planned.bytes)
        return
    try:
        with store_source.opened(job.raw, planned.file) as stream:
            yield from _read(buffered(stream), source, 0)
    except FormatError as error:
        yield source.rejected(error, planned.bytes)


def _read(stream: BufferedReader, source: _Source, depth: int) -> Iterator[Outcome]:
    """Read what a stream holds: records if it is a container, else one page."""
    packings: list[str] = []
    name, plain = source.name, stream
    container = _container(stream, name)
    while container is None and (packing := packing_of(head_of(plain))) and name:
        if len(packings) == _DEPTH:
            raise FormatError("nested", f"it is compressed more than {_DEPTH} times")
        plain, name = unpacked(plain, packing), without_ending(name, packing)
        packings.append(packing.name)
        container = _container(plain, name)
    if container is None:
        yield _page(plain.read(source.limits.max_bytes + 1), source, name, packed=bool(packings))
    elif depth >= _DEPTH:
        raise FormatError("nested", f"containers lie in one another more than {_DEPTH} deep")
    else:
        form = "+".join([container.name, *packings])
        yield from _records(container.records(plain, name, source.limits), source, depth, form)


def _container(stream: BufferedReader, name: str) -> Container | None:
    """Find what reads the records of a stream; what bears no name is the content of a record already."""
    head = head_of(stream)
    found = container_of(head, name) if name else None
    return None if found is not None and packing_of(head) and found.name != "warc" else found


def _records(records: Iterator[Record | Refused], source: _Source, depth: int, form: str) -> Iterator[Outcome]:
    """Read each record, and say at last how many there were; what breaks off is `partial`."""
    count, error = 0, None
    try:
        for record in records:
            count += 1
            yield from _record(record, source, depth)
    except FormatError as broken:
        error = broken
    outcome = "read" if error is None else "partial" if count else "rejected"
    row = source.row(outcome, *_size_and_sha256(source), form=form)
    yield Outcome(row._replace(records=count, reason=f"{error.reason}: {error}" if error else None), None)


def _record(record: Record | Refused, source: _Source, depth: int) -> Iterator[Outcome]:
    below = source._replace(
        record=f"{source.record}#{record.number}",
        own_id=record.own_id,
        name=record.name if isinstance(record, Record) else "",
        told=record.told if isinstance(record, Record) else Told(),
    )
    if isinstance(record, Refused):
        yield below.rejected(record.error, record.bytes)
        return
    if isinstance(record.content, bytes) and not record.name:
        yield _page(record.content, below, "", packed=False)
        return
    try:
        yield from _read(buffered(record.content), below, depth + 1)
    except FormatError as error:
        yield below.rejected(error, 0)


def _page(raw: bytes, source: _Source, name: str, *, packed: bool) -> Outcome:
    """Read one page; one that goes beyond the bound may come cut off behind it."""
    size, sha256, form = (len(raw) if source.record else source.planned.bytes), None, None
    if len(raw) > source.limits.max_bytes:
        return source.rejected(FormatError("too-large", f"more than {source.limits.max_bytes} bytes"), size)
    try:
        size, sha256 = (
            _size_and_sha256(source) if packed and not source.record else (len(raw), hashlib.sha256(raw).hexdigest())
        )
        reader = format_of(raw[:_HEAD], name, source.told.media)
        form = reader.name
        doc = source.planned.file + source.record
        reading = reader.read(raw, doc, host_of(source.planned.file), source.told.charset)
    except FormatError as error:
        return source.rejected(error, size, sha256, form)
    told = hashlib.sha256(reader.restore(reading.blocks, reading.encoding)).hexdigest()
    row = source.row("read", size, sha256, form)._replace(encoding=reading.encoding, text_sha256=told)
    page = with_record(reading.page, source.planned.file, source.own_id, source.told)
    return Outcome(row, reading._replace(page=page))


def _size_and_sha256(source: _Source) -> tuple[int, str | None]:
    """Measure a raw file as it lies there; of a container in another, nothing is known."""
    return (0, None) if source.record else store_source.size_and_sha256(source.raw, source.planned.file)
