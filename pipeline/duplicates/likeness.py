"""Say how alike two texts are in their words, rare words counting more."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.duplicates.ragged import Ints, Lists, Pairs, shared, totals

# Weights are whole numbers: their sums are exact, and the same in any order.
_UNIT = 1024


class Likeness(NamedTuple):
    """For each pair: the share of all their words that both have (Jaccard), and of either one's words in the other."""

    jaccard: NDArray[np.float64]
    left_in_right: NDArray[np.float64]
    right_in_left: NDArray[np.float64]


def weights(having: Ints, size: int) -> Ints:
    """Weigh words by their rarity (idf): log(1 + size / texts that have it), in 1024ths, for `size` texts in all.

    >>> weights(np.array([2, 1]), 2).tolist()
    [710, 1125]
    """
    return np.round(_UNIT * np.log1p(size / np.maximum(having, 1))).astype(np.int64)


def compare(words: Lists, pairs: Pairs, rarity: Ints) -> Likeness:
    """Compare the sets of words of each pair of texts; `rarity` weighs the words."""
    both, sums = shared(words, pairs, rarity), totals(words, rarity)
    left, right = sums[pairs[0]], sums[pairs[1]]
    return Likeness(both / np.maximum(left + right - both, 1), both / np.maximum(left, 1), both / np.maximum(right, 1))
