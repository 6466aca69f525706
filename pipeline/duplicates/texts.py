"""The distinct texts of a corpus, laid aside as numbers: read once, then laid out a few at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.duplicates import likeness
from pipeline.duplicates.facts import Facts
from pipeline.duplicates.ragged import LOW, Ints, Lists, bags_of, offsets_of, ranges, runs, sets_of
from pipeline.duplicates.rows import Equal, Read, Rows
from pipeline.duplicates.signatures import OPENING
from pipeline.duplicates.vocabulary import hashes
from pipeline.duplicates.words import is_name
from pipeline.store_numbers import Shelf

# Texts that are read in one go: bounds the memory.
_AT_ONCE = 1 << 16
_WORDS, _FACTS = "words", "facts"
_COLUMNS = ("hashes", "having", "rarity", "size", "negations", "documents")


class Texts(NamedTuple):
    """Some distinct texts: words in order, the sets of them (both by number), facts, and a number by document."""

    sequences: Lists
    words: Lists
    rarity: Ints
    facts: Facts
    documents: Ints


class Names(NamedTuple):
    """The facts that texts of the corpus state, by number, and how each is to be read."""

    texts: pa.StringArray
    word_of: Ints  # number of the word that the fact is; -1 where it is none
    is_figure: NDArray[np.bool_]
    is_name: NDArray[np.bool_]  # ... and not a word that is mostly written small


class Lengths(NamedTuple):
    """Of each text, in the order in which they lie aside: its number, how many words, and how many facts."""

    text: Ints
    words: Ints
    facts: Ints


@dataclass(frozen=True)
class Corpus:
    """All distinct texts: what is known of each in columns; words and facts lie on the shelf."""

    shelf: Shelf
    hashes: NDArray[np.uint64]  # of each word, by number
    having: Ints  # how many texts have each word
    rarity: Ints  # ... and its weight
    names: Names
    lengths: Lengths
    size: Ints  # words of each text, by its number
    negations: Ints
    documents: Ints  # document of each text's first row

    def keep(self) -> None:
        """Lay the columns on the shelf too, for `of`."""
        for name in _COLUMNS:
            self.shelf.put(name, getattr(self, name))
        self.shelf.keep("names", self.names)
        self.shelf.keep("lengths", self.lengths)

    @classmethod
    def of(cls, shelf: Shelf) -> Self:
        """Read what was kept on a shelf, as a rule by another process."""
        columns = {name: shelf.get(name) for name in _COLUMNS}
        return cls(shelf=shelf, names=shelf.kept("names", Names), lengths=shelf.kept("lengths", Lengths), **columns)

    def sequences(self) -> Iterator[tuple[Ints, Lists]]:
        """Read all texts a bounded number at a time: their numbers, and the hashes of their words in order."""
        return ((texts, Lists(self.hashes[words.values], words.offsets)) for texts, words in self.numbered())

    def numbered(self) -> Iterator[tuple[Ints, Lists]]:
        """Read the same with the numbers of the words."""
        for part, words in self._pieces(_WORDS, self.lengths.words):
            yield self.lengths.text[part], Lists(words, offsets_of(self.lengths.words[part]))

    def stated(self) -> Iterator[tuple[Ints, Lists]]:
        """Read the hashes of the facts that each text states, in order, in the same way."""
        marks = hashes(self.names.texts)
        for part, facts_ in self._pieces(_FACTS, self.lengths.facts):
            yield self.lengths.text[part], Lists(marks[facts_], offsets_of(self.lengths.facts[part]))

    def facts_of_each(self) -> Ints:
        """Say how many facts each text states."""
        counts = np.empty_like(self.size)
        counts[self.lengths.text] = self.lengths.facts
        return counts

    def lay_out(self, chosen: Ints) -> Texts:
        """Lay some texts out (their numbers, ascending): the i-th of them becomes text i."""
        sequences = self._chosen(_WORDS, self.lengths.words, chosen)
        stated = self._chosen(_FACTS, self.lengths.facts, chosen)
        words = sets_of(sequences.owners(), sequences.values, len(chosen))
        figures, proper = (_only(stated, flags) for flags in (self.names.is_figure, self.names.is_name))
        known = Facts(
            _bags(figures),
            _bags(proper),
            _only(stated, self.names.is_figure | self.names.is_name),
            self.negations[chosen],
            sequences,
            self.names.texts,
            self.names.word_of,
        )
        return Texts(sequences, words, self.rarity, known, self.documents[chosen])

    def _chosen(self, name: str, lengths: Ints, chosen: Ints) -> Lists:
        """Read the lists of some texts, in the order of their numbers."""
        wanted = np.zeros(len(self.size), np.bool_)
        wanted[chosen] = True
        found, sizes, texts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for part, values in self._pieces(name, lengths):
            mine = wanted[self.lengths.text[part]]
            each = lengths[part]
            found.append(values[ranges(offsets_of(each)[:-1][mine], each[mine])].astype(np.int64))
            sizes.append(each[mine])
            texts.append(self.lengths.text[part][mine])
        values, each, order = np.concatenate(found), np.concatenate(sizes), np.argsort(np.concatenate(texts))
        return Lists(values[ranges(offsets_of(each)[:-1][order], each[order])], offsets_of(each[order]))

    def _pieces(self, name: str, lengths: Ints) -> Iterator[tuple[slice, NDArray[np.uint32]]]:
        cuts = [*range(0, len(lengths), _AT_ONCE), len(lengths)]
        parts = [slice(a, b) for a, b in pairwise(cuts)]
        sizes = [int(lengths[part].sum()) for part in parts]
        return zip(parts, self.shelf.pieces(name, np.uint32, sizes), strict=True)


class _Tally:
    """Counts, while texts are laid aside, how often words and facts stand there."""

    def __init__(self, words: int) -> None:
        self.having, self.written = np.zeros(words, np.int64), np.zeros(words, np.int64)
        self.number: dict[str, int] = {}
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
        numbers = np.array([number.setdefault(text, len(number)) for text in texts.tolist()], np.int64)
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
        shelf.add(_WORDS, numbers.astype(np.uint32))
        shelf.add(_FACTS, tally.count_facts(stated.flatten().dictionary_encode()).astype(np.uint32))
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


def _bags(lists: Lists) -> Lists:
    return bags_of(lists.owners(), lists.values, len(lists.offsets) - 1)


def _only(lists: Lists, chosen: NDArray[np.bool_]) -> Lists:
    """Keep the values that are chosen, in order."""
    kept = chosen[lists.values]
    return Lists(lists.values[kept], offsets_of(kept)[lists.offsets])
