"""Count numbers without holding each as often as it comes."""

import numpy as np

from pipeline.duplicates.ragged import Ints, runs

# Numbers that wait to be counted: bounds the memory.
_AT_ONCE = 8_000_000


class Tally:
    """Counts how often each number is added, in bounded memory."""

    def __init__(self) -> None:
        self._counted: list[tuple[Ints, Ints]] = []
        self._waiting: list[Ints] = []
        self._size = 0

    def add(self, numbers: Ints) -> None:
        """Count these too."""
        self._waiting.append(numbers)
        self._size += len(numbers)
        if self._size > _AT_ONCE:
            self._count()

    def result(self) -> tuple[Ints, Ints]:
        """Give the numbers in ascending order, and how often each was added."""
        self._count()
        numbers, counts = (np.concatenate(column) for column in zip(*self._counted, strict=True))
        if len(self._counted) == 1:
            return numbers, counts
        order = np.argsort(numbers, kind="stable")
        starts, _ = runs(numbers[order])
        return numbers[order][starts], np.add.reduceat(counts[order], starts)

    def _count(self) -> None:
        """Put what is waiting in order: each number once, with its count."""
        ordered = np.concatenate((*self._waiting, np.zeros(0, np.int64)))
        ordered.sort()
        starts, counts = runs(ordered)
        self._counted.append((ordered[starts], counts))
        self._waiting, self._size = [], 0
