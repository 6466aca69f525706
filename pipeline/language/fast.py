"""The back end `fast`: py3langid's model, walked by numpy over all bytes at once, and summed in whole numbers.

The model is a naive Bayes classifier over some 100,000 sequences of bytes, found by an automaton (Lui and Baldwin,
langid.py, 2012; retrained for py3langid 0.4). Labels and probabilities are the library's own; what differs is how they
are computed. Each sum is of whole numbers below 2**53, so it is the same on every processor, in whatever order it adds.
"""

import math
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from py3langid import langid, modelio

from pipeline.language.rules import Rules, Writing

# The model's logarithms are of half precision and between 2 and 16 in size: times 512 they are whole numbers.
_MODEL_UNIT = 512
# Logarithms of counts and of the languages' own frequencies are rounded to this; it moves no probability by 0.0001.
_COUNT_UNIT = 4096
# No UTF-8 has this byte and no sequence of the model: it leads back to the first state.
_OUTSIDE = b"\xff"

# Less than this below the best, as a logarithm, and a language takes no part.
_NEGLIGIBLE = -20

# A character that only one of these can write belongs to one way of writing Chinese; py3langid knows but one.
_HAN = {"zh-Hans": "gb2312", "zh-Hant": "big5"}
_IDEOGRAPHS = range(0x4E00, 0xA000)


def most_likely(text: str, writing: Writing, rules: Rules) -> tuple[str | None, float]:
    """Name the likeliest of the writing's languages that the model knows, and its probability among them."""
    if _HAN.keys() <= {*writing.languages}:
        return _most_likely_han(text)
    columns = _columns(writing, rules.tags, rules.rare_weight)
    encoded = unicodedata.normalize("NFC", text).encode("utf-8", errors="surrogatepass")
    features, counts = np.unique(_features(encoded), return_counts=True)
    if not columns.tags or not len(features):
        return None, 0.0
    weights = np.rint(np.log1p(counts) * _COUNT_UNIT)
    sums = weights @ columns.likelihoods.take(features, axis=0).astype(np.float64) + columns.priors
    # As py3langid does: the root of the length keeps the probabilities of long texts from running to 0 and 1.
    scale = _MODEL_UNIT * _COUNT_UNIT * math.sqrt(len(encoded))
    sums -= sums.max()
    weighed: dict[str, float] = {}
    for column in np.flatnonzero(sums > _NEGLIGIBLE * scale).tolist():
        tag, weight = columns.tags[column], columns.weights[column]
        weighed[tag] = weighed.get(tag, 0.0) + weight * math.exp(sums[column] / scale)
    best = max(weighed, key=weighed.__getitem__)
    return best, weighed[best] / sum(weighed.values())


def recognition(text: str) -> float:
    """Tell how clearly a text is of one language, whichever: in natural logarithms, against the mean of all.

    Of two readings of the same bytes, the right one is recognised more clearly.
    """
    model = _model()
    features, counts = np.unique(_features(text.encode("utf-8", errors="surrogatepass")), return_counts=True)
    told = model.likelihoods.take(features, axis=0).astype(np.int64)
    columns = told.shape[1]
    sums = np.rint(np.log1p(counts) * _COUNT_UNIT).astype(np.int64) @ (told * columns - told.sum(axis=1, keepdims=True))
    return float(sums.max() / (columns * _MODEL_UNIT * _COUNT_UNIT))


@dataclass(frozen=True, eq=False)
class _Model:
    """py3langid's automaton and its table of sequences by languages.

    `following` gives the state after a byte; a state's row in it begins at `rows`. `pairs` gives the state after the
    first two bytes. The sequence that ends in a state is `sequences`, -1 for none. No state hangs on more than the last
    `depth` bytes.
    """

    following: npt.NDArray[np.uint32]
    rows: npt.NDArray[np.intp]
    pairs: npt.NDArray[np.uint32]
    sequences: npt.NDArray[np.int32]
    depth: int
    likelihoods: npt.NDArray[np.int16]
    priors: npt.NDArray[np.float64]
    labels: tuple[str, ...]


