"""Codecs that carry the bytes that fit no character through the text and back.

`utf-8-stray` is UTF-8, `gb18030-stray` is GB 18030 and so on, except that a byte that is no part of any character
stands in the text as one character of U+F780 to U+F7FF, as in the web's x-user-defined
(https://encoding.spec.whatwg.org/#x-user-defined): one bad byte costs one character and not the whole page. A repair
that knows better may put a letter in its place; it is an edit like any other.
"""

import codecs
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer

SUFFIX = "-stray"
# Private use. Only codecs of two bytes a character leave bytes below 0x80 over.
STRAY = re.compile("[\uf700-\uf7ff]")
_FIRST = 0xF700
_HIGH = range(0x80, 0x100)
_FROM_ESCAPES = {0xDC00 + byte: _FIRST + byte for byte in _HIGH}
_TO_ESCAPES = {_FIRST + byte: 0xDC00 + byte for byte in _HIGH}
_STRAYS = re.compile("([\uf700-\uf7ff]+)")
_ERRORS = "copydesk-stray"


def byte_of(char: str) -> int:
    """Tell the byte that a character of U+F700 to U+F7FF stands for.

    >>> text = "café".encode("cp1252").decode("utf-8-stray")
    >>> hex(byte_of(text[-1])), text.encode("utf-8-stray") == "café".encode("cp1252")
    ('0xe9', True)
    """
    return ord(char) - _FIRST


def _read(raw: bytes, base: str) -> str:
    """Decode by way of Python's own escapes, which are fast but know no bytes below 0x80."""
    try:
        return codecs.decode(raw, base, "surrogateescape").translate(_FROM_ESCAPES)
    except UnicodeDecodeError:
        return codecs.decode(raw, base, _ERRORS)


def _write(text: str, base: str) -> bytes:
    if not base.startswith("utf-16"):
        return codecs.encode(text.translate(_TO_ESCAPES), base, "surrogateescape")
    pieces = enumerate(_STRAYS.split(text))
    return b"".join(bytes(map(byte_of, p)) if odd % 2 else codecs.encode(p, base) for odd, p in pieces)


def _keep(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(chr(_FIRST + byte) for byte in lost), error.end


def _codec(name: str) -> codecs.CodecInfo | None:
    """Answer Python's question for a codec: names come in lower case, hyphens as underscores."""
    base, dot, rest = name.replace("_", "-").rpartition(SUFFIX)
    if not dot or rest:
        return None

    def decode(raw: "Buffer", _errors: str = "strict") -> tuple[str, int]:
        return _read(bytes(raw), base), memoryview(raw).nbytes

    def encode(text: str, _errors: str = "strict") -> tuple[bytes, int]:
        return _write(text, base), len(text)

    return codecs.CodecInfo(encode, decode, name=base + SUFFIX)


codecs.register_error(_ERRORS, _keep)
codecs.register(_codec)
