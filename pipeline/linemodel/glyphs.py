"""Count what a column of texts is made of, and find its words: whole columns of UTF-8 bytes at a time.

A line model must see 100,000 lines a second; a loop in Python over lines or characters is too slow by a factor of ten.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.linemodel.characters import CLASS, Bytes, Tables, tables

_CLOSING = [CLASS[name] for name in ("quote", "bracket", "space", "apostrophe")]
_CLOSING_BYTES = 6  # two curly quotation marks

# What comes after so many characters does not change what a line is, and the counters have 16 bits.
_MAX_CHARS = 4000
_MAX_BYTES = 4 * _MAX_CHARS
_PIECE = 255
# UTF-8: the first byte of a character of two, three and four bytes; the others have 10 as their two top bits.
_TWO, _THREE, _FOUR = 0xC2, 0xE0, 0xF0
_TOP_BITS, _FOLLOWING = 0xC0, 0x80
_PAD = 16  # zero bytes after the last text, so that a word's first 16 bytes can always be read
# Odd constants of splitmix64 and xxHash: multiplication by them spreads the bits of a word's bytes.
_MIX = np.uint64(0x9E3779B97F4A7C15)
_MIX_TAIL = np.uint64(0xC2B2AE3D27D4EB4F)
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)

Ints = NDArray[np.int64]


class Glyphs(NamedTuple):
    """What a column of texts is made of, by row, and its words in order.

    A word is a run of letters and digits; case is levelled and each digit counts as 0. `keys` are hashes of words.
    """

    counts: NDArray[np.uint16]  # rows x CLASSES: characters of each class
    first: Bytes  # class of the first character
    last: Bytes  # class of the last character that is no quotation mark, bracket or space
    offsets: Ints  # number of each row's first word, and the number of words
    rows: Ints  # row of each word
    keys: NDArray[np.uint64]
    sizes: Ints  # bytes of each word
    capital: NDArray[np.bool_]  # whether the word begins with a capital letter


def read(texts: pa.Array) -> Glyphs:
    """Read a column of strings without nulls.

    >>> glyphs = read(pa.array(["Hello, World 2024!", "Über"]))
    >>> glyphs.counts[0, CLASS["digit"]], glyphs.rows, glyphs.capital
    (np.uint16(4), array([0, 0, 0, 1]), array([ True,  True, False,  True]))
    """
    table = tables()
    raw, offsets = _bytes_of(texts)
    kinds, low = table.bytes[raw], table.fold[raw]
    lead = np.flatnonzero(raw >= _TWO)
    if len(lead):
        _read_wide(raw, lead, kinds, low, table)
    counts = _count(np.where((raw & _TOP_BITS) == _FOLLOWING, 0, kinds), offsets, table.packs)
    first, last = _edges(kinds, offsets)
    starts, stops, word_offsets = _words(raw, kinds, offsets)
    rows = np.repeat(np.arange(len(texts)), np.diff(word_offsets))
    sizes = stops - starts
    return Glyphs(
        counts, first, last, word_offsets, rows, _keys(low, starts, sizes), sizes, kinds[starts] == CLASS["upper"]
    )


def keys_of(words: Sequence[str]) -> NDArray[np.uint64]:
    """Give the keys of words.

    Raises:
        ValueError: one of them is not one word.
    """
    glyphs = read(pa.array(words, pa.string()))
    if not np.array_equal(glyphs.rows, np.arange(len(words))):
        found = np.bincount(glyphs.rows, minlength=len(words))
        raise ValueError(f"not one word: {words[int(np.flatnonzero(found != 1)[0])]!r}")
    return glyphs.keys


def _bytes_of(texts: pa.Array) -> tuple[Bytes, Ints]:
    """Give the bytes of all texts, end to end and padded, and where each begins."""
    longest = pc.max(pc.binary_length(texts)).as_py()
    if longest is not None and longest > _MAX_BYTES:
        texts = pc.utf8_slice_codeunits(texts, 0, _MAX_CHARS)
    _, ends, data = texts.buffers()
    if not len(texts):
        return np.zeros(_PAD, np.uint8), np.zeros(1, np.int64)
    offsets = np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    begin, end = offsets[0], offsets[-1]
    raw = np.zeros(end - begin + _PAD, np.uint8)
    if end > begin:
        raw[:-_PAD] = np.frombuffer(data, np.uint8)[begin:end]
    return raw, offsets - begin


def _read_wide(raw: Bytes, lead: Ints, kinds: Bytes, low: Bytes, table: Tables) -> None:
    """Classify the characters beyond ASCII, and give each of their bytes the class; fills `kinds` and `low`."""
    first, second, third = (raw[lead + i].astype(np.uint16) for i in range(3))
    two, four = first < _THREE, first >= _FOUR
    code = np.where(two, (first & 31) << 6 | second & 63, (first & 15) << 12 | (second & 63) << 6 | third & 63)
    kind = np.where(four, CLASS["symbol"], table.classes[code]).astype(np.uint8)
    kinds[lead] = kinds[lead + 1] = kind
    kinds[lead[~two] + 2] = kind[~two]
    kinds[lead[four] + 3] = kind[four]
    small = table.lower[code[two]]
    low[lead[two]] = 0xC0 | small >> 6
    low[lead[two] + 1] = 0x80 | small & 63


def _count(kinds: Bytes, offsets: Ints, packs: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """Count classes eight at a time: a byte's class adds one to its own eighth of a number.

    An eighth holds no more than 255, so that longer texts are counted piece by piece.
    """
    sizes = np.diff(offsets)
    pieces = -(-sizes // _PIECE)
    first = np.cumsum(pieces) - pieces
    starts = np.repeat(offsets[:-1] - _PIECE * first, pieces) + _PIECE * np.arange(pieces.sum())
    counts = np.zeros((len(sizes), 16), np.uint16)
    if len(starts):
        # Empty texts have no piece; each other text's pieces end where the next one's begin.
        sums = (np.add.reduceat(pack[kinds], starts).astype("<u8").view(np.uint8).reshape(-1, 8) for pack in packs)
        counts[sizes > 0] = np.add.reduceat(np.hstack(list(sums)), first[sizes > 0], axis=0, dtype=np.uint16)
    return counts


def _words(raw: Bytes, kinds: Bytes, offsets: Ints) -> tuple[Ints, Ints, Ints]:
    """Find where each word begins and ends, and the number of each row's first word."""
    alone = (kinds == CLASS["han"]) | (kinds == CLASS["kana"])
    word = alone | ((kinds >= CLASS["lower"]) & (kinds <= CLASS["digit"]))
    begins = word.copy()
    joined = word[:-1] & ~alone[:-1] & ~alone[1:] | alone[1:] & ((raw[1:] & _TOP_BITS) == _FOLLOWING)
    begins[1:] &= ~joined
    begins[offsets[:-1]] = word[offsets[:-1]]
    starts = np.flatnonzero(begins)
    stops = np.flatnonzero(word[:-1] & (~word[1:] | begins[1:])) + 1
    return starts, stops, np.searchsorted(starts, offsets)


def _keys(low: Bytes, starts: Ints, sizes: Ints) -> NDArray[np.uint64]:
    """Hash each word's first 16 bytes and its length."""
    eights = np.ndarray((len(low) - 7,), "<u8", low.data, strides=(1,))
    head = eights[starts] & _MASKS[np.minimum(sizes, 8)]
    tail = eights[np.minimum(starts + 8, len(eights) - 1)] & _MASKS[np.minimum(np.maximum(sizes - 8, 0), 8)]
    mixed = (head * _MIX) ^ ((tail + sizes.astype(np.uint64)) * _MIX_TAIL)
    return np.asarray(mixed ^ (mixed >> np.uint64(29)), np.uint64)


def _edges(kinds: Bytes, offsets: Ints) -> tuple[Bytes, Bytes]:
    begin, at = offsets[:-1], np.maximum(offsets[1:] - 1, 0)
    filled = offsets[1:] > begin
    closing = np.zeros(16, np.bool_)
    closing[_CLOSING] = True
    for _ in range(_CLOSING_BYTES):
        at = at - (closing[kinds[at]] & (at > begin))
    return np.where(filled, kinds[begin], 0).astype(np.uint8), np.where(filled, kinds[at], 0).astype(np.uint8)
