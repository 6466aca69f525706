"""Say which document's paragraphs should stay where others repeat them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.tables import Document


class Claims(NamedTuple):
    """What speaks for a document's paragraphs to stay where others repeat them."""

    published: str | None = None
    damage: int = 0  # repairs of characters and words, and flags
    length: int = 0  # characters that stayed


# What makes each claim a column in which the document that should stay has the least: who is earlier, sounder, longer.
_LEAST_STAYS: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "published": lambda numbers: numbers,
    "damage": lambda numbers: numbers,
    "length": np.negative,
}


def known_claims() -> frozenset[str]:
    """Name what a policy may ask for."""
    return frozenset(_LEAST_STAYS)


def precedence(claims: Mapping[str, NDArray[Any]], policy: Sequence[str]) -> NDArray[np.int64]:
    """Rank documents by a policy: the lower, the sooner it stays; those that are equal in all by their number.

    `claims` has a column of numbers for each claim: days in their order, the unknown last.

    >>> columns = ([2, 1, 1, 0], [0, 0, 0, 5], [9, 1, 2, 1])
    >>> claims = {name: np.array(column) for name, column in zip(Claims._fields, columns, strict=True)}
    >>> precedence(claims, ["published", "damage", "length"]).tolist(), precedence(claims, ["length"]).tolist()
    ([3, 2, 1, 0], [0, 2, 1, 3])
    """
    columns = [_LEAST_STAYS[name](claims[name]) for name in policy]
    size = len(next(iter(claims.values())))
    order = np.lexsort((np.arange(size), *reversed(columns)))
    ranks = np.empty(size, np.int64)
    ranks[order] = np.arange(size)
    return ranks


def claims_of(drafts: Sequence[Document], left: pa.RecordBatch, repairs: pa.RecordBatch) -> dict[str, Claims]:
    """Say what speaks for documents: what is known of them, the blocks that are left, the entries of their repairs.

    White space that was tidied is no damage.
    """
    damage = Counter(repairs.filter(pc.not_equal(repairs["stage"], "spacing"))["doc"].to_pylist())
    lengths: Counter[str] = Counter()
    for doc, length in zip(left["doc"].to_pylist(), pc.utf8_length(left["text"]).to_pylist(), strict=True):
        lengths[doc] += length
    return {d.doc: Claims(d.published, damage[d.doc] + len(d.flags), lengths[d.doc]) for d in drafts}
