"""Describe each block of a batch by numbers that a model of line roles can learn from: its words, shape and place.

Nothing here judges. All figures are of the block and its own page, and are made for the whole batch at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.lift import RuleError, RuleFiles, refuse_unknown
from pipeline.linemodel import glyphs, measures, paths
from pipeline.linemodel.measures import Columns
from pipeline.linemodel.surroundings import Bools, pages_of

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
    opens: NDArray[np.float64]  # the same for what follows a short line that has the word
    closes: NDArray[np.float64]  # and for what goes before it
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
        weights = dict.fromkeys([*sorted(stops), *marks], (0.0, 0.0, 0.0))
        weights |= {row["word"]: _weights(row, "weight", "opens", "closes") for row in files["linemodel/words.tsv"]}
        tokens = {row["word"]: _weights(row, "outer", "inner") for row in files["linemodel/path_words.tsv"]}
        keys, path_keys = pa.array(glyphs.keys_of(list(weights))), pa.array(glyphs.keys_of(list(tokens)))
    except (KeyError, ValueError) as error:
        raise RuleError(f"linemodel: {error}") from None
    stop = np.array([word in stops for word in weights], np.bool_)
    part = np.array([measures.PARTS.index(marks[word]) if word in marks else -1 for word in weights])
    content, opens, closes = np.array(list(weights.values())).T.copy()
    outer, inner = np.array(list(tokens.values()) or np.zeros((0, 2))).T.copy()
    return Rules(keys, content, opens, closes, stop, part, paths.Weights(path_keys, outer, inner))


def _weights(row: Mapping[str, str], *names: str) -> tuple[float, ...]:
    return tuple(int(row[name]) / _HUNDREDTHS for name in names)


def features(blocks: pa.RecordBatch, rules: Rules) -> Floats:
    """Describe the blocks of whole documents (schema BLOCKS): a row for each, the columns named in FEATURES.

    Chinese and Japanese text counts two characters as a word.
    """
    return table_of(measured(blocks, rules))


def table_of(columns: Columns) -> Floats:
    """Lay measures side by side: a row for each block, the columns named in FEATURES."""
    # Each column contiguous in memory: models read them one by one.
    table = np.zeros((len(FEATURES), len(columns["words"])), np.float32)
    for i, name in enumerate(FEATURES if paths.FEATURES[0] in columns else PLAIN):
        table[i] = columns[name]
    return table.T


def measured(blocks: pa.RecordBatch, rules: Rules) -> Columns:
    """Take all measures of a batch; those of HTML only where a block has a path."""
    read, pages = glyphs.read(blocks["text"]), pages_of(blocks["doc"])
    # Words that are not known have the last place, which index -1 finds.
    found = pc.index_in(pa.array(read.keys), value_set=rules.keys).fill_null(-1).to_numpy()
    stops = np.append(rules.stops, np.False_)[found]
    opens, closes = np.append(rules.opens, 0)[found], np.append(rules.closes, 0)[found]
    columns = measures.shape(read, measures.repeats(blocks["text"], pages))
    columns |= measures.lexical(read, stops, np.append(rules.weights, 0)[found], found >= 0)
    running = measures.prose(columns)
    columns |= measures.place(columns, running, pages) | measures.around(columns, running, pages)
    columns |= measures.parts(read, np.append(rules.markers, -1)[found], columns, pages)
    columns |= measures.borders(read, opens, closes, columns, pages)
    columns |= measures.topic(read, stops, columns, running, pages)
    if pc.any(pc.not_equal(blocks["path"], "")).as_py():
        columns |= paths.measure(blocks, columns, running, pages, rules.paths)
    return columns
