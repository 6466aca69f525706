"""Measure each line: its shape, its words, its place on the page and its neighbours, a column for each measure."""

from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.linemodel.characters import CLASS
from pipeline.linemodel.glyphs import Glyphs
from pipeline.linemodel.surroundings import Bools, Ints, Pages, groups, neighbour, since, until, windows

Columns = dict[str, NDArray[Any]]

_SIGNS = ("end", "comma", "quote", "separator", "bracket", "symbol", "dash", "colon")
_WINDOWS = (2, 5, 15)
_LEXICON_WINDOWS = (3, 8)
_BORDER_WINDOWS = (2, 6, 20)
_NEAR = ("words", "ends", "stop", "capitals", "end", "digits", "repeats", "lexicon")
_NEIGHBOURS = (-2, -1, 1, 2)
_SIDES = ("above", "below")
PARTS: Final = ("comments", "related", "subscribe", "share", "author", "legal")

FEATURES: Final = (
    "words", "chars", "word_length", "upper", "capitals", "digits", *_SIGNS, "han", "kana", "sentence_words",
    "long_words", "ends", "last", "first", "repeats",
    "stop", "stops", "lexicon", "lexicon_mean", "lexicon_min", "lexicon_max", "lexicon_first", "lexicon_last", "known",
    "above", "below", "place", "words_above", "prose_above", "prose_words_above", "prose_words_below",
    "since_prose", "until_prose", "since_long", "until_long",
    *(f"{name}_{size}_{side}" for size in _WINDOWS for name in ("prose", "words") for side in _SIDES),
    *(f"stops_{size}" for size in _WINDOWS),
    *(f"lexicon_{size}_{side}" for size in _LEXICON_WINDOWS for side in _SIDES),
    *(f"{name}{at:+d}" for at in _NEIGHBOURS for name in _NEAR),
    *(f"{name}_{part}" for part in PARTS for name in ("since", "until", "above", "near")),
    *(f"{name}_{size}" for name in ("opens", "closes") for size in _BORDER_WINDOWS),
    "opens", "closes", "opens-1", "closes+1",
    "topic", "topic_strength", "rare_words", "head", "head_words",
)  # fmt: skip

SHORT_WORDS, _MARK_WINDOW = 8, 5  # a line that opens or closes a part of the page is short

# What counts as running text: so many words, or fewer with the end of a sentence behind them.
_PROSE_WORDS, _LONG_PROSE_WORDS, _LONG_WORDS = 10, 25, 30
_LONG_WORD_BYTES = 7
_RARE_WORD_BYTES = 3
_HEAD_MIN_WORDS, _HEAD_MAX_WORDS = 4, 30
_SLOT_BITS = np.uint64(52)  # words of a page are told apart by the top twelve bits of their keys
_SLOTS = 4096
_TOPIC_CAP = 8
_LEXICON_CAP = 8  # logits; the sums over windows are of hundredths


def shape(glyphs: Glyphs, repeats: Ints) -> Columns:
    """Measure what each line is made of; `repeats` says how often its text stands on the page."""
    counts = glyphs.counts.astype(np.int64)
    characters, found = counts.sum(axis=1), np.diff(glyphs.offsets)
    unparted = counts[:, CLASS["han"]] + counts[:, CLASS["kana"]]
    letters = counts[:, CLASS["lower"]] + counts[:, CLASS["upper"]] + unparted
    words = found - unparted + (unparted + 1) // 2
    each = np.maximum(characters, 1)
    return {
        "words": words,
        "chars": characters,
        "word_length": characters / np.maximum(found, 1),
        "upper": counts[:, CLASS["upper"]] / np.maximum(letters, 1),
        "capitals": _by_row(glyphs, glyphs.capital) / np.maximum(found, 1),
        "digits": counts[:, CLASS["digit"]] / each,
        **{name: counts[:, CLASS[name]] for name in _SIGNS},
        "han": counts[:, CLASS["han"]] / each,
        "kana": counts[:, CLASS["kana"]] / each,
        "sentence_words": words / (counts[:, CLASS["end"]] + 1),
        "long_words": _by_row(glyphs, glyphs.sizes >= _LONG_WORD_BYTES) / np.maximum(found, 1),
        "ends": glyphs.last == CLASS["end"],
        "last": glyphs.last,
        "first": glyphs.first,
        "repeats": repeats,
    }


