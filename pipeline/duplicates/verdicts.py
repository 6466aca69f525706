"""Judge pairs of texts: whether one may stand for the other, on all their words and on what they state."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.duplicates import facts, likeness
from pipeline.duplicates.ragged import Ints, Pairs
from pipeline.duplicates.texts import Texts


class Rules(NamedTuple):
    """How alike two texts must be; shares are of the words, rare ones weighing more."""

    near: float  # enough to take one of the two away
    near_short: float  # the same where one of them has fewer words than short_words
    short_words: int
    near_within: float  # the same where both stand in one document
    covered: float  # share of the words of the one taken away that must stand in the other
    through: float  # enough where a chain of near ones leads from one to the other
    reworded: float  # enough to be told of
    reworded_through: float  # the same where a third text leads from one to the other
    denied: float  # less alike than this a denial more says nothing of reworded texts
    contained: float
    longer: float  # how many times the words of a text another must have to contain it
    names: facts.Rules


class Verdicts(NamedTuple):
    """Pairs that have much in common, how much, and what follows; left stands before right, and would stay."""

    left: Ints
    right: Ints
    score: NDArray[np.float64]
    near: NDArray[np.bool_]  # right repeats left, and states no fact that left does not
    apart: NDArray[np.bool_]  # much alike, and not the same: no third text may stand for both
    reworded: NDArray[np.bool_]
    left_within: NDArray[np.bool_]  # right says what left says, and more
    right_within: NDArray[np.bool_]
    held: NDArray[np.float64]  # the greater share of one's words that stand in the other


def judge(texts: Texts, pairs: Pairs, rules: Rules) -> Verdicts:
    """Compare the texts of each pair on all their words, and the more alike ones on what they state.

    A pair in which each text states a figure or a name that the other does not, or one denies oftener
    than the other, is not the same, however alike.
    """
    found = likeness.compare(texts.words, pairs, texts.rarity)
    held = np.maximum(found.left_in_right, found.right_in_left)
    worth = (found.jaccard >= rules.reworded) | (held >= rules.contained)
    left, right = pairs[0][worth], pairs[1][worth]
    score, inner, outer = (shares[worth] for shares in found)
    other = facts.differ(texts.facts, (left, right), rules.names)
    same = ~(other.left & other.right) & (other.denials == 0)
    home = texts.documents[left] == texts.documents[right]
    much, enough = score >= rules.reworded, score >= _bounds(texts, left, right, rules)
    longer = texts.sequences.lengths()[right] / texts.sequences.lengths()[left]
    return Verdicts(
        left,
        right,
        score,
        near=enough & same & ~other.right & (outer >= rules.covered),
        apart=much & ~same | home & ~enough,
        reworded=much & ~(other.left & other.right) & ((other.denials == 0) | (score < rules.denied)) & ~home,
        left_within=(inner >= rules.contained) & ~other.left & (other.denials <= 0) & (longer >= rules.longer) & ~home,
        right_within=(outer >= rules.contained)
        & ~other.right
        & (other.denials >= 0)
        & (longer * rules.longer <= 1)
        & ~home,
        held=held[worth],
    )


def together(found: Sequence[Verdicts]) -> Verdicts:
    """Put verdicts behind one another."""
    if not found:
        none, score, flags = np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.bool_)
        return Verdicts(none, none, score, flags, flags, flags, flags, flags, score)
    return Verdicts(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def _bounds(texts: Texts, left: Ints, right: Ints, rules: Rules) -> NDArray[np.float64]:
    """Say how alike each pair must be for one of the two to go."""
    sizes = texts.sequences.lengths()
    short = np.minimum(sizes[left], sizes[right]) < rules.short_words
    home = texts.documents[left] == texts.documents[right]
    return np.where(home, rules.near_within, np.where(short, rules.near_short, rules.near))
