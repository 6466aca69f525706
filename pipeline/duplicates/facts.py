"""Tell whether two texts state different facts: other figures, other names, or a denial more."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.duplicates.ragged import Ints, Lists, Pairs, number_shared

_VOWELS = str.maketrans("", "", "aeiouyh")
_LETTERS = str.maketrans({"c": "k", "q": "k", "w": "v", "j": "y", "z": "s"})
_SOUNDS = str.maketrans({"y": "i", "e": "i", "o": "u", "h": None})
_DOUBLED = re.compile(r"(.)\1+")
# With fewer letters than this, a skeleton says too little: Mali and Maille, Kiel and Kehl.
_MIN_SKELETON = 3


class Rules(NamedTuple):
    """When a word is a name, and when two names may be one."""

    max_small: int  # a word that is written small so many times as often as with a capital is no name
    min_stem: int  # letters that two forms of one name begin with
    endings: frozenset[str]  # ... and what may stand behind them
    variants: Mapping[str, str]  # names with two spellings that have little in common


class Facts(NamedTuple):
    """What each text states, by number: bags of figures and of names, both in order, and how often it denies."""

    figures: Lists
    names: Lists
    order: Lists
    negations: Ints
    words: Lists  # hashes of all words, in order
    texts: Sequence[str]  # the figures and names, by number
    word_of: NDArray[np.uint64]  # ... and the hash of each as a word


class Difference(NamedTuple):
    """For each pair: which side states what the other does not, and how much oftener left denies."""

    left: NDArray[np.bool_]
    right: NDArray[np.bool_]
    denials: Ints


def differ(facts: Facts, pairs: Pairs, rules: Rules) -> Difference:
    """Compare what the texts of each pair state; a name that stands three times here and twice there differs."""
    figures, names = _unshared(facts.figures, pairs), _unshared(facts.names, pairs)
    left, right = figures[0] | names[0], figures[1] | names[1]
    for at in np.flatnonzero(left & right & ~(figures[0] & figures[1])).tolist():
        missing, added = _names_differ(facts, int(pairs[0][at]), int(pairs[1][at]), rules)
        left[at], right[at] = figures[0][at] or missing, figures[1][at] or added
    for at in np.flatnonzero(~left & ~right).tolist():
        left[at] = right[at] = _swapped(facts, int(pairs[0][at]), int(pairs[1][at]))
    denials = facts.negations[pairs[0]] - facts.negations[pairs[1]]
    return Difference(left, right, denials)


def _unshared(bags: Lists, pairs: Pairs) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark the pairs in which left, and right, has a value that the other lacks."""
    both, lengths = number_shared(bags, pairs), bags.lengths()
    return lengths[pairs[0]] > both, lengths[pairs[1]] > both


def _names_differ(facts: Facts, left: int, right: int, rules: Rules) -> tuple[bool, bool]:
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


def _uncommon(facts: Facts, names: set[int], here: int, there: int) -> list[str]:
    """Spell the names out, but for those that the other text has as often, only not as a name."""
    uncommon = []
    for name in (number >> 4 for number in names):
        word = facts.word_of[name]
        times, others = (np.count_nonzero(facts.words.at(text) == word) for text in (here, there))
        if others < times:
            uncommon.append(facts.texts[name])
    return sorted(uncommon)


def _swapped(facts: Facts, left: int, right: int) -> bool:
    """Say whether figures or names change places while the words around them stay: from 5 to 7, from 7 to 5."""
    mine, theirs = _common(facts.order.at(left), facts.order.at(right))
    if len(mine) != len(theirs) or mine.tobytes() == theirs.tobytes():
        return False
    stated = facts.word_of[facts.order.at(left)]
    frames = (words[~np.isin(words, stated)] for words in (facts.words.at(left), facts.words.at(right)))
    return np.array_equal(*_common(*frames))


def _common(left: NDArray[Any], right: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Keep of each the values that stand in both, in their order."""
    same = left.tobytes() == right.tobytes()
    return (left, right) if same else (left[np.isin(left, right)], right[np.isin(right, left)])


def same_name(a: str, b: str, rules: Rules) -> bool:
    """Say whether two levelled names may be one name, spelt or inflected in two ways.

    >>> rules = Rules(10, 4, frozenset({"e", "ian"}), {"peking": "beijing"})
    >>> alike = [("sergei", "sergey"), ("ukraine", "ukrainian"), ("kiev", "kyiv"), ("peking", "beijing")]
    >>> [same_name(*pair, rules) for pair in alike]
    [True, True, True, True]
    >>> other = [("iran", "iraq"), ("austria", "australia"), ("monday", "sunday"), ("jan", "june"), ("paris", "peru")]
    >>> [same_name(*pair, rules) for pair in other]
    [False, False, False, False, False]
    """
    a, b = rules.variants.get(a, a), rules.variants.get(b, b)
    if spelling(a) == spelling(b):
        return True
    stem = next((i for i, (x, y) in enumerate(zip_longest(a, b)) if x != y), 0)
    return stem >= rules.min_stem and a[stem:] in rules.endings and b[stem:] in rules.endings


@lru_cache(maxsize=1 << 14)
def spelling(name: str) -> str:
    """Give a key that spellings of one name share: first letter, consonants, a final a or o; if short all vowels.

    >>> spelling("lavrov"), spelling("lawrow"), spelling("zelenskyy"), spelling("selenskij")
    ('lvrv', 'lvrv', 'slnsk', 'slnsk')
    >>> spelling("niger"), spelling("nigeria"), spelling("kiev"), spelling("kyiv"), spelling("kiew")
    ('ngr', 'ngra', 'kiv', 'kiv', 'kiv')
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    plain = bare.replace("ph", "f").translate(_LETTERS)
    first, rest = plain[:1], plain[1:]
    skeleton = _DOUBLED.sub(r"\1", first + rest.translate(_VOWELS))
    if len(skeleton) < _MIN_SKELETON:
        return _DOUBLED.sub(r"\1", first + rest.translate(_SOUNDS))
    return skeleton + (plain[-1] if plain[-1] in "ao" else "")