def repeats(texts: pa.Array, pages: Pages) -> Ints:
    """Count how often each row's text stands on its page."""
    codes = groups(texts, pages)
    return np.bincount(codes)[codes] if len(codes) else codes


def lexical(glyphs: Glyphs, stops: Bools, weights: NDArray[np.float64], known: Bools) -> Columns:
    """Measure which words each line has: whether each is a stop word or known, and its weight for content."""
    rows, n = np.diff(glyphs.offsets), len(glyphs.counts)
    each, filled = np.maximum(rows, 1), rows > 0
    stop, total = _by_row(glyphs, stops), _by_row(glyphs, weights)
    ends = [np.zeros(n) for _ in range(4)]
    if filled.any():
        begins = glyphs.offsets[:-1][filled]
        found = (np.minimum.reduceat, np.maximum.reduceat)
        ends[0][filled], ends[1][filled] = (reduce(weights, begins) for reduce in found)
        ends[2][filled], ends[3][filled] = weights[begins], weights[glyphs.offsets[1:][filled] - 1]
    return {
        "stop": stop / each,
        "stops": stop.astype(np.int64),
        "lexicon": total,
        "lexicon_mean": total / each,
        "lexicon_min": np.minimum(ends[0], 0),
        "lexicon_max": np.maximum(ends[1], 0),
        "lexicon_first": ends[2],
        "lexicon_last": ends[3],
        "known": _by_row(glyphs, known) / each,
    }


def prose(columns: Columns) -> Bools:
    """Say which lines are running text."""
    words, ends = columns["words"], columns["ends"]
    return np.asarray((words >= _LONG_PROSE_WORDS) | ((words >= _PROSE_WORDS) & ends), np.bool_)


def place(columns: Columns, running: Bools, pages: Pages) -> Columns:
    """Measure where each line stands on its page: in lines, in words, and in running text."""
    words = columns["words"]
    mass = np.where(running, words, 0)
    at = np.arange(len(words))
    above, below = at - pages.starts[pages.of], pages.ends[pages.of] - 1 - at
    prose_above, prose_total = pages.above(mass), pages.total(mass)
    long = running & (words >= _LONG_WORDS)
    return {
        "above": above,
        "below": below,
        "place": (above + 0.5) / (above + below + 1),
        "words_above": pages.above(words) / np.maximum(pages.total(words), 1),
        "prose_above": prose_above / np.maximum(prose_total, 1),
        "prose_words_above": prose_above,
        "prose_words_below": prose_total - prose_above - mass,
        "since_prose": since(running, pages),
        "until_prose": until(running, pages),
        "since_long": since(long, pages),
        "until_long": until(long, pages),
    }


def around(columns: Columns, running: Bools, pages: Pages) -> Columns:
    """Measure the lines around each line: sums over windows on both sides, and the nearest neighbours."""
    words = columns["words"]
    summed = {"prose": np.where(running, words, 0), "words": words}
    found: Columns = {}
    for size in _WINDOWS:
        for name, column in summed.items():
            found[f"{name}_{size}_above"], found[f"{name}_{size}_below"] = windows(column, size, pages)
        found[f"stops_{size}"] = np.add(*windows(columns["stops"], size, pages))
    weight = _hundredths(columns["lexicon"])
    for size in _LEXICON_WINDOWS:
        found[f"lexicon_{size}_above"], found[f"lexicon_{size}_below"] = windows(weight, size, pages)
    for name in _NEAR:
        column = np.asarray(columns[name], np.float32)
        for at in _NEIGHBOURS:
            found[f"{name}{at:+d}"] = neighbour(column, at, pages, -1)
    return found


