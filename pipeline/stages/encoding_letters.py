"""How likely a text is as a text: the letter pairs of 41 languages, and what signs cost beside them.

The pairs are those of langdetect's profiles (Nakatani 2010, made from Wikipedia), read from the library as it is
installed. A text's likelihood is that of a Markov chain over its letters in the language that suits it best; characters
of Chinese, Japanese and Korean each have a likelihood of their own.
"""

import re
import unicodedata
from collections import defaultdict
from functools import cache
from typing import Any, NamedTuple

import ftfy.bad_codecs  # noqa: F401  # registers the sloppy codecs: a character for every byte
import numpy as np
import numpy.typing as npt
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

Codes = npt.NDArray[np.uint32]

# Natural logarithms: no pair of a language's own letters is rarer, and no pair with another letter as likely.
UNSEEN = -9.0
UNKNOWN = -12.0
_PAIR = 2
_ASCII, _PLANE = 0x7F, 0x10000
_LATIN = "\u024f"
_CASE = -4.0  # a capital after a small letter
_SIGN_IN_WORD = -7.0
# Signs of the trade, those that stand on few keyboards, and what stands in no text.
_COMMON_SIGN, _RARE_SIGN, _NO_SIGN = -4.0, -9.0, -13.0
_COMMON_SIGNS = "\xa0§©«®°·»€£–—‘’‚“”„•…‹›™№′″、。「」！？：；，（）،؛؟।¿¡\u200b\u200c\u200d\u200e\u200f\xad\ufeff"
_IN_WORDS = "’\xad·ªº\u200b\u200c\u200d"
_DRAWN = range(0x2500, 0x25A0)
# Kinds of characters: what ends a word, letters that no profile has, then the profiles' letters.
_OTHER, _STRANGE, _FIRST = 0, 1, 2
# langdetect reads these as others.
_SAME = {"\u0219": "\u015f", "\u021b": "\u0163", "\u06cc": "\u064a", "\xb5": "\u03bc"}
_SAME |= {chr(code): "\u1ec3" for code in range(0x1EA0, 0x1EFA)}
_EAST_ASIAN = ((0x0900, 0x0DF4, -4.5), (0x3041, 0x3100, -4.5), (0x3400, 0xD7A4, -12.0))
# The characters that schools teach: level 1 of each standard, by its rows' first bytes.
_TAUGHT = (
    ("gb2312", range(0xB0, 0xD8), -7.5),
    ("euc_jp", range(0xB0, 0xD0), -8.0),
    ("big5", range(0xA4, 0xC7), -8.5),
    ("euc_kr", range(0xB0, 0xC9), -6.5),
)
# No codec of one byte a character has their letters, so that one cost for each says enough.
_WITHOUT = ("bn", "gu", "hi", "ja", "kn", "ko", "ml", "mr", "ne", "pa", "ta", "te", "zh-cn", "zh-tw")

_INNER_CAPITAL = re.compile("[a-zß-öø-ÿα-ώа-џ][A-ZÀ-ÖØ-ÞΑ-ΫА-ЯЀ-Џ]")
_LETTER = r"[^\W\d_]"
_INNER_SIGN = re.compile(
    f"(?<={_LETTER})(?:[^\\w\\s{_IN_WORDS}\0-\x7f]|[¹²³])(?={_LETTER})|(?<=[A-Za-zß-ÿ])[\u2e80-\ud7a3]+(?=[a-zß-ÿ])"
    r"|[¿¡](?!\w)"
)

# Codecs of one byte a character that text is read in by mistake.
SINGLE = (
    *(f"sloppy-windows-125{n}" for n in range(8)),
    *("latin-1", "iso8859-2", "iso8859-5", "sloppy-iso-8859-7", "iso8859-15", "koi8-r", "koi8-u"),
    *("mac-roman", "mac-cyrillic", "cp437", "cp850", "cp852", "cp866", "sloppy-cp874"),
)


class Likelihood(NamedTuple):
    """The logarithm of a text's likelihood, the share of its pairs beyond ASCII that are known, and the language."""

    log: float
    known: float
    language: str


