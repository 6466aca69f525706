"""Link signatures: which block repeats which, and which one stays."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.duplicates.buckets import TEXTS_AT_ONCE, buckets, compare, judge, laid, lay
from pipeline.duplicates.keepers import Link, relations, repeats
from pipeline.duplicates.linked import EXACT, KINDS, NEAR, REMOVED, Linked, whole_documents
from pipeline.duplicates.ragged import LOW, Ints, Lists, offsets_of
from pipeline.duplicates.rows import Equal, Read, Rows
from pipeline.duplicates.rules import TABLES, Rules, of_sentences, parse
from pipeline.duplicates.verdicts import Verdicts, together
from pipeline.store_numbers import Shelf
from pipeline.tables import COPIES, batch_of

__all__ = [
    "KINDS", "REMOVED", "TABLES", "TEXTS_AT_ONCE", "Linked", "Rules", "buckets", "close", "judge", "lay", "link",
    "link_all", "of_sentences", "parse",
]  # fmt: skip


def link(signatures: pa.Table, rules: Rules) -> pa.RecordBatch:
    """Link SIGNATURES in memory: a row of COPIES for each block that is something to another (see `link_all`)."""

    def read(columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        return iter(signatures.select(columns).to_batches())

    return batch_of(pa.Table.from_batches(link_all(read, Shelf(), rules).copies(), COPIES))


def link_all(read: Read, shelf: Shelf, rules: Rules, *, told: bool = True) -> Linked:
    """Find for each block that another one stays for, and which that is: all buckets, one after the other.

    Args:
        read: reads columns of SIGNATURES; called twice.
        shelf: where words, shingles and pairs are laid aside meanwhile.
        rules: how alike is alike.
        told: as for `close`.
    """
    lay(read, shelf, rules)
    return close(shelf, [judge(shelf, bucket, rules) for bucket in range(buckets(shelf))], rules, told=told)


def close(shelf: Shelf, judged: Sequence[Verdicts], rules: Rules, *, told: bool = True) -> Linked:
    """Group what was found alike in all buckets of a shelf, and say for each block which one stays for it.

    Of blocks that repeat each other the first by (claims, doc, block) stays, and every copy refers
    to it directly. `contained` and `reworded` blocks stay too; what they refer to is no copy of any kind.
    The order and the chunks in which the rows were given make no difference, nor does the number of buckets.
    Without `told` only what goes is linked: the others take the longer, and who asks what goes has no need of them.
    """
    rows, same, corpus = laid(shelf)
    found = together(judged)
    again = partial(compare, corpus)
    near = repeats(found, _homes(rows, same, found), rules.verdicts, again)
    linked = Linked(rows, *_removed(same, near), rules.whole, rules.spread)
    if told:
        keepers = set(same.text[np.unique(linked.keeper[linked.kind > 0])].tolist())
        for text, link in relations(found, near, keepers, rules.verdicts, again).items():
            _note(linked, same, text, link)
    _link_short(linked, rules)
    return linked


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
