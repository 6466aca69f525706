"""What lies in an archive, one file after the other as a stream, within bounds that no honest archive meets."""

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple

from pipeline.store_raw import FormatError, Stream, chunks_of

# Deflate reaches 1,032:1, text 3 to 20:1. Small archives may exceed it: a megabyte of blank lines harms nobody.
MOST_RATIO = 200
_FREE_BYTES = 10_000_000

_OPENERS: dict[str, Callable[[BinaryIO], Stream]] = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
_TARS = {".tar": "", ".tar.gz": "gz", ".tgz": "gz", ".tar.bz2": "bz2", ".tbz2": "bz2", ".tar.xz": "xz", ".txz": "xz"}
_SINGLES = {".gz": "gz", ".bz2": "bz2", ".xz": "xz"}
# What broken archives raise; NotImplementedError stands for a method of compression that Python lacks.
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError)


class Member(NamedTuple):
    """A file in an archive: its name as written, its size (0 where not known), why it is refused, its content.

    The content has to be read before the next member is asked for.
    """

    path: str
    size: int
    reason: str | None
    content: Iterator[bytes]


def is_archive(name: str) -> bool:
    """Tell by its name whether a file is an archive that `members` reads.

    >>> is_archive("news.tar.gz"), is_archive("news.ZIP"), is_archive("news.txt")
    (True, True, False)
    """
    return name.lower().endswith((".zip", *_TARS, *_SINGLES))


def members(stream: BinaryIO, name: str) -> Iterator[Member]:
    """Give the files in an archive in the order in which they lie there; archives inside it are files like others.

    Raises:
        FormatError: `malformed` where it is broken from some place on, `bomb` where it unpacks to more than 200 times
            its size.
    """
    lower = name.lower()
    try:
        if lower.endswith(".zip"):
            yield from _zipped(stream)
        elif kind := next((_TARS[end] for end in _TARS if lower.endswith(end)), None):
            yield from _tarred(_Bounded(_OPENERS[kind](stream), stream))
        elif lower.endswith(".tar"):
            yield from _tarred(stream)
        else:
            path = PurePosixPath(name)
            inner = _Bounded(_OPENERS[_SINGLES[path.suffix.lower()]](stream), stream)
            yield Member(path.stem, 0, None, _sound(inner))
    except _BROKEN as error:
        raise _malformed(error) from error


def _sound(stream: Stream) -> Iterator[bytes]:
    """Read a file in an archive; here, too, the archive may turn out to be broken."""
    chunks = chunks_of(stream)
    while True:
        try:
            chunk = next(chunks, b"")
        except _BROKEN as error:
            raise _malformed(error) from error
        if not chunk:
            return
        yield chunk


def _malformed(error: Exception) -> FormatError:
    return FormatError("malformed", f"the archive is broken: {error}")


class _Bounded:
    """A decompressed stream that stops where it has grown too far beyond what was read for it."""

    def __init__(self, unpacked: Stream, packed: BinaryIO) -> None:
        self._unpacked, self._packed = unpacked, packed
        self._size = 0

    def read(self, size: int) -> bytes:
        chunk = self._unpacked.read(size)
        self._size += len(chunk)
        if self._size > _FREE_BYTES + MOST_RATIO * self._packed.tell():
            raise FormatError("bomb", f"it unpacks to more than {MOST_RATIO} times its size")
        return chunk


def _tarred(stream: Stream) -> Iterator[Member]:
    # In this mode tarfile does nothing but read, one block after the other.
    with tarfile.open(fileobj=stream, mode="r|") as archive:  # type: ignore[call-overload]
        for member in archive:
            if member.isdir():
                continue
            if not member.isreg():
                yield Member(member.name, 0, "link" if member.issym() or member.islnk() else "not-a-file", iter(()))
            elif content := archive.extractfile(member):
                yield Member(member.name, member.size, None, _sound(content))


def _zipped(stream: BinaryIO) -> Iterator[Member]:
    packed = stream.seek(0, 2)
    unpacked = 0
    with zipfile.ZipFile(stream) as archive:
        for member in archive.infolist():
            if member.is_dir():
                continue
            path = _zip_name(member)
            if reason := _zip_refusal(member):
                yield Member(path, member.file_size, reason, iter(()))
                continue
            unpacked += member.file_size
            if unpacked > _FREE_BYTES + MOST_RATIO * packed:
                raise FormatError("bomb", f"it unpacks to more than {MOST_RATIO} times its size")
            with archive.open(member) as content:
                yield Member(path, member.file_size, None, _sound(content))


def _zip_refusal(member: zipfile.ZipInfo) -> str | None:
    if member.flag_bits & 0x1:
        return "encrypted"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "link"
    return "bomb" if member.file_size > _FREE_BYTES + MOST_RATIO * member.compress_size else None


def _zip_name(member: zipfile.ZipInfo) -> str:
    r"""Read a name as UTF-8 although the archive does not say so; Windows writes `\` for `/`."""
    name = member.filename
    if not member.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")
