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
from fitting import ALL, FOLDS, Corpus, Settings, calibrated, files_of, logits
from labelled import as_columns, read_html, read_plain

from pipeline import features
from pipeline.linemodel import Forest

RULES = Path(__file__).resolve().parents[2] / "pipeline" / "rules" / "linemodel"
NOTE = "# Written by benchmarks/boilerplate/train.py: do not edit.\n"
PLAIN = Settings()
HTML = Settings()
# From where on a block is kept: chosen for content lost under .03 in plain text.
THRESHOLD = {"plain": 0.4, "html": 0.4}


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
        lines = (
            (
                " ".join(
                    f"{features.FEATURES[column]}>{border!s}"
                    for column, border in zip(tree.columns, tree.borders, strict=True)
                ),
                " ".join(map(str, tree.leaves.tolist())),
            )
            for tree in forest.trees
        )
        write_table(folder / f"{name}_trees.tsv", ("questions", "leaves"), lines)
        numbers += [f"{name}_scale = {scale:.4f}\n", f"{name}_bias = {bias:.4f}\n"]
    (folder / "model.toml").write_text(
        NOTE + "version = 1\n\n[calibration]\n" + "".join(numbers) + "\n[decoding]\nchange = 0.5\nthreshold = 0.4\n",
        "utf-8",
    )


def write_table(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table of rules."""
    lines = ["\t".join(row) for row in (head, *rows)]
    path.write_text(NOTE + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
