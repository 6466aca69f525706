"""Link signatures: which block repeats which, and which one stays."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.duplicates import candidates, facts, texts, verdicts
from pipeline.duplicates.keepers import Link, relations, repeats
from pipeline.duplicates.ragged import Ints
from pipeline.duplicates.verdicts import Verdicts
from pipeline.lift import RuleFiles, refuse_unknown
from pipeline.tables import COPIES, table_of

# The kinds of copy that leave the paragraphs; of the others it is told what they are, and they stay.
REMOVED = ("exact", "near")

_Place = tuple[str, int]


@dataclass(frozen=True)
class Rules:
    """When a block is a copy of another."""

    min_words: int  # a block with fewer is a copy only in its own document, or where the whole document is one
    within_words: int  # ... and in its own document only with as many as this
    beside_words: int  # ... or with as many as this, right behind the block that it repeats
    whole: float  # share of a document's blocks that must repeat another document for it to be a copy
    candidates: candidates.Rules
    verdicts: verdicts.Rules


class _Rows(NamedTuple):
    """Blocks in the order in which they would stay: where each was signed, and what it takes to know it again."""

    order: pa.Array
    docs: list[str]
    blocks: list[int]
    exact: list[int]
    sizes: Ints


def parse(files: RuleFiles) -> Rules:
    """Read `[blocks]`, `[candidates]`, `[likeness]` and `[names]` of duplicate.toml."""
    table = files["duplicate.toml"]
    known = {
        "blocks": ("min_words", "within_words", "beside_words", "whole"),
        "candidates": candidates.Rules._fields,
        "likeness": set(verdicts.Rules._fields) - {"names"},
        "names": facts.Rules._fields,
    }
    for name, keys in known.items():
        refuse_unknown(f"duplicate.toml [{name}]", table[name], keys)
    names = facts.Rules(**table["names"] | {"endings": frozenset(table["names"]["endings"])})
    likeness = verdicts.Rules(**table["likeness"], names=names)
    return Rules(**table["blocks"], candidates=candidates.Rules(**table["candidates"]), verdicts=likeness)


def link(signatures: pa.Table, rules: Rules) -> pa.RecordBatch:
    """Link SIGNATURES: a row of COPIES for each block that another one stays for, by document and block.

    Of blocks that repeat each other the one with the lowest (rank, doc, block) stays, and every copy refers
    to it directly. `contained` and `reworded` blocks stay too; what they refer to is no copy of any kind.
    The order and the chunks in which the rows are given make no difference.
    """
    rows = _ordered(signatures)
    equal = _equal(rows, rules.min_words)
    heads = np.array(sorted(set(equal.values())), np.int64)
    distinct = signatures.select(["doc", "words", "facts", "negations"]).take(rows.order.take(heads))
    laid = texts.lay_out(distinct, rules.verdicts.names)
    found = verdicts.judge(laid, candidates.pairs(laid.sequences, rules.candidates), rules.verdicts)
    near = repeats(laid, found, _homes(rows, equal, heads, found), rules.verdicts)
    copies = _removed(equal, {int(heads[text]): _at(link, heads) for text, link in near.items()})
    number = {row: at for at, row in enumerate(heads.tolist())}
    keepers = {number[link.keeper] for link in copies.values()}
    told = relations(found, near.keys(), keepers)
    copies |= {int(heads[text]): _at(link, heads) for text, link in told.items()}
    return _copies(rows, copies | _short(rows, copies, rules))


def whole_documents(copies: pa.Table | pa.RecordBatch, blocks: Mapping[str, int], rules: Rules) -> dict[str, str]:
    """Name, for each document that as good as wholly repeats another, that other one.

    `blocks` says how many blocks of each document were signed. A document named here is itself no copy.
    """
    columns = (copies[name].to_pylist() for name in ("kind", "doc", "ref_doc", "ref_block"))
    rows = zip(*columns, strict=True)
    return _originals([(doc, (ref, block)) for kind, doc, ref, block in rows if kind in REMOVED], blocks, rules.whole)


def _originals(repeats: Iterable[tuple[str, _Place]], blocks: Mapping[str, int], whole: float) -> dict[str, str]:
    """Find the documents of which the share `whole` stands in one other, by each copy's document and keeper."""
    holders: defaultdict[_Place, set[str]] = defaultdict(set)
    repeated: defaultdict[str, list[_Place]] = defaultdict(list)
    for doc, keeper in repeats:
        holders[keeper] |= {doc, keeper[0]}
        repeated[doc].append(keeper)
    originals: dict[str, str] = {}
    for doc, keepers in sorted(repeated.items()):
        others = {other for other, _ in keepers} - {doc}
        shared = {other: sum(other in holders[keeper] for keeper in keepers) for other in others}
        best = min(shared, key=lambda other: (-shared[other], other), default=doc)
        original = _root(best, originals)
        if original != doc and shared[best] >= whole * blocks[doc]:
            originals[doc] = original
    return {doc: _root(doc, originals) for doc in originals}


