"""Tell whether two texts state different facts: other figures, other names, or a denial more."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.duplicates.ragged import LOW, Ints, Lists, Pairs, keyed, number_shared, ranges, runs

_VOWELS = str.maketrans("", "", "aeiouyh")
_LETTERS = str.maketrans({"c": "k", "q": "k", "w": "v", "j": "y", "z": "s"})
_SOUNDS = str.maketrans({"y": "i", "e": "i", "o": "u", "h": None})
_DOUBLED = re.compile(r"(.)\1+")
# An odd constant (splitmix64): a key of a list weighs each value by its place.
_PLACE = np.uint64(0x9E3779B97F4A7C15)
# With fewer letters than this, a skeleton says too little: Mali and Maille, Kiel and Kehl.
_MIN_SKELETON = 3


class Rules(NamedTuple):
    """When a word is a name, and when two names may be one."""

    max_small: int  # a word that is written small so many times as often as with a capital is no name
    min_stem: int  # letters that two forms of one name begin with
    endings: frozenset[str]  # ... and what may stand behind them
    variants: Mapping[str, str]  # names with two spellings that have little in common
    stand_ins: frozenset[str]  # words such as "Russian" that a translation may have in place of a name


class Facts(NamedTuple):
    """What each text states, by number: bags of figures and of names, both in order, and how often it denies."""

    figures: Lists
    names: Lists
    order: Lists
    negations: Ints
    words: Lists  # all words, in order
    texts: pa.StringArray  # the figures and names, by number
    word_of: Ints  # ... and the number of each as a word


class Difference(NamedTuple):
    """For each pair: which side states what the other does not, and how much oftener left denies."""

    left: NDArray[np.bool_]
    right: NDArray[np.bool_]
    denials: Ints


def differ(facts: Facts, pairs: Pairs, rules: Rules) -> Difference:
    """Compare what the texts of each pair state; a name that stands three times here and twice there differs."""
    figures, names = _unshared(facts.figures, pairs), _unshared(facts.names, pairs)
    left, right = figures[0] | names[0], figures[1] | names[1]
    asked = np.flatnonzero(left & right & ~(figures[0] & figures[1]))
    missing, added = _without_counterpart(facts, (pairs[0][asked], pairs[1][asked]), rules)
    left[asked], right[asked] = figures[0][asked] | missing, figures[1][asked] | added
    for at in np.flatnonzero(~left & ~right & _reordered(facts.order, pairs)).tolist():
        left[at] = right[at] = _swapped(facts, int(pairs[0][at]), int(pairs[1][at]))
    denials = facts.negations[pairs[0]] - facts.negations[pairs[1]]
    return Difference(left, right, denials)


def _unshared(bags: Lists, pairs: Pairs) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark the pairs in which left, and right, has a value that the other lacks."""
    both, lengths = number_shared(bags, pairs), bags.lengths()
    return lengths[pairs[0]] > both, lengths[pairs[1]] > both


