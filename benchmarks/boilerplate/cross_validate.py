"""Measure the line model on sites that it was not trained on: five folds of sites, each predicted by the other four.

    python benchmarks/boilerplate/cross_validate.py ../shared/bench/boilerplate plain --out predictions
    python ../shared/bench/boilerplate/score_boilerplate.py --by source GOLD predictions/plain.jsonl

Words, trees and all that is counted come from training sites alone. `--share` trains on a part of the training sites
(for a learning curve); `--by` prints a row for each source or language.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from fitting import ALL, FOLDS, Corpus, logits
from labelled import Labelled, LabelledPage, as_columns, read_html, read_plain
from numpy.typing import NDArray
from train import DECODING, HTML, PLAIN, word_lists

from pipeline.linemodel import decode, features

Keep = NDArray[np.bool_]


def main() -> None:
    """Predict every page, write the predictions, print the figures by line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with wet_dev.jsonl.gz and html_dev.jsonl.gz")
    parser.add_argument("kind", choices=["plain", "html"])
    parser.add_argument("--out", type=Path, help="folder for predictions, a line a page: id, keep, text")
    parser.add_argument("--share", type=float, default=1.0, help="share of the training sites to use")
    parser.add_argument("--by", choices=["source", "lang"], default="source")
    given = parser.parse_args()
    corpus = _corpus(given.data, given.kind)
    _restrict(corpus, given.share)
    probabilities = out_of_fold(corpus, features.PLAIN if given.kind == "plain" else features.FEATURES)
    keep = decode(probabilities, corpus.data.blocks["doc"], DECODING)
    print_table(corpus.data, keep, lambda page: getattr(page, given.by))
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps(row, ensure_ascii=False) for row in predictions(corpus.data, keep)]
        (given.out / f"{given.kind}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
        np.save(given.out / f"{given.kind}.npy", probabilities)


def out_of_fold(corpus: Corpus, columns: Sequence[str]) -> NDArray[np.float32]:
    """Give each block the probability that trees and words of other sites' pages give it."""
    found = np.zeros(len(corpus.target), np.float32)
    for fold in range(FOLDS):
        training = ALL - {fold}
        table = corpus.cross_fitted(training)
        left_out = corpus.folds == fold
        sums = logits(table[left_out], corpus.forest(table, ~left_out, columns))
        found[left_out] = 1 / (1 + np.exp(-sums))
    return found


def print_table(data: Labelled, keep: Keep, group: Callable[[LabelledPage], str]) -> None:
    """Print precision, recall and F1 in words, and what was kept and lost, for all pages and for groups of them."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    first = 0
    for page in data.pages:
        rows = slice(first, first + len(page.blocks))
        first = rows.stop
        words, content, furniture = data.words[rows], data.labels[rows] == "c", data.labels[rows] == "b"
        row = [1, *(int(words[mask].sum()) for mask in
                    (content, furniture, content & keep[rows], furniture & keep[rows]))]  # fmt: skip
        for name in ("all", group(page)):
            counts[name] = [a + b for a, b in zip(counts[name], row, strict=True)]
    print(f"{'pages':16}{'n':>5} {'P':>6} {'R':>6} {'F1':>6} {'furniture kept':>15} {'content lost':>13}")
    for name, (pages, content, furniture, kept, wrong) in sorted(counts.items(), key=lambda item: -item[1][0]):
        precision, recall = kept / max(1, kept + wrong), kept / max(1, content)
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        lost, left = 1 - recall, wrong / max(1, furniture)
        print(f"{name:16}{pages:5} {precision:6.4f} {recall:6.4f} {f1:6.4f} {left:15.4f} {lost:13.4f}")


def predictions(data: Labelled, keep: Keep) -> list[dict[str, Any]]:
    """Give each page's kept blocks as the scorer reads them: their numbers and their text."""
    found, first = [], 0
    for page in data.pages:
        own = keep[first : first + len(page.blocks)]
        first += len(page.blocks)
        kept = [int(i) for i in np.flatnonzero(own)]
        found.append({"id": page.id, "keep": kept, "text": "\n".join(page.blocks[i].text for i in kept)})
    return found


def _corpus(folder: Path, kind: str) -> Corpus:
    lists = word_lists()
    plain = Corpus(as_columns(read_plain(folder)), PLAIN, lists)
    return plain if kind == "plain" else Corpus(as_columns(read_html(folder)), HTML, lists, plain)


def _restrict(corpus: Corpus, share: float) -> None:
    """Leave sites out of training by giving their blocks no weight."""
    for one in filter(None, (corpus, corpus.plain)):
        part = {site: int(sha256(site.encode()).hexdigest()[:8], 16) / 2**32 for site in np.unique(one.data.sites)}
        one.weights = one.weights * np.array([part[site] < share for site in one.data.sites.tolist()])


if __name__ == "__main__":
    main()
