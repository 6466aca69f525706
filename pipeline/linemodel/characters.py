"""Sort characters into the few classes that tell running text from furniture, by look-up tables over UTF-8."""

import unicodedata
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

# Classes of characters, in the order of the columns of `Glyphs.counts`.
CLASSES: Final = (
    "none", "lower", "upper", "digit", "space", "end", "comma", "quote", "separator", "bracket", "symbol", "han",
    "kana", "apostrophe", "dash", "colon",
)  # fmt: skip
CLASS: Final = {name: number for number, name in enumerate(CLASSES)}
_SIGNS = {
    "end": ".!?…。！？؟।｡",
    "comma": ",;、，；،",
    "quote": '"“”„«»‹›「」『』《》',
    "separator": "|·•/\\>→▸●★",
    "bracket": "()[]{}（）【】",
    "apostrophe": "'’‘`",
    "dash": "-–—",
    "colon": ":：",
}
_SIGN_CLASS = {sign: CLASS[name] for name, signs in _SIGNS.items() for sign in signs}
_CATEGORIES = {"L": "lower", "M": "lower", "N": "digit", "Z": "space", "C": "none"}
_KANA = range(0x3040, 0x3100)
# Scripts that part no words: each character counts as a word.
_UNPARTED = (range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0x0E00, 0x0E80))
_ASCII_END, _TWO_BYTES_END = 0x80, 0x800

Bytes = NDArray[np.uint8]


class Tables(NamedTuple):
    """Look-up tables over code points and bytes."""

    classes: Bytes  # by code point, the Basic Multilingual Plane
    bytes: Bytes  # by byte: ASCII's classes, none for the rest
    lower: NDArray[np.uint16]  # small letter by code point, up to U+07FF: those of two bytes
    fold: Bytes  # by byte: small letters, digits to 0
    packs: NDArray[np.uint64]  # by class: a one in the class's byte, eight classes to a number


@cache
def tables() -> Tables:
    """Make the tables, once in a process: it takes some tens of milliseconds."""
    classes = np.array([_class_of(chr(code)) for code in range(0x10000)], np.uint8)
    lower = np.array([_small(code) for code in range(_TWO_BYTES_END)], np.uint16)
    fold = np.arange(256, dtype=np.uint8)
    fold[ord("A") : ord("Z") + 1] += 32
    fold[ord("0") : ord("9") + 1] = ord("0")
    packs = np.zeros((2, 16), np.uint64)
    for number in range(1, 16):
        packs[number // 8, number] = 1 << 8 * (number % 8)
    ascii_only = np.where(np.arange(256) < _ASCII_END, classes[:256], 0).astype(np.uint8)
    return Tables(classes, ascii_only, lower, fold, packs)


def _class_of(char: str) -> int:
    code, category = ord(char), unicodedata.category(char)
    if char in _SIGN_CLASS:
        return _SIGN_CLASS[char]
    if code in _KANA:
        return CLASS["kana"]
    if any(code in script for script in _UNPARTED):
        return CLASS["han"]
    if category in ("Lu", "Lt"):
        return CLASS["upper"]
    if char in "\t\n\r":
        return CLASS["space"]
    return CLASS[_CATEGORIES.get(category[0], "symbol")]


def _small(code: int) -> int:
    """Give the small letter of a capital, where both take two bytes."""
    small = chr(code).lower()
    both = code >= _ASCII_END and len(small) == 1 and _ASCII_END <= ord(small) < _TWO_BYTES_END
    return ord(small) if both else code