def _without_counterpart(facts: Facts, pairs: Pairs, rules: Rules) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark the pairs in which left, and right, has a name without a counterpart in the other, however it is spelt."""
    missing, added = _uncommon(facts, pairs), _uncommon(facts, (pairs[1], pairs[0]))
    known: dict[tuple[str, str], bool] = {}
    for pair in missing.keys() & added.keys():
        mine, theirs = missing[pair], added[pair]
        for name in list(mine):
            twin = next((other for other in theirs if _same_name(name, other, rules, known)), None)
            if twin is not None:
                mine.remove(name)
                theirs.remove(twin)
    marks = np.zeros((2, len(pairs[0])), np.bool_)
    for side, names in zip(marks, (missing, added), strict=True):
        side[[pair for pair, left in names.items() if left]] = True
    return marks[0], marks[1]


def _uncommon(facts: Facts, pairs: Pairs) -> dict[int, list[str]]:
    """Spell out, by pair, the names of the first that the second lacks; not those that it has, only not as names."""
    mine, theirs = (keyed(facts.names, side) for side in pairs)
    lacking = mine[np.isin(mine, theirs, assume_unique=True, invert=True)]
    pair, name = lacking >> 32, (lacking & LOW) >> 4
    word = facts.word_of[name]
    pair, name, word = (column[word >= 0] for column in (pair, name, word))
    here, there = _times(facts.words, [side[pair] for side in pairs], word)
    fewer = there < here
    found: dict[int, list[str]] = {}
    for at, number in zip(pair[fewer].tolist(), name[fewer].tolist(), strict=True):
        found.setdefault(at, []).append(facts.texts[number].as_py())
    return {at: sorted(names) for at, names in found.items()}


def _times(words: Lists, texts: Sequence[Ints], asked: Ints) -> list[Ints]:
    """Count how often each word that is asked for stands in each of some texts."""
    rows = np.unique(np.concatenate(texts))
    keys = keyed(words, rows)
    keys.sort()
    starts, counts = runs(keys)
    keys, counts = np.append(keys[starts], -1), np.append(counts, 0)
    times = []
    for each in texts:
        wanted = np.searchsorted(rows, each) << 32 | asked
        at = np.searchsorted(keys[:-1], wanted)
        times.append(np.where(keys[at] == wanted, counts[at], 0))
    return times


def _same_name(a: str, b: str, rules: Rules, known: dict[tuple[str, str], bool]) -> bool:
    """Say the same as `same_name`, looking names up that were compared before."""
    same = known.get((a, b))
    if same is None:
        same = known[a, b] = same_name(a, b, rules)
    return same


def _reordered(order: Lists, pairs: Pairs) -> NDArray[np.bool_]:
    """Mark the pairs that do not state the same facts in the same order."""
    mixed = (order.values.astype(np.uint64) + np.uint64(1)) * _PLACE
    mixed = (mixed ^ mixed >> np.uint64(32)) * _PLACE
    places = ranges(np.zeros(len(order.offsets) - 1, np.int64), order.lengths()).astype(np.uint64) + np.uint64(1)
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(mixed * places)))
    keys = sums[order.offsets[1:]] - sums[order.offsets[:-1]]
    marked: NDArray[np.bool_] = keys[pairs[0]] != keys[pairs[1]]
    return marked


def _swapped(facts: Facts, left: int, right: int) -> bool:
    """Say whether figures or names change places while the words around them stay: from 5 to 7, from 7 to 5."""
    mine, theirs = _common(facts.order.at(left).tolist(), facts.order.at(right).tolist())
    if len(mine) != len(theirs) or mine == theirs:
        return False
    stated = set(facts.word_of[facts.order.at(left)].tolist())
    frames = ([word for word in facts.words.at(text).tolist() if word not in stated] for text in (left, right))
    mine, theirs = _common(*frames)
    return mine == theirs


def _common(left: list[int], right: list[int]) -> tuple[list[int], list[int]]:
    """Keep of each the values that stand in both, in their order."""
    mine, theirs = set(left), set(right)
    return [value for value in left if value in theirs], [value for value in right if value in mine]


def same_name(a: str, b: str, rules: Rules) -> bool:
    """Say whether two levelled names may be one name, spelt or inflected in two ways.

    >>> rules = Rules(10, 4, frozenset({"e", "ian"}), {"peking": "beijing", "america": "us"}, frozenset())
    >>> alike = [("sergei", "sergey"), ("ukraine", "ukrainian"), ("peking", "beijing"), ("america", "amerika")]
    >>> [same_name(*pair, rules) for pair in alike]
    [True, True, True, True]
    >>> other = [("iran", "iraq"), ("austria", "australia"), ("monday", "sunday"), ("jan", "june"), ("paris", "peru")]
    >>> [same_name(*pair, rules) for pair in other]
    [False, False, False, False, False]
    """
    if (a in rules.stand_ins) != (b in rules.stand_ins):
        return True
    if spelling(a) == spelling(b):
        return True
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
    parts = name if name.isascii() else unicodedata.normalize("NFKD", name)
    bare = parts if parts.isascii() else "".join(c for c in parts if not unicodedata.combining(c))
    plain = bare.replace("ph", "f").translate(_LETTERS)
    first, rest = plain[:1], plain[1:]
    skeleton = _DOUBLED.sub(r"\1", first + rest.translate(_VOWELS))
    if len(skeleton) < _MIN_SKELETON:
        return _DOUBLED.sub(r"\1", first + rest.translate(_SOUNDS))
    return skeleton + (plain[-1] if plain[-1] in "ao" else "")
