"""Find the codec that a text should have been read in, where it was read in another.

A text is undone by each way in which it may have been misread, and the readings are weighed as texts: the gain is the
logarithm of how much likelier a reading is (`encoding_letters`), less what its way costs. UTF-8 shows by its form and
may be undone several times; of the codecs of one byte a character, which take any bytes, more is asked.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import chardet
import ftfy.bad_codecs  # noqa: F401  # registers the sloppy codecs, which have a character for every byte

from pipeline.decoding.charsets import codecs_of, is_one_byte
from pipeline.language.fast import recognition
from pipeline.stages.encoding_letters import Likelihood, likelihood

Way = tuple[str, str, float]
_UTF_8 = "utf-8"
# What text is read in by mistake, and what it is written in: the logarithm of how common that is beside windows-1252.
_WRONG = {
    "sloppy-windows-1252": 0.0,
    "latin-1": 0.0,
    **dict.fromkeys(["sloppy-windows-1251", "sloppy-windows-1250"], -1.0),
    **dict.fromkeys(["koi8-r", "cp866", "iso8859-2", "iso8859-15"], -3.0),
    "mac-roman": -4.0,
    "cp437": -5.0,
    **dict.fromkeys([f"sloppy-windows-125{n}" for n in (3, 4, 5, 6, 7)], -4.0),
}
# Text is read in these by mistake so seldom that only UTF-8 proves it.
_WRONG_SELDOM = dict.fromkeys(
    ["iso8859-5", "sloppy-iso-8859-7", "koi8-u", "cp850", "cp852", "mac-cyrillic", "sloppy-cp874"], -6.0
)
_WRONG_WIDE = dict.fromkeys(["gb18030", "big5", "big5hkscs", "cp932", "euc_jp", "cp949"], -3.0)
_RIGHT = {
    **dict.fromkeys(["cp1252", "cp1251", "cp1250"], 0.0),
    "iso8859-2": -0.5,
    **dict.fromkeys(["koi8-r", "cp866", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "mac-roman"], -1.0),
    **dict.fromkeys(["koi8-u", "iso8859-7"], -1.5),
    **dict.fromkeys(["iso8859-5", "iso8859-15", "cp437", "cp850"], -2.0),
    "cp852": -3.0,
    "mac-cyrillic": -5.0,
    "mac-latin2": -6.0,
}
_NAMES = {"latin-1": "iso8859-1"}
_MISREAD = -2.0
# How much likelier a character of two bytes, or more, is in UTF-8 than by chance: a first byte is one of 30 or 16, a
# later one of 64, of the 128 or so that there are.
_OF_TWO_BYTES, _OF_MORE_BYTES = 2.1, 3.4
_MOST_ROUNDS = 3
_HIGH = bytes(range(0x80, 0x100))
_FEWEST_HIGH = 4
_LEAST_LETTERS = 0.5
# A word of an alphabet of its own has so many different letters.
_LATIN, _FEWEST_LETTERS = "\u024f", 4


class Reading(NamedTuple):
    """A text as it was before it was misread, the ways in which it was, and the gain over the text as it stands."""

    text: str
    ways: tuple[str, ...]
    gain: float
    likelihood: Likelihood

    @property
    def has_utf_8(self) -> bool:
        """Say whether UTF-8 was misread at all."""
        return any(way.startswith("UTF-8") for way in self.ways)

    @property
    def is_utf_8(self) -> bool:
        """Say whether UTF-8 alone was misread, which shows by its form."""
        return all(way.startswith("UTF-8") for way in self.ways)


class Margins(NamedTuple):
    """What a reading must show.

    Gains for UTF-8, for other codecs, for these where one character alone was misread; and the share of the pairs
    beyond ASCII that the language has.
    """

    utf_8: float
    codec: float
    single: float
    known: float


def reread(text: str, margins: Margins, *, utf_8_only: bool = False) -> Reading | None:
    """Find the likeliest reading of a text that was misread; None where the text is as likely as it stands.

    >>> reread("Ïðèâåò, êàê äåëà?", Margins(8, 12, 20, 0.85)).text
    'Привет, как дела?'
    >>> reread("Garçon, l'été", Margins(8, 12, 20, 0.85))
    """
    now = Reading(text, (), 0.0, likelihood(text))
    undone = max(_undone(now, _MOST_ROUNDS), key=_gain, default=now)
    if undone.gain < margins.utf_8:
        undone = now
    if utf_8_only:
        return undone if undone.ways else None
    other = max(_in_others(undone), key=_gain, default=undone)
    several = sum(ours != theirs for ours, theirs in zip(undone.text, other.text, strict=False)) > 1
    if other.gain - undone.gain >= (margins.codec if several else margins.single) and _is_language(
        undone, other, margins
    ):
        undone = other
    return undone if undone.ways else None


def _gain(reading: Reading) -> float:
    return reading.gain


def _is_language(before: Reading, after: Reading, margins: Margins) -> bool:
    known, letters = after.likelihood.known, {char for char in after.text if char > "\x7f" and char.isalpha()}
    if any(char > _LATIN for char in letters) and len(letters) < _FEWEST_LETTERS:
        return False
    if known < margins.known or known < before.likelihood.known:
        return False
    return recognition(after.text) > recognition(before.text)


def _undone(before: Reading, rounds: int) -> Iterator[Reading]:
    """Undo UTF-8 that was read in another codec, again and again."""
    seen = {before.text}
    wide = _WRONG_WIDE if any(char > "\u2e7f" for char in before.text) else {}
    for wrong, cost in {**_WRONG, **_WRONG_SELDOM, **wide}.items():
        for text in _as_read(before.text, wrong, _UTF_8, seen):
            after = _weighed(before, text, f"UTF-8 read as {_name(wrong)}", cost + _form(text))
            yield after
            if rounds > 1:
                yield from _undone(after, rounds - 1)


def _form(text: str) -> float:
    """Tell what it says for UTF-8 that all bytes make characters, as a logarithm."""
    return sum(_OF_TWO_BYTES if char < "\u0800" else _OF_MORE_BYTES for char in text if char > "\x7f")


def _in_others(before: Reading) -> Iterator[Reading]:
    seen = {before.text}
    few = "".join(sorted({char for char in before.text if char > "\x7f"}))
    for wrong, cost in _WRONG.items():
        raw = _encoded(before.text, wrong)
        if raw is None:
            continue
        wide = _wide(raw)
        for right, own in {**_RIGHT, **wide}.items():
            if right not in wide and not any(map(_is_lettered, _as_read(few, wrong, right, set()))):
                continue
            for text in _as_read(before.text, wrong, right, seen):
                if _is_lettered(text):
                    way = f"{_name(right)} read as {_name(wrong)}"
                    yield _weighed(before, text, way, cost + own)


def _is_lettered(text: str) -> bool:
    """Tell whether what is beyond ASCII is letters rather than signs, and no control characters."""
    beyond = [char for char in text if char > "\x7f"]
    return sum(map(str.isalpha, beyond)) >= _LEAST_LETTERS * len(beyond) and all(char >= "\xa0" for char in beyond)


def _as_read(text: str, wrong: str, right: str, seen: set[str]) -> Iterator[str]:
    raw = _encoded(text, wrong)
    if raw is None:
        return
    try:
        again = raw.decode(right)
    except UnicodeDecodeError:
        return
    if again not in seen:
        seen.add(again)
        yield again


def _weighed(before: Reading, text: str, way: str, cost: float) -> Reading:
    now = likelihood(text)
    gain = before.gain + now.log - before.likelihood.log + cost + _MISREAD
    return Reading(text, (*before.ways, way), gain, now)


def _name(codec: str) -> str:
    return _NAMES.get(codec, codec.removeprefix("sloppy-"))


@lru_cache(maxsize=256)
def _encoded(text: str, codec: str) -> bytes | None:
    if "\ufffd" in text:  # a sloppy codec would write it as a control character
        return None
    try:
        return text.encode(codec)
    except UnicodeEncodeError:
        return None


@lru_cache(maxsize=64)
def _wide(raw: bytes) -> dict[str, float]:
    """Name the codecs of several bytes a character that a detector finds."""
    if len(set(raw).intersection(_HIGH)) < _FEWEST_HIGH:
        return {}
    found = chardet.detect(raw, compat_names=False)["encoding"]
    return {name: -1.0 for name in codecs_of(found or "") if not is_one_byte(name) and not name.startswith("utf")}
