"""CSV and TSV: a record a row, the names of its fields in the first."""

import csv
import re
from collections.abc import Iterator
from io import BufferedReader

from pipeline.containers.json_lines import record_of
from pipeline.containers.reading import Limits, Record, Refused
from pipeline.decoding.decode import decode
from pipeline.store_raw import FormatError

_NAME = re.compile(r"\.(?:csv|tsv|tab)\Z", re.IGNORECASE)
_DELIMITERS = ",;\t|"
_SAMPLE = 1 << 18
_WIDE = ("utf-16", "utf-32")


def matches(_head: bytes, name: str) -> bool:
    """Go by the name."""
    return bool(_NAME.search(name))


def records(stream: BufferedReader, name: str, limits: Limits) -> Iterator[Record | Refused]:
    """Read a record from each row behind the first (RFC 4180); its number is the row's, from 1.

    The delimiter is the one of `,;|` and tab that the first row has most of (a .tsv's is the tab).

    Raises:
        FormatError: `empty` without a first row, `no-text` where none of its names is a text's.
    """
    texts = _lines(stream, limits.max_bytes)
    first = next(texts, "")
    if not first.strip():
        raise FormatError("empty", "there is no row with the names of the fields")
    delimiter = "\t" if name.lower().endswith((".tsv", ".tab")) else max(_DELIMITERS, key=first.count)
    csv.field_size_limit(limits.max_bytes)
    header = [title.strip() for title in next(csv.reader([first], delimiter=delimiter))]
    known = {*limits.fields.names["text"], *limits.fields.names["html"]}
    if known.isdisjoint(title.casefold() for title in header):
        raise FormatError("no-text", f"no field holds text: it has {', '.join(header[:12])}; see records.toml")
    for number, row in enumerate(_rows(csv.reader(texts, delimiter=delimiter)), 1):
        if isinstance(row, FormatError):
            yield Refused(number, 0, None, row)
        elif len(row) != len(header):
            told = FormatError("malformed", f"{len(row)} fields where the first row has {len(header)}")
            yield Refused(number, sum(map(len, row)), None, told)
        else:
            yield record_of(number, dict(zip(header, row, strict=True)), limits, sum(map(len, row)))


def _rows(reader: Iterator[list[str]]) -> Iterator[list[str] | FormatError]:
    """Give the rows; one that cannot be parsed is an error, and reading goes on behind it."""
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield FormatError("malformed", f"the row cannot be parsed: {error}")
            continue
        if row:
            yield row


def _lines(stream: BufferedReader, max_bytes: int) -> Iterator[str]:
    """Decode line by line in the file's encoding; a line that it does not fit is decoded by itself."""
    sample = stream.read(_SAMPLE)
    codec = decode(sample[: sample.rfind(b"\n") + 1] or sample).encoding
    if codec.startswith(_WIDE):
        whole = sample + stream.read(max_bytes)
        if len(whole) > max_bytes:
            raise FormatError("too-large", f"more than {max_bytes} bytes in {codec}")
        yield from decode(whole).text.removeprefix("\ufeff").splitlines(keepends=True)
        return
    rest = sample
    while rest:
        *whole_lines, rest = rest.splitlines(keepends=True) or [b""]
        for line in whole_lines:
            yield _decoded(line, codec)
        chunk = stream.read(_SAMPLE)
        if not chunk:
            yield _decoded(rest, codec)
            return
        rest += chunk


def _decoded(line: bytes, codec: str) -> str:
    try:
        return line.decode(codec.removesuffix("-stray")).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return decode(line).text.removeprefix("\ufeff")
