"""HTML: every visible text node of the page ends up in exactly one block, navigation and footer included.

Restored from its blocks, a page is its visible text in UTF-8, a line for each block.
"""

import re
from collections.abc import Sequence

from bs4.dammit import EncodingDetector
from lxml import etree

from pipeline.decoding.decode import decode
from pipeline.formats.cutter import Cutter, without_space
from pipeline.formats.declared import page_of
from pipeline.formats.reading import Reading
from pipeline.store_raw import FormatError
from pipeline.tables import Block

# What a page may begin with: the tags that browsers take for HTML (https://mimesniff.spec.whatwg.org, section 7.1).
_FIRST_TAG = re.compile(
    rb"<(?:!doctype\s+html|!--|(?:html|head|body|script|iframe|h1|div|font|table|a|style|title|b|br|p|meta)[\s>/])",
    re.IGNORECASE,
)
_XHTML = re.compile(rb"<\?xml\b[^>]*>.{0,1000}?<(?:!doctype\s+)?html\b", re.IGNORECASE | re.DOTALL)
_NAME = re.compile(r"\.(?:html?|xhtml|shtml)(?:\.\w+)?\Z", re.IGNORECASE)
_TAG = re.compile(rb"<[a-z!/]", re.IGNORECASE)
_LEAD = b"\xef\xbb\xbf\xff\xfe \t\r\n\f"

# As far as browsers look for a declaration, eight times over; the pattern that looks is quadratic in hostile bytes.
_DECLARED_WITHIN = 8192
# Parser errors that glue words together: the end of a paragraph that is over already, or of a line break.
_LOST_BREAK = re.compile(r"Unexpected end tag : (?:p|br)\b")
_END_OF_PARAGRAPH = re.compile(r"</(p|br)\s*>", re.IGNORECASE)


def matches(head: bytes, name: str) -> bool:
    """Recognise a page by its first tag, or by its name if there is any tag."""
    plain = head.replace(b"\0", b"").lstrip(_LEAD)
    if _FIRST_TAG.match(plain) or _XHTML.match(plain):
        return True
    return bool(_NAME.search(name) and _TAG.search(plain))


def read(raw: bytes, doc: str, host: str | None, charset: str | None = None) -> Reading:
    """Read a page; the charset of a header comes before the one that the page declares, as in browsers.

    Raises:
        FormatError: `empty` where nothing is visible, `malformed` where the parser gives up, `text-lost` where the
            blocks do not hold the visible text.
    """
    declared = charset or EncodingDetector.find_declared_encoding(
        raw[:_DECLARED_WITHIN], is_html=True, search_entire_document=True
    )
    decoded = decode(raw, declared)
    cutter = _cut(decoded.text.removeprefix("\ufeff"))
    blocks = tuple(
        Block(doc, i, tag, path, 0, links, "", None, None, None, None, text)
        for i, (tag, path, links, text) in enumerate(cutter.pieces)
    )
    if not blocks:
        raise FormatError("empty", "the page shows no text")
    visible = cutter.visible()
    if visible != without_space("".join(block.text for block in blocks)):
        raise FormatError("text-lost", "the blocks do not hold the page's visible text")
    return Reading(page_of(doc, host, cutter.notes), blocks, decoded.encoding, visible)


def restore(blocks: Sequence[Block], _encoding: str) -> bytes:
    """Give the visible text, a line for each block, as UTF-8."""
    return "\n".join(block.text for block in blocks).encode()


def _cut(text: str) -> Cutter:
    cutter, errors = _parse(text)
    if any(_LOST_BREAK.match(error.message) for error in errors):
        cutter, errors = _parse(_END_OF_PARAGRAPH.sub(_parted, text))
    if any(error.level == etree.ErrorLevels.FATAL for error in errors):
        raise FormatError("malformed", f"the HTML parser gave up: {errors[-1].message}")
    return cutter


def _parted(end: re.Match[str]) -> str:
    """Write a boundary that cannot be lost beside an end tag that may be."""
    return "<br>" if end[1].lower() == "br" else "</p><hr>"


def _parse(text: str) -> tuple[Cutter, list[etree._LogEntry]]:
    """Parse by events: a tree would stop at 2,048 levels, and end at the first </html>."""
    cutter = Cutter()
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, target=cutter)  # type: ignore[arg-type]
    etree.fromstring(text.encode(), parser)
    return cutter, list(parser.error_log)
