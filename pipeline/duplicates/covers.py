"""Find the blocks of which every sentence stands in other blocks that stay."""

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.duplicates.linked import COVERED, KINDS, REMOVED, Linked
from pipeline.duplicates.ragged import LOW, Ints, runs
from pipeline.duplicates.rows import Rows
from pipeline.duplicates.sentence_rows import MAX_SENTENCES

_GONE = [KINDS.index(kind) for kind in REMOVED]


def cover(blocks: Linked, sentences: Linked) -> None:
    """Mark in `blocks` those that are covered: each sentence repeats one of another document, in a block that stays.

    A covered block refers to the block that holds most of its words; the score is that of its least alike sentence.
    No block that others repeat is covered, and what a covered block rests on is nothing to any other block.
    """
    of = _blocks_of(sentences.rows, blocks.rows)
    there = of[sentences.keeper]
    gone = np.isin(blocks.kind, _GONE)
    repeated = np.isin(sentences.kind, _GONE) & ~gone[there]
    repeated &= blocks.rows.doc[there] != blocks.rows.doc[of]
    size = len(blocks.kind)
    kept = np.zeros(size, np.bool_)
    kept[blocks.keeper[gone]] = True
    covered = np.bincount(of, minlength=size) > 0
    covered &= np.bincount(of[~repeated], minlength=size) == 0
    covered &= ~gone & ~kept
    rests = covered[of]
    covered[of[rests & covered[there]]] = False
    rests = covered[of]
    _note(blocks, of[rests], there[rests], sentences.rows.size[rests], sentences.score[rests])


def _note(blocks: Linked, of: Ints, there: Ints, words: Ints, scores: NDArray[np.float64]) -> None:
    """Link each covered block to the one that most of its words stand in, and unlink what refers to it."""
    if not len(of):
        return
    order = np.argsort(of << 32 | there, kind="stable")
    packed = (of << 32 | there)[order]
    starts, _ = runs(packed)
    held = np.add.reduceat(words[order], starts)
    pairs = packed[starts]
    best = np.lexsort((pairs & LOW, -held, pairs >> 32))
    first, _ = runs((pairs >> 32)[best])
    mine, keeper = pairs[best][first] >> 32, pairs[best][first] & LOW
    told = ~np.isin(blocks.kind, _GONE)
    blocks.kind[there] = 0
    blocks.kind[told & np.isin(blocks.keeper, mine)] = 0
    lowest = np.full(len(blocks.kind), np.inf)
    np.minimum.at(lowest, of, scores)
    blocks.kind[mine], blocks.keeper[mine], blocks.score[mine] = COVERED, keeper, lowest[mine]


def _blocks_of(sentences: Rows, blocks: Rows) -> Ints:
    """Find the row of the block that each sentence stands in."""
    docs = pc.index_in(sentences.docs, value_set=blocks.docs).to_numpy()
    places = docs[sentences.doc].astype(np.int64) << 32 | sentences.block // MAX_SENTENCES
    known = blocks.doc << 32 | blocks.block
    order = np.argsort(known)
    found: Ints = order[np.searchsorted(known[order], places)]
    return found
