"""Weigh how likely each block is the article's, by what was learnt from labelled pages, and choose the likeliest page.

The model is a sum of small trees over the measures of `features`. All nodes of one level of a tree ask the same
question (Kohavi 1994, oblivious trees), so that a tree is a few comparisons of whole columns and one look-up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.lift import RuleError, RuleFiles, refuse_unknown
from pipeline.linemodel import features
from pipeline.linemodel.measures import Columns
from pipeline.linemodel.surroundings import Pages, pages_of

Floats = NDArray[np.float32]


class Tree(NamedTuple):
    """Questions, and a leaf for each set of answers: the n-th question, answered with yes, counts 2 ** n."""

    columns: tuple[int, ...]  # columns of `features`
    borders: tuple[np.float32, ...]  # is the column's value above it?
    leaves: NDArray[np.int32]  # thousandths of a logit


class Forest(NamedTuple):
    """A sum of trees, and the line that makes a calibrated logit of the sum: scale * sum + bias."""

    trees: tuple[Tree, ...]
    scale: float
    bias: float


@dataclass(frozen=True)
class Calibration:
    """How to read the sums of the trees: see `Forest`."""

    plain_scale: float
    plain_bias: float
    html_scale: float
    html_bias: float


@dataclass(frozen=True)
class Decoding:
    """How to choose labels: what a change between neighbours costs (logits), and from where on a block is content."""

    change: float
    threshold: float


@dataclass(frozen=True)
class Model:
    """All that was learnt: words, a forest for plain text and one for HTML, and how to decide."""

    rules: features.Rules
    plain: Forest
    html: Forest
    decoding: Decoding


_THOUSANDTHS = 1000


def parse(files: RuleFiles) -> Model:
    """Read the folder linemodel/ of the rules.

    Raises:
        RuleError: a tree asks for a feature that is not there, or has a leaf too many or too few.
    """
    table = files["linemodel/model.toml"]
    refuse_unknown("linemodel/model.toml", table, ["version", "calibration", "decoding"])
    calibration: Calibration = _fields("calibration", table, Calibration)
    return Model(
        features.parse(files),
        Forest(_trees("plain_trees.tsv", files), calibration.plain_scale, calibration.plain_bias),
        Forest(_trees("html_trees.tsv", files), calibration.html_scale, calibration.html_bias),
        _fields("decoding", table, Decoding),
    )


def _fields(name: str, table: Mapping[str, Any], kind: type[Any]) -> Any:
    known = [field.name for field in fields(kind)]
    refuse_unknown(f"linemodel/model.toml [{name}]", table[name], known)
    if missing := sorted(set(known) - set(table[name])):
        raise RuleError(f"linemodel/model.toml [{name}]: {', '.join(missing)} missing")
    return kind(**table[name])


def _trees(name: str, files: RuleFiles) -> tuple[Tree, ...]:
    rows: Iterable[Mapping[str, str]] = files[f"linemodel/{name}"]
    try:
        return tuple(tree_of(row["questions"], row["leaves"]) for row in rows)
    except ValueError as error:
        raise RuleError(f"linemodel/{name}: {error}") from None


def tree_of(questions: str, leaves: str) -> Tree:
    """Read a tree.

    >>> tree_of("words>12.5 links>0.3", "-20 35 -40 -10").leaves
    array([-20,  35, -40, -10], dtype=int32)

    Raises:
        ValueError: the tree is not whole, or asks for what is not measured.
    """
    asked = [question.split(">") for question in questions.split()]
    values = np.array(leaves.split(), np.int32)
    if len(values) != 2 ** len(asked):
        raise ValueError(f"{len(asked)} questions want {2 ** len(asked)} leaves, not {len(values)}")
    columns = tuple(features.FEATURES.index(name) for name, _ in asked)
    return Tree(columns, tuple(np.float32(border) for _, border in asked), values)


class Weighed(NamedTuple):
    """Evidence on each block of a batch: the logit of its being the article's, and the measures that it rests on."""

    logits: Floats
    measures: Columns


