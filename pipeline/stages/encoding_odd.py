"""Pick from a column the texts whose letters stand as no language has them: what may have been misread.

Most texts go no further than the first look, for a character that the west of Europe does not write. Of the others the
letter pairs are counted that a language does not have, in all languages at once, eight in a machine word.
"""

import re
from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.stages.encoding_letters import model

# Signs that no word has inside, East Asian characters between Latin letters, capitals after small letters of another
# alphabet or most of the words in capitals, and signs that hardly stand in a text at all.
# All are written so that RE2 and Python read them alike.
_SMALL = "a-zß-öø-ɏά-ώа-џ"
_ANY = f"A-ZÀ-ÖØ-Þ{_SMALL}Ά-ΫЀ-Я"
_SIGNS = "[\u00a1-\u00a9¬-³µ¶¸¹¼-¿×÷†‡‰ƒˆ˜‚„‹›€™˘˙˚˛˝ˇ\u2190-\u25ff\uf8ff]"
_EASTERN = "Ͱ-\u06ff\u0e00-\u0e7f\u3400-\ud7a3\uff61-\uff9f"
_NOT_IN_WORDS = (
    f"[{_ANY}]{_SIGNS}[{_SMALL}]|[{_SMALL}]{_SIGNS}|[\u0080-\u009f\u2500-\u259f¬¤¦\uf8ff]"
    f"|[а-џά-ώ][Ѐ-ЯΑ-Ω]|[A-Za-z][{_EASTERN}]|[{_EASTERN}][a-z]|[Ѐ-Я]{{3}}[ ,.-]+[Ѐ-Я]{{2}}"
)
_BEYOND = "äöüÄÖÜßéèàâêîôûçáíóúñÉ\u00a0«»°§·®“”„‘’–—…•"
_NOT_WESTERN = f"[^\\x00-\\x7f{_BEYOND}]"
# The same, and what opens an entity, stands for a lost letter or ends a line.
_UNUSUAL = f"[^\\x00-\\x09\\x0b\\x0c\\x0e-%'->@-\\x7f{_BEYOND}]"
_LOOKS = re.compile(_NOT_WESTERN), re.compile(_NOT_IN_WORDS)
# A text is odd in which so many pairs, and such a share of those looked at, are unknown to the language that suits it.
_FEWEST = 2
_LEAST_SHARE = 0.1
_UNLIKELY = -8.0
# No more are looked at in a text, so that a count fits into a byte: a long text shows by samples what it is.
_MOST_PLACES = 120
_BY_BYTE = 8


def unusual(texts: pa.Array) -> pa.Array:
    """Say which texts have a character that the west of Europe does not write, or one that a repair may hang on."""
    return pc.match_substring_regex(texts, _UNUSUAL)


def within(seen: pa.Array, texts: pa.Array, test: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Test those of the texts that were seen to need it; the others do not pass."""
    if seen.true_count == 0:
        return seen
    return pc.replace_with_mask(seen, seen, test(texts.filter(seen)))


def odd(texts: pa.Array) -> pa.Array:
    """Say which texts may have been misread."""
    return within(pc.match_substring_regex(texts, _NOT_WESTERN), texts, _odd)


def is_odd(text: str) -> bool:
    """Say whether one text may have been misread, as `odd` does."""
    if text.isascii() or not _LOOKS[0].search(text):
        return False
    return _LOOKS[1].search(text) is not None or bool(_are_odd(pa.array([text], pa.string()))[0])


def _odd(texts: pa.Array) -> pa.Array:
    return pc.or_(pc.match_substring_regex(texts, _NOT_IN_WORDS), pa.array(_are_odd(texts), pa.bool_()))


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
