"""Lay signatures out as arrays: which words each text has, in which order, and which facts it states."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.duplicates import facts, likeness
from pipeline.duplicates.facts import Facts
from pipeline.duplicates.ragged import Ints, Lists, bags_of, offsets_of, sets_of
from pipeline.duplicates.signatures import OPENING
from pipeline.duplicates.vocabulary import hashes
from pipeline.duplicates.words import is_name


class Texts(NamedTuple):
    """Distinct texts: their words in order (hashes), the sets of them (numbers), facts, and a number by document."""

    sequences: Lists
    words: Lists
    rarity: Ints
    facts: Facts
    documents: Ints


class _Stated(NamedTuple):
    """The facts of all texts as they were signed, end to end, by number: which they are, and how often each stands."""

    lists: Lists
    texts: list[str]
    hashes: NDArray[np.uint64]
    inside: Ints  # times inside a sentence
    anywhere: Ints


def lay_out(signatures: pa.Table, rules: facts.Rules) -> Texts:
    """Number the words and facts of distinct texts (rows of SIGNATURES)."""
    words_in_order, offsets = _flat(signatures["words"])
    encoded = words_in_order.dictionary_encode()
    numbers, size = encoded.indices.to_numpy().astype(np.int64), len(offsets) - 1
    sequences = Lists(words_in_order.to_numpy(), offsets)
    words = sets_of(sequences.owners(), numbers, size)
    stated = _stated(signatures["facts"])
    written = np.append(np.bincount(numbers), 0)  # the last: for facts that are no word
    times = written[pc.index_in(pa.array(stated.hashes), encoded.dictionary).fill_null(-1).to_numpy()]
    names = np.array([is_name(text) for text in stated.texts], np.bool_)
    small = times - stated.anywhere
    named = names & ((small <= 0) | (small < rules.max_small * stated.inside))
    negations = signatures["negations"].to_numpy().astype(np.int64)
    figures, proper = (_bags(stated.lists, chosen) for chosen in (~names, named))
    documents = _whole(signatures["doc"]).dictionary_encode().indices.to_numpy()
    rarity = likeness.weights(words, len(encoded.dictionary))
    known = Facts(
        figures, proper, _only(stated.lists, named | ~names), negations, sequences, stated.texts, stated.hashes
    )
    return Texts(sequences, words, rarity, known, documents)


def _stated(column: pa.ChunkedArray) -> _Stated:
    """Number the facts, whether or not they open a sentence."""
    values, offsets = _flat(column)
    encoded = values.dictionary_encode()
    known, marked = encoded.indices.to_numpy(), encoded.dictionary.to_pylist()
    number: dict[str, int] = {}
    bare = np.array([number.setdefault(fact.removeprefix(OPENING), len(number)) for fact in marked], np.int64)
    inside = np.array([not fact.startswith(OPENING) for fact in marked], np.bool_)
    numbers = bare[known]
    counts = (np.bincount(some, minlength=len(number)) for some in (numbers[inside[known]], numbers))
    return _Stated(Lists(numbers, offsets), list(number), hashes(pa.array(list(number), pa.string())), *counts)


def _bags(lists: Lists, chosen: NDArray[np.bool_]) -> Lists:
    """Keep the values that are chosen, in bags."""
    kept = _only(lists, chosen)
    return bags_of(kept.owners(), kept.values, len(kept.offsets) - 1)


def _only(lists: Lists, chosen: NDArray[np.bool_]) -> Lists:
    """Keep the values that are chosen, in order."""
    kept = chosen[lists.values]
    return Lists(lists.values[kept], offsets_of(kept)[lists.offsets])


def _flat(column: pa.ChunkedArray) -> tuple[pa.Array, Ints]:
    """Lay a column of lists end to end: the values, and where each list begins."""
    lists = _whole(column)
    offsets = lists.offsets.to_numpy().astype(np.int64)
    return lists.flatten(), offsets - offsets[0]


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