@cache
def _model() -> _Model:
    """Load the model once a process, in a second."""
    likelihoods, priors, labels, following, rows, sequences = modelio.load_model(langid.MODEL_DIR / langid.MODEL_FILE)
    states = np.frombuffer(following, dtype=f"u{following.itemsize}").astype(np.uint32, copy=False)
    starts = np.asarray(rows, dtype=np.intp) * 256
    return _Model(
        following=states,
        rows=starts,
        pairs=states[starts[states[starts[0] : starts[0] + 256]][:, None] + np.arange(256)].ravel(),
        sequences=np.asarray(sequences, dtype=np.int32),
        depth=_depth(states, starts),
        likelihoods=np.rint(likelihoods.astype(np.float32) * _MODEL_UNIT).astype(np.int16),
        priors=np.rint(priors.astype(np.float64) * _MODEL_UNIT * _COUNT_UNIT),
        labels=tuple(labels),
    )


def _depth(following: npt.NDArray[np.uint32], rows: npt.NDArray[np.intp]) -> int:
    """Count the bytes of the longest way from the first state to another: the length of the longest sequence."""
    seen = np.zeros(len(rows), dtype=bool)
    seen[0] = True
    edge, depth = np.zeros(1, dtype=np.intp), 0
    while len(edge):
        reached = np.zeros(len(rows), dtype=bool)
        reached[following.reshape(-1, 256)[rows[edge] // 256]] = True
        edge = np.flatnonzero(reached & ~seen)
        seen |= reached
        depth += bool(len(edge))
    return depth


def _features(data: bytes) -> npt.NDArray[np.int32]:
    """Give the sequence that ends at each byte, where one does.

    A walk from the first state over the last `depth` bytes ends where a walk over all of them would, so all bytes'
    walks go side by side.
    """
    model = _model()
    read = np.frombuffer(_OUTSIDE * (model.depth - 1) + data, dtype=np.uint8).astype(np.intp)
    states = model.pairs.take(read[: len(data)] * 256 + read[1 : len(data) + 1])
    for step in range(2, model.depth):
        states = model.following.take(model.rows.take(states) + read[step : len(data) + step])
    found = model.sequences.take(states)
    return found[found >= 0]


@dataclass(frozen=True, eq=False)
class _Columns:
    """The model's columns of one writing's languages; several may have the same tag."""

    tags: tuple[str, ...]
    weights: tuple[float, ...]
    likelihoods: npt.NDArray[np.int16]
    priors: npt.NDArray[np.float64]


@cache
def _columns(writing: Writing, tags: tuple[tuple[str, str], ...], rare_weight: float) -> _Columns:
    model, renamed = _model(), dict(tags)
    named = [renamed.get(label, label) for label in model.labels]
    asked = {*writing.languages, *writing.rare}
    own = [column for column, tag in enumerate(named) if tag in asked]
    return _Columns(
        tags=tuple(named[column] for column in own),
        weights=tuple(1.0 if named[column] in writing.languages else rare_weight for column in own),
        likelihoods=np.ascontiguousarray(model.likelihoods[:, own]),
        priors=model.priors[own],
    )


def _most_likely_han(text: str) -> tuple[str | None, float]:
    """Name the way of writing Chinese, and its share of the characters that only one way has."""
    marks = {tag: sum(text.count(letter) for letter in set(text) & own) for tag, own in _marks().items()}
    total = sum(marks.values())
    best = max(marks, key=marks.__getitem__)
    return (best, marks[best] / total) if total else (None, 0.0)


@cache
def _marks() -> dict[str, frozenset[str]]:
    written = {
        tag: frozenset(char for char in map(chr, _IDEOGRAPHS) if char.encode(codec, errors="ignore"))
        for tag, codec in _HAN.items()
    }
    simplified, traditional = written.values()
    return dict(zip(written, (simplified - traditional, traditional - simplified), strict=True))
