"""Level the distinct tokens of a batch: plain ones a column at a time, the others one by one."""

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.duplicates.ragged import Ints, offsets_of, ranges
from pipeline.duplicates.words import AROUND, ENDS, INNER, level

_POSSESSIVE = "['’][sS]$"
# Odd constants (splitmix64): powers of the first give each byte of a word a weight of its own, the others mix the sum.
_PLACE, _MIX, _MIX_AGAIN = (np.uint64(c) for c in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


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
    bare = pc.replace_substring_regex(core, INNER, "")
    plain = pc.ascii_is_alpha(bare)
    words, facts = _plain(core.filter(plain), bare.filter(plain))
    levelled = [level(token) for token in tokens.filter(pc.invert(plain)).to_pylist()]
    words = pa.concat_arrays([words, _strings(token.words for token in levelled)])
    facts = pa.concat_arrays([facts, _strings(token.facts for token in levelled)])
    is_plain = plain.to_numpy(zero_copy_only=False)
    counts = np.ones(len(tokens), np.int64)
    counts[~is_plain] = [len(token.words) for token in levelled]
    order = np.argsort(~is_plain, kind="stable")  # the plain tokens' words come first
    starts = np.empty(len(tokens), np.int64)
    starts[order] = offsets_of(counts[order])[:-1]
    ends = pc.match_substring_regex(tokens, ENDS).to_numpy(zero_copy_only=False)
    return Vocabulary(starts, counts, ends, words, hashes(words), facts)


def _plain(core: pa.Array, bare: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Level tokens of plain letters: the words, and the names that they may be."""
    words = pc.ascii_lower(bare)
    stems = pc.if_else(pc.match_substring_regex(core, _POSSESSIVE), pc.utf8_slice_codeunits(words, 0, -1), words)
    capital = pc.ascii_is_upper(pc.utf8_slice_codeunits(bare, 0, 1))
    return words, pc.if_else(pc.and_(capital, pc.greater(pc.utf8_length(stems), 1)), stems, "")


def _strings(rows: Iterable[tuple[str, ...]]) -> pa.Array:
    return pa.array(list(chain.from_iterable(rows)), pa.string())


def hashes(words: pa.Array) -> NDArray[np.uint64]:
    """Hash words to 64 bits, the same in every process and on every machine.

    >>> hashes(pa.array(["geneva", "Geneva", "geneva"])).tolist()
    [11447189263173907500, 15184048843511812455, 11447189263173907500]
    """
    _, offsets, data = words.buffers()
    bounds = np.frombuffer(offsets, np.int32)[words.offset : words.offset + len(words) + 1].astype(np.int64)
    letters = np.frombuffer(data or b"", np.uint8)[bounds[0] : bounds[-1]].astype(np.uint64)
    lengths = np.diff(bounds)
    weights = np.cumprod(np.full(int(lengths.max(initial=0)), _PLACE))
    weighed = (letters + np.uint64(1)) * weights[ranges(np.zeros_like(lengths), lengths)]
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(weighed)))
    found: NDArray[np.uint64] = sums[bounds[1:] - bounds[0]] - sums[bounds[:-1] - bounds[0]]
    for constant, shift in ((_MIX, 30), (_MIX_AGAIN, 27)):
        found = (found ^ found >> np.uint64(shift)) * constant
    return found ^ found >> np.uint64(31)
