"""A print of each text, 256 bits of its rarer words: tells most pairs that cannot be alike before they are compared."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.duplicates.ragged import Ints, Lists, Pairs
from pipeline.duplicates.texts import Corpus

_BITS = 256
# An odd constant (splitmix64) that spreads the numbers of words over the bits.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
# Pairs whose prints are compared in one go: bounds the memory.
_AT_ONCE = 1 << 20


class Rules(NamedTuple):
    """Which words are in a print, and how far two may differ."""

    rare: float  # a word in a greater share of the texts is not in it
    told: int  # a print with fewer bits than this tells nothing
    missing: float  # where a greater share of the shorter one's bits is missing in the other, they are not alike


def prints(corpus: Corpus, rules: Rules) -> NDArray[np.uint64]:
    """Print all texts: a row of four numbers each."""
    marked = np.zeros((len(corpus.size), _BITS // 64), np.uint64)
    counted = corpus.having <= rules.rare * len(corpus.size)
    bits = (corpus.hashes * _SPREAD >> np.uint64(56)).astype(np.int64)
    for texts, words in corpus.numbered():
        marked[texts] = _marked(words, counted, bits)
    return marked


def _marked(words: Lists, counted: NDArray[np.bool_], bits: Ints) -> NDArray[np.uint64]:
    rows = np.zeros((len(words.offsets) - 1, _BITS), np.bool_)
    chosen = counted[words.values]
    rows[words.owners()[chosen], bits[words.values[chosen]]] = True
    return np.packbits(rows, axis=1).view(np.uint64)


def may_be_alike(marks: NDArray[np.uint64], pairs: Pairs, rules: Rules) -> Pairs:
    """Drop the pairs of which the shorter print has too many bits that the other lacks.

    A bit that is missing is a word that is missing; words that share a bit only make prints more alike.
    """
    kept = np.ones(len(pairs[0]), np.bool_)
    for start in range(0, len(kept), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        left, right = marks[pairs[0][part]], marks[pairs[1][part]]
        both, mine, theirs = (np.bitwise_count(some).sum(1, np.int64) for some in (left & right, left, right))
        fewer = np.minimum(mine, theirs)
        kept[part] = (fewer < rules.told) | (fewer - both <= rules.missing * fewer)
    return pairs[0][kept], pairs[1][kept]
