"""Read the distinct texts of a corpus, count their words and facts, and lay them aside."""

from collections import defaultdict
from itertools import count
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.duplicates import likeness
from pipeline.duplicates.ragged import LOW, Ints, runs
from pipeline.duplicates.rows import Equal, Read, Rows
from pipeline.duplicates.signatures import OPENING
from pipeline.duplicates.texts import FACTS, WORDS, Corpus, Lengths, Names
from pipeline.duplicates.vocabulary import hashes
from pipeline.duplicates.words import is_name
from pipeline.store_numbers import Shelf


class _Tally:
    """Counts, while texts are laid aside, how often words and facts stand there."""

    def __init__(self, words: int) -> None:
        self.having, self.written = np.zeros(words, np.int64), np.zeros(words, np.int64)
        self.number: defaultdict[str, int] = defaultdict(count().__next__)
        self.inside, self.anywhere = np.zeros(0, np.int64), np.zeros(0, np.int64)

    def count_words(self, owners: Ints, numbers: Ints) -> None:
        self.written += np.bincount(numbers, minlength=len(self.written))
        packed = owners << 32 | numbers
        packed.sort()
        self.having += np.bincount(packed[runs(packed)[0]] & LOW, minlength=len(self.having))

    def count_facts(self, encoded: pa.DictionaryArray) -> Ints:
        """Count facts; give the number of each, whether or not it opens a sentence."""
        marked, number = encoded.dictionary, self.number
        opening = pc.starts_with(marked, OPENING).to_numpy(zero_copy_only=False)
        bare = pc.utf8_slice_codeunits(marked, 1).filter(pa.array(opening)).to_pylist()
        texts = np.array(marked.to_pylist(), object)
        texts[opening] = bare
        numbers = np.fromiter(map(number.__getitem__, texts.tolist()), np.int64, len(texts))
        of_each: Ints = numbers[encoded.indices.to_numpy()]
        self.anywhere = _added(self.anywhere, of_each, len(number))
        inside = ~opening[encoded.indices.to_numpy()]
        self.inside = _added(self.inside, of_each[inside], len(number))
        return of_each

    def names(self, words: NDArray[np.uint64], max_small: int) -> Names:
        """Say which facts are figures, and which are names."""
        texts = list(self.number)
        spelt = pa.array(texts, pa.string())
        marks = hashes(spelt)
        at = np.searchsorted(words, marks)
        known = np.append(words, np.uint64(0))[at] == marks
        word_of = np.where(known & (at < len(words)), at, -1)
        small = np.append(self.written, 0)[word_of] - self.anywhere
        named = np.array([is_name(text) for text in texts], np.bool_)
        mostly = (small <= 0) | (small < max_small * self.inside)
        return Names(spelt, word_of, ~named, named & mostly)


def lay_aside(read: Read, rows: Rows, equal: Equal, words: NDArray[np.uint64], shelf: Shelf, max_small: int) -> Corpus:
    """Read the words and facts of each distinct text, once, and lay them on the shelf."""
    number = np.full(len(rows.at), -1, np.int64)
    number[rows.at[equal.heads]] = np.arange(len(equal.heads))
    tally, at = _Tally(len(words)), 0
    lengths, negations = [(np.zeros(0, np.int64),) * 3], np.zeros(len(equal.heads), np.int64)
    for batch in read(("words", "facts", "negations")):
        mine = np.flatnonzero(number[at : at + batch.num_rows] >= 0)
        texts, distinct = number[at + mine], batch.take(pa.array(mine))
        at += batch.num_rows
        listed, stated = distinct["words"], distinct["facts"]
        encoded = listed.flatten().dictionary_encode()
        numbers = np.searchsorted(words, encoded.dictionary.to_numpy())[encoded.indices.to_numpy()]
        lengths.append((texts, _lengths(listed), _lengths(stated)))
        tally.count_words(np.repeat(np.arange(len(texts)), lengths[-1][1]), numbers)
        shelf.add(WORDS, numbers.astype(np.uint32))
        shelf.add(FACTS, tally.count_facts(stated.flatten().dictionary_encode()).astype(np.uint32))
        negations[texts] = distinct["negations"].to_numpy()
    found = Lengths(*(np.concatenate(column) for column in zip(*lengths, strict=True)))
    rarity = likeness.weights(tally.having, len(equal.heads))
    names = tally.names(words, max_small)
    return Corpus(
        shelf, words, tally.having, rarity, names, found, rows.size[equal.heads], negations, rows.doc[equal.heads]
    )


def _added(counts: Ints, numbers: Ints, size: int) -> Ints:
    """Count numbers below `size` on top of what was counted."""
    found = np.bincount(numbers, minlength=size)
    found[: len(counts)] += counts
    return found


def _lengths(lists: pa.ListArray) -> Ints:
    lengths: NDArray[Any] = np.diff(lists.offsets.to_numpy())
    return lengths.astype(np.int64)
