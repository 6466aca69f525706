"""Numbers laid aside while a pass works, so that they need not stay in memory: columns that grow and are read back."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import pyarrow as pa
from numpy.typing import DTypeLike, NDArray

# A row of columns: a NamedTuple of them.
_Columns = TypeVar("_Columns", bound=tuple[Any, ...])


class Shelf:
    """Columns by name: numbers that are appended to and read back in pieces, numbers or strings put down as a whole.

    They lie in files under `folder`, where other processes may read them, or in memory where none is given; what comes
    back is the same.

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
        self._put: dict[str, NDArray[Any] | pa.Array] = {}

    def add(self, name: str, numbers: NDArray[Any]) -> None:
        """Append to a column; its numbers are all of one type."""
        if self._folder is None:
            self._held[name].append(numbers)
            return
        with (self._folder / name).open("ab") as file:
            file.write(numbers.tobytes())

    def pieces(self, name: str, kind: DTypeLike, sizes: Iterable[int]) -> Iterator[NDArray[Any]]:
        """Look at a column from its beginning, so many numbers at a time as `sizes` says."""
        numbers, at = _whole(self._held[name], kind) if self._folder is None else None, 0
        for size in sizes:
            if numbers is not None:
                yield numbers[at : at + size]
            else:
                yield self._mapped(name, np.dtype(kind), at, size)
            at += size

    def whole(self, name: str, kind: DTypeLike) -> NDArray[Any]:
        """Read all of a column; empty where there is none."""
        if self._folder is None:
            return _whole(self._held[name], kind).copy()
        path = self._folder / name
        return np.fromfile(path, kind) if path.exists() else np.zeros(0, kind)

    def take(self, name: str, kind: DTypeLike) -> NDArray[Any]:
        """Take a column down: all of it, after which it is gone; empty where there is none."""
        if self._folder is None:
            return _whole(self._held.pop(name, []), kind)
        numbers = self.whole(name, kind)
        (self._folder / name).unlink(missing_ok=True)
        return numbers

    def put(self, name: str, column: NDArray[Any] | pa.StringArray) -> None:
        """Lay a column down as a whole."""
        if self._folder is None:
            self._put[name] = column
        elif isinstance(column, np.ndarray):
            np.save(self._folder / f"{name}.npy", column)
        else:
            batch = pa.record_batch([column], [name])
            with pa.ipc.new_file(self._folder / f"{name}.arrow", batch.schema) as file:
                file.write(batch)

    def get(self, name: str) -> Any:
        """Look at a column that was put down: of what lies in a file only those pages are read that are looked at."""
        if self._folder is None:
            return self._put[name]
        path = self._folder / f"{name}.npy"
        if path.exists():
            return np.asarray(np.load(path, mmap_mode="r"))
        with pa.memory_map(str(self._folder / f"{name}.arrow")) as file:
            return pa.ipc.open_file(file).get_batch(0).column(0)

    def keep(self, name: str, columns: tuple[Any, ...]) -> None:
        """Put down a row of columns, a NamedTuple."""
        for field, column in zip(cast("Any", columns)._fields, columns, strict=True):
            self.put(f"{name}-{field}", column)

    def kept(self, name: str, kind: type[_Columns]) -> _Columns:
        """Look at a row of columns that was kept."""
        return kind(*(self.get(f"{name}-{field}") for field in cast("Any", kind)._fields))

    def _mapped(self, name: str, kind: np.dtype[Any], at: int, size: int) -> NDArray[Any]:
        if not (size and self._folder):
            return np.zeros(0, kind)
        return np.memmap(self._folder / name, kind, "r", at * kind.itemsize, (size,))


def _whole(parts: list[NDArray[Any]], kind: DTypeLike) -> NDArray[Any]:
    if len(parts) > 1:
        parts[:] = [np.concatenate(parts)]
    return parts[0] if parts else np.zeros(0, kind)
