"""Measure where each block stands in its HTML page: its element, the words of its path, and the blocks beside it.

Paths repeat from block to block, so that each distinct path is read once in a batch. In plain text all measures are 0.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.linemodel import glyphs
from pipeline.linemodel.measures import Columns
from pipeline.linemodel.surroundings import Bools, Ints, Pages, groups_of, neighbour, windows

_KINDS = {
    "p": 1, "h1": 2, "h2": 3, "h3": 3, "h4": 4, "h5": 4, "h6": 4, "li": 5, "div": 6, "td": 7, "th": 7,
    "figcaption": 8, "blockquote": 9, "section": 10, "article": 10, "button": 11, "option": 11, "summary": 11,
    "legend": 11, "dt": 12, "dd": 12, "footer": 13, "header": 14, "address": 13, "pre": 15,
}  # fmt: skip
_LEVELS = 4  # a block's own path, and those of the three elements around it
_GROUP = ("blocks", "words", "prose", "running", "links", "lexicon")
_NEIGHBOURS = (-2, -1, 1, 2)
_WINDOW = 5
_CAP = 8
_JOINT = "([a-z])([A-Z])"
_INNER = 2  # elements: the one that holds the text, and the one around it

FEATURES = (
    *(f"group{level}_{name}" for level in range(_LEVELS) for name in _GROUP),
    "links", "depth", "kind", "same_above", "same_below", "path", "path_outer", "path_inner",
    *(f"{name}{at:+d}" for at in _NEIGHBOURS for name in ("links", "path")),
    f"path_{_WINDOW}_above", f"path_{_WINDOW}_below",
)  # fmt: skip


def measure(blocks: pa.RecordBatch, columns: Columns, running: Bools, pages: Pages, weights: "Weights") -> Columns:
    """Measure the blocks of HTML pages; `columns` are those of the text, `weights` those of the words of paths."""
    codes = blocks["path"].dictionary_encode()
    distinct, code = codes.dictionary, codes.indices.to_numpy().astype(np.int64)
    links = np.minimum(blocks["link_chars"].to_numpy() / np.maximum(columns["chars"], 1), 1).astype(np.float32)
    whole, near = (values[code].astype(np.float32) for values in weights.of(distinct))
    path = whole + near
    found: Columns = {
        "links": links,
        "depth": pc.count_substring(distinct, "/").to_numpy()[code],
        "kind": _kinds(blocks["kind"]),
        "same_above": neighbour(code, -1, pages, -1) == code,
        "same_below": neighbour(code, 1, pages, -1) == code,
        "path": path,
        "path_outer": whole,
        "path_inner": near,
    }
    for at in _NEIGHBOURS:
        found[f"links{at:+d}"] = neighbour(links, at, pages, -1)
        found[f"path{at:+d}"] = neighbour(path, at, pages, 0)
    sides = windows(np.rint(100 * np.clip(path, -_CAP, _CAP)).astype(np.int64), _WINDOW, pages)
    found[f"path_{_WINDOW}_above"], found[f"path_{_WINDOW}_below"] = sides
    return found | _beside(distinct, code, columns, running, links, pages)


def _kinds(kinds: pa.Array) -> Ints:
    codes = kinds.dictionary_encode()
    numbers = [_KINDS.get(kind, 0) for kind in codes.dictionary.to_pylist()]
    return np.asarray(np.array(numbers, np.int64)[codes.indices.to_numpy()])


def _beside(
    paths: pa.Array, code: Ints, columns: Columns, running: Bools, links: NDArray[np.float32], pages: Pages
) -> Columns:
    """Measure the blocks that share a block's path, and those that share its parent's, up to the fourth level."""
    words = columns["words"]
    mass = np.where(running, words, 0)
    total = np.maximum(pages.total(mass), 1)
    found: Columns = {}
    for level in range(_LEVELS):
        group = groups_of(code, pages)
        blocks, sums, prose = (np.bincount(group, column)[group] for column in (None, words, mass))
        found[f"group{level}_blocks"] = blocks
        found[f"group{level}_words"] = sums / blocks
        found[f"group{level}_prose"] = prose / total
        found[f"group{level}_running"] = prose / np.maximum(sums, 1)
        found[f"group{level}_links"] = np.bincount(group, links * words)[group] / np.maximum(sums, 1)
        found[f"group{level}_lexicon"] = np.bincount(group, columns["lexicon"])[group] / blocks
        outer = pc.list_element(pc.split_pattern(paths, "/", max_splits=1, reverse=True), 0).dictionary_encode()
        paths, code = outer.dictionary, outer.indices.to_numpy().astype(np.int64)[code]
    return found


class Weights(NamedTuple):
    """What words of a path say of the block: in any of its elements (outer), and in the two last (inner)."""

    keys: pa.Array
    outer: NDArray[np.float64]
    inner: NDArray[np.float64]

    def of(self, paths: pa.Array) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Sum the weights of each path's different words, in logits.

        Few elements make many paths: the words of each different element are read once.
        """
        lists = pc.split_pattern(paths, "/")
        rows = pc.list_parent_indices(lists).to_numpy().astype(np.int64)
        elements = lists.flatten().dictionary_encode()
        starts, words = self._words(elements.dictionary)
        code = elements.indices.to_numpy()
        counts = np.diff(starts)[code]
        # The words of each path: those of its elements, one list after another.
        first = np.repeat(starts[:-1][code] - (np.cumsum(counts) - counts), counts)
        word, path = words[first + np.arange(len(first))], np.repeat(rows, counts)
        ends = np.cumsum(np.bincount(rows, minlength=len(paths)))
        last_two = np.repeat(ends[rows] - np.arange(len(rows)) <= _INNER, counts)
        return _sums(path, word, self.outer, len(paths)), _sums(path[last_two], word[last_two], self.inner, len(paths))

    def _words(self, elements: pa.Array) -> tuple[Ints, Ints]:
        """Give the numbers of the known words of each element, and where each element's begin."""
        read = glyphs.read(parted(elements))
        found = pc.index_in(pa.array(read.keys), value_set=self.keys)
        rows = read.rows[found.is_valid().to_numpy(zero_copy_only=False)]
        return np.searchsorted(rows, np.arange(len(elements) + 1)), found.drop_null().to_numpy().astype(np.int64)


def parted(paths: pa.Array) -> pa.Array:
    """Part words that are joined by a capital: imageCaption becomes image-Caption."""
    return pc.replace_substring_regex(paths, _JOINT, r"\1-\2")


def _sums(paths: Ints, words: Ints, weights: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Sum the weights of the words of each path; a word that stands there twice counts once."""
    pairs = np.sort(paths * max(1, len(weights)) + words)
    paths, words = np.divmod(pairs[np.diff(pairs, prepend=-1) > 0], max(1, len(weights)))
    return np.asarray(np.bincount(paths, weights[words], minlength=size), np.float64)
