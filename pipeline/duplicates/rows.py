"""The signed blocks of a corpus in the order in which they would stay, and which of them have the same words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.duplicates.claims import Claims, precedence
from pipeline.duplicates.ragged import Ints

# Reads columns of SIGNATURES, a batch at a time; may be called again, and gives the same rows in the same order.
Read = Callable[[Sequence[str]], Iterator[pa.RecordBatch]]

# Stands behind every day.
_NO_DAY = "~"
# Distinct words that wait to be put in order: bounds the memory.
_AT_ONCE = 4_000_000


class Rows(NamedTuple):
    """Blocks by (claims of the document, document, block): the first of those that are alike stays."""

    docs: pa.Array  # names of the documents, sorted
    doc: Ints  # number of each row's document
    block: Ints
    exact: NDArray[np.uint64]
    size: Ints  # words
    host: Ints  # number of the site of each document; -1 where it has none
    at: Ints  # where the row stands among the signatures as they are read


class Equal(NamedTuple):
    """Which rows have the same words: texts are numbered in the order of the first row of each."""

    heads: Ints  # the row that each text is seen in first
    text: Ints  # text of each row; -1 where the row has too few words to be compared


def order(read: Read, keeper: Sequence[str]) -> tuple[Rows, NDArray[np.uint64]]:
    """Put the rows of all signatures in order, by the claims that `keeper` names, the first first.

    The hashes of their words are given as well, each once, ascending.
    """
    docs, days, hosts, words = [], [], [], _Distinct()
    numbers: list[tuple[NDArray[Any], ...]] = [tuple(np.zeros(0, kind) for kind in (int, np.uint64, int, int, int))]
    for batch in read(("doc", "block", "host", *Claims._fields, "exact", "words")):
        docs.append(batch["doc"].dictionary_encode())
        days.append(batch["published"].fill_null(_NO_DAY).dictionary_encode())
        hosts.append(batch["host"].fill_null("").dictionary_encode())
        lengths = pc.list_value_length(batch["words"])
        columns = (batch["block"], batch["exact"], lengths, batch["damage"], batch["length"])
        numbers.append(tuple(column.to_numpy() for column in columns))
        words.add(batch["words"].flatten())
    block, exact, size, damage, length = (np.concatenate(column) for column in zip(*numbers, strict=True))
    names, doc = _sorted(docs)
    sites, site = _sorted(hosts)
    host = np.zeros(len(names), np.int64)
    host[doc] = np.where(np.append(sites.to_numpy(zero_copy_only=False) == "", False)[site], -1, site)
    told = {"published": _sorted(days)[1], "damage": damage, "length": length}
    claims = {name: np.zeros(len(names), np.int64) for name in told}
    for name, column in told.items():
        claims[name][doc] = column
    at = np.lexsort((block, precedence(claims, keeper)[doc]))
    placed = (doc[at], block[at].astype(np.int64), exact[at], size[at].astype(np.int64))
    return Rows(names, *placed, host, at), words.result()


def equal(rows: Rows, min_words: int) -> Equal:
    """Find the rows with the same words, among those that are long enough."""
    long = np.flatnonzero(rows.size >= min_words)
    _, first, inverse = np.unique(rows.exact[long], return_index=True, return_inverse=True)
    by_first = np.argsort(first)
    number = np.empty_like(by_first)
    number[by_first] = np.arange(len(by_first))
    text = np.full(len(rows.doc), -1, np.int64)
    text[long] = number[inverse]
    return Equal(long[first[by_first]], text)


def _sorted(chunks: Iterable[pa.DictionaryArray]) -> tuple[pa.Array, Ints]:
    """Number strings by their order: the distinct ones, and the number of each."""
    column = pa.chunked_array(chunks, pa.dictionary(pa.int32(), pa.string())).unify_dictionaries()
    if column.num_chunks == 0:
        return pa.array([], pa.string()), np.zeros(0, np.int64)
    names = column.chunk(0).dictionary
    by_name = pc.sort_indices(names).to_numpy()
    place = np.empty(len(names), np.int64)
    place[by_name] = np.arange(len(names))
    return names.take(pa.array(by_name)), np.concatenate([place[chunk.indices.to_numpy()] for chunk in column.chunks])


class _Distinct:
    """Gathers numbers, each once, in bounded memory."""

    def __init__(self) -> None:
        self._known: NDArray[np.uint64] = np.zeros(0, np.uint64)
        self._waiting: list[NDArray[np.uint64]] = []

    def add(self, numbers: pa.Array) -> None:
        self._waiting.append(pc.unique(numbers).to_numpy())
        if sum(map(len, self._waiting)) > _AT_ONCE:
            self.result()

    def result(self) -> NDArray[np.uint64]:
        self._known = np.unique(np.concatenate((self._known, *self._waiting)))
        self._waiting = []
        return self._known
