"""Level words: case, quotes, dashes, spacing and the form of characters do not count; figures keep what they say."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

# Writings that put no space between words (Thai to Tibetan, Burmese, Khmer, kana, Han): pairs of characters stand in.
UNSPACED = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
# What may stand around a word, what inside it, and how a token ends with which a sentence ends; the last two are
# patterns that Python and Arrow read alike.
AROUND = "“”‘’„‚«»\"'()[]{}<>.,;:!?*_"
INNER = "['’\u2010\u2011-]"
ENDS = "^$|[.!?…:。！？][\"'’”»)\\]]*$"

_UNSPACED = re.compile(f"[{UNSPACED}]")
_RUNS = re.compile(f"[{UNSPACED}]+|[^{UNSPACED}]+")
_PARTS = re.compile(r"[–—―…/|]+|\.\.+")
_SIGNS = re.compile(r"[^\w]|_")
_DIGIT = re.compile(r"\d")
_ENDS = re.compile(ENDS)
_POSSESSIVE = ("'s", "'S")
_COINS = "$¢-¥֏₠-₿"
_COIN = re.compile(f"[{_COINS}]")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–−", "-") | {"⁄": "/"})
_GROUPS = re.compile(r"(?<=\d)[.,'](?=\d{3}(?!\d))")
_DECIMAL = re.compile(r"(?<=\d),(?=\d)")
_NO_FIGURE = re.compile(rf"(?<!\d)[.:/]|[.:/](?!\d)|(?<=[^\W\d])-|-(?!\d)|[^\w.:/%{_COINS}-]|_")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|%)$")
_KNOWN_CHARS = 40


class Token(NamedTuple):
    """What stands between two spaces, levelled: none, one or several words, and the fact that each may state.

    A fact is a figure or a name; "" where the word is neither.
    """

    words: tuple[str, ...]
    facts: tuple[str, ...]
    ends: bool  # a sentence ends here


def level(token: str) -> Token:
    """Level what stands between two spaces.

    Any word of a script without capitals may be a name, for nothing says that it is none.

    >>> level("“Re-invasion”—which").words, level("外交部").words
    (('reinvasion', 'which'), ('外交', '交部'))
    >>> [level(token).facts for token in ("Lavrov’s", "hotel", "1.5%", "100,000", "(2–1)", "外交部")]
    [('lavrov',), ('',), ('1.5',), ('100000',), ('2-1',), ('外交', '交部')]
    """
    return _known(token) if len(token) <= _KNOWN_CHARS else _level(token)


def _level(token: str) -> Token:
    plain = token if token.isascii() else unicodedata.normalize("NFKC", token).replace("’", "'")
    found: list[tuple[str, str]] = []
    for run in _RUNS.findall(plain):
        if _UNSPACED.match(run):
            found += _character_pairs(run)
        elif _DIGIT.search(run):
            found.append(_figure(run))
        else:
            found += [_word(part) for part in _PARTS.split(run)]
    found = [(word, fact) for word, fact in found if word]
    return Token(tuple(word for word, _ in found), tuple(fact for _, fact in found), _ENDS.search(token) is not None)


# Most tokens of a text were seen before; long ones are rare, and would fill the memory.
_known = lru_cache(maxsize=1 << 16)(_level)


def is_name(fact: str) -> bool:
    """Tell a name from a figure."""
    return fact != "" and _DIGIT.search(fact) is None


def _bare(text: str) -> str:
    """Strip what is neither letter, digit nor a mark that belongs to a letter."""
    if text.isascii():
        return _SIGNS.sub("", text)
    kept = "".join(c for c in text if c.isalnum() or unicodedata.category(c)[0] == "M")
    return kept if any(c.isalnum() for c in kept) else ""


def _word(part: str) -> tuple[str, str]:
    core = part.strip(AROUND)
    stem = core[:-2] if core.endswith(_POSSESSIVE) else core
    return _bare(core).casefold(), _name(_bare(stem))


def _name(bare: str) -> str:
    """Give the levelled word where it may be a name: where it has a capital, or its script has none."""
    return bare.casefold() if len(bare) > 1 and bare[0].isalpha() and not bare[0].islower() else ""


def _character_pairs(run: str) -> Iterable[tuple[str, str]]:
    bare = _bare(run)
    pairs = [bare[i : i + 2] for i in range(max(1, len(bare) - 1))]
    return zip(pairs, pairs, strict=True)


def _figure(run: str) -> tuple[str, str]:
    plain = _GROUPS.sub("", run.translate(_DASHES).casefold())
    word = _NO_FIGURE.sub("", _DECIMAL.sub(".", plain))
    if _COIN.fullmatch(word[-1:]):
        word = word[-1] + word[:-1]
    return word, _ORDINAL.sub("", word)
