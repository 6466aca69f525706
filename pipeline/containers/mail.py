"""E-mail and MHTML (RFC 5322, RFC 2557): the letter or the page, and what is attached to it."""

import re
from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from io import BufferedReader
from typing import Any

from pipeline.containers.reading import Limits, Record, Refused, Told
from pipeline.store_raw import FormatError

_LETTER = re.compile(r"\.(?:eml|emlx)\Z", re.IGNORECASE)
_PAGE = re.compile(r"\.(?:mht|mhtml)\Z", re.IGNORECASE)
_TEXTS = frozenset({"text/plain", "text/html", "application/xhtml+xml"})
# Chromium writes the snapshot's address under a name of its own.
_ADDRESSES = ("Snapshot-Content-Location", "Content-Location")


def matches_letter(_head: bytes, name: str) -> bool:
    """Go by the name."""
    return bool(_LETTER.search(name))


def matches_page(_head: bytes, name: str) -> bool:
    """Go by the name."""
    return bool(_PAGE.search(name))


def letter(stream: BufferedReader, _name: str, limits: Limits) -> Iterator[Record | Refused]:
    """Read a letter's text (in HTML, if it has that) as the first record, its attachments as those that follow.

    Raises:
        FormatError: `too-large`, `malformed`, or `no-text` where it has neither text nor attachment.
    """
    message = _parsed(stream, limits)
    body = message.get_body(("html", "plain"))
    own_id = _header(message, "Message-ID")
    if body is not None:
        told = Told(
            title=_header(message, "Subject"),
            published=_header(message, "Date"),
            authors=_senders(message),
            media=body.get_content_type(),
            charset=body.get_content_charset(),
        )
        yield _record(1, body, own_id, told)
    attached = [part for part in message.iter_attachments() if part.get_content_disposition() == "attachment"]
    if body is None and not attached:
        raise FormatError("no-text", "the letter has no text")
    for number, part in enumerate(attached, 2):
        told = Told(media=_text_media(part), charset=part.get_content_charset())
        yield _record(number, part, part.get_filename() or own_id, told)


def page(stream: BufferedReader, _name: str, limits: Limits) -> Iterator[Record | Refused]:
    """Read a saved page: its document first, then those of its frames; pictures and styles are no pages.

    Raises:
        FormatError: `too-large`, `malformed`, or `no-text` where no part is a page.
    """
    message = _parsed(stream, limits)
    parts = [part for part in message.walk() if part.get_content_type() in _TEXTS]
    if not parts:
        raise FormatError("no-text", "no part is a page")
    for number, part in enumerate(parts, 1):
        first = number == 1
        told = Told(
            url=next((url for name in _ADDRESSES if (url := _header(message if first else part, name))), None)
            or _header(part, "Content-Location"),
            title=_header(message, "Subject") if first else None,
            media=part.get_content_type(),
            charset=part.get_content_charset(),
        )
        yield _record(number, part, _header(part, "Content-Location"), told)


def _parsed(stream: BufferedReader, limits: Limits) -> EmailMessage:
    raw = stream.read(limits.max_bytes + 1)
    if len(raw) > limits.max_bytes:
        raise FormatError("too-large", f"more than {limits.max_bytes} bytes")
    try:
        message = BytesParser(policy=policy.default).parsebytes(raw)
    except (MessageError, ValueError, RecursionError) as error:
        raise FormatError("malformed", f"no message: {error}") from error
    if not message.keys():
        raise FormatError("malformed", "no message: it has no headers")
    return message


def _record(number: int, part: MIMEPart, own_id: str | None, told: Told) -> Record | Refused:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return Refused(number, 0, own_id, FormatError("unknown-format", f"{part.get_content_type()} in a letter"))
    return Record(number, content, part.get_filename() or "", own_id, told)


def _text_media(part: MIMEPart) -> str | None:
    """Believe a label that says text; others are often wrong, and the content's first bytes decide."""
    media = part.get_content_type()
    return media if media in _TEXTS else None


def _header(message: MIMEPart, name: str) -> str | None:
    value = _value(message, name)
    text = str(value).strip() if value is not None else ""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace") or None


def _senders(message: EmailMessage) -> tuple[str, ...]:
    found = (address.display_name.strip() for address in getattr(_value(message, "From"), "addresses", ()))
    return tuple(name for name in found if name)


def _value(message: MIMEPart, name: str) -> Any:
    try:
        return message.get(name)
    except (ValueError, IndexError, AttributeError):  # a broken header: the parser gives up on some in these ways
        return None