def weigh(blocks: pa.RecordBatch, model: Model) -> Weighed:
    """Weigh how likely each block belongs to the article; the batch (schema BLOCKS) holds whole documents.

    A page's figures do not depend on the batch that it stands in.
    """
    measures = features.measured(blocks, model.rules)
    table = features.table_of(measures)
    html = pc.not_equal(blocks["path"], "").to_numpy(zero_copy_only=False)
    if not html.any():
        return Weighed(logits(table, model.plain), measures)
    if html.all():
        return Weighed(logits(table, model.html), measures)
    return Weighed(np.where(html, logits(table, model.html), logits(table, model.plain)), measures)


def logits(table: Floats, forest: Forest) -> Floats:
    """Turn features (a row for each block) into calibrated logits."""
    return (forest.scale * total(table, forest.trees) / _THOUSANDTHS + forest.bias).astype(np.float32)


def total(table: Floats, trees: Iterable[Tree]) -> NDArray[np.int32]:
    """Sum the leaves that each row of features falls into, in whole thousandths: exact in any order."""
    found = np.zeros(len(table), np.int32)
    leaf, above = np.empty(len(table), np.uint8), np.empty(len(table), np.bool_)
    for tree in trees:
        leaf.fill(0)
        # The last question's answer is the highest bit: each further answer moves those before it up by one.
        for column, border in zip(reversed(tree.columns), reversed(tree.borders), strict=True):
            np.greater(table[:, column], border, out=above)
            np.add(leaf, leaf, out=leaf)
            np.add(leaf, above.view(np.uint8), out=leaf)
        found += tree.leaves[leaf]
    return found


def decode(logits: Floats, documents: pa.Array, decoding: Decoding) -> NDArray[np.bool_]:
    """Choose the likeliest labels for each page as a whole (Viterbi 1967): True is content.

    A block's label follows its own evidence unless that is near the threshold and its neighbours' labels are plain.

    >>> pages = pa.array(["a", "a", "a", "b"])
    >>> decode(np.array([2.0, -0.6, 2.0, -0.6], np.float32), pages, Decoding(change=0.5, threshold=0.4))
    array([ True,  True,  True, False])
    """
    pages = pages_of(documents)
    logit = logits.astype(np.float64) - np.log(decoding.threshold / (1 - decoding.threshold))
    change = round(_THOUSANDTHS * decoding.change)
    lead = _leads(np.rint(_THOUSANDTHS * logit).astype(np.int64), pages, change)
    # At a page's end the better label wins; before it, a lead that no change could make up for decides, and else
    # the label of the next block holds here too.
    decided = np.abs(lead) > change
    decided[pages.ends - 1] = True
    at = np.where(decided, np.arange(len(lead)), len(lead))
    return np.asarray(lead[np.minimum.accumulate(at[::-1])[::-1]] > 0)


def _leads(evidence: NDArray[np.int64], pages: Pages, change: int) -> NDArray[np.int64]:
    """Give the lead, at each row, of the best labels that end in content over the best that end in furniture.

    A lead is the one above, held within the cost of a change, plus the row's evidence. Such a step, clip(x, low, high)
    + add, is of the same form when it follows another: steps are joined two by two, in as many rounds as the longest
    page takes to halve to one.
    """
    low, high, add = np.full_like(evidence, -change), np.full_like(evidence, change), evidence.copy()
    low[pages.starts], high[pages.starts] = 0, 0
    above = np.arange(len(evidence)) - pages.starts[pages.of]
    reach = 1
    while reach <= above.max(initial=0):
        rows = np.flatnonzero(above >= reach)
        first, then = rows - reach, rows
        bottom, top = low[then] - add[first], high[then] - add[first]
        joined = np.clip(low[first], bottom, top), np.clip(high[first], bottom, top), add[first] + add[then]
        low[rows], high[rows], add[rows] = joined
        reach *= 2
    return low + add
