"""ZIP and TAR: what lies in an archive, one file after the other as a stream, within bounds no honest archive meets."""

import stat
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from io import BufferedReader
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple

from pipeline.containers.reading import Limits, Record, Refused
from pipeline.containers.streams import (
    BROKEN,
    FREE_BYTES,
    MOST_RATIO,
    PACKINGS,
    broken,
    buffered,
    head_of,
    packing_of,
    unpacked,
    without_ending,
)
from pipeline.store_raw import FormatError

_TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst")


class Member(NamedTuple):
    """A file in an archive: its name as written, its size (0 where not known), why it is refused, its content.

    The content has to be read before the next member is asked for.
    """

    path: str
    size: int
    reason: str | None
    content: BinaryIO | None


def is_archive(name: str) -> bool:
    """Tell by its name whether a file is an archive, or a compressed file, that `members` reads.

    >>> is_archive("news.tar.gz"), is_archive("news.ZIP"), is_archive("news.txt")
    (True, True, False)
    """
    return name.lower().endswith((".zip", *_TARS, *(packing.ending for packing in PACKINGS)))


def members(stream: BinaryIO, name: str) -> Iterator[Member]:
    """Give the files in an archive in the order in which they lie there; archives inside it are files like others.

    Raises:
        FormatError: `malformed` where it is broken from some place on, `bomb` where it unpacks to more than 200 times
            its size.
    """
    lower = name.lower()
    by_name = next((packing for packing in PACKINGS if without_ending(lower, packing) != lower), None)
    beginning = buffered(stream)
    packing = packing_of(head_of(beginning)) or by_name
    if packing is None:
        yield from _sound(_zipped(beginning) if lower.endswith(".zip") else _tarred(beginning))
    elif lower.endswith(_TARS):
        yield from _sound(_tarred(unpacked(beginning, packing)))
    else:
        yield Member(PurePosixPath(without_ending(name, packing)).name, 0, None, unpacked(beginning, packing))


def is_zip(head: bytes, _name: str) -> bool:
    """Recognise a ZIP file by its first bytes."""
    return head.startswith((b"PK\3\4", b"PK\5\6"))


def is_tar(head: bytes, _name: str) -> bool:
    """Recognise a TAR file by the mark in its first header (POSIX.1-1988)."""
    return head[257:262] == b"ustar"


def zip_records(stream: BufferedReader, _name: str, limits: Limits) -> Iterator[Record | Refused]:
    """Read each file of a ZIP archive; one in another container is taken into memory: a ZIP is read from its end."""
    if not stream.seekable():
        raw = stream.read(limits.max_bytes + 1)
        if len(raw) > limits.max_bytes:
            raise FormatError("too-large", f"more than {limits.max_bytes} bytes of ZIP in another container")
        stream = buffered(raw)
    yield from _as_records(_sound(_zipped(stream)))


def tar_records(stream: BufferedReader, _name: str, _limits: Limits) -> Iterator[Record | Refused]:
    """Read each file of a TAR archive."""
    yield from _as_records(_sound(_tarred(stream)))


def _as_records(files: Iterator[Member]) -> Iterator[Record | Refused]:
    for number, member in enumerate(files, 1):
        if member.content is None:
            reason = member.reason or "malformed"
            yield Refused(number, member.size, member.path, FormatError(reason, f"{member.path} is not read"))
        else:
            yield Record(number, member.content, member.path, member.path)


def _sound(files: Iterator[Member]) -> Iterator[Member]:
    try:
        yield from files
    except BROKEN as error:
        raise broken(error) from error


def _tarred(stream: BinaryIO) -> Iterator[Member]:
    # In this mode tarfile does nothing but read, one block after the other.
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            if member.isdir():
                continue
            if not member.isreg():
                yield Member(member.name, 0, "link" if member.issym() or member.islnk() else "not-a-file", None)
            elif content := archive.extractfile(member):
                yield Member(member.name, member.size, None, content)  # type: ignore[arg-type]


def _zipped(stream: BinaryIO) -> Iterator[Member]:
    packed = stream.seek(0, 2)
    total = 0
    with zipfile.ZipFile(stream) as archive:
        for member in archive.infolist():
            if member.is_dir():
                continue
            path = _zip_name(member)
            if reason := _zip_refusal(member):
                yield Member(path, member.file_size, reason, None)
                continue
            total += member.file_size
            if total > FREE_BYTES + MOST_RATIO * packed:
                raise FormatError("bomb", f"it unpacks to more than {MOST_RATIO} times its size")
            with archive.open(member) as content:
                yield Member(path, member.file_size, None, content)  # type: ignore[arg-type]


def _zip_refusal(member: zipfile.ZipInfo) -> str | None:
    if member.flag_bits & 0x1:
        return "encrypted"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "link"
    return "bomb" if member.file_size > FREE_BYTES + MOST_RATIO * member.compress_size else None


def _zip_name(member: zipfile.ZipInfo) -> str:
    r"""Read a name as UTF-8 although the archive does not say so; Windows writes `\` for `/`."""
    name = member.filename
    if not member.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")
