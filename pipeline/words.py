"""Level words: case, quotes, dashes, spacing and the form of characters do not count; figures keep what they say."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

# Writings that put no space between words (Thai to Tibetan, Burmese, Khmer, kana, Han): pairs of characters stand in.
UNSPACED = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
_COINS = "$¢-¥֏₠-₿"

_UNSPACED = re.compile(f"[{UNSPACED}]")
_RUNS = re.compile(f"[{UNSPACED}]+|[^{UNSPACED}]+")
_PARTS = re.compile(r"[–—―…/|]+|\.\.+")
_SIGNS = re.compile(r"[^\w]|_")
_DIGIT = re.compile(r"\d")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–−", "-") | {"⁄": "/"})
_GROUPS = re.compile(r"(?<=\d)[.,'](?=\d{3}(?!\d))")
_DECIMAL = re.compile(r"(?<=\d),(?=\d)")
_NO_FIGURE = re.compile(rf"(?<!\d)[.:/]|[.:/](?!\d)|(?<=[^\W\d])-|-(?!\d)|[^\w.:/%{_COINS}-]|_")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|%)$")
_COIN = re.compile(f"[{_COINS}]")
_ENDS = re.compile(r"[.!?…:。！？][\"'’”»)\]]*$")
_AROUND = "“”‘’„‚«»\"'()[]{}<>.,;:!?*_"
_MAY_END = frozenset(".!?…:。！？\"'’”»)]")
_INNER = dict.fromkeys(map(ord, "'’-‐‑"))
_POSSESSIVE = frozenset(("'s", "’s", "'S", "’S"))
_KNOWN_CHARS = 40


class Token(NamedTuple):
    """What stands between two spaces, levelled: none, one or several words.

    `hashes` has eight bytes a word; `facts` has the figure or the name that each word may state, or "".
    """

    words: tuple[str, ...]
    hashes: bytes
    facts: tuple[str, ...]
    ends: bool  # a sentence ends here


def hash_of(word: str) -> bytes:
    """Hash a word to 64 bits, the same in every process and on every machine.

    >>> hash_of("geneva").hex()
    'd1e1aa9ea9b1a3c7'
    """
    return blake2b(word.encode(), digest_size=8).digest()


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
    core = token.strip(_AROUND)
    plain = core.translate(_INNER)
    if plain.isalpha() and plain.isascii():  # most tokens: the way below would say the same, slower
        word = plain.lower()
        name = "" if plain[0] == word[0] or len(word) == 1 else word
        if name and core[-2:] in _POSSESSIVE:
            name = word[:-1]
        return Token((word,), hash_of(word), (name,), _ends(token))
    runs = [token] if token.isascii() else _RUNS.findall(unicodedata.normalize("NFKC", token).replace("’", "'"))
    found: list[tuple[str, str]] = []
    for run in runs:
        if _UNSPACED.match(run):
            found += _character_pairs(run)
        elif _DIGIT.search(run):
            found.append(_figure(run))
        else:
            found += [_word(part) for part in _PARTS.split(run)]
    words = tuple(word for word, _ in found if word)
    return Token(words, b"".join(map(hash_of, words)), tuple(fact for word, fact in found if word), _ends(token))


# Most tokens of a text were seen before; longer ones are rare, and would fill the memory.
_known = lru_cache(maxsize=1 << 16)(_level)


def is_name(fact: str) -> bool:
    """Tell a name from a figure."""
    return fact != "" and _DIGIT.search(fact) is None


def _ends(token: str) -> bool:
    return not token or (token[-1] in _MAY_END and _ENDS.search(token) is not None)


def _bare(text: str) -> str:
    """Strip what is neither letter, digit nor a mark that belongs to a letter."""
    if text.isascii():
        return _SIGNS.sub("", text)
    kept = "".join(c for c in text if c.isalnum() or unicodedata.category(c)[0] == "M")
    return kept if any(c.isalnum() for c in kept) else ""


def _word(part: str) -> tuple[str, str]:
    stem = part[:-2] if part[-2:] in _POSSESSIVE else part
    return _bare(part).casefold(), _name(_bare(stem))


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
