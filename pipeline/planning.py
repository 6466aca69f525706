"""Share the raw files out in parts that stay what they are from run to run."""

from collections.abc import Iterable
from typing import NamedTuple

import pyarrow as pa

from pipeline import rulebook, store, store_raw, store_source
from pipeline.job import Job, JobError, Part, reading_code
from pipeline.tables import rows_of, table_of

PLAN = pa.schema(
    [
        ("part", pa.int32()),
        ("file", pa.string()),
        ("bytes", pa.int64()),
        ("changed", pa.int64()),
        ("reason", pa.string()),
    ]
)


class Planned(NamedTuple):
    """A raw file in the plan: its part, its size in bytes, when it changed (nanoseconds since 1970).

    `reason` says why it cannot be read at all: it is no regular file, or its name is not text.
    """

    part: int
    file: str
    bytes: int
    changed: int
    reason: str | None


def plan(job: Job) -> list[Part]:
    """Share the raw files out in parts of about `part_bytes`; a file stays in the part that it was first put in.

    Raises:
        JobError: there is no raw file.
    """
    found = {file.path: file for file in store_source.listed(job.raw)}
    if not found:
        raise JobError(f"no raw files in {job.raw}")
    path = job.work("plan.parquet")
    earlier = rows_of(store.table([path] if path.exists() else [], PLAN), Planned)
    kept = [_planned(p.part, found[p.file]) for p in earlier if p.file in found]
    new = [found[name] for name in sorted(set(found) - {p.file for p in kept})]
    fresh = _share_out(job, new, max((p.part for p in earlier), default=-1) + 1)
    files = sorted([*kept, *fresh], key=lambda p: (p.part, p.file))
    groups = {number: [p for p in files if p.part == number] for number in sorted({p.part for p in files})}
    store.write_table(path, PLAN, [table_of(rows, PLAN) for rows in groups.values()])
    return [_part(job, number, rows) for number, rows in groups.items()]


def files_of(job: Job, part: Part) -> list[Planned]:
    """List the raw files of a part, in order."""
    for batch in store.batches(job.work("plan.parquet")):
        rows = rows_of(batch, Planned)
        if rows and rows[0].part == part.number:
            return rows
    raise JobError(f"part {part.number} is not in the plan")


def _planned(part: int, file: store_raw.RawFile) -> Planned:
    return Planned(part, file.path, file.bytes, file.changed, file.reason)


def _share_out(job: Job, files: Iterable[store_raw.RawFile], number: int) -> list[Planned]:
    shared: list[Planned] = []
    size = 0
    for file in files:
        if size >= job.part_bytes:
            number, size = number + 1, 0
        shared.append(_planned(number, file))
        size += file.bytes
    return shared


def _part(job: Job, number: int, rows: list[Planned]) -> Part:
    how = (reading_code(), store_source.named(job.raw), job.max_bytes, rulebook.load(job.rules).records.names)
    key = store.digest(*how, [row[1:] for row in rows])
    return Part(number, key, len(rows), sum(row.bytes for row in rows))
