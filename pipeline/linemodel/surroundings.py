"""Look from each block at those around it on its page: neighbours, sums over windows, distances; whole batches at once.

Sums are taken over integers: those are exact, so that a page's figures are the same in whatever batch it stands.
"""

from typing import NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)

FAR = 200  # distances in blocks are cut off here


class Pages(NamedTuple):
    """Which page each row of a batch is on, and where each page begins and ends."""

    of: Ints
    starts: Ints
    ends: Ints

    def __len__(self) -> int:
        """Count the pages."""
        return len(self.starts)

    def total(self, column: Ints) -> Ints:
        """Sum a column over each page, for each row."""
        return self.per_page(column)[self.of]

    def per_page(self, column: Ints) -> Ints:
        """Sum a column over each page."""
        return np.add.reduceat(column, self.starts) if len(column) else column

    def above(self, column: Ints) -> Ints:
        """Sum a column over the rows above each row on its page."""
        before = np.cumsum(column) - column
        return before - before[self.starts][self.of] if len(column) else before


def pages_of(documents: pa.Array) -> Pages:
    """Part rows into pages: runs of rows of one document.

    >>> pages_of(pa.array(["a", "a", "b"])).of
    array([0, 0, 1])
    """
    n = len(documents)
    if not n:
        none = np.zeros(0, np.int64)
        return Pages(none, none, none)
    changes = pc.not_equal(documents.slice(1), documents.slice(0, n - 1)).to_numpy(zero_copy_only=False)
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1])
    ends = np.append(starts[1:], n)
    return Pages(np.repeat(np.arange(len(starts)), ends - starts), starts, ends)


def neighbour(column: NDArray[Scalar], distance: int, pages: Pages, missing: float = 0) -> NDArray[Scalar]:
    """Give each row the value of the row so many rows on (negative: back), `missing` where the page has none.

    >>> neighbour(np.array([1, 2, 3]), 1, pages_of(pa.array(["a", "a", "b"])))
    array([2, 0, 0])
    """
    n, found = len(column), np.full_like(column, missing)
    here, there = slice(max(0, -distance), n - max(0, distance)), slice(max(0, distance), n - max(0, -distance))
    if abs(distance) < n:
        found[here] = np.where(pages.of[here] == pages.of[there], column[there], missing)
    return found


def windows(column: Ints, size: int, pages: Pages) -> tuple[Ints, Ints]:
    """Sum a column over the `size` rows above each row, and over those below it, within the page."""
    sums = np.concatenate([[0], np.cumsum(column)])
    at = np.arange(len(column))
    top = np.maximum(at - size, pages.starts[pages.of])
    bottom = np.minimum(at + 1 + size, pages.ends[pages.of])
    return sums[at] - sums[top], sums[bottom] - sums[at + 1]


def since(flags: Bools, pages: Pages) -> Ints:
    """Count the rows up to the nearest row above that bears a flag; FAR where there is none.

    >>> since(np.array([False, True, False, False]), pages_of(pa.array(["a", "a", "a", "b"])))
    array([200, 200,   1, 200])
    """
    at = np.arange(len(flags))
    latest = np.maximum.accumulate(np.where(flags, at, -1))
    latest = np.concatenate([[-1], latest[:-1]])[: len(flags)]
    return np.where(latest < pages.starts[pages.of], FAR, np.minimum(at - latest, FAR))


def until(flags: Bools, pages: Pages) -> Ints:
    """Count the rows down to the nearest row below that bears a flag; FAR where there is none."""
    return since(flags[::-1], _upside_down(pages))[::-1]


def _upside_down(pages: Pages) -> Pages:
    n = len(pages.of)
    return Pages((len(pages) - 1 - pages.of)[::-1], (n - pages.ends)[::-1], (n - pages.starts)[::-1])


def groups(names: pa.Array, pages: Pages) -> Ints:
    """Number the groups of rows of one page that bear the same name."""
    return groups_of(names.dictionary_encode().indices.to_numpy().astype(np.int64), pages)


def groups_of(codes: Ints, pages: Pages) -> Ints:
    """Number the groups of rows of one page that bear the same code, a number from 0."""
    pairs = pages.of * (codes.max(initial=0) + 1) + codes
    return np.asarray(pa.array(pairs).dictionary_encode().indices.to_numpy(), np.int64)
