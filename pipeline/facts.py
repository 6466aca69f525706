"""Tell whether two texts state different facts: other figures, other names, or a denial more."""

import re
import unicodedata
from collections.abc import Mapping, Sequence, Set
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.ragged import Ints, Lists, Pairs, shared

_VOWELS = str.maketrans("", "", "aeiouyh")
_LETTERS = str.maketrans({"c": "k", "q": "k", "w": "v", "j": "y", "z": "s"})
_SOUNDS = str.maketrans({"y": "i", "e": "i", "o": "u", "h": None})
# With fewer letters than this in it, a skeleton says too little: Paris and Peru.
_MIN_SKELETON = 3
_DOUBLED = re.compile(r"(.)\1+")


class Rules(NamedTuple):
    """When two names may be one: endings that a name can take, and names that are spelt in several ways."""

    endings: frozenset[str]
    min_stem: int
    max_lower: int
    variants: Mapping[str, str]


class Facts(NamedTuple):
    """What each text states: bags of figures and of names, by number, and how often it denies."""

    figures: Lists
    names: Lists
    negations: Ints
    words: Lists  # hashes of all words, in order
    texts: Sequence[str]  # the names, by number
    word_of: NDArray[np.uint64]  # the word that a name is


class Difference(NamedTuple):
    """For each pair: which side states what the other does not, and how much oftener left denies."""

    left: NDArray[np.bool_]
    right: NDArray[np.bool_]
    left_figures: NDArray[np.bool_]
    right_figures: NDArray[np.bool_]
    denials: Ints


def differ(facts: Facts, pairs: Pairs, rules: Rules) -> Difference:
    """Compare what the texts of each pair state. A name that stands three times here and twice there is a difference."""
    figures = _unshared(facts.figures, pairs)
    left, right = _unshared(facts.names, pairs)
    settled = figures[0] & figures[1]
    for at in np.flatnonzero((left | right) & ~settled).tolist():
        left[at], right[at] = _names(facts, int(pairs[0][at]), int(pairs[1][at]), rules)
    denials = facts.negations[pairs[0]] - facts.negations[pairs[1]]
    return Difference(left | figures[0], right | figures[1], *figures, denials)


def _unshared(bags: Lists, pairs: Pairs) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark the pairs in which left, and right, has a value that the other lacks."""
    ones = np.ones(int(bags.values.max(initial=-1)) + 1, np.int64)
    both, lengths = shared(bags, pairs, ones), bags.lengths()
    return lengths[pairs[0]] > both, lengths[pairs[1]] > both


def _names(facts: Facts, left: int, right: int, rules: Rules) -> tuple[bool, bool]:
    """Say whether left, and right, has a name without a counterpart in the other, however it is spelt."""
    mine, theirs = (set(facts.names.at(text).tolist()) for text in (left, right))
    missing = _uncommon(facts, mine - theirs, left, right)
    added = _uncommon(facts, theirs - mine, right, left)
    for name in list(missing):
        twin = next((other for other in added if same_name(name, other, rules)), None)
        if twin is not None:
            missing.remove(name)
            added.remove(twin)
    return bool(missing), bool(added)


def _uncommon(facts: Facts, names: Set[int], here: int, there: int) -> list[str]:
    """Spell the names out, but for those that the other text has as often, only not as a name."""
    uncommon = []
    for name in (number >> 4 for number in names):
        word = facts.word_of[name]
        times, others = (np.count_nonzero(facts.words.at(text) == word) for text in (here, there))
        if others < times:
            uncommon.append(facts.texts[name])
    return sorted(uncommon)


def same_name(a: str, b: str, rules: Rules) -> bool:
    """Say whether two levelled names may be one name, spelt or inflected in two ways.

    >>> rules = Rules(frozenset({"e", "ian"}), 4, {"kiew": "kyiv"})
    >>> [same_name(*pair, rules) for pair in [("sergei", "sergey"), ("ukraine", "ukrainian"), ("kiew", "kyiv")]]
    [True, True, True]
    >>> [same_name(*pair, rules) for pair in [("iran", "iraq"), ("austria", "australia"), ("monday", "sunday")]]
    [False, False, False]
    """
    a, b = rules.variants.get(a, a), rules.variants.get(b, b)
    if a == b or _sound(a) == _sound(b) or (len(skeleton(a)) >= _MIN_SKELETON and skeleton(a) == skeleton(b)):
        return True
    stem = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    return stem >= rules.min_stem and a[stem:] in rules.endings and b[stem:] in rules.endings


@lru_cache(maxsize=1 << 14)
def _sound(name: str) -> str:
    return _DOUBLED.sub(r"\1", _plain(name)[:1] + _plain(name)[1:].translate(_SOUNDS))


@lru_cache(maxsize=1 << 14)
def skeleton(name: str) -> str:
    """Keep what spellings of one name have in common: the first letter and the consonants.

    >>> skeleton("lavrov"), skeleton("lawrow"), skeleton("zelenskyy"), skeleton("selenskij")
    ('lvrv', 'lvrv', 'slnsk', 'slnsk')
    """
    plain = _plain(name)
    return _DOUBLED.sub(r"\1", plain[:1] + plain[1:].translate(_VOWELS))


def spelling(name: str) -> str:
    """Give a key that spellings of one name share: the skeleton of a long name, the sound of a short one."""
    return skeleton(name) if len(skeleton(name)) > _MIN_SKELETON else _sound(name)


def _plain(name: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return bare.replace("ph", "f").translate(_LETTERS)
