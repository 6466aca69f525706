"""The distinct texts of a corpus, laid aside as numbers: read once, then laid out a few at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.duplicates.facts import Facts
from pipeline.duplicates.ragged import Ints, Lists, bags_of, offsets_of, ranges, sets_of
from pipeline.duplicates.vocabulary import hashes
from pipeline.store_numbers import Shelf

# Texts that are read in one go: bounds the memory.
_AT_ONCE = 1 << 16
WORDS, FACTS = "words", "facts"
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
        for part, words in self._pieces(WORDS, self.lengths.words):
            yield self.lengths.text[part], Lists(words, offsets_of(self.lengths.words[part]))

    def stated(self) -> Iterator[tuple[Ints, Lists]]:
        """Read the hashes of the facts that each text states, in order, in the same way."""
        marks = hashes(self.names.texts)
        for part, facts_ in self._pieces(FACTS, self.lengths.facts):
            yield self.lengths.text[part], Lists(marks[facts_], offsets_of(self.lengths.facts[part]))

    def rarer(self, share: float) -> tuple[Callable[[], Iterator[tuple[Ints, Lists]]], Ints]:
        """Give what reads only words that no greater share of the texts have, and how many of them each text has."""
        chosen = self.having <= share * len(self.size)
        counts = np.empty_like(self.size)
        for texts, words in self.numbered():
            counts[texts] = _only(words, chosen).lengths()

        def sequences() -> Iterator[tuple[Ints, Lists]]:
            kept = ((texts, _only(words, chosen)) for texts, words in self.numbered())
            return ((texts, Lists(self.hashes[words.values], words.offsets)) for texts, words in kept)

        return sequences, counts

    def facts_of_each(self) -> Ints:
        """Say how many facts each text states."""
        counts = np.empty_like(self.size)
        counts[self.lengths.text] = self.lengths.facts
        return counts

    def lay_out(self, chosen: Ints) -> Texts:
        """Lay some texts out (their numbers, ascending): the i-th of them becomes text i."""
        sequences = self._chosen(WORDS, self.lengths.words, chosen)
        stated = self._chosen(FACTS, self.lengths.facts, chosen)
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


def _bags(lists: Lists) -> Lists:
    return bags_of(lists.owners(), lists.values, len(lists.offsets) - 1)


def _only(lists: Lists, chosen: NDArray[np.bool_]) -> Lists:
    """Keep the values that are chosen, in order."""
    kept = chosen[lists.values]
    return Lists(lists.values[kept], offsets_of(kept)[lists.offsets])
