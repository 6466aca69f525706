"""The formats that raw files come in; the first that matches reads the file."""

from pipeline.decoding.sniff import sniff
from pipeline.formats import html, text
from pipeline.formats.declared import host_of
from pipeline.formats.reading import Format, Reading
from pipeline.formats.records import with_record
from pipeline.store_raw import FormatError

__all__ = ["FORMATS", "Format", "FormatError", "Reading", "format_named", "format_of", "host_of", "with_record"]

FORMATS = (
    Format("html", html.matches, html.read, html.restore),
    Format("text", text.matches, text.read, text.restore),
)

_MEDIA = {"text/html": "html", "application/xhtml+xml": "html"}


def format_of(head: bytes, name: str, media: str | None = None) -> Format:
    """Find the format of a page by its first bytes (512 or more where it has them), its name, and its media type.

    The media type is what a header says; it is believed of what may be text at all.

    Raises:
        FormatError: `empty` where there are no bytes, `unknown-format` where no format reads them.
    """
    if not head:
        raise FormatError("empty", "the file is empty")
    if binary := sniff(head):
        raise FormatError("unknown-format", f"{binary} content, not text")
    if media in _MEDIA:
        return format_named(_MEDIA[media])
    if media and not media.startswith("text/"):
        raise FormatError("unknown-format", f"{media}, not text")
    for form in FORMATS:
        if form.matches(head, name):
            return form
    raise FormatError("unknown-format", "structured text that no format here reads")


def format_named(name: str) -> Format:
    """Find a format by its name.

    Raises:
        FormatError: `unknown-format` where no format bears it.
    """
    for form in FORMATS:
        if form.name == name:
            return form
    raise FormatError("unknown-format", f"no format is called {name!r}")
