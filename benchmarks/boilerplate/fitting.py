"""Fit the line model: weights of words, weights of words of paths, trees, calibration.

Words are weighed on other sites than those whose lines they then describe (cross-fitting): else the trees would trust
them more than they may on a new site.
"""

import json
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.compute as pc
from catboost import CatBoostClassifier
from labelled import Labelled
from lexicon import Lexicon, files_of, foreign_words, is_lexical, words_in
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from pipeline import linemodel
from pipeline.linemodel import Forest, features, glyphs, paths, tree_of
from pipeline.linemodel.characters import CLASS
from pipeline.linemodel.measures import SHORT_WORDS
from pipeline.linemodel.surroundings import pages_of, windows

FOLDS = 5
ALL = frozenset(range(FOLDS))
LAST_TWO = "^.*/([^/]*/[^/]*)$"
BLANKED = 4  # one site in so many is shown a second time as if its words were not known
BORDER = 10  # blocks that a short line may speak of
LENGTHS = (1, 2, 3, 4, 5, 7, 9, 12, 16, 22, 30, 45, 70)  # words: bins of length, so that words are weighed beside it


class Settings(NamedTuple):
    """What was chosen by cross-validation."""

    min_sites: int = 8  # a word must stand on so many sites
    ridge: float = 0.02  # inverse strength of the penalty on the weights of words
    trees: int = 200
    depth: int = 6
    rate: float = 0.08
    columns: float = 0.3  # share of the features that a level may choose from
    words_cap: int = 80  # a block weighs min(words, cap) ** power, less on long pages
    words_power: float = 0.7
    page_power: float = 0.0
    furniture: float = 0.0  # weight of titles and repeats as furniture, in blocks of furniture
    seed: int = 1


def folds_of(sites: NDArray[np.str_]) -> NDArray[np.int64]:
    """Give each block the fold of its site: all pages of a site are in one fold."""
    known = {site: int(sha256(site.encode()).hexdigest(), 16) % FOLDS for site in np.unique(sites).tolist()}
    return np.array([known[site] for site in sites.tolist()])


