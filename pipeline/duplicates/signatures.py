"""Sign each block: what its words are, whatever their dress, and which facts it states."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.duplicates.claims import Claims
from pipeline.duplicates.ragged import Ints, Lists, hashes_of, offsets_of, ranges
from pipeline.duplicates.vocabulary import Vocabulary, vocabulary
from pipeline.duplicates.words import UNSPACED
from pipeline.lift import RuleFiles, refuse_unknown
from pipeline.tables import SIGNATURES

# A longer beginning is no dateline.
_MAX_DATELINE = 80
# Marks a name that opens a sentence, where every word has a capital: whether it is one, the corpus tells.
OPENING = "^"

_GAPS = " \u00a0\u2009\u202f"
_TORN = re.compile(rf"(?<=[{UNSPACED}])[^\w{UNSPACED}]+(?=[{UNSPACED}])|\b[0-9]{{1,3}}(?:[{_GAPS}][0-9]{{3}})+\b")
# White space of other kinds than ASCII has, as Python and Arrow know it.
_ODD_SPACES = "\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_ODD_SPACE = re.compile(f"[{_ODD_SPACES}]")
_MAY_NEED_MENDING = rf"[{UNSPACED}][^\w{UNSPACED}]|[0-9] [0-9]{{3}}|[{_ODD_SPACES}]"
_FIGURE = r"\p{Nd}"


@dataclass(frozen=True)
class Rules:
    """Words that deny, words that stand for figures, and how a dateline looks."""

    negations: pa.Array
    denying_parts: str  # parts of words that deny, as a pattern
    number_words: pa.Array
    figures: pa.Array  # what each of them stands for
    dateline: str  # a pattern with a group `head`


def parse(files: RuleFiles) -> Rules:
    """Read `[words]` of duplicate.toml: words that deny and number words, by language; and the datelines."""
    table, datelines = files["duplicate.toml"]["words"], files["duplicate.toml"]["dateline"]
    refuse_unknown("duplicate.toml [words]", table, ("negations", "denying_parts", "numbers"))
    for row in datelines:
        refuse_unknown(f"duplicate.toml [[dateline]] {row['id']}", row, ("id", "pattern", "fires", "silent"))
    negations = pa.array(sorted(set(chain.from_iterable(table["negations"].values()))), pa.string())
    parts = "|".join(map(re.escape, chain.from_iterable(table["denying_parts"].values())))
    numbers = [(word.casefold(), figure) for figure, words in table["numbers"].items() for word in words]
    words, figures = (pa.array(column, pa.string()) for column in zip(*numbers, strict=True))
    dateline = "^(?P<head>" + "|".join(row["pattern"] for row in datelines) + ")"
    return Rules(negations, parts, words, figures, dateline)


def sign(
    blocks: pa.RecordBatch,
    hosts: Mapping[str, str | None],
    claims: Mapping[str, Claims],
    rules: Rules,
    schema: pa.Schema = SIGNATURES,
) -> pa.RecordBatch:
    """Sign the blocks that stayed (BLOCKS, cleaned): a row of SIGNATURES each, in their order; or SENTENCES.

    `hosts` and `claims` go by document; which of equal paragraphs stays hangs on their documents' claims. Every
    hash is the same in any process, so signatures of other parts and earlier runs can be compared with these.
    Raises KeyError where a document has no claims.
    """
    texts = _mended(blocks["text"])
    tokens, token_offsets = _tokens(texts)
    known, codes = vocabulary(tokens.dictionary), tokens.indices.to_numpy()
    counts = known.counts[codes]
    word_offsets = offsets_of(counts)
    words = np.repeat(known.starts[codes], counts)
    several = np.flatnonzero(counts > 1)
    more = counts[several]
    words[ranges(word_offsets[several], more)] += ranges(np.zeros_like(more), more)
    offsets = word_offsets[token_offsets]
    hashes = known.hashes[words]
    opening = np.zeros(len(words), np.bool_)
    opening[word_offsets[:-1][_opening(known.ends[codes], token_offsets) & (counts > 0)]] = True
    heads = word_offsets[token_offsets[:-1] + _datelines(texts, rules)]
    opening[heads[heads < offsets[1:]]] = True
    denies = pc.is_in(known.words, value_set=rules.negations).to_numpy(zero_copy_only=False)[words]
    denials = pc.add(_sums(denies, offsets), pc.count_substring_regex(blocks["text"], rules.denying_parts))
    docs = blocks["doc"].to_pylist()
    columns = [
        blocks["doc"],
        blocks["block"],
        pa.array([hosts.get(doc) for doc in docs], pa.string()),
        *(pa.array([getattr(claims[doc], name) for doc in docs], schema.field(name).type) for name in Claims._fields),
        pa.array(hashes_of(Lists(hashes, offsets))),
        pa.ListArray.from_arrays(offsets.astype(np.int32), pa.array(hashes)),
        _facts(_stated(known, rules), words, Lists(opening, offsets), heads),
        denials,
    ]
    return pa.record_batch(columns, schema=schema)


def _mended(texts: pa.Array) -> pa.Array:
    """Close the gaps in figures and in scripts without spaces, and put plain spaces for odd ones."""
    torn = pc.match_substring_regex(texts, _MAY_NEED_MENDING)
    mended = [_ODD_SPACE.sub(" ", _TORN.sub(_join, text)) for text in texts.filter(torn).to_pylist()]
    mended = pa.array(mended, pa.string())
    return pc.replace_with_mask(texts, torn, mended)


def _tokens(texts: pa.Array) -> tuple[pa.DictionaryArray, Ints]:
    """Split texts at plain white space: the tokens, each distinct one once, and where each text's tokens begin."""
    split = pc.ascii_split_whitespace(texts)
    return split.flatten().dictionary_encode(), split.offsets.to_numpy().astype(np.int64) - split.offsets[0].as_py()


