"""Sign each block: what its words are, whatever their dress, and which facts it states."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain, pairwise
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.lift import RuleFiles, refuse_unknown
from pipeline.ragged import Ints, offsets_of, ranges
from pipeline.tables import SIGNATURES
from pipeline.words import UNSPACED, is_name, level

# Marks a name that opens a sentence, where every word has a capital: whether it is one, the corpus tells.
OPENING = "^"

_GAPS = " \u00a0\u2009\u202f"
_TORN = re.compile(rf"(?<=[{UNSPACED}])[^\w{UNSPACED}]+(?=[{UNSPACED}])|\b\d{{1,3}}(?:[{_GAPS}]\d{{3}})+\b")
_MAY_BE_TORN = rf"[{UNSPACED}][^\w{UNSPACED}]|\d[{_GAPS}]\d{{3}}\b"


@dataclass(frozen=True)
class Rules:
    """Words that deny, and words that stand for figures."""

    negations: frozenset[str]
    denying_parts: str  # parts of words that deny, as a pattern
    numbers: Mapping[str, str]


class _Vocabulary(NamedTuple):
    """The words of each distinct token, end to end, and what each word is."""

    offsets: Ints  # by token: where its words begin
    hashes: NDArray[np.uint64]
    facts: Ints  # position in fact_texts, of which one is empty
    fact_texts: list[str]
    denies: NDArray[np.bool_]
    ends: NDArray[np.bool_]  # by token


def parse(files: RuleFiles) -> Rules:
    """Read `[words]` of duplicate.toml: words that deny and number words, by language."""
    table = files["duplicate.toml"]["words"]
    refuse_unknown("duplicate.toml [words]", table, ("negations", "denying_parts", "numbers"))
    parts = "|".join(map(re.escape, chain.from_iterable(table["denying_parts"].values())))
    negations = frozenset(word for words in table["negations"].values() for word in words)
    numbers = {word.casefold(): figure for figure, words in table["numbers"].items() for word in words}
    return Rules(negations, parts, numbers)


def sign(
    blocks: pa.RecordBatch, hosts: Mapping[str, str | None], ranks: Mapping[str, str], rules: Rules
) -> pa.RecordBatch:
    """Sign the blocks that stayed (BLOCKS, cleaned): a row of SIGNATURES each, in their order.

    `hosts` and `ranks` go by document; of equal paragraphs the one with the lowest rank stays. Every hash
    is the same in any process, so signatures of other parts and earlier runs can be compared with these.
    Raises KeyError where a document has no rank.
    """
    tokens, token_offsets = _tokens(blocks["text"])
    known = _vocabulary(tokens.dictionary.to_pylist(), rules)
    codes = tokens.indices.to_numpy()
    counts = np.diff(known.offsets)[codes]
    words = ranges(known.offsets[codes], counts)
    offsets = offsets_of(counts)[token_offsets]
    hashes = known.hashes[words]
    opening = np.zeros(len(words), np.bool_)
    opening[offsets_of(counts)[:-1][counts > 0]] = _opening(known.ends[codes], token_offsets)[counts > 0]
    docs = blocks["doc"].to_pylist()
    columns = [
        blocks["doc"],
        blocks["block"],
        pa.array([hosts.get(doc) for doc in docs], pa.string()),
        pa.array([ranks[doc] for doc in docs], pa.string()),
        pa.array(_exact(hashes, offsets), pa.uint64()),
        pa.ListArray.from_arrays(offsets.astype(np.int32), pa.array(hashes)),
        _facts(known, words, offsets, opening),
        pc.add(_sums(known.denies[words], offsets), pc.count_substring_regex(blocks["text"], rules.denying_parts)),
    ]
    return pa.record_batch(columns, schema=SIGNATURES)


def _tokens(texts: pa.Array) -> tuple[pa.DictionaryArray, Ints]:
    """Split texts at white space: the tokens, each distinct one once, and where each text's tokens begin."""
    torn = pc.match_substring_regex(texts, _MAY_BE_TORN)
    mended = pa.array([_TORN.sub(_join, text) for text in texts.filter(torn).to_pylist()], pa.string())
    split = pc.utf8_split_whitespace(pc.replace_with_mask(texts, torn, mended))
    return split.flatten().dictionary_encode(), split.offsets.to_numpy().astype(np.int64) - split.offsets[0].as_py()


def _join(torn: re.Match[str]) -> str:
    """Drop what parts a figure, or two characters of a script without spaces."""
    return "".join(c for c in torn[0] if c.isdigit())


def _vocabulary(tokens: Sequence[str], rules: Rules) -> _Vocabulary:
    levelled = list(map(level, tokens))
    words = list(chain.from_iterable(map(itemgetter(0), levelled)))
    facts = chain.from_iterable(map(itemgetter(2), levelled))
    stated = pa.array(list(map(rules.numbers.get, words, facts)), pa.string()).dictionary_encode()
    return _Vocabulary(
        offsets_of(np.fromiter(map(len, map(itemgetter(0), levelled)), np.int64, len(tokens))),
        np.frombuffer(b"".join(map(itemgetter(1), levelled)), "<u8"),
        stated.indices.to_numpy(),
        stated.dictionary.to_pylist(),
        np.fromiter(map(rules.negations.__contains__, words), np.bool_, len(words)),
        np.fromiter(map(itemgetter(3), levelled), np.bool_, len(tokens)),
    )


def _opening(ends: NDArray[np.bool_], offsets: Ints) -> NDArray[np.bool_]:
    """Mark the tokens that open a text or a sentence."""
    opening = np.ones(len(ends), np.bool_)
    opening[1:] = ends[:-1]
    opening[offsets[:-1][np.diff(offsets) > 0]] = True
    return opening


def _exact(hashes: NDArray[np.uint64], offsets: Ints) -> list[int]:
    """Hash the whole row of words of each text."""
    raw = memoryview(hashes.astype("<u8").tobytes())
    spans = pairwise((offsets * 8).tolist())
    return [int.from_bytes(blake2b(raw[a:b], digest_size=8).digest(), "little") for a, b in spans]


def _facts(known: _Vocabulary, words: Ints, offsets: Ints, opening: NDArray[np.bool_]) -> pa.ListArray:
    """List the facts of each text; a name that opens a sentence bears its mark."""
    facts = known.facts[words]
    states = np.array([fact != "" for fact in known.fact_texts], np.bool_)[facts]
    names = np.array([is_name(fact) for fact in known.fact_texts], np.bool_)
    facts = facts[states]
    marked = opening[states] & names[facts]
    texts = pa.array([*known.fact_texts, *(OPENING + fact for fact in known.fact_texts)], pa.string())
    ends = offsets_of(states.astype(np.int64))[offsets]
    return pa.ListArray.from_arrays(ends.astype(np.int32), texts.take(facts + marked * len(known.fact_texts)))


def _sums(flags: NDArray[np.bool_], offsets: Ints) -> pa.Array:
    """Count what is marked in each list."""
    return pa.array(np.diff(offsets_of(flags.astype(np.int64))[offsets]), pa.int32())
