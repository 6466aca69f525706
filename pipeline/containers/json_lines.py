"""JSON: a record a line (JSONL, NDJSON), or one file that is an object or a list of objects."""

import codecs
import json
import re
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from pipeline.containers.fields import levelled
from pipeline.containers.reading import Limits, Record, Refused, Told
from pipeline.containers.streams import recoded
from pipeline.decoding.decode import decode
from pipeline.store_raw import FormatError

_LINES = re.compile(r"\.(?:jsonl|ndjson|jl|jsonlines)\Z", re.IGNORECASE)
_WHOLE = re.compile(r"\.json\Z", re.IGNORECASE)
_BOM = b"\xef\xbb\xbf"


def matches_lines(head: bytes, name: str) -> bool:
    """Go by the name; a file that is called .json but has an object on each of its lines is taken, too."""
    return bool(_LINES.search(name)) or (bool(_WHOLE.search(name)) and _has_objects_by_line(head))


def matches_whole(_head: bytes, name: str) -> bool:
    """Go by the name."""
    return bool(_WHOLE.search(name))


def _has_objects_by_line(head: bytes) -> bool:
    first, _, rest = head.removeprefix(_BOM).partition(b"\n")
    return first.strip().startswith(b"{") and first.strip().endswith(b"}") and rest.lstrip().startswith(b"{")


def lines(stream: BufferedReader, _name: str, limits: Limits) -> Iterator[Record | Refused]:
    """Read a record from each line; its number is the line's, from 1. Blank lines are none."""
    number = 0
    if stream.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        stream = recoded(stream, "utf-16")
    while line := stream.readline(limits.max_bytes + 1):
        number += 1
        if len(line) > limits.max_bytes and not line.endswith(b"\n"):
            size = len(line) + _rest_of_line(stream)
            yield Refused(number, size, None, FormatError("too-large", f"more than {limits.max_bytes} bytes"))
        elif line.strip(b" \t\r\n\0" + _BOM):
            yield _read(number, line, limits)


def whole(stream: BufferedReader, _name: str, limits: Limits) -> Iterator[Record | Refused]:
    """Read a file that is one record, or a list of them, numbered from 1.

    Raises:
        FormatError: `too-large`, or `malformed` where it is no JSON.
    """
    raw = stream.read(limits.max_bytes + 1)
    if len(raw) > limits.max_bytes:
        raise FormatError("too-large", f"more than {limits.max_bytes} bytes; write a record a line (.jsonl)")
    content = _parsed(raw)
    for number, one in enumerate(content if isinstance(content, list) else [content], 1):
        yield record_of(number, one, limits, 0)


def _rest_of_line(stream: BufferedReader) -> int:
    size = 0
    while chunk := stream.readline(1 << 20):
        size += len(chunk)
        if chunk.endswith(b"\n"):
            break
    return size


def _read(number: int, line: bytes, limits: Limits) -> Record | Refused:
    try:
        return record_of(number, _parsed(line), limits, len(line))
    except FormatError as error:
        return Refused(number, len(line), None, error)


def _parsed(raw: bytes) -> Any:
    """Parse JSON; a line in another encoding than its file's is decoded by itself."""
    try:
        try:
            return json.loads(raw.removeprefix(_BOM))
        except UnicodeDecodeError:
            return json.loads(decode(raw).text.lstrip("\ufeff"))
    except ValueError as error:  # what is no JSON, and numbers of thousands of digits
        raise FormatError("malformed", f"no JSON: {error}") from None
    except RecursionError:
        raise FormatError("malformed", "the JSON is nested too deeply") from None


def record_of(number: int, one: Any, limits: Limits, size: int) -> Record | Refused:
    """Make a record of an object: its page in HTML if it has one, else its text; `size` is told if it has neither."""
    if isinstance(one, str):
        return Record(number, _bytes(one), "", None, Told(charset="utf-8"))
    fields = limits.fields
    if not isinstance(one, dict):
        return Refused(number, size, None, FormatError("malformed", "the record is no object"))
    one = levelled(one)
    own_id = fields.first(one, "id")
    html, text = fields.content(one, "html"), fields.content(one, "text")
    if html is None and text is None:
        named = ", ".join([*fields.names["html"], *fields.names["text"]][:6])
        held = ", ".join(map(str, list(one)[:12]))
        why = f"no field holds text: it has {held}; records.toml looks for {named} ..."
        return Refused(number, size, own_id, FormatError("no-text", why))
    found = html if html is not None else text
    content = _bytes(found) if isinstance(found, str) else found or b""
    if len(content) > limits.max_bytes:
        return Refused(number, len(content), own_id, FormatError("too-large", f"more than {limits.max_bytes} bytes"))
    told = Told(
        url=fields.first(one, "url"),
        title=fields.first(one, "title"),
        published=fields.first(one, "published"),
        authors=tuple(dict.fromkeys(text.strip() for text in fields.texts(one, "authors") if text.strip())),
        site_name=fields.first(one, "site_name"),
        language=fields.first(one, "language"),
        media="text/html" if html is not None else None,
        charset="utf-8" if isinstance(found, str) else None,
    )
    return Record(number, content, "", own_id, told)


def _bytes(text: str) -> bytes:
    """Write a text as bytes; half of a character that JSON escapes alone becomes bytes that fit none."""
    return text.encode("utf-8", "surrogatepass")
