"""Turn bytes into text that can be turned back into the same bytes."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import chardet

from pipeline.decoding import stray
from pipeline.decoding.charsets import codecs_of, is_one_byte
from pipeline.decoding.tidy import rivals, tidiest


class Decoded(NamedTuple):
    """A text, and how it was found: `text.encode(encoding)` gives the bytes back (`stray` for `-stray`)."""

    text: str
    encoding: str
    method: str
    confidence: float


class _Guess(NamedTuple):
    codec: str
    method: str
    confidence: float


# UTF-32 before UTF-16, for its mark begins like the other's. "utf-16" and "utf-32" put the mark back by themselves only
# in the machine's own byte order; in the other order it stays in the text as its first character.
_BOMS = (
    (codecs.BOM_UTF8, ("utf-8-sig",)),
    (codecs.BOM_UTF32_LE, ("utf-32", "utf-32-le")),
    (codecs.BOM_UTF32_BE, ("utf-32", "utf-32-be")),
    (codecs.BOM_UTF16_LE, ("utf-16", "utf-16-le", "utf-16-le-stray")),
    (codecs.BOM_UTF16_BE, ("utf-16", "utf-16-be", "utf-16-be-stray")),
)
_ISO_2022 = re.compile(rb"\x1b[$(]")
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_MORE_THAN_NO_BREAK_SPACE = re.compile(rb"[\x80-\x9f\xa1-\xff]")
_ESCAPED = re.compile("[\udc80-\udcff]+")
# The beginning of a character at the end of a text: two bytes or more; one byte, U+2000 to U+2FFF's, in which no word
# ends; or a byte that would be a capital after a small letter, or a word of one small letter.
_CUT_OFF = re.compile(
    "(?:[\udce0-\udcf4][\udc80-\udcbf]{1,2}|\udce2|(?<=[a-z ])[\udcc2-\udcde]|"
    "(?<![a-zA-Z\udc80-\udcff])[\udce0-\udcf4])\\Z"
)
_THREE_BYTES = re.compile("[\u2000-\ud7ff\ue000-\U0010ffff]")

# The detector looks at no more than this; beyond it, only lines that tell encodings apart are worth its time.
_SAMPLE_BYTES = 200_000
_ASCII_BEFORE = 1_000
# Below it, windows-1252 is right more often than the detector (25 of 29 texts to 13, measured on texts of 24 codecs).
_DETECTOR_IS_SURE = 0.15
# From here on it is believed about MacRoman and the codecs of DOS, too, unless windows-1252 reads better.
_DETECTOR_IS_CERTAIN = 0.5
# In UTF-16 the upper bytes of an alphabet's text have two values, its own and the zero of spaces and full stops, while
# the lower bytes are as varied as letters are.
_ONE_ALPHABET = 0.9
_ALPHABET_SWAPPED = 0.7
# Chinese, Japanese and Korean keep to some rows of the table: in the wrong byte order the characters scatter. ASCII
# read in pairs looks Chinese either way.
_EAST_ASIAN_TEXT = re.compile("[\t-\r -~\u2010-\u2026\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]+")
_EAST_ASIAN = 0.9
_EAST_ASIAN_SWAPPED = 0.75
# Share of bytes that fit no character. Chance makes hardly any UTF-8, so half of it may be damaged; the other codecs
# of several bytes take almost any bytes for characters, so that a few misfits already speak against them.
_STRAY_IN_UTF_8 = 0.5
_STRAY_IN_OTHERS = 0.02
# One sound character among more stray bytes than this is chance.
_FEW = 3


def decode(raw: bytes, declared: str | None = None) -> Decoded:
    """Decode with the first encoding that fits all of `raw` and can be undone; any bytes will do.

    Tried in this order: byte order mark, UTF-16 and UTF-32 without one, strict UTF-8, the `declared` charset (a label
    as found in a page or a header), UTF-8 with damaged places, a detector's guess, windows-1252, latin-1. The text
    never holds a lone surrogate or a replacement character that does not stand in `raw`.

    >>> decode("Grüße".encode())[:3]
    ('Grüße', 'utf-8', 'utf-8')
    >>> decode("Grüße".encode("cp1252"), "iso-8859-1")[:3]
    ('Grüße', 'cp1252', 'declared')
    """
    for guess in _guesses(raw, declared):
        text = _decoded(raw, guess.codec)
        if text is not None:
            return Decoded(text, *guess)
    return Decoded(raw.decode("latin-1"), "latin-1", "fallback", 0.1)


def wide_codecs(raw: bytes) -> Iterator[str]:
    """Name the codecs of two or four bytes a character that the bytes speak for, where some of them are zero.

    >>> list(wide_codecs("Paris".encode("utf-16-le")))
    ['utf-16-le']
    """
    if len(raw) % 4 == 0:
        yield from ("utf-32-le", "utf-32-be")
    sample = raw[:_SAMPLE_BYTES]
    few = {"utf-16-be": _two_values_share(sample[::2]), "utf-16-le": _two_values_share(sample[1::2])}
    east = {name: _east_asian_share(sample, name) for name in few if max(few.values()) < _ONE_ALPHABET}
    for shares, right, wrong in ((few, _ONE_ALPHABET, _ALPHABET_SWAPPED), (east, _EAST_ASIAN, _EAST_ASIAN_SWAPPED)):
        if shares and max(shares.values()) >= right and min(shares.values()) < wrong:
            yield max(shares, key=shares.__getitem__)


def _two_values_share(half: bytes) -> float:
    return sum(count for _, count in Counter(half).most_common(2)) / len(half) if half else 0.0


def _east_asian_share(sample: bytes, codec: str) -> float:
    text = sample.decode(codec, "replace")
    return sum(map(len, _EAST_ASIAN_TEXT.findall(text))) / len(text) if text else 0.0


def _decoded(raw: bytes, codec: str) -> str | None:
    """Decode strictly, and only what gives the same bytes again."""
    try:
        text = raw.decode(codec)
        return text if codec == "utf-8" or text.encode(codec) == raw else None
    except UnicodeError:
        return None


def _guesses(raw: bytes, declared: str | None) -> Iterator[_Guess]:
    for mark, names in _BOMS:
        if raw.startswith(mark):
            yield from (_Guess(name, "bom", 1.0) for name in names)
    labelled = codecs_of(declared) if declared else ()
    if b"\0" in raw:
        wide = list(wide_codecs(raw))
        damaged = [name + stray.SUFFIX for name in wide if name.startswith("utf-16")]
        yield from (_Guess(name, "zeros", 0.9) for name in [*wide, *damaged])
    if _ISO_2022.search(raw):
        yield from (g for g in _detected(raw) if g.codec.startswith("iso2022"))
    yield _Guess("utf-8", "utf-8", 1.0)
    # A label in ASCII cannot tell of UTF-16: the page would have shown zeros (the HTML standard says so, too).
    several = [name for name in labelled if not is_one_byte(name) and not name.startswith("utf")]
    yield from (_Guess(name, "declared", 0.9) for name in several)
    sample = _sample(raw)
    if _stray_share(sample, "utf-8") <= _STRAY_IN_UTF_8:
        yield _Guess("utf-8-stray", "damaged", 0.8)
    yield from (_Guess(name, "declared", 0.8) for name in labelled if is_one_byte(name))
    yield from _damaged(several, sample)
    if not _MORE_THAN_NO_BREAK_SPACE.search(sample):
        yield _Guess("cp1252", "fallback", 0.5)  # No detector can tell, and all ISO and Windows codecs agree.
    detected = list(_detected(sample))
    sure = [g for g in detected if g.confidence >= _DETECTOR_IS_SURE]
    yield from (_tidied(g, sample) for g in sure)
    yield from (g for g in detected if g in sure or not is_one_byte(g.codec))
    yield from _damaged([g.codec for g in sure], sample)
    latin = [name for g in detected for name in rivals(g.codec) if len(rivals(g.codec)) > 1]
    yield _Guess(tidiest(sample, ["cp1252", *latin, "mac-roman"]), "fallback", 0.2)
    yield _Guess("cp1252", "fallback", 0.2)
    yield from detected


def _detected(sample: bytes) -> Iterator[_Guess]:
    found = chardet.detect(sample, compat_names=False)
    if found["encoding"]:
        names = codecs_of(found["encoding"])
        yield from (_Guess(name, "detected", round(found["confidence"], 3)) for name in names)


def _tidied(guess: _Guess, sample: bytes) -> _Guess:
    """Put the tidiest of a Latin codec's rivals in its place."""
    names = list(rivals(guess.codec))
    if guess.confidence >= _DETECTOR_IS_CERTAIN:
        names.sort(key=lambda name: name != guess.codec)
    return guess._replace(codec=tidiest(sample, names)) if len(names) > 1 else guess


