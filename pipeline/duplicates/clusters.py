"""Link signatures: which block repeats which, and which one stays."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.duplicates import candidates, facts, prints, verdicts
from pipeline.duplicates.claims import known_claims
from pipeline.duplicates.keepers import Link, relations, repeats
from pipeline.duplicates.linked import EXACT, KINDS, NEAR, REMOVED, Linked, SpreadRules, whole_documents
from pipeline.duplicates.ragged import LOW, Ints, Lists, Pairs, offsets_of, runs
from pipeline.duplicates.rows import Equal, Read, Rows, equal, order
from pipeline.duplicates.texts import Corpus, lay_aside
from pipeline.duplicates.verdicts import Verdicts
from pipeline.lift import RuleError, RuleFiles, refuse_unknown
from pipeline.store_numbers import Shelf
from pipeline.tables import COPIES, batch_of

__all__ = ["KINDS", "REMOVED", "Linked", "Rules", "link", "link_all", "of_sentences", "parse"]

# Tables of duplicate.toml that only the linking reads.
TABLES = ("blocks", "spread", "candidates", "prints", "likeness", "names")
# Words of texts that are compared in one go: bounds the memory.
_WORDS_AT_ONCE = 16_000_000


@dataclass(frozen=True)
class Rules:
    """When a block is a copy of another."""

    min_words: int  # a block with fewer is a copy only in its own document, or where the whole document is one
    within_words: int  # ... and in its own document only with as many as this
    beside_words: int  # ... or with as many as this, right behind the block that it repeats
    whole: float  # share of a document's blocks that must repeat another document for it to be a copy
    revision: float  # share of a document's blocks that must stand in an earlier one of its site for it to be a version
    spread: SpreadRules
    keeper: tuple[str, ...]  # what decides who stays, the first first; then the path
    sentence_words: int  # a sentence with fewer covers nothing, and is not covered
    candidates: candidates.Rules
    prints: prints.Rules
    verdicts: verdicts.Rules


def parse(files: RuleFiles) -> Rules:
    """Read the TABLES of duplicate.toml."""
    table = files["duplicate.toml"]
    known: dict[str, Iterable[str]] = {
        "blocks": ("min_words", "within_words", "beside_words", "whole", "revision", "keeper", "sentence_words"),
        "spread": SpreadRules._fields,
        "candidates": candidates.Rules._fields,
        "prints": prints.Rules._fields,
        "likeness": set(verdicts.Rules._fields) - {"names"},
        "names": (*set(facts.Rules._fields) - {"stand_ins"}, "guard", "guards"),
    }
    for name, keys in known.items():
        refuse_unknown(f"duplicate.toml [{name}]", table[name], keys)
    names = _names(table["names"])
    likeness = verdicts.Rules(**table["likeness"], names=names)
    blocks = table["blocks"] | {"keeper": tuple(table["blocks"]["keeper"])}
    unknown = set(blocks["keeper"]) - known_claims()
    if unknown:
        raise RuleError(f"duplicate.toml [blocks] keeper: unknown {sorted(unknown)}")
    return Rules(
        **blocks,
        spread=SpreadRules(**table["spread"]),
        candidates=candidates.Rules(**table["candidates"]),
        prints=prints.Rules(**table["prints"]),
        verdicts=likeness,
    )


def _names(table: Mapping[str, Any]) -> facts.Rules:
    """Read `[names]`: how names are compared, by the guard that is chosen there."""
    guards = table["guards"]
    if table["guard"] not in guards:
        raise RuleError(f"duplicate.toml [names] guard: {table['guard']!r} is none of {sorted(guards)}")
    chosen = guards[table["guard"]]
    refuse_unknown(f"duplicate.toml [names.guards.{table['guard']}]", chosen, ("stand_ins",))
    plain = {key: value for key, value in table.items() if not key.startswith("guard")}
    sets = {"endings": frozenset(table["endings"]), "stand_ins": frozenset(chosen["stand_ins"])}
    return facts.Rules(**plain | sets)


def of_sentences(rules: Rules) -> Rules:
    """Give the rules by which sentences are linked."""
    return replace(rules, min_words=rules.sentence_words)


def link(signatures: pa.Table, rules: Rules) -> pa.RecordBatch:
    """Link SIGNATURES in memory: a row of COPIES for each block that is something to another (see `link_all`)."""

    def read(columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        return iter(signatures.select(columns).to_batches())

    return batch_of(pa.Table.from_batches(link_all(read, Shelf(), rules).copies(), COPIES))


def link_all(read: Read, shelf: Shelf, rules: Rules) -> Linked:
    """Find for each block that another one stays for, and which that is.

    Of blocks that repeat each other the first by (claims, doc, block) stays, and every copy refers
    to it directly. `contained` and `reworded` blocks stay too; what they refer to is no copy of any kind.
    The order and the chunks in which the rows are given make no difference.

    Args:
        read: reads columns of SIGNATURES; called twice.
        shelf: where words, shingles and pairs are laid aside meanwhile.
        rules: how alike is alike.
    """
    rows, words = order(read, rules.keeper)
    same = equal(rows, rules.min_words)
    corpus = lay_aside(read, rows, same, words, shelf, rules.verdicts.names.max_small)
    by_words = candidates.Source(corpus.sequences, corpus.size, rules.candidates.shingles)
    by_facts = candidates.Source(corpus.stated, corpus.facts_of_each(), rules.candidates.facts)
    paired = candidates.pairs(by_words, by_facts, rules.candidates, shelf)
    marks = prints.prints(corpus, rules.prints)
    alike = (prints.may_be_alike(marks, pairs, rules.prints) for pairs in paired)
    found = verdicts.together([_judge(corpus, pairs, rules.verdicts) for pairs in alike])
    near = repeats(
        found, _homes(rows, same, found), rules.verdicts, lambda pairs, bounds: _judge(corpus, pairs, bounds)
    )
    linked = Linked(rows, *_removed(same, near), rules.whole, rules.spread)
    keepers = set(same.text[np.unique(linked.keeper[linked.kind > 0])].tolist())
    for text, link in relations(found, near.keys(), keepers).items():
        _note(linked, same, text, link)
    _link_short(linked, rules)
    return linked


def _judge(corpus: Corpus, pairs: Pairs, rules: verdicts.Rules) -> Verdicts:
    """Judge pairs of texts, with only so many of them laid out at a time as fit into memory."""
    ends = corpus.size[pairs[0]] + corpus.size[pairs[1]]
    place = np.cumsum(ends) // _WORDS_AT_ONCE
    found = []
    for start, count in zip(*runs(place), strict=True):
        some = [side[start : start + count] for side in pairs]
        texts = np.union1d(*some)
        left, right = (np.searchsorted(texts, side) for side in some)
        judged = verdicts.judge(corpus.lay_out(texts), (left, right), rules)
        found.append(judged._replace(left=texts[judged.left], right=texts[judged.right]))
    return verdicts.together(found)


def _homes(rows: Rows, same: Equal, found: Verdicts) -> Lists:
    """Give the documents that each text with a near copy stands in, itself or by an equal block."""
    wanted = np.zeros(len(same.heads) + 1, np.bool_)
    wanted[found.left[found.near]] = wanted[found.right[found.near]] = True
    mine = np.flatnonzero(wanted[same.text] & (same.text >= 0))
    packed = np.unique(same.text[mine] << 32 | rows.doc[mine])
    return Lists(packed & LOW, offsets_of(np.bincount(packed >> 32, minlength=len(same.heads))))


def _removed(same: Equal, near: Mapping[int, Link]) -> tuple[NDArray[np.int8], NDArray[np.float64], Ints]:
    """Link each block that repeats another straight to the one that stays for its whole group: kind, score, row."""
    kinds, scores, keepers = np.zeros(len(same.heads), np.int8), np.ones(len(same.heads)), same.heads.copy()
    texts = np.fromiter(near, np.int64, len(near))
    kinds[texts] = NEAR
    scores[texts] = [link.score for link in near.values()]
    keepers[texts] = same.heads[[link.keeper for link in near.values()]]
    size = len(same.text)
    kind, score, keeper = np.zeros(size, np.int8), np.zeros(size), np.zeros(size, np.int64)
    row = np.flatnonzero(same.text >= 0)
    text = same.text[row]
    row, text = (column[(same.heads[text] != row) | (kinds[text] == NEAR)] for column in (row, text))
    kind[row], score[row], keeper[row] = np.maximum(kinds[text], EXACT), scores[text], keepers[text]
    return kind, score, keeper


def _note(linked: Linked, same: Equal, text: int, link: Link) -> None:
    row = same.heads[text]
    linked.kind[row], linked.score[row] = KINDS.index(link.kind), link.score
    linked.keeper[row] = same.heads[link.keeper]


def _link_short(linked: Linked, rules: Rules) -> None:
    """Link blocks of few words: those repeated in their own document, and those of a document that is a copy.

    A heading such as "Background" stands in many articles, and is a copy only where the whole article is.
    """
    rows = linked.rows
    long = np.bincount(rows.doc[rows.size >= rules.min_words], minlength=len(rows.docs))
    home = np.arange(len(rows.docs))
    for doc, original in whole_documents(linked, long).items():
        home[doc] = original.doc
    short = np.flatnonzero((rows.size > 0) & (rows.size < rules.min_words))
    order = np.lexsort((short, home[rows.doc[short]], rows.exact[short]))
    mine = short[order]
    first = np.ones(len(mine), np.bool_)
    where, exact = home[rows.doc[mine]], rows.exact[mine]
    first[1:] = (where[1:] != where[:-1]) | (exact[1:] != exact[:-1])
    head = mine[np.flatnonzero(first)][np.cumsum(first) - 1]
    before = np.maximum(mine - 1, 0)
    beside = (mine > 0) & (rows.doc[before] == rows.doc[mine]) & (rows.exact[before] == exact)
    enough = rows.size[mine] >= np.where(beside, rules.beside_words, rules.within_words)
    gone = (head != mine) & ((rows.doc[head] != rows.doc[mine]) | enough)
    linked.kind[mine[gone]], linked.score[mine[gone]], linked.keeper[mine[gone]] = EXACT, 1.0, head[gone]
