"""The raw folder, wherever it is: a folder of this machine, or any address that fsspec opens (s3://, memory://, zip://).

With `store` and `store_raw`, the only place that opens a file. Addresses are read, never written to.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from fsspec.core import url_to_fs

from pipeline.store_raw import FormatError, RawFile, chunks_of, open_raw, printable, raw_files

# What file systems call the time of change, or what stands for it; the first that is there.
_CHANGES = ("mtime", "LastModified", "last_modified", "updated", "modified", "created", "ETag", "etag", "sha")
_NANOSECONDS = 10**9


def is_address(raw: str) -> bool:
    """Tell an address from a path of this machine.

    >>> is_address("s3://crawl/2022"), is_address("data/raw")
    (True, False)
    """
    return "://" in raw or "::" in raw


def named(raw: str) -> str:
    """Name a raw folder the same however it is written: a path is made absolute."""
    return raw.rstrip("/") if is_address(raw) else str(Path(raw).resolve())


def problem(raw: str) -> str | None:
    """Say why a raw folder cannot be read; None if it can."""
    if not is_address(raw):
        return None if Path(raw).is_dir() else f"no folder of raw files at {raw}"
    try:
        files, root = url_to_fs(raw)
        return None if files.isdir(root) else f"no folder of raw files at {raw}"
    except (OSError, ValueError, ImportError) as error:
        return f"{raw} cannot be opened: {error}"


def listed(raw: str) -> list[RawFile]:
    """List the files of a raw folder in order of their paths, hidden ones left out (see `raw_files`)."""
    if not is_address(raw):
        return raw_files(Path(raw))
    files, root = url_to_fs(raw)
    prefix = root.rstrip("/") + "/" if root.strip("/") else root
    found = files.find(root, detail=True)
    paths = ((str(path).removeprefix(prefix).lstrip("/"), state) for path, state in found.items())
    return sorted(_raw_file(path, state) for path, state in paths if not _is_hidden(path))


@contextmanager
def opened(raw: str, file: str) -> Iterator[BinaryIO]:
    """Open a raw file for reading.

    Raises:
        FormatError: `not-a-file`, `missing`, `unreadable`.
    """
    if not is_address(raw):
        with open_raw(Path(raw, file)) as stream:
            yield stream
        return
    files, root = url_to_fs(raw)
    try:
        stream = files.open(f"{root.rstrip('/')}/{file}" if root else file, "rb")
    except FileNotFoundError:
        raise FormatError("missing", "the file is not there any more") from None
    except OSError as error:
        raise FormatError("unreadable", str(error)) from None
    with stream:
        yield stream


def size_and_sha256(raw: str, file: str) -> tuple[int, str]:
    """Count a raw file's bytes and name its content by SHA-256, hexadecimal.

    Raises:
        FormatError: as for `opened`.
    """
    size, digest = 0, hashlib.sha256()
    with opened(raw, file) as stream:
        for chunk in chunks_of(stream):
            size += len(chunk)
            digest.update(chunk)
    return size, digest.hexdigest()


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _raw_file(path: str, state: Any) -> RawFile:
    reason = None if printable(path) == path else "undecodable-name"
    return RawFile(printable(path), int(state.get("size") or 0), _changed(state), reason)


def _changed(state: Any) -> int:
    """Read when a file changed, in nanoseconds since 1970; a tag of its content does as well."""
    value = next((state[name] for name in _CHANGES if state.get(name)), 0)
    if isinstance(value, datetime):
        value = value.timestamp()
    if isinstance(value, int | float):
        return int(value * _NANOSECONDS)
    return int.from_bytes(hashlib.sha256(str(value).encode()).digest()[:7], "big")