class Corpus:
    """Labelled pages with what is counted once: words of lines and of paths, bins of length, weights of blocks."""

    def __init__(
        self, data: Labelled, settings: Settings, lists: dict[str, Any], plain: "Corpus | None" = None
    ) -> None:
        self.data, self.settings, self.lists = data, settings, lists
        self.plain, self._lexicons = plain, dict[frozenset[int], Lexicon]()
        self.folds = folds_of(data.sites)
        self.target = (data.labels == "c").astype(np.int64)
        scored = np.where(np.isin(data.labels, ["t", "d"]), settings.furniture, np.isin(data.labels, ["c", "b"]))
        of = np.repeat(np.arange(len(data.pages)), [len(page.blocks) for page in data.pages])
        size = np.bincount(of, data.words)[of]
        self.weights = np.minimum(data.words, settings.words_cap) ** settings.words_power * scored
        self.weights /= np.maximum(size, 50) ** settings.page_power
        self.weights /= self.weights[self.weights > 0].mean()
        self.site_codes = np.unique(data.sites, return_inverse=True)[1]
        read = glyphs.read(data.blocks["text"])
        if plain is None:
            names = words_in(data.blocks["text"])
            foreign = foreign_words(lists["linemodel/stopwords.toml"])
            names = {key: word for key, word in names.items() if word not in foreign}
            self.words, self.word_list = self._matrix(read.rows, read.keys, names)
        lengths = np.digitize(data.words, LENGTHS) * 2 + (read.last == CLASS["end"])
        self.bins = sparse.csr_matrix((np.ones(len(lengths)), (np.arange(len(lengths)), lengths)))
        self.path_words = self._path_matrices() if plain is not None else []

    def _matrix(
        self, rows: NDArray[np.int64], keys: NDArray[np.uint64], words: dict[int, str]
    ) -> tuple[sparse.csr_matrix, list[str]]:
        """Say which rows have which words, for words that enough sites have."""
        distinct, number = np.unique(keys, return_inverse=True)
        on = np.unique(np.stack([number, self.site_codes[rows]]), axis=1)
        common = np.bincount(on[0], minlength=len(distinct)) >= self.settings.min_sites
        named = np.array([key in words for key in distinct.tolist()])
        place = np.cumsum(common & named) - 1
        used = (common & named)[number]
        shape = (len(self.target), int((common & named).sum()))
        matrix = sparse.csr_matrix((np.ones(used.sum()), (rows[used], place[number[used]])), shape)
        matrix.data[:] = 1
        return matrix, [words[key] for key in distinct[common & named].tolist()]

    def _path_matrices(self) -> list[tuple[sparse.csr_matrix, list[str]]]:
        codes = self.data.blocks["path"].dictionary_encode()
        code = codes.indices.to_numpy()
        found = []
        for texts in (codes.dictionary, pc.replace_substring_regex(codes.dictionary, LAST_TWO, r"\1")):
            read = glyphs.read(paths.parted(texts))
            rows, keys = read.rows, read.keys
            of_path = sparse.csr_matrix((np.ones(len(rows)), (rows, np.arange(len(rows)))), (len(texts), len(rows)))
            spread = of_path[code].tocoo()
            found.append(self._matrix(spread.row.astype(np.int64), keys[spread.col], words_in(paths.parted(texts))))
        return found

    def lexicon(self, folds: frozenset[int]) -> Lexicon:
        """Weigh words on the blocks of some folds; words of the text on the plain pages, if those are given."""
        if folds not in self._lexicons:
            self._lexicons[folds] = self._lexicon(np.isin(self.folds, list(folds)), folds)
        return self._lexicons[folds]

    def _lexicon(self, rows: NDArray[np.bool_], folds: frozenset[int]) -> Lexicon:
        if self.plain is None:
            weights = (self._weigh([self.words], rows), *(self._weigh_border(rows, side) for side in (1, 0)))
            return Lexicon(dict(zip(self.word_list, zip(*weights, strict=True), strict=True)), {}, {})
        (outer, outer_list), (inner, inner_list) = self.path_words
        weights = self._weigh([outer, inner], rows)
        both = (zip(outer_list, weights, strict=False), zip(inner_list, weights[len(outer_list) :], strict=True))
        return Lexicon(self.plain.lexicon(folds).words, *map(dict, both))

    def _weigh(self, matrices: Sequence[sparse.csr_matrix], rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        table = sparse.hstack([*matrices, self.bins]).tocsr()
        used = np.flatnonzero(rows & (self.weights > 0))
        fit = LogisticRegression(C=self.settings.ridge, max_iter=80)
        fit.fit(table[used], self.target[used], sample_weight=self.weights[used])
        return np.asarray(fit.coef_[0][: sum(matrix.shape[1] for matrix in matrices)])

    def _weigh_border(self, rows: NDArray[np.bool_], side: int) -> NDArray[np.float64]:
        """Weigh the words of short lines for what is found in the ten lines above (side 0) or below (side 1)."""
        pages = pages_of(self.data.blocks["doc"])
        scored = np.where(self.weights > 0, self.data.words, 0)
        mass = windows(scored, BORDER, pages)[side]
        share = windows(scored * self.target, BORDER, pages)[side] / np.maximum(mass, 1)
        used = np.flatnonzero(rows & (self.data.words <= SHORT_WORDS) & (mass > 0))
        at = (np.arange(len(rows)) - pages.starts[pages.of]) * 10 // (pages.ends - pages.starts)[pages.of]
        place = sparse.csr_matrix((np.ones(len(at)), (np.arange(len(at)), at)))
        table = sparse.hstack([self.words, self.bins, place]).tocsr()[used]
        weight = np.minimum(mass[used], 200) ** 0.5
        fit = LogisticRegression(C=self.settings.ridge, max_iter=80)
        both = np.concatenate([weight * share[used], weight * (1 - share[used])])
        answer = np.repeat([1, 0], len(used))
        fit.fit(sparse.vstack([table, table]).tocsr(), answer, sample_weight=both / both.mean())
        return np.asarray(fit.coef_[0][: self.words.shape[1]])

    def features(self, lexicon: Lexicon) -> NDArray[np.float32]:
        """Describe all blocks with the weights of a lexicon."""
        return features.features(self.data.blocks, features.parse(files_of(lexicon, self.lists)))

    def cross_fitted(self, folds: frozenset[int]) -> NDArray[np.float32]:
        """Describe all blocks: those of `folds` by words weighed on the other ones of them, the rest by all of them."""
        table = self.features(self.lexicon(folds))
        for fold in folds:
            own = self.folds == fold
            table[own] = self.features(self.lexicon(folds - {fold}))[own]
        return table

    def forest(self, table: NDArray[np.float32], rows: NDArray[np.bool_], columns: Sequence[str]) -> Forest:
        """Fit the trees on some blocks, on the features named."""
        s = self.settings
        place = [features.FEATURES.index(name) for name in columns]
        used = np.flatnonzero(rows & (self.weights > 0))
        model = CatBoostClassifier(
            iterations=s.trees, depth=s.depth, learning_rate=s.rate, rsm=s.columns, l2_leaf_reg=6, border_count=64,
            thread_count=1, verbose=0, random_seed=s.seed, allow_writing_files=False,
        )  # fmt: skip
        shown, blanked = table[used][:, place], used[self.site_codes[used] % BLANKED == 0]
        unknown = table[blanked][:, place]
        unknown[:, [is_lexical(name) for name in columns]] = 0
        both = np.concatenate([used, blanked])
        model.fit(np.concatenate([shown, unknown]), self.target[both], sample_weight=self.weights[both])
        return read_forest(model, columns)


def read_forest(model: CatBoostClassifier, columns: Sequence[str]) -> Forest:
    """Read the trees out of a fitted model."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        table = json.loads(path.read_text("utf-8"))
    return Forest(tuple(tree_of(*_row_of(tree, columns)) for tree in table["oblivious_trees"]),
                  float(table["scale_and_bias"][0]), float(table["scale_and_bias"][1][0]))  # fmt: skip


def _row_of(tree: dict[str, Any], columns: Sequence[str]) -> tuple[str, str]:
    """Write a tree as a row of the rule files: its questions and its leaves in thousandths."""
    asked = (f"{columns[s['float_feature_index']]}>{np.float32(s['border'])!s}" for s in tree["splits"])
    return " ".join(asked), " ".join(str(round(1000 * leaf)) for leaf in tree["leaf_values"])


def logits(table: NDArray[np.float32], forest: Forest) -> NDArray[np.float64]:
    """Give the sum of the trees as the fitted model would."""
    return forest.scale * linemodel.total(table, forest.trees) / 1000 + forest.bias


def calibrated(
    sums: NDArray[np.float64], target: NDArray[np.int64], weights: NDArray[np.float64]
) -> tuple[float, float]:
    """Fit the line that makes calibrated logits of sums that were found on unseen sites (Platt 1999)."""
    fit = LogisticRegression(C=1e6).fit(sums[:, None], target, sample_weight=weights)
    return float(fit.coef_[0, 0]), float(fit.intercept_[0])
