"""Lay signatures out as arrays: which words each text has, in which order, and which facts it states."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import facts, likeness
from pipeline.facts import Facts
from pipeline.ragged import Ints, Lists, bags_of, sets
from pipeline.signatures import OPENING
from pipeline.words import hash_of, is_name


class Texts(NamedTuple):
    """Distinct texts: their words in order (hashes), the sets of them (numbers), facts, and a number by document."""

    sequences: Lists
    words: Lists
    rarity: Ints
    facts: Facts
    documents: Ints


def lay_out(signatures: pa.Table, rules: facts.Rules) -> Texts:
    """Number the words and facts of distinct texts (rows of SIGNATURES)."""
    hashes, offsets = flat(signatures["words"])
    encoded = hashes.dictionary_encode()
    numbers = encoded.indices.to_numpy().astype(np.int64)
    words = sets(Lists(numbers, offsets))
    stated = _facts(signatures, encoded.dictionary, np.bincount(numbers), Lists(hashes.to_numpy(), offsets), rules)
    rarity = likeness.weights(words, len(encoded.dictionary))
    documents = _whole(signatures["doc"]).dictionary_encode().indices.to_numpy()
    return Texts(Lists(hashes.to_numpy(), offsets), words, rarity, stated, documents)


def _facts(signatures: pa.Table, known: pa.Array, counts: Ints, sequences: Lists, rules: facts.Rules) -> Facts:
    """Number the figures, and the names: words that bear a capital inside sentences often enough."""
    flat_facts, offsets = flat(signatures["facts"])
    encoded = flat_facts.dictionary_encode()
    marked = encoded.dictionary.to_pylist()
    number: dict[str, int] = {}
    bare = np.array([number.setdefault(fact.removeprefix(OPENING), len(number)) for fact in marked], np.int64)
    texts = list(number)
    inside = np.array([not fact.startswith(OPENING) for fact in marked], np.bool_)
    values = bare[encoded.indices.to_numpy()]
    capital = np.bincount(values, minlength=len(texts))
    within = np.bincount(values[inside[encoded.indices.to_numpy()]], minlength=len(texts))
    hashes = np.frombuffer(b"".join(map(hash_of, texts)), "<u8")
    word_of = pc.fill_null(pc.index_in(pa.array(hashes), known), -1).to_numpy().astype(np.int64)
    lower = np.where(word_of >= 0, counts[word_of], 0) - capital
    name = np.array([is_name(text) for text in texts], np.bool_)
    named = name & ((within * rules.max_lower > lower) | (lower <= 0))
    owners = Lists(values, offsets).owners()
    names, figures = named[values], ~name[values]
    size = len(offsets) - 1
    negations = signatures["negations"].to_numpy().astype(np.int64)
    return Facts(
        bags_of(owners[figures], values[figures], size),
        bags_of(owners[names], values[names], size),
        negations,
        sequences,
        texts,
        hashes,
    )


def flat(column: pa.ChunkedArray) -> tuple[pa.Array, Ints]:
    """Lay a column of lists end to end: the values, and where each list begins."""
    lists = _whole(column)
    offsets = lists.offsets.to_numpy().astype(np.int64)
    return lists.flatten(), offsets - offsets[0]


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
