"""Raw files: listed, read and put in place without following links, blocking on pipes or leaving half a file."""

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, NamedTuple, Protocol

# Kept inside the raw folder, so that a file comes to its name in one step; a hidden folder is never read as input.
STAGING = ".staging"
_CHUNK = 1 << 20
_HEAD = 4096


class FormatError(ValueError):
    """A raw file that cannot be read: `reason` is one short word for tables, the message is for people."""

    def __init__(self, reason: str, message: str) -> None:
        """Give the reason and the message."""
        super().__init__(message)
        self.reason = reason


class Stream(Protocol):
    """Something that bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Read up to `size` bytes, none at the end."""


class RawFile(NamedTuple):
    """A file under a folder: its path below it (POSIX, printable), size in bytes, change in nanoseconds since 1970.

    `reason` says why it cannot be read: `not-a-file` (a link, a pipe, a device), `undecodable-name`, `unreadable`.
    """

    path: str
    bytes: int
    changed: int
    reason: str | None = None


class Kept(NamedTuple):
    """A file put in place: its size, SHA-256, first bytes, and whether it is new, changed or was there already."""

    size: int
    sha256: str
    head: bytes
    outcome: str


def raw_files(raw: Path) -> list[RawFile]:
    """List the files under a folder in order of their paths, hidden ones and what lies in hidden folders left out.

    Links are not followed; what is no regular file, or bears a name in no encoding, is listed with its `reason`.
    """
    return [file for file in all_files(raw) if not any(part.startswith(".") for part in file.path.split("/"))]


def all_files(folder: Path) -> list[RawFile]:
    """List the files under a folder like `raw_files`, hidden ones included."""
    return sorted(_found(folder))


def _found(folder: Path) -> Iterator[RawFile]:
    todo = [(os.fspath(folder), "")]
    while todo:
        place, prefix = todo.pop()
        try:
            entries = list(os.scandir(place))
        except PermissionError:
            yield RawFile(printable(prefix[:-1]), 0, 0, "unreadable")
            continue
        for entry in entries:
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                todo.append((entry.path, path + "/"))
            else:
                yield _raw_file(path, entry.stat(follow_symlinks=False))


def _raw_file(path: str, state: os.stat_result) -> RawFile:
    shown = printable(path)
    reason = "undecodable-name" if shown != path else None if stat.S_ISREG(state.st_mode) else "not-a-file"
    return RawFile(shown, state.st_size, state.st_mtime_ns, reason)


def printable(name: str) -> str:
    r"""Write a file name so that it can be printed and stored: bytes in no encoding as \x and two digits.

    >>> printable("caf\udce9.txt")
    'caf\\xe9.txt'
    """
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def read_raw(raw: Path, file: str, max_bytes: int) -> bytes:
    """Read one raw file whole.

    Raises:
        FormatError: `too-large` beyond `max_bytes`, `not-a-file` for links, pipes and devices, `missing`, `unreadable`.
    """
    with open_raw(raw / file) as stream:
        size = os.fstat(stream.fileno()).st_size
        content = stream.read(max_bytes + 1) if size <= max_bytes else b""
    if size > max_bytes or len(content) > max_bytes:
        raise FormatError("too-large", f"more than {max_bytes} bytes")
    return content


def open_raw(path: Path) -> BinaryIO:
    """Open a regular file for reading; a pipe or a device is not waited for.

    Raises:
        FormatError: `not-a-file`, `missing`, `unreadable`.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _refusal(path, error) from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise FormatError("not-a-file", "not a regular file")
    return os.fdopen(number, "rb")


def _refusal(path: Path, error: OSError) -> FormatError:
    try:
        kind = os.lstat(path).st_mode
    except OSError:
        if "\\x" in path.name:
            return FormatError("undecodable-name", "its name is text in no encoding")
        return FormatError("missing", "the file is not there any more")
    if not stat.S_ISREG(kind):
        return FormatError("not-a-file", "a link" if stat.S_ISLNK(kind) else "not a regular file")
    return FormatError("unreadable", error.strerror or str(error))


def keep(raw: Path, path: str, chunks: Iterable[bytes], max_bytes: int) -> Kept:
    """Put a file at `path` under the raw folder, whole or not at all; one that is there with this content stays.

    Raises:
        FormatError: `too-large` beyond `max_bytes`, `name-taken` where the path runs through a file or a link.
    """
    folder = raw / STAGING
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"draft-{os.getpid()}"
    try:
        size, sha256, head = _write(draft, chunks, max_bytes)
        target = _place(raw, path)
        outcome = _compare(target, size, sha256)
        if outcome != "already-there":
            draft.replace(target)
        return Kept(size, sha256, head, outcome)
    finally:
        draft.unlink(missing_ok=True)


def _write(draft: Path, chunks: Iterable[bytes], max_bytes: int) -> tuple[int, str, bytes]:
    size, digest, head = 0, hashlib.sha256(), b""
    with draft.open("wb") as out:
        for chunk in chunks:
            size += len(chunk)
            if size > max_bytes:
                raise FormatError("too-large", f"more than {max_bytes} bytes")
            head = head or chunk[:_HEAD]
            digest.update(chunk)
            out.write(chunk)
    return size, digest.hexdigest(), head


def _place(raw: Path, path: str) -> Path:
    """Make the folders that a path needs; each has to be a real one, for a link could lead anywhere."""
    target = raw / path
    for folder in reversed(PurePosixPath(path).parents[:-1]):
        (raw / folder).mkdir(exist_ok=True) if not os.path.lexists(raw / folder) else None
        if not stat.S_ISDIR(os.lstat(raw / folder).st_mode):
            raise FormatError("name-taken", f"{folder} is no folder")
    if os.path.lexists(target) and not stat.S_ISREG(os.lstat(target).st_mode):
        raise FormatError("name-taken", "something that is no file bears this name")
    return target


def _compare(target: Path, size: int, sha256: str) -> str:
    if not target.exists():
        return "staged"
    if target.stat().st_size != size:
        return "replaced"
    digest = hashlib.sha256()
    with open_raw(target) as there:
        for chunk in chunks_of(there):
            digest.update(chunk)
    return "already-there" if digest.hexdigest() == sha256 else "replaced"


def chunks_of(stream: Stream) -> Iterator[bytes]:
    """Read a stream a megabyte at a time."""
    while chunk := stream.read(_CHUNK):
        yield chunk


def write_manifest(raw: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write rows as JSON lines to the next free `.staging/manifest-00000.jsonl` of a raw folder."""
    folder = raw / STAGING
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"draft-{os.getpid()}"
    draft.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    for number in count(len(list(folder.glob("manifest-*.jsonl")))):
        path = folder / f"manifest-{number:05d}.jsonl"
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        return draft.replace(path)
    raise AssertionError("numbers do not end")
