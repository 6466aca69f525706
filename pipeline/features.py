"""Describe each block of a batch by numbers that a model of line roles can learn from: its words, shape and place.

Nothing here judges. All figures are of the block and its own page, and are made for the whole batch at once.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline import glyphs, measures, paths
from pipeline.lift import RuleError, RuleFiles, refuse_unknown
from pipeline.measures import Columns
from pipeline.surroundings import Bools, pages_of

Floats = NDArray[np.float32]

# The columns of `features`, in order: those of any line, then those of HTML, which are 0 in plain text.
PLAIN: Final = measures.FEATURES
FEATURES: Final = (*PLAIN, *paths.FEATURES)

_LANGUAGES = ("ar", "cs", "da", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "sv", "tr", "zh")
_HUNDREDTHS = 100


@dataclass(frozen=True)
class Rules:
    """The words that lines are known by: stop words, and weights of words that tell content from furniture."""

    keys: pa.Array  # key of each word that is known
    weights: NDArray[np.float64]  # of the same words, in logits: above 0 speaks for content
    stops: Bools  # whether it is a stop word
    markers: NDArray[np.int64]  # number of its part of the page among measures.PARTS, -1 for none
    paths: paths.Weights


def parse(files: RuleFiles) -> Rules:
    """Read stopwords.toml, markers.toml, words.tsv and path_words.tsv of linemodel/; weights are hundredths of a logit.

    Raises:
        RuleError: a word is not one word, or a weight is no number.
    """
    table = files["linemodel/stopwords.toml"]
    refuse_unknown("linemodel/stopwords.toml", table, _LANGUAGES)
    stops = {word for words in table.values() for word in words.split()}
    refuse_unknown("linemodel/markers.toml", files["linemodel/markers.toml"], measures.PARTS)
    marks = {word: part for part, words in files["linemodel/markers.toml"].items() for word in words.split()}
    try:
        weights = dict.fromkeys([*sorted(stops), *marks], 0.0)
        weights |= {row["word"]: int(row["weight"]) / _HUNDREDTHS for row in files["linemodel/words.tsv"]}
        keys = pa.array(glyphs.keys_of(list(weights)))
        tokens = files["linemodel/path_words.tsv"]
        outer, inner = (np.array([int(row[name]) for row in tokens]) / _HUNDREDTHS for name in ("outer", "inner"))
        path_keys = pa.array(glyphs.keys_of([row["word"] for row in tokens]))
    except (KeyError, ValueError) as error:
        raise RuleError(f"linemodel: {error}") from None
    stop = np.array([word in stops for word in weights], np.bool_)
    part = np.array([measures.PARTS.index(marks[word]) if word in marks else -1 for word in weights])
    return Rules(keys, np.array(list(weights.values())), stop, part, paths.Weights(path_keys, outer, inner))


def features(blocks: pa.RecordBatch, rules: Rules) -> Floats:
    """Describe the blocks of whole documents (schema BLOCKS): a row for each, the columns named in FEATURES.

    Chinese and Japanese text counts two characters as a word.
    """
    read, pages = glyphs.read(blocks["text"]), pages_of(blocks["doc"])
    stops, weights, marks, known = _looked_up(read.keys, rules)
    columns = measures.shape(read, measures.repeats(blocks["text"], pages))
    columns |= measures.lexical(read, stops, weights, known)
    running = measures.prose(columns)
    columns |= measures.place(columns, running, pages) | measures.around(columns, running, pages)
    columns |= measures.parts(read, marks, columns, pages)
    columns |= measures.topic(read, stops, columns, running, pages)
    if pc.any(pc.not_equal(blocks["path"], "")).as_py():
        columns |= paths.measure(blocks, columns, running, pages, rules.paths)
    return _stacked(columns, len(blocks))


def _looked_up(keys: NDArray[np.uint64], rules: Rules) -> tuple[Bools, NDArray[np.float64], NDArray[np.int64], Bools]:
    """Look words up: is each a stop word, its weight, the part that it marks, is it known at all."""
    found = pc.index_in(pa.array(keys), value_set=rules.keys).fill_null(-1).to_numpy()
    # One more entry, at -1, stands for words that are not known.
    stops, weights = np.append(rules.stops, np.False_), np.append(rules.weights, 0)
    return stops[found], weights[found], np.append(rules.markers, -1)[found], found >= 0


def _stacked(columns: Columns, rows: int) -> Floats:
    """Put columns side by side, each contiguous in memory: models read them one by one."""
    table = np.zeros((len(FEATURES), rows), np.float32)
    for i, name in enumerate(FEATURES):
        if name in columns:
            table[i] = columns[name]
    return table.T