def parts(glyphs: Glyphs, marks: Ints, columns: Columns, pages: Pages) -> Columns:
    """Measure how far each line is from short lines with words that mark a part of the page, such as comments."""
    short = columns["words"] <= SHORT_WORDS
    found: Columns = {}
    for number, part in enumerate(PARTS):
        marked = (np.bincount(glyphs.rows[marks == number], minlength=len(short)) > 0) & short
        found[f"since_{part}"] = since(marked, pages)
        found[f"until_{part}"] = until(marked, pages)
        found[f"above_{part}"] = pages.above(marked.astype(np.int64))
        found[f"near_{part}"] = np.add(*windows(marked.astype(np.int64), _MARK_WINDOW, pages)) + marked
    return found


def borders(
    glyphs: Glyphs, opens: NDArray[np.float64], closes: NDArray[np.float64], columns: Columns, pages: Pages
) -> Columns:
    """Measure what the short lines above say of what follows them, and those below of what goes before them."""
    short = columns["words"] <= SHORT_WORDS
    found: Columns = {}
    for name, weights, side, nearest in (("opens", opens, 0, -1), ("closes", closes, 1, 1)):
        column = _hundredths(np.where(short, _by_row(glyphs, weights), 0))
        found[name] = column
        found[f"{name}{nearest:+d}"] = neighbour(column, nearest, pages)
        for size in _BORDER_WINDOWS:
            found[f"{name}_{size}"] = windows(column, size, pages)[side]
    return found


def topic(glyphs: Glyphs, stops: Bools, columns: Columns, running: Bools, pages: Pages) -> Columns:
    """Measure which of a line's rarer words the page's running text has elsewhere, and which its headline has."""
    picked = ~stops & (glyphs.sizes >= _RARE_WORD_BYTES)
    rows, n = glyphs.rows[picked], len(running)
    slots = pages.of[rows] * _SLOTS + (glyphs.keys[picked] >> _SLOT_BITS).astype(np.int64)
    own = running[rows]
    elsewhere = np.bincount(slots[own], minlength=len(pages) * _SLOTS)[slots] - own
    in_head = np.zeros(len(pages) * _SLOTS, np.bool_)
    in_head[slots[_heads(columns, pages)[rows]]] = True
    rare = np.bincount(rows, minlength=n)
    headed = np.bincount(rows[in_head[slots]], minlength=n)
    each = np.maximum(rare, 1)
    return {
        "topic": np.bincount(rows[elsewhere > 0], minlength=n) / each,
        "topic_strength": np.bincount(rows, np.minimum(elsewhere, _TOPIC_CAP), minlength=n) / each,
        "rare_words": rare,
        "head": headed / each,
        "head_words": headed,
    }


def _heads(columns: Columns, pages: Pages) -> Bools:
    """Find the first line of each page that is long enough for a headline."""
    words = columns["words"]
    fit = (words >= _HEAD_MIN_WORDS) & (words <= _HEAD_MAX_WORDS)
    heads = np.zeros(len(words), np.bool_)
    if fit.any():
        at = np.flatnonzero(fit)
        _, first = np.unique(pages.of[at], return_index=True)
        heads[at[first]] = True
    return heads


def _hundredths(logits: NDArray[np.float64]) -> Ints:
    return np.rint(100 * np.clip(logits, -_LEXICON_CAP, _LEXICON_CAP)).astype(np.int64)


def _by_row(glyphs: Glyphs, values: NDArray[Any]) -> NDArray[np.float64]:
    """Sum a value of each word over each row."""
    sums = np.zeros(len(glyphs.counts))
    filled = np.diff(glyphs.offsets) > 0
    if filled.any():
        sums[filled] = np.add.reduceat(values, glyphs.offsets[:-1][filled], dtype=np.float64)
    return sums
