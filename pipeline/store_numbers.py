"""Numbers laid aside while a pass works, so that they need not stay in memory: columns that grow and are read back."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Shelf:
    """Columns of numbers by name: appended to, read back in pieces or taken down as a whole.

    They lie in files under `folder`, or in memory where none is given; what comes back is the same.

    >>> shelf = Shelf()
    >>> shelf.add("a", np.array([1, 2], np.int64)), shelf.add("a", np.array([3], np.int64))
    (None, None)
    >>> [piece.tolist() for piece in shelf.pieces("a", np.int64, [2, 1])], shelf.take("a", np.int64).tolist()
    ([[1, 2], [3]], [1, 2, 3])
    >>> shelf.take("a", np.int64).tolist()
    []
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._held: defaultdict[str, list[NDArray[Any]]] = defaultdict(list)

    def add(self, name: str, numbers: NDArray[Any]) -> None:
        """Append to a column; its numbers are all of one type."""
        if self._folder is None:
            self._held[name].append(numbers)
            return
        with (self._folder / name).open("ab") as file:
            file.write(numbers.tobytes())

    def pieces(self, name: str, kind: DTypeLike, sizes: Iterable[int]) -> Iterator[NDArray[Any]]:
        """Read a column from its beginning, so many numbers at a time as `sizes` says."""
        if self._folder is None:
            whole, at = _whole(self._held[name], kind), 0
            self._held[name] = [whole]
            for size in sizes:
                yield whole[at : at + size]
                at += size
            return
        with (self._folder / name).open("rb") as file:
            for size in sizes:
                yield np.fromfile(file, kind, size)

    def take(self, name: str, kind: DTypeLike) -> NDArray[Any]:
        """Take a column down: all of it, after which it is gone; empty where there is none."""
        if self._folder is None:
            return _whole(self._held.pop(name, []), kind)
        path = self._folder / name
        numbers = np.fromfile(path, kind) if path.exists() else np.zeros(0, kind)
        path.unlink(missing_ok=True)
        return numbers


def _whole(parts: list[NDArray[Any]], kind: DTypeLike) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, kind)
