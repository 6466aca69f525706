"""The formats that raw files come in; the first that matches reads the file."""

from pipeline.decoding.sniff import sniff
from pipeline.formats import html, text
from pipeline.formats.declared import host_of
from pipeline.formats.reading import Format, Reading
from pipeline.store_raw import FormatError

__all__ = ["FORMATS", "Format", "FormatError", "Reading", "format_named", "format_of", "host_of"]

FORMATS = (
    Format("html", html.matches, html.read, html.restore),
    Format("text", text.matches, text.read, text.restore),
)


def format_of(head: bytes, name: str) -> Format:
    """Find the format of a file by its first bytes (512 or more where it has them) and its name.

    Raises:
        FormatError: `empty` where there are no bytes, `unknown-format` where no format reads them.
    """
    if not head:
        raise FormatError("empty", "the file is empty")
    if binary := sniff(head):
        raise FormatError("unknown-format", f"{binary} content, not text")
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