def _root(doc: str, originals: Mapping[str, str]) -> str:
    while doc in originals:
        doc = originals[doc]
    return doc


def _ordered(signatures: pa.Table) -> _Rows:
    order = pc.sort_indices(signatures, [(name, "ascending") for name in ("rank", "doc", "block")])
    sizes = pc.list_value_length(signatures["words"])
    columns = (column.take(order) for column in (*signatures.select(["doc", "block", "exact"]).columns, sizes))
    docs, blocks, exact, sizes = columns
    return _Rows(order, docs.to_pylist(), blocks.to_pylist(), exact.to_pylist(), sizes.to_numpy())


def _equal(rows: _Rows, min_words: int) -> dict[int, int]:
    """Find for each block that is long enough the first one with the same words, which may be itself."""
    first: dict[int, int] = {}
    long = np.flatnonzero(rows.sizes >= min_words).tolist()
    return {row: first.setdefault(rows.exact[row], row) for row in long}


def _homes(rows: _Rows, equal: Mapping[int, int], heads: Ints, found: Verdicts) -> dict[int, frozenset[str]]:
    """Give the documents that each head with a near copy stands in, itself or by an equal block."""
    wanted = np.union1d(found.left[found.near], found.right[found.near])
    docs: dict[int, set[str]] = {head: set() for head in heads[wanted].tolist()}
    for row, head in equal.items():
        if head in docs:
            docs[head].add(rows.docs[row])
    return {number: frozenset(docs[int(heads[number])]) for number in wanted.tolist()}


def _at(link: Link, heads: Ints) -> Link:
    return link._replace(keeper=int(heads[link.keeper]))


def _removed(equal: Mapping[int, int], near: dict[int, Link]) -> dict[int, Link]:
    """Link each block that repeats another straight to the one that stays for its whole group."""
    exact = {row: Link("exact", 1.0, head) for row, head in equal.items() if row != head}
    return near | {row: near.get(link.keeper, link) for row, link in exact.items()}


def _short(rows: _Rows, copies: Mapping[int, Link], rules: Rules) -> dict[int, Link]:
    """Link blocks of few words: those repeated in their own document, and those of a document that is a copy.

    A heading such as "Background" stands in many articles, and is a copy only where the whole article is.
    """
    long = Counter(doc for doc, size in zip(rows.docs, rows.sizes.tolist(), strict=True) if size >= rules.min_words)
    removed = ((row, link.keeper) for row, link in copies.items() if link.kind in REMOVED)
    repeated = ((rows.docs[row], (rows.docs[keeper], keeper)) for row, keeper in removed)
    original = _originals(repeated, long, rules.whole)
    first: dict[tuple[int, str], int] = {}
    links = {}
    for row in np.flatnonzero((rows.sizes > 0) & (rows.sizes < rules.min_words)).tolist():
        doc = rows.docs[row]
        head = first.setdefault((rows.exact[row], original.get(doc, doc)), row)
        beside = row > 0 and (rows.docs[row - 1], rows.exact[row - 1]) == (doc, rows.exact[row])
        enough = rules.beside_words if beside else rules.within_words
        if head != row and (rows.docs[head] != doc or rows.sizes[row] >= enough):
            links[row] = Link("exact", 1.0, head)
    return links


def _copies(rows: _Rows, links: Mapping[int, Link]) -> pa.RecordBatch:
    """Write links down as COPIES, by document and block."""
    places = list(zip(rows.docs, rows.blocks, strict=True))
    found = ((*places[row], link.kind, link.score, *places[link.keeper]) for row, link in links.items())
    return table_of(sorted(found), COPIES)