class Model(NamedTuple):
    """Kinds and costs by character; for each pair of kinds a row of logarithms, one a language, and of languages."""

    languages: tuple[str, ...]
    kinds: npt.NDArray[np.uint16]
    costs: npt.NDArray[np.float32]
    rows: npt.NDArray[np.int32]
    logs: npt.NDArray[np.float32]
    suspects: npt.NDArray[np.bool_]
    width: int


class _Profiles(DetectorFactory):  # type: ignore[misc]  # langdetect is not typed
    """langdetect's profiles as they are, by language."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, dict[str, int]] = {}

    def add_profile(self, profile: Any, index: int, langsize: int) -> None:  # noqa: ARG002
        """Keep the counts of single letters and pairs, in small letters."""
        counts: defaultdict[str, int] = defaultdict(int)
        for gram, count in profile.freq.items():
            small = gram.lower()
            if len(small) == len(gram) <= _PAIR:
                counts["".join(_SAME.get(letter, letter) for letter in small)] += count
        self.counts[profile.name] = dict(counts)


@cache
def model() -> Model:
    """Load the model once a process, in half a second."""
    profiles = _Profiles()
    profiles.load_profile(PROFILES_DIRECTORY)
    counts = {name: profiles.counts[name] for name in sorted(profiles.counts) if name not in _WITHOUT}
    for grams in counts.values():
        if "a" not in grams:  # Latin words in other scripts are as English ones.
            grams.update({gram: count for gram, count in counts["en"].items() if gram.isascii()})
    letters = sorted({gram for grams in counts.values() for gram in grams if len(gram) == 1})
    kind = {letter: _FIRST + place for place, letter in enumerate(letters)}
    width = _FIRST + len(letters)
    latin = [_OTHER, *(kind[letter] for letter in letters if letter.isascii())]
    alphabets = {name: [_OTHER, *(kind[gram] for gram in grams if len(gram) == 1)] for name, grams in counts.items()}
    possible = np.zeros((width, width), dtype=bool)
    for alphabet in alphabets.values():
        possible[np.ix_(alphabet, alphabet)] = True
    possible[_OTHER, _OTHER] = False
    rows = np.where(possible, possible.ravel().cumsum().reshape(width, width), 0).astype(np.int32)
    logs = np.full((int(rows.max()) + 2, len(counts)), UNKNOWN, dtype=np.float32)
    for column, (name, grams) in enumerate(counts.items()):
        chain = _chain(grams, kind, width)
        own = np.ix_(alphabets[name], alphabets[name])
        logs[rows[own].ravel(), column] = chain[own].ravel()
        if name != "en" and all(letter.isascii() or letter > _LATIN for letter in grams if len(letter) == 1):
            foreign = [k for k in alphabets[name] if k not in latin]
            logs[rows[np.ix_(foreign, latin[1:])].ravel(), column] = UNKNOWN
            logs[rows[np.ix_(latin[1:], foreign)].ravel(), column] = UNKNOWN
    logs[0], logs[-1] = UNKNOWN, 0.0
    rows[_OTHER, _OTHER] = len(logs) - 1  # nothing is said of two characters that are no letters
    kinds, costs = _characters(kind)
    return Model(tuple(counts), kinds, costs, rows.ravel(), logs, _suspects(kinds), width)


def _chain(grams: dict[str, int], kind: dict[str, int], width: int) -> npt.NDArray[np.float32]:
    """Give the logarithm of how likely each kind follows each, in one language.

    A pair that the profile leaves out is less frequent than the rarest that it has; it is taken for as likely as its
    letters are, if that is less than half of the rarest.
    """
    pairs = np.zeros((width, width))
    for gram, count in grams.items():
        if len(gram) == _PAIR:
            pairs[kind.get(gram[0], _OTHER), kind.get(gram[1], _OTHER)] += count
    single = np.zeros(width)
    for gram, count in grams.items():
        if len(gram) == 1:
            single[kind[gram]] += count
    single[_OTHER] = pairs[_OTHER].sum()
    rarest = min(count for gram, count in grams.items() if len(gram) == _PAIR)
    from_each = np.maximum(pairs.sum(axis=1), single)[:, None].clip(rarest)
    left_out = np.minimum(single / single.sum(), rarest / 2 / from_each)
    with np.errstate(divide="ignore"):
        chain: npt.NDArray[np.float32] = np.log(np.where(pairs > 0, pairs / from_each, left_out)).astype(np.float32)
    return chain.clip(UNSEEN)


def _suspects(kinds: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]:
    """Tell the characters that a text may have by mistake: those of the codecs that others are read in."""
    every = bytes(range(0x80, 0x100))
    misread = {ord(char) for codec in SINGLE for char in every.decode(codec, "ignore")}
    suspects = np.zeros(0x10000, dtype=bool)
    suspects[sorted(misread)] = True
    suspects[0x3400:0xD7A4] = kinds[0x3400:0xD7A4] == _STRANGE
    suspects[0xFF61:0xFFA0] = True
    return suspects


def _characters(kind: dict[str, int]) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float32]]:
    """Give each character of the first plane its kind and what it costs whatever stands before it."""
    kinds = np.zeros(0x10000, dtype=np.uint16)
    costs = np.zeros(0x10000, dtype=np.float32)
    for code in range(0x80, 0x10000):
        costs[code] = _cost(chr(code))
    for code in range(0x10000):
        small = chr(code).lower()[:1]
        letter = _SAME.get(small, small)
        if letter in kind:
            kinds[code], costs[code] = kind[letter], 0.0
        elif costs[code] == UNKNOWN:
            kinds[code], costs[code] = _STRANGE, 0.0
    for first, last, cost in _EAST_ASIAN:
        kinds[first:last], costs[first:last] = (_OTHER, cost) if cost > _RARE_SIGN else (_STRANGE, 0.0)
    for codec, leads, cost in reversed(_TAUGHT):
        for code in _taught(codec, leads):
            kinds[code], costs[code] = _OTHER, cost
    return kinds, costs


def _taught(codec: str, leads: range) -> list[int]:
    pairs = (bytes((lead, trail)).decode(codec, "ignore") for lead in leads for trail in range(0x40, 0xFF))
    return [ord(char) for char in pairs if len(char) == 1 and char.isalpha() and char > "\u2fff"]


def _cost(char: str) -> float:
    category = unicodedata.category(char)
    if category[0] in "LM":
        return UNKNOWN
    if char in _COMMON_SIGNS:
        return _COMMON_SIGN
    if category in ("Cc", "Cn", "Co") or char == "\ufffd" or ord(char) in _DRAWN:
        return _NO_SIGN
    return _RARE_SIGN


def codes_of(text: str) -> Codes:
    """Give the characters' numbers, those beyond the first plane as one that is a sign."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.where(codes < _PLANE, codes, np.uint32(0x2603))


def likelihood(text: str) -> Likelihood:
    """Tell how likely a text is in the language that suits it best."""
    m = model()
    codes = np.concatenate([[32], codes_of(text), [32]])
    kinds = m.kinds[codes].astype(np.int64)
    pairs = m.rows[kinds[:-1] * m.width + kinds[1:]]
    sums = m.logs[pairs].sum(axis=0)
    best = int(sums.argmax())
    log = float(sums[best] + m.costs[codes].sum())
    asked = ((codes[:-1] > _ASCII) | (codes[1:] > _ASCII)) & (pairs != len(m.logs) - 1)
    good = int((m.logs[pairs[asked], best] > UNKNOWN).sum())
    single = m.costs[codes]
    taught = int(((single < _COMMON_SIGN) & (single > _RARE_SIGN)).sum())
    rare = int((single <= _RARE_SIGN).sum())
    known = (good + taught) / max(1, int(asked.sum()) + taught + rare)
    log += _CASE * len(_INNER_CAPITAL.findall(text)) + _SIGN_IN_WORD * len(_INNER_SIGN.findall(text))
    return Likelihood(log, known, m.languages[best])
