"""Pick from a column the texts whose letters stand as no language has them: what may have been misread.

Most texts go no further than the first look, for a character that the west of Europe does not write. Of the others the
letter pairs are counted that a language does not have, in all languages at once, eight in a machine word.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.stages.encoding_letters import model

# Signs that no word has inside, East Asian characters between Latin letters, capitals after small letters of another
# alphabet or most of the words in capitals, and signs that hardly stand in a text at all.
_SIGNS = r"[\x{a1}-\x{a9}\x{ac}-\x{b3}\x{b5}\x{b6}\x{b8}\x{b9}\x{bc}-\x{bf}×÷†‡‰ƒˆ˜‚„‹›€™˘˙˚˛˝ˇ\x{2190}-\x{25ff}\x{f8ff}]"
_NOT_IN_WORDS = (
    rf"\pL(?:{_SIGNS}|[\x{{3400}}-\x{{d7a3}}\x{{ff61}}-\x{{ff9f}}]{{1,2}})\p{{Ll}}|\p{{Ll}}{_SIGNS}"
    r"|[\x{80}-\x{9f}\x{2500}-\x{259f}¬¤¦\x{f8ff}]|[\x{430}-\x{45f}\x{3ac}-\x{3ce}][\x{400}-\x{42f}\x{391}-\x{3a9}]"
    r"|[A-Za-z][\x{370}-\x{6ff}\x{e00}-\x{e7f}\x{3400}-\x{d7a3}\x{ff61}-\x{ff9f}]"
    r"|[\x{370}-\x{6ff}\x{e00}-\x{e7f}\x{3400}-\x{d7a3}\x{ff61}-\x{ff9f}][a-z]"
    r"|[\x{400}-\x{42f}]{3}[ ,.-]+[\x{400}-\x{42f}]{2}"
)
_NOT_WESTERN = r"[^\x00-\x7fäöüÄÖÜßéèàâêîôûçáíóúñÉ\x{a0}«»°§·®“”„‘’–—…•]"
# A text is odd in which so many pairs, and such a share of those looked at, are unknown to the language that suits it.
_FEWEST = 2
_LEAST_SHARE = 0.1
_UNLIKELY = -8.0
# No more are looked at in a text, so that a count fits into a byte: a long text shows by samples what it is.
_MOST_PLACES = 120
_BY_BYTE = 8


def odd(texts: pa.Array) -> pa.Array:
    """Say which texts may have been misread."""
    seen = pc.match_substring_regex(texts, _NOT_WESTERN)
    if seen.true_count == 0:
        return seen
    some = texts.filter(seen)
    found = pc.or_(pc.match_substring_regex(some, _NOT_IN_WORDS), pa.array(_are_odd(some), pa.bool_()))
    return pc.replace_with_mask(seen, seen, found)


@cache
def _unknown() -> npt.NDArray[np.uint64]:
    """Give for each row of the model which languages do not know the pair, a byte each."""
    logs = model().logs
    flags = np.zeros((len(logs), -(-logs.shape[1] // _BY_BYTE) * _BY_BYTE), dtype=np.uint8)
    flags[:, : logs.shape[1]] = logs < _UNLIKELY
    flags[:, logs.shape[1] :] = 1
    return flags.view(np.uint64)


def _are_odd(texts: pa.Array) -> npt.NDArray[np.bool_]:
    m = model()
    codes = np.frombuffer(("\n".join(texts.to_pylist()) + "\n").encode("utf-32-le"), dtype=np.uint32)
    flags = m.suspects.take(codes, mode="clip")
    lengths = pc.utf8_length(texts).to_numpy(zero_copy_only=False).astype(np.int64) + 1
    counts = np.add.reduceat(flags, np.cumsum(lengths) - lengths, dtype=np.int64)
    steps = -(-counts // _MOST_PLACES)
    number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = number % np.repeat(np.maximum(steps, 1), counts) == 0
    at, text = np.flatnonzero(flags)[kept], np.repeat(np.arange(len(texts)), counts)[kept]
    odd = np.zeros(len(texts), dtype=bool)
    if not len(at):
        return odd
    here, before, after = (m.kinds.take(codes[at + step], mode="clip").astype(np.int64) for step in (0, -1, 1))
    first, second = m.rows[before * m.width + here], m.rows[here * m.width + after]
    starts = np.flatnonzero(np.diff(text, prepend=-1))
    both = _unknown()[first] + _unknown()[second]
    sums = np.add.reduceat(both, starts, axis=0)
    unknown = sums.view(np.uint8).reshape(len(starts), -1).min(axis=1).astype(np.int64)
    places = np.diff(starts, append=len(at))
    odd[text[starts]] = (unknown >= _FEWEST) & (unknown >= _LEAST_SHARE * 2 * places)
    return odd
