"""Files of tables: written whole or not at all, found again by the name of what went into them.

With `store_raw`, the only place that opens a file. A pass writes a *folder* of tables under a key, the digest of
everything that it was made from; a folder that stands under its key is finished work and is never written again.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

# Level 3 halves what snappy leaves, at little more time; longer words do not repeat enough for a dictionary.
_WRITING = {"compression": "zstd", "compression_level": 3}
_LONG = frozenset({"text", "before", "after", "evidence", "words", "facts", "authors", "agencies", "flags"})


class StoreError(RuntimeError):
    """A folder that cannot be used as asked."""


@contextmanager
def folder(path: Path) -> Iterator[Path]:
    """Give a draft folder to write in, which takes its name only when everything in it is whole.

    If a folder of that name is there by then (another worker was quicker with the same work), the draft goes away.
    """
    draft = path.with_name(f"{path.name}.partial-{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        try:
            draft.rename(path)
        except OSError:
            if not path.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_table(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch], note: Mapping[str, str]) -> int:
    """Write batches as one Parquet file, a row group each, with `note` in its metadata; return the rows written."""
    rows = 0
    with table_writer(path, schema, note) as writer:
        for batch in batches:
            writer.write(batch)
            rows += batch.num_rows
    return rows


class Writer:
    """Writes batches as row groups, one each, so that files written side by side are read side by side."""

    def __init__(self, file: pq.ParquetWriter) -> None:
        """Write to an open file."""
        self._file = file

    def write(self, rows: pa.RecordBatch | pa.Table) -> None:
        """Write a row group, be it empty."""
        table = pa.Table.from_batches([rows]) if isinstance(rows, pa.RecordBatch) else rows
        self._file.write_table(table, row_group_size=max(table.num_rows, 1))


@contextmanager
def table_writer(path: Path, schema: pa.Schema, note: Mapping[str, str]) -> Iterator[Writer]:
    """Open a Parquet file for writing a batch at a time; it stands under its name once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.partial-{os.getpid()}")
    noted = schema.with_metadata({**(schema.metadata or {}), **note})
    short = [field.name for field in schema if field.name not in _LONG]
    try:
        with pq.ParquetWriter(draft, noted, use_dictionary=short, **_WRITING) as writer:
            yield Writer(writer)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def batches(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Read a Parquet file a row group at a time; an empty group yields an empty batch."""
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, columns=columns).combine_chunks()
            schema = table.schema.remove_metadata()
            rows = table.to_batches()
            yield rows[0] if rows else pa.RecordBatch.from_pylist([], schema=schema)


def table(paths: Iterable[Path], schema: pa.Schema, doc: str | None = None) -> pa.Table:
    """Read Parquet files as one table of `schema`, or only one document's rows; no files make an empty table."""
    only = [("doc", "=", doc)] if doc is not None else None
    read = [pq.read_table(path, columns=schema.names, partitioning=None, filters=only) for path in paths]
    parts = [part.cast(schema) for part in read]
    return pa.concat_tables(parts).combine_chunks() if parts else schema.empty_table()


def note_of(path: Path) -> dict[str, str]:
    """Read a Parquet file's key-value metadata, without the Arrow schema."""
    pairs = (pq.read_schema(path).metadata or {}).items()
    return {key.decode(): value.decode() for key, value in pairs}


def rows_in(path: Path) -> int:
    """Count the rows of a Parquet file; none of them is read."""
    return int(pq.read_metadata(path).num_rows)


def write_json(path: Path, content: Any) -> None:
    """Write a small JSON file that stands whole under its name, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.partial-{os.getpid()}")
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    draft.replace(path)


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text("utf-8"))


def write_text(path: Path, text: str) -> None:
    """Write a text file that stands whole under its name, or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file that stands whole under its name, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.partial-{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


def inside(folder: Path, name: str) -> Path:
    """Place a relative name under a folder.

    Raises:
        StoreError: the name would leave the folder.
    """
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise StoreError(f"{name!r} would leave {folder}")
    return path


def digest(*parts: object) -> str:
    """Name a state by what it is made of: 16 hexadecimal digits of a SHA-256 over the parts' JSON.

    >>> digest("a", 1) == digest("a", 1) != digest("a1")
    True
    """
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, sort_keys=True, default=str).encode()).hexdigest()[:16]


def digest_of_files(paths: Iterable[Path], root: Path) -> str:
    """Name the state of files by their paths under `root` and what stands in them."""
    return digest(*((p.relative_to(root).as_posix(), hashlib.sha256(p.read_bytes()).hexdigest()) for p in paths))


def digest_of_table(rows: pa.Table | pa.RecordBatch) -> str:
    """Name the state of a table by its rows, in order."""
    return digest(rows.schema.names, *(column.to_pylist() for column in rows.columns))


def link_or_copy(source: Path, target: Path) -> None:
    """Let `target` be the same file as `source`, by a hard link where the file system has them."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def point(link: Path, target: str) -> None:
    """Let a symbolic link point at `target` (relative to it), in one atomic step.

    Raises:
        StoreError: something that is not a link stands there.
    """
    if link.exists() and not link.is_symlink():
        raise StoreError(f"{link} is in the way: it should be a link to the published run")
    draft = link.with_name(f"{link.name}.partial-{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target, target_is_directory=True)
    draft.replace(link)


def remove(path: Path) -> None:
    """Take a folder away: renamed first, so that nobody finds half of it under its name."""
    doomed = path.with_name(f"{path.name}.partial-removed-{os.getpid()}")
    path.rename(doomed)
    shutil.rmtree(doomed)


def sweep(path: Path) -> None:
    """Clear a folder of drafts that a killed run left behind; call it only while holding the lock."""
    for stale in path.glob("**/*.partial-*"):
        if stale.is_dir() and not stale.is_symlink():
            shutil.rmtree(stale, ignore_errors=True)
        else:
            stale.unlink(missing_ok=True)


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold a lock file for the time of a run; the system lets go of it even when the run is killed.

    Raises:
        StoreError: another run holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StoreError(f"another run is at work in {path.parent}") from None
        yield
