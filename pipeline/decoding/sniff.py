"""Recognise what is no text by its first bytes."""

import codecs
import unicodedata

from pipeline.decoding.decode import wide_codecs

# Signatures at the beginning of a file (https://mimesniff.spec.whatwg.org, https://www.iana.org/assignments/media-types).
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"\0\0\1\0", "ico"),
    (b"8BPS", "psd"),
    (b"%PDF-", "pdf"),
    (b"%!PS", "postscript"),
    (b"{\\rtf", "rtf"),
    (b"PK\3\4", "zip"),
    (b"PK\5\6", "zip"),
    (b"PK\7\x08", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"\x1f\x9d", "compress"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"]\0\0\x80\0", "lzma"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\7", "rar"),
    (b"\x7fELF", "elf"),
    (b"\xca\xfe\xba\xbe", "java-class"),
    (b"\xcf\xfa\xed\xfe", "mach-o"),
    (b"\xce\xfa\xed\xfe", "mach-o"),
    (b"\0asm", "wasm"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"SQLite format 3\0", "sqlite"),
    (b"PAR1", "parquet"),
    (b"ARROW1", "arrow"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"\xff\xf3", "mp3"),
    (b"\xff\xf2", "mp3"),
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (b"FLV\1", "flv"),
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (b"wOFF", "woff"),
    (b"wOF2", "woff2"),
    (b"\0\1\0\0\0", "truetype"),
    (b"OTTO", "opentype"),
)
# Letters alone are a signature only where bytes follow that no text has.
_SPELLED = frozenset({"arrow", "bmp", "bzip2", "flac", "mp3", "ogg", "opentype", "parquet", "psd", "woff", "woff2"})
_FAMILIES = {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "avi"}

# C0 controls that text does not use; it does use tab to return, and escape and both shifts in ISO 2022.
_CONTROLS = bytes({*range(9), *range(0x10, 0x1B), *range(0x1C, 0x20), 0x7F})
# Random bytes hold 11 % of controls; a damaged text, or one padded with some zeros, stays well below half of that.
_CONTROLS_IN_TEXT = 0.05
_LOOK = 4096


def sniff(head: bytes) -> str | None:
    """Name the kind of binary content that a file begins with; None for what may be text.

    `head` is the beginning of the file, 512 bytes or more where it has them. What bears no known signature but is no
    text in any encoding either is called "binary".

    >>> sniff(b"%PDF-1.7 ..."), sniff(b"BMW will build a factory"), sniff("Grüße".encode("utf-16"))
    ('pdf', None, None)
    """
    named = _signature(head)
    if named and named not in _SPELLED:
        return named
    return (named or "binary") if _is_binary(head) else None


def _signature(head: bytes) -> str | None:
    if head.startswith(b"RIFF"):
        return _FAMILIES.get(head[8:12], "riff") if _is_binary(head) else None
    if head[4:8] == b"ftyp" and head[0] == 0:
        return "mp4"
    if head[257:262] == b"ustar" and b"\0" in head:
        return "tar"
    return next((name for magic, name in _MAGIC if head.startswith(magic)), None)


def _is_binary(head: bytes) -> bool:
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls > _CONTROLS_IN_TEXT * len(head) and not _is_wide(head)


def _is_wide(head: bytes) -> bool:
    """Tell whether zero bytes are there because each character takes two or four bytes."""
    start = head[: _LOOK - _LOOK % 4 if len(head) > _LOOK else len(head)]
    marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
    names = ["utf-32", "utf-16"] if start.startswith(marks) else list(wide_codecs(start[: len(start) // 4 * 4]))
    return any(_reads_well(start, name) for name in names)


def _reads_well(start: bytes, codec: str) -> bool:
    text = start.decode(codec, "replace")
    odd = sum(unicodedata.category(char) in {"Cc", "Cn", "Co"} and not char.isspace() for char in text)
    return odd + text.count("\ufffd") <= max(1, _CONTROLS_IN_TEXT * len(text))