def _datelines(texts: pa.Array, rules: Rules) -> Ints:
    """Count the tokens of the dateline that each text begins with."""
    heads = pc.struct_field(pc.extract_regex(texts, rules.dateline), "head")
    heads = pc.if_else(pc.less_equal(pc.utf8_length(heads), _MAX_DATELINE), heads, None)
    lengths = pc.list_value_length(pc.ascii_split_whitespace(pc.ascii_trim_whitespace(heads))).fill_null(0)
    counts: Ints = lengths.to_numpy().astype(np.int64)
    return counts


def _join(torn: re.Match[str]) -> str:
    """Drop what parts a figure, or two characters of a script without spaces."""
    return "".join(c for c in torn[0] if c.isdigit())


def _stated(known: Vocabulary, rules: Rules) -> pa.DictionaryArray:
    """Give the fact that each word states, number words included; "" where it states none."""
    figure = pc.index_in(known.words, value_set=rules.number_words)
    return pc.if_else(pc.is_valid(figure), rules.figures.take(figure), known.facts).dictionary_encode()


def _opening(ends: NDArray[np.bool_], offsets: Ints) -> NDArray[np.bool_]:
    """Mark the tokens that open a text or a sentence."""
    opening = np.ones(len(ends), np.bool_)
    opening[1:] = ends[:-1]
    opening[offsets[:-1][np.diff(offsets) > 0]] = True
    return opening


def _facts(stated: pa.DictionaryArray, words: Ints, opening: Lists, heads: Ints) -> pa.ListArray:
    """List the facts of each text; a name that opens a sentence bears its mark, and a dateline states none."""
    texts, numbers = stated.dictionary, stated.indices.to_numpy()
    names = pc.invert(pc.match_substring_regex(texts, _FIGURE)).to_numpy(zero_copy_only=False)
    states = pc.not_equal(texts, "").to_numpy(zero_copy_only=False)[numbers][words]
    behind = heads - opening.offsets[:-1]
    states[ranges(opening.offsets[:-1], behind)] = False
    facts = numbers[words[states]]
    marked = opening.values[states] & names[facts]
    ends = offsets_of(states)[opening.offsets]
    both = pa.concat_arrays([texts, pc.binary_join_element_wise(OPENING, texts, "")])
    return pa.ListArray.from_arrays(ends.astype(np.int32), both.take(pa.array(facts + marked * len(texts))))


def _sums(flags: NDArray[np.bool_], offsets: Ints) -> pa.Array:
    """Count what is marked in each list."""
    sums = offsets_of(flags)[offsets]
    return pa.array(sums[1:] - sums[:-1], pa.int32())
