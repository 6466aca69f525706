"""Streams that containers are read from: looked into at their beginning, unpacked within bounds, broken in words."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from io import BufferedReader
from typing import BinaryIO, NamedTuple

import pyarrow as pa

from pipeline.store_raw import FormatError, Stream

# Deflate reaches 1,032:1, text 3 to 20:1. Small files may exceed it: a megabyte of blank lines harms nobody.
MOST_RATIO = 200
FREE_BYTES = 10_000_000
# What broken content raises; NotImplementedError stands for a method of compression that Python lacks.
BROKEN = (
    *(zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, pa.ArrowException),
    *(EOFError, OSError, NotImplementedError),
)
_BUFFER = 1 << 16


class Packing(NamedTuple):
    """A way to compress one file: the bytes it begins with, the ending of its name, what opens a stream of it."""

    name: str
    magic: bytes
    ending: str
    opened: Callable[[BinaryIO], Stream]


PACKINGS = (
    Packing("gz", b"\x1f\x8b", ".gz", gzip.open),
    Packing("bz2", b"BZh", ".bz2", bz2.open),
    Packing("xz", b"\xfd7zXZ\0", ".xz", lzma.open),
    Packing("zst", b"\x28\xb5\x2f\xfd", ".zst", lambda stream: pa.CompressedInputStream(stream, "zstd")),
)


def packing_of(head: bytes) -> Packing | None:
    """Recognise a compressed file by its first bytes; `BZh` alone may be a word."""
    found = next((packing for packing in PACKINGS if head.startswith(packing.magic)), None)
    return None if found and found.name == "bz2" and head[4:10] != b"1AY&SY" else found


def unpacked(stream: BinaryIO, packing: Packing) -> BufferedReader:
    """Open what is packed in a stream.

    Reading raises FormatError: `malformed` where it is broken, `bomb` where it unpacks to more than 200 times its size.
    """
    return BufferedReader(_Unpacking(packing.opened(stream), stream), _BUFFER)


def without_ending(name: str, packing: Packing) -> str:
    """Take a packing's ending from a name; .tgz is a .tar.

    >>> without_ending("news.jsonl.gz", PACKINGS[0]), without_ending("news.tgz", PACKINGS[0])
    ('news.jsonl', 'news.tar')
    """
    lower = name.lower()
    short = {"gz": ".tgz", "bz2": ".tbz2", "xz": ".txz"}.get(packing.name)
    if short and lower.endswith(short):
        return f"{name[: -len(short)]}.tar"
    return name[: -len(packing.ending)] if lower.endswith(packing.ending) else name


def buffered(content: bytes | BinaryIO) -> BufferedReader:
    """Give content a beginning that can be looked at before it is read; where it breaks, reading raises FormatError."""
    raw = io.BytesIO(content) if isinstance(content, bytes) else content
    ours = isinstance(raw, BufferedReader) and isinstance(raw.raw, _Readable | _Recoded)
    return raw if isinstance(raw, BufferedReader) and ours else BufferedReader(_Readable(raw), _BUFFER)


def head_of(stream: BufferedReader, size: int = 4096) -> bytes:
    """Look at the beginning of a stream that nothing was read from, without reading it."""
    return stream.peek(size)[:size]


def recoded(stream: BufferedReader, codec: str) -> BufferedReader:
    """Read a text in another encoding as UTF-8; what fits no character becomes U+FFFD."""
    return BufferedReader(_Recoded(io.TextIOWrapper(stream, codec, errors="replace", newline="")), _BUFFER)


def broken(error: Exception) -> FormatError:
    """Say of an error that broken content raised what it means."""
    return FormatError("malformed", f"the content is broken: {error}")


class _Readable(io.RawIOBase):
    """A stream as RawIOBase; it fills its buffer whole, so that a look at the beginning sees enough of it."""

    def __init__(self, stream: Stream) -> None:
        # Of what one call unpacks all is lost if it breaks; read1 stops sooner where there is one.
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self._stream = stream
        self._error: FormatError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._error is not None:
            raise self._error
        filled = 0
        try:
            while filled < len(buffer) and (chunk := self._next(len(buffer) - filled)):
                buffer[filled : filled + len(chunk)] = chunk
                filled += len(chunk)
        except FormatError as error:
            if not filled:
                raise
            self._error = error  # what came before the break is sound
        return filled

    def _next(self, size: int) -> bytes:
        try:
            return self._read(size)
        except BROKEN as error:
            raise broken(error) from error

    def seekable(self) -> bool:
        return bool(getattr(self._stream, "seekable", bool)())

    def seek(self, offset: int, whence: int = 0) -> int:
        self._error = None
        return int(self._stream.seek(offset, whence))  # type: ignore[attr-defined]

    def tell(self) -> int:
        return int(self._stream.tell())  # type: ignore[attr-defined]


class _Unpacking(_Readable):
    """A decompressed stream that stops where it has grown too far beyond what was read for it."""

    def __init__(self, stream: Stream, packed: BinaryIO) -> None:
        super().__init__(stream)
        self._packed, self._size = packed, 0

    def _next(self, size: int) -> bytes:
        chunk = super()._next(size)
        self._size += len(chunk)
        if self._size > FREE_BYTES + MOST_RATIO * self._packed.tell():
            raise FormatError("bomb", f"it unpacks to more than {MOST_RATIO} times its size")
        return chunk

    def seekable(self) -> bool:
        return False


class _Recoded(io.RawIOBase):
    """The UTF-8 bytes of a text."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text, self._left = text, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._left:
            self._left = self._text.read(len(buffer)).encode("utf-8", "replace")
        chunk, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)
