"""Learn the line model from the labelled pages and write it to pipeline/rules/linemodel/.

    pip install catboost scikit-learn scipy
    python benchmarks/boilerplate/train.py ../shared/bench/boilerplate

It takes about fifteen minutes on one core. The same data and versions give the same files.
"""

import argparse
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from fitting import ALL, FOLDS, Corpus, Settings, calibrated, logits
from labelled import as_columns, read_html, read_plain
from lexicon import files_of

from pipeline.linemodel import Decoding, Forest, Tree, features

RULES = Path(__file__).resolve().parents[2] / "pipeline" / "rules" / "linemodel"
NOTE = "# Written by benchmarks/boilerplate/train.py: do not edit.\n"
PLAIN = Settings()
HTML = Settings(page_power=0.3, furniture=0.3)
# Chosen by cross-validation on plain text: with it less than .03 of the content is lost, and the F1 is nearly the best.
DECODING = Decoding(change=0.2, threshold=0.4)


def main() -> None:
    """Train, and write what was learnt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with wet_dev.jsonl.gz and html_dev.jsonl.gz")
    parser.add_argument("--rules", type=Path, default=RULES, help="folder to write to")
    given = parser.parse_args()
    lists = word_lists()
    plain = Corpus(as_columns(read_plain(given.data)), PLAIN, lists)
    html = Corpus(as_columns(read_html(given.data)), HTML, lists, plain)
    ways = {"plain": learn(plain, features.PLAIN), "html": learn(html, features.FEATURES)}
    write(given.rules, html, ways)


def word_lists() -> dict[str, Any]:
    """Read the lists of words that were made by hand."""
    return {
        f"linemodel/{name}": tomllib.loads((RULES / name).read_text("utf-8"))
        for name in ("stopwords.toml", "markers.toml")
    }


def learn(corpus: Corpus, columns: Sequence[str]) -> tuple[Forest, float, float]:
    """Fit trees on all pages; calibrate them on sums that other sites' trees gave."""
    everything = np.ones(len(corpus.target), np.bool_)
    table = corpus.cross_fitted(ALL)
    sums = np.zeros(len(table))
    for fold in range(FOLDS):
        left_out = corpus.folds == fold
        sums[left_out] = logits(table[left_out], corpus.forest(table, ~left_out, columns))
    scored = corpus.weights > 0
    scale, bias = calibrated(sums[scored], corpus.target[scored], corpus.weights[scored])
    forest = corpus.forest(table, everything, columns)
    return forest, forest.scale * scale, forest.bias * scale + bias


def write(folder: Path, html: Corpus, ways: dict[str, tuple[Forest, float, float]]) -> None:
    """Write words, trees and calibration."""
    files = files_of(html.lexicon(ALL), {})
    for name, rows in files.items():
        if name.endswith(".tsv"):
            write_table(folder / Path(name).name, tuple(rows[0]), (tuple(row.values()) for row in rows))
    numbers = []
    for name, (forest, scale, bias) in ways.items():
        write_table(folder / f"{name}_trees.tsv", ("questions", "leaves"), map(row_of, forest.trees))
        numbers += [f"{name}_scale = {scale:.4f}", f"{name}_bias = {bias:.4f}"]
    decoding = [f"change = {DECODING.change}", f"threshold = {DECODING.threshold}"]
    lines = ["version = 1", "", "[calibration]", *numbers, "", "[decoding]", *decoding]
    (folder / "model.toml").write_text(NOTE + "\n".join(lines) + "\n", "utf-8")


def row_of(tree: Tree) -> tuple[str, str]:
    """Write a tree as `linemodel.tree_of` reads it."""
    asked = zip(tree.columns, tree.borders, strict=True)
    questions = " ".join(f"{features.FEATURES[column]}>{border!s}" for column, border in asked)
    return questions, " ".join(map(str, tree.leaves.tolist()))


def write_table(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table of rules."""
    lines = ["\t".join(row) for row in (head, *rows)]
    path.write_text(NOTE + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
