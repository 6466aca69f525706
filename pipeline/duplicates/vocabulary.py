"""Level the distinct tokens of a batch: plain ones a column at a time, the others one by one."""

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.duplicates.ragged import Ints, Lists, hashes_of, offsets_of
from pipeline.duplicates.words import AROUND, ENDS, INNER, level

_POSSESSIVE = "['’][sS]$"
# Ways to level a token, in the order in which their words are laid down: letters alone, digits alone, letters with
# marks between them, and whatever else, one by one.
_LETTERS, _DIGITS, _MARKED, _OTHER = range(4)


class Vocabulary(NamedTuple):
    """What each token comes to: from `starts` on `counts` words, and whether a sentence ends there.

    Words have a hash each, and the figure or the name that they may state ("" where neither).
    """

    starts: Ints
    counts: Ints
    ends: NDArray[np.bool_]
    words: pa.Array
    hashes: NDArray[np.uint64]
    facts: pa.Array


def vocabulary(tokens: pa.Array) -> Vocabulary:
    """Level distinct tokens, each as `words.level` does.

    >>> known = vocabulary(pa.array(["Lavrov’s", "—", "re-invasion—which"]))
    >>> known.words.to_pylist(), known.facts.to_pylist(), known.counts.tolist()
    (['lavrovs', 'reinvasion', 'which'], ['lavrov', '', ''], [1, 0, 2])
    """
    core = pc.utf8_trim(tokens, AROUND)
    way = np.full(len(tokens), _OTHER)
    way[_flags(pc.ascii_is_decimal(core))] = _DIGITS
    way[_flags(pc.ascii_is_alpha(core))] = _LETTERS
    rest = way == _OTHER
    bare = pc.replace_substring_regex(core.filter(pa.array(rest)), INNER, "")
    way[rest] = np.where(_flags(pc.ascii_is_alpha(bare)), _MARKED, _OTHER)
    letters, digits, marked, other = (pa.array(way == each) for each in (_LETTERS, _DIGITS, _MARKED, _OTHER))
    levelled = [level(token) for token in tokens.filter(other).to_pylist()]
    figures = core.filter(digits)
    words, names = _plain(core.filter(letters))
    marked_words, marked_names = _marked(core.filter(marked), bare.filter(pc.ascii_is_alpha(bare)))
    words = pa.concat_arrays([words, figures, marked_words, _strings(token.words for token in levelled)])
    facts = pa.concat_arrays([names, figures, marked_names, _strings(token.facts for token in levelled)])
    counts = np.ones(len(tokens), np.int64)
    counts[way == _OTHER] = [len(token.words) for token in levelled]
    order = np.argsort(way, kind="stable")
    starts = np.empty(len(tokens), np.int64)
    starts[order] = offsets_of(counts[order])[:-1]
    return Vocabulary(starts, counts, _flags(pc.match_substring_regex(tokens, ENDS)), words, hashes(words), facts)


def _plain(letters: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Level tokens of letters: the words, and the names that they may be."""
    words = pc.ascii_lower(letters)
    return words, _names(letters, words)


def _marked(core: pa.Array, letters: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Level tokens of letters with apostrophes and hyphens between them, of which `letters` are what is left."""
    words = pc.ascii_lower(letters)
    owning = pc.match_substring_regex(core, _POSSESSIVE)
    return words, _names(letters, pc.if_else(owning, pc.utf8_slice_codeunits(words, 0, -1), words))


def _names(letters: pa.Array, stems: pa.Array) -> pa.Array:
    """Give the stem of each token that may be a name: it has a capital, and more than one letter."""
    capital = pc.ascii_is_upper(pc.utf8_slice_codeunits(letters, 0, 1))
    return pc.if_else(pc.and_(capital, pc.greater(pc.binary_length(stems), 1)), stems, "")


def _flags(marked: pa.Array) -> NDArray[np.bool_]:
    flags: NDArray[np.bool_] = marked.to_numpy(zero_copy_only=False)
    return flags


def _strings(rows: Iterable[tuple[str, ...]]) -> pa.Array:
    return pa.array(list(chain.from_iterable(rows)), pa.string())


def hashes(words: pa.Array) -> NDArray[np.uint64]:
    """Hash words to 64 bits, by their bytes.

    >>> hashes(pa.array(["geneva", "Geneva", "geneva"])).tolist()
    [11447189263173907500, 15184048843511812455, 11447189263173907500]
    """
    _, offsets, data = words.buffers()
    bounds = np.frombuffer(offsets, np.int32)[words.offset : words.offset + len(words) + 1].astype(np.int64)
    return hashes_of(Lists(np.frombuffer(data or b"", np.uint8), bounds))