def _damaged(names: list[str], sample: bytes) -> Iterator[_Guess]:
    """Name codecs of several bytes that fit but for a few damaged places."""
    for name in names:
        if not is_one_byte(name) and _stray_share(sample, name) <= _STRAY_IN_OTHERS:
            yield _Guess(name + stray.SUFFIX, "damaged", 0.5)


def _sample(raw: bytes) -> bytes:
    """Take what tells encodings apart: all of a short text, of a long one the first lines that are not ASCII."""
    if len(raw) <= _SAMPLE_BYTES:
        return raw
    lines, size, at = [], 0, 0
    while size < _SAMPLE_BYTES and (high := _HIGH_BYTE.search(raw, at)):
        start = max(raw.rfind(b"\n", at, high.start()) + 1, at, high.start() - _ASCII_BEFORE)
        end = raw.find(b"\n", high.end()) + 1 or len(raw)
        lines.append(raw[start : min(end, start + _SAMPLE_BYTES - size)])
        size, at = size + len(lines[-1]), end
    return b"".join(lines)


def _stray_share(sample: bytes, codec: str) -> float:
    """Tell which share of the characters beyond ASCII would be stray bytes, 1 where there is too little to say."""
    try:
        text = sample.decode(codec, "surrogateescape")
    except UnicodeDecodeError:  # what is left over is ASCII, which has no escape
        return 1.0
    strays = len(text) - len(_ESCAPED.sub("", text))
    whole = len(text) - len(text.encode("ascii", "ignore")) - strays
    share = strays / (strays + whole) if whole > 1 or (whole and strays <= _FEW) else 1.0
    return min(share, _damage_of_utf_8(text, strays)) if codec == "utf-8" and share > _STRAY_IN_UTF_8 else share


def _damage_of_utf_8(text: str, strays: int) -> float:
    """Look where the strays of a text in UTF-8 stand: only at its end, cut off, or on few of its lines."""
    cut = _CUT_OFF.search(text)
    if cut and strays == len(cut[0].strip()):
        return 0.0
    lines = [line for line in text.split("\n") if not line.isascii()]
    if not _THREE_BYTES.search(text):  # two bytes may look like UTF-8 by chance
        return 1.0
    return sum(1 for line in lines if _ESCAPED.search(line)) / len(lines)
