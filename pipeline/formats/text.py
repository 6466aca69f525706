"""Plain text: a block for each line, or for each paragraph where a page breaks its lines at a fixed width."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.decoding.decode import decode
from pipeline.formats.reading import Reading, page_without_head
from pipeline.formats.wrapping import Wrapping
from pipeline.store_raw import FormatError
from pipeline.tables import Block

# What ends a line. Not U+0085, which is an ellipsis in text read in the wrong encoding, nor the other controls that
# str.splitlines() goes by.
_END = re.compile("\r\n|[\n\r\f\u2028\u2029]")
# What may stand on a blank line: white space, and characters that show nothing.
_BLANK = " \t\x0b\xa0\xad\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff"
# A line's end, and all that is blank behind it; of that the last line's beginning is the next block's indentation.
_GAP = re.compile(f"(?:\r\n|[\n\r\f\u2028\u2029])[{_BLANK}\n\r\f\u2028\u2029]*")
_SHOWN = re.compile(f"[^{_BLANK}\n\r\f\u2028\u2029]")

# Text that is no page: records, feeds, mail, code. Their own formats read them, or none does.
_OTHERS = re.compile(
    r"\.(?:atom|avro|css|csv|eml|js|json|jsonl|mbox|mht|mhtml|ndjson|rdf|rss|rtf|sql|tsv|warc|wat|wet|xml|ya?ml)\Z",
    re.IGNORECASE,
)
_OTHER_HEADS = re.compile(rb"[\xef\xbb\xbf\s]*(?:WARC/\d|<\?xml\b|<rss\b|<feed\b|\{\\rtf)", re.IGNORECASE)


class _Line(NamedTuple):
    text: str
    separator: str
    number: int


def matches(head: bytes, name: str) -> bool:
    """Take what is not known to be something else: this format is asked last."""
    return not _OTHERS.search(name) and not _OTHER_HEADS.match(head)


def read(raw: bytes, doc: str, host: str | None, charset: str | None = None) -> Reading:
    """Read a text; its blocks' texts and separators, joined, are the text as decoded.

    Raises:
        FormatError: `empty` where there is nothing but white space.
    """
    decoded = decode(raw, charset)
    lines = _lines(decoded.text)
    if not lines:
        raise FormatError("empty", "there is nothing but white space")
    wrapping = Wrapping([[line.text for line in group] for group in _groups(lines)])
    blocks = tuple(_block(doc, i, lines[a:b]) for i, (a, b) in enumerate(_spans(lines, wrapping)))
    return Reading(page_without_head(doc, host), blocks, decoded.encoding, "")


def restore(blocks: Sequence[Block], encoding: str) -> bytes:
    """Give the file back, byte for byte."""
    return "".join(block.text + block.separator for block in blocks).encode(encoding)


def _lines(text: str) -> list[_Line]:
    """Part a text into its lines that show something; blank lines in front belong to the first."""
    shown = _SHOWN.search(text)
    if not shown:
        return []
    lines, start, number = [], 0, 1 + len(_END.findall(text, 0, shown.start()))
    for gap in _GAP.finditer(text, shown.start()):
        end = gap.end() if gap.end() == len(text) else gap.start() + _last_end(gap[0])
        lines.append(_Line(text[start : gap.start()], text[gap.start() : end], number))
        start, number = end, number + len(_END.findall(text, gap.start(), end))
    return [*lines, _Line(text[start:], "", number)] if start < len(text) else lines


def _last_end(gap: str) -> int:
    """Find where the last line of a gap begins."""
    return max(gap.rfind(end) for end in "\n\r\f\u2028\u2029") + 1


def _groups(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Gather lines that follow one another without a blank line."""
    group: list[_Line] = []
    for line in lines:
        group.append(line)
        if not _END.fullmatch(line.separator):
            yield group
            group = []
    if group:
        yield group


def _spans(lines: Sequence[_Line], wrapping: Wrapping) -> Iterator[tuple[int, int]]:
    """Give the lines of each block: (first, after last)."""
    start = 0
    for i, (line, following) in enumerate(pairwise(lines), 1):
        if not (_END.fullmatch(line.separator) and wrapping.joins(line.text, following.text)):
            yield start, i
            start = i
    yield start, len(lines)


def _block(doc: str, number: int, lines: Sequence[_Line]) -> Block:
    kind = "paragraph" if len(lines) > 1 else "line"
    text = "".join(line.text + line.separator for line in lines[:-1]) + lines[-1].text
    return Block(doc, number, kind, "", lines[0].number, 0, lines[-1].separator, None, None, None, None, text)
