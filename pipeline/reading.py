"""Read the raw files of a part: each a row with its outcome, the pages in batches that never split a document."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline import store_raw
from pipeline.formats import FormatError, Reading, format_of, host_of
from pipeline.job import Job, Part
from pipeline.planning import Planned, files_of
from pipeline.tables import Block, FileRow, Page

# About 2 million characters a batch: enough rows for Arrow to pay, little enough for a worker's memory.
BATCH_CHARS = 2_000_000
_HEAD = 4096


class Read(NamedTuple):
    """Some raw files, read: their rows, and what the readable ones hold."""

    files: list[FileRow]
    pages: list[Page]
    blocks: list[Block]


def read_batches(job: Job, part: Part) -> Iterator[Read]:
    """Read a part's raw files, about 2 million characters at a time."""
    batch, chars = Read([], [], []), 0
    for planned in files_of(job, part):
        row, readings = read_file(job, planned)
        batch.files.append(row)
        for reading in readings:
            batch.pages.append(reading.page)
            batch.blocks.extend(reading.blocks)
            chars += sum(len(block.text) for block in reading.blocks)
        if chars >= BATCH_CHARS:
            yield batch
            batch, chars = Read([], [], []), 0
    yield batch


def read_file(job: Job, planned: Planned) -> tuple[FileRow, list[Reading]]:
    """Read one raw file; what cannot be read is a row with its reason, and nothing is raised."""
    sha256 = name = None
    size = planned.bytes
    try:
        raw = _content(job, planned)
        sha256, size = hashlib.sha256(raw).hexdigest(), len(raw)
        form = format_of(raw[:_HEAD], planned.file)
        name = form.name
        readings = list(form.read(raw, planned.file, host_of(planned.file)))
    except FormatError as error:
        rejected = f"{error.reason}: {error}"
        return FileRow(planned.file, size, sha256, name, None, None, "rejected", rejected, planned.part, job.run), []
    encoding = readings[0].encoding
    restored = form.restore([block for reading in readings for block in reading.blocks], encoding)
    told = hashlib.sha256(restored).hexdigest()
    return FileRow(planned.file, size, sha256, name, encoding, told, "read", None, planned.part, job.run), readings


def _content(job: Job, planned: Planned) -> bytes:
    if planned.reason is not None:
        raise FormatError(planned.reason, "it is no plain file, or its name is no text")
    return store_raw.read_raw(Path(job.raw), planned.file, job.max_bytes)
