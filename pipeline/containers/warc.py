"""WARC and WET (ISO 28500): a record for each page that a crawler fetched, or for the text that was taken from it."""

import re
from collections.abc import Iterator
from io import BufferedReader

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from pipeline.containers.reading import Limits, Record, Refused, Told
from pipeline.containers.streams import BROKEN, FREE_BYTES, MOST_RATIO, PACKINGS, unpacked
from pipeline.store_raw import FormatError

_NAME = re.compile(r"\.(?:warc|wet)\.gz\Z", re.IGNORECASE)
# Where a record may begin: its first line, or a gzip member (RFC 1952) with the deflate method.
_STARTS = re.compile(rb"WARC/1\.[01]\r?\n|\x1f\x8b\x08")
_START_BYTES = 16
_PAGES = frozenset({"response", "resource", "conversion"})
_MEDIA = re.compile(r"\s*([\w.+-]+/[\w.+-]+)")
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w:.+-]+)", re.IGNORECASE)
_CHUNK = 1 << 20
_SUCCESS = "2"


def matches(head: bytes, name: str) -> bool:
    """Recognise a WARC file by its first bytes, one in gzip members by its name."""
    return head.startswith(b"WARC/") or (head.startswith(PACKINGS[0].magic) and bool(_NAME.search(name)))


def records(stream: BufferedReader, _name: str, limits: Limits) -> Iterator[Record | Refused]:
    """Read the pages of a crawl; a record's number counts those of every type, from 1.

    Requests, metadata and revisits are no pages and are passed over; a response that is no success is refused. Behind
    a broken record reading goes on with the next one that is found, if the stream can be searched.

    Raises:
        FormatError: `malformed` where it is broken and cannot be searched, `bomb` where it unpacks to more than 200
            times its size.
    """
    number, lost = 0, False
    start: int | None = 0
    while start is not None:
        archive = ArchiveIterator(stream)
        try:
            for found in archive:
                number, lost = number + 1, False
                if found.rec_type in _PAGES:
                    yield _read(number, found, limits, stream)
            start = None
        except (ArchiveLoadFailed, *BROKEN) as error:
            if not stream.seekable():
                raise FormatError("malformed", f"the record is broken: {_one_line(error)}") from error
            if "non-chunked" in str(error):  # warcio's word for a file that was compressed as a whole
                yield from _behind(number, stream, limits)
                return
            if not lost:
                number, lost = number + 1, True
                yield Refused(number, 0, None, FormatError("malformed", f"the record is broken: {_one_line(error)}"))
            start = _next_start(stream, archive.offset + 1)


def _behind(number: int, stream: BufferedReader, limits: Limits) -> Iterator[Record | Refused]:
    """Read a file that is one gzip member as a whole, from behind the records that were given already."""
    stream.seek(0)
    again = records(unpacked(stream, PACKINGS[0]), "", limits)
    yield from (record for record in again if record.number > number)


def _next_start(stream: BufferedReader, start: int) -> int | None:
    """Find where the next record may begin, and go there."""
    stream.seek(start)
    kept = b""
    while chunk := stream.read(_CHUNK):
        kept += chunk
        if found := _STARTS.search(kept):
            return stream.seek(start + found.start())
        start, kept = start + len(kept) - _START_BYTES, kept[-_START_BYTES:]
    return None


def _read(number: int, found: ArcWarcRecord, limits: Limits, stream: BufferedReader) -> Record | Refused:
    own_id = found.rec_headers.get_header("WARC-Record-ID")
    status = found.http_headers.get_statuscode() if found.http_headers else None
    kind = (found.http_headers or found.rec_headers).get_header("Content-Type") or ""
    media, charset = _MEDIA.match(kind), _CHARSET.search(kind)
    content, size = _content(found, limits.max_bytes, stream)
    if status is not None and not status.startswith(_SUCCESS):
        return Refused(number, size, own_id, FormatError("http-status", f"the server answered {status}"))
    if size > limits.max_bytes:
        return Refused(number, size, own_id, FormatError("too-large", f"more than {limits.max_bytes} bytes"))
    told = Told(
        url=found.rec_headers.get_header("WARC-Target-URI"),
        language=found.rec_headers.get_header("WARC-Identified-Content-Language"),
        media=media[1].lower() if media else None,
        charset=charset[1] if charset else None,
    )
    return Record(number, content, "", own_id, told)


def _content(found: ArcWarcRecord, max_bytes: int, stream: BufferedReader) -> tuple[bytes, int]:
    """Read a record's content without its transfer and content encodings; of one too large, only its size."""
    body = found.content_stream()
    content = body.read(max_bytes + 1)
    size = len(content)
    while chunk := body.read(_CHUNK):
        size += len(chunk)
        if size > FREE_BYTES + MOST_RATIO * _position(stream):
            raise FormatError("bomb", f"it unpacks to more than {MOST_RATIO} times its size")
    if getattr(found.raw_stream, "limit", 0) > 0:
        raise ArchiveLoadFailed("the content ends before the length that is declared")
    return content, size


def _position(stream: BufferedReader) -> int:
    return stream.tell() if stream.seekable() else 0


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
