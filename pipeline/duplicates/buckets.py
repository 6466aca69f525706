"""What of linking is shared out: texts are laid aside, and the pairs among them judged, a bucket at a time."""

import numpy as np

from pipeline.duplicates import candidates, prints, verdicts
from pipeline.duplicates.laying import lay_aside
from pipeline.duplicates.ragged import Pairs, runs
from pipeline.duplicates.rows import Equal, Read, Rows, equal, order
from pipeline.duplicates.rules import Rules
from pipeline.duplicates.texts import Corpus
from pipeline.duplicates.verdicts import Verdicts
from pipeline.store_numbers import Shelf

# Texts whose pairs make a bucket: a second's work or two, and few enough for a small memory.
TEXTS_AT_ONCE = 1 << 16
# Words of texts that are compared in one go: bounds the memory.
_WORDS_AT_ONCE = 16_000_000


def lay(read: Read, shelf: Shelf, rules: Rules, at_once: int = TEXTS_AT_ONCE) -> None:
    """Put the blocks in order, lay their texts aside, and find who may be whose copy; all of it lies on the shelf.

    Args:
        read: reads columns of SIGNATURES; called twice.
        shelf: where everything is laid, to be read by other processes too.
        rules: how alike is alike.
        at_once: texts whose pairs make a bucket; makes no difference to what is found.
    """
    rows, words = order(read, rules.keeper)
    same = equal(rows, rules.min_words)
    corpus = lay_aside(read, rows, same, words, shelf, rules.verdicts.names.max_small)
    shelf.keep("rows", rows)
    shelf.keep("same", same)
    corpus.keep()
    shelf.put("prints", prints.prints(corpus, rules.prints))
    buckets, sources = 1 + len(same.heads) // at_once, candidates.sources(corpus, rules.candidates)
    looks = candidates.lay_pairs(*sources, rules.candidates, buckets, shelf)
    shelf.put("made", np.array([buckets, looks]))


def buckets(shelf: Shelf) -> int:
    """Say into how many buckets the pairs were dealt."""
    return int(shelf.get("made")[0])


def judge(shelf: Shelf, bucket: int, rules: Rules) -> Verdicts:
    """Judge the pairs of a bucket, of those that share enough and whose prints are alike."""
    pairs = candidates.worth(bucket, int(shelf.get("made")[1]), rules.candidates, shelf)
    pairs = prints.may_be_alike(shelf.get("prints"), pairs, rules.prints)
    return compare(Corpus.of(shelf), pairs, rules.verdicts)


def laid(shelf: Shelf) -> tuple[Rows, Equal, Corpus]:
    """Read what was laid aside."""
    return shelf.kept("rows", Rows), shelf.kept("same", Equal), Corpus.of(shelf)


def compare(corpus: Corpus, pairs: Pairs, rules: verdicts.Rules) -> Verdicts:
    """Judge pairs of texts, with only so many of them laid out at a time as fit into memory."""
    ends = corpus.size[pairs[0]] + corpus.size[pairs[1]]
    place = np.cumsum(ends) // _WORDS_AT_ONCE
    found = []
    for start, count in zip(*runs(place), strict=True):
        some = [side[start : start + count] for side in pairs]
        marked = np.zeros(len(corpus.size), np.bool_)
        marked[some[0]] = marked[some[1]] = True
        texts, place_of = np.flatnonzero(marked), np.cumsum(marked) - 1
        left, right = (place_of[side] for side in some)
        judged = verdicts.judge(corpus.lay_out(texts), (left, right), rules)
        found.append(judged._replace(left=texts[judged.left], right=texts[judged.right]))
    return verdicts.together(found)
