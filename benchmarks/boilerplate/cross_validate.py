"""Measure the boilerplate stage on sites that its model was not trained on: five folds of sites, each judged by four.

    python benchmarks/boilerplate/cross_validate.py DATA plain --out predictions
    python DATA/score_boilerplate.py --by source DATA/wet_dev.jsonl.gz predictions/plain-all.jsonl

Words, trees and all that is counted come from training sites alone; of the shipped model only the calibration (a scale
and a bias) and the decoding are taken. What is kept is what `documents.text` would hold, less the headline. `--without`
takes evidence away: `--without model` leaves phrases and sites to decide; `--share` trains on a part of the training
sites, for a learning curve; `--models` keeps the folds' models, to judge again without training.
"""

import argparse
import dataclasses
import json
import pickle
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from fitting import ALL, FOLDS, Corpus, folds_of
from labelled import Labelled, LabelledPage, as_columns, read_html, read_plain
from lexicon import files_of
from numpy.typing import NDArray
from train import HTML, PLAIN, word_lists

from pipeline import rulebook
from pipeline.linemodel import Forest, Model, features
from pipeline.lines import levels
from pipeline.stages import boilerplate

Keep = NDArray[np.bool_]
TEXT_ROLES = ("kicker", "lead", "body", "heading", "list", "quote", "table")
EVIDENCE = ("model", "words", "site", "comments")
SILENT = 0.5  # a score of one half has no log-odds
KEEP_ALL = 1.0  # what is left to say of a line where the model is silent


def main() -> None:
    """Predict every page, write the predictions, print the figures by line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with wet_dev.jsonl.gz and html_dev.jsonl.gz")
    parser.add_argument("kind", choices=["plain", "html"])
    parser.add_argument("--out", type=Path, help="folder for predictions, a line a page: id, keep, text")
    parser.add_argument("--models", type=Path, help="folder to keep the folds' models in")
    parser.add_argument("--share", type=float, default=1.0, help="share of the training sites to use")
    parser.add_argument("--without", choices=EVIDENCE, action="append", default=[], help="evidence to take away")
    parser.add_argument("--by", choices=["source", "lang"], default="source")
    given = parser.parse_args()
    data = as_columns((read_plain if given.kind == "plain" else read_html)(given.data))
    models = fold_models(given.data, given.kind, given.share, given.models)
    keep = judged(data, models, given.without)
    print_table(data, keep, lambda page: getattr(page, given.by))
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        name = "-".join([given.kind, *(f"no-{name}" for name in given.without or ())] + ["all"] * (not given.without))
        lines = [json.dumps(row, ensure_ascii=False) for row in predictions(data, keep)]
        (given.out / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


def fold_models(data: Path, kind: str, share: float, kept: Path | None) -> list[Model]:
    """Train a model for each fold on the sites of the others, or take those that were kept."""
    place = kept / f"{kind}-{share}.pickle" if kept is not None else None
    if place is not None and place.is_file():
        return list(pickle.loads(place.read_bytes()))  # noqa: S301  # written by this program
    corpus = _corpus(data, kind)
    _restrict(corpus, share)
    models = [trained(corpus, ALL - {fold}, kind) for fold in range(FOLDS)]
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(pickle.dumps(models))
    return models


def trained(corpus: Corpus, folds: frozenset[int], kind: str) -> Model:
    """Train on some folds; trees for the other kind of page are left as they are."""
    shipped = rulebook.load().boilerplate.model
    table, rows = corpus.cross_fitted(folds), np.isin(corpus.folds, list(folds))
    forest = corpus.forest(table, rows, features.PLAIN if kind == "plain" else features.FEATURES)
    old: Forest = getattr(shipped, kind)
    sure = Forest(forest.trees, old.scale, old.bias)
    return dataclasses.replace(
        shipped, rules=features.parse(files_of(corpus.lexicon(folds), corpus.lists)), **{kind: sure}
    )


def judged(data: Labelled, models: Sequence[Model], without: Sequence[str]) -> Keep:
    """Say which blocks the stage puts into the article's text, each judged by the model that never saw its site."""
    rules = rulebook.load().boilerplate
    silent = {"words": ("phrase", "shape"), "site": ("site", "site_prose"), "comments": ("comments",)}
    off = {score: SILENT for name in without for score in silent.get(name, ())}
    rules = dataclasses.replace(rules, scores=dataclasses.replace(rules.scores, **off))
    sites, folds = sites_of(data, rules), folds_of(np.array([page.site for page in data.pages]))
    keep = np.zeros(len(data.blocks), np.bool_)
    first = np.cumsum([0, *(len(page.blocks) for page in data.pages)])
    for fold, model in enumerate(models):
        pages = np.flatnonzero(folds == fold)
        rows = np.concatenate([np.arange(first[page], first[page + 1]) for page in pages])
        used = model if "model" not in without else mute(model)
        verdicts = boilerplate.judge(data.blocks.take(pa.array(rows)), dataclasses.replace(rules, model=used), sites)
        roles = np.array(verdicts["role"].to_pylist())
        keep[rows] = verdicts["keep"].to_numpy(zero_copy_only=False) & ~np.isin(roles, ["title", "caption"])
    return keep


def mute(model: Model) -> Model:
    """Take away what was learnt: every line is the article's as long as nothing else speaks."""
    silent = Forest((), 1.0, KEEP_ALL)
    return dataclasses.replace(model, plain=silent, html=silent)


def sites_of(data: Labelled, rules: boilerplate.Rules) -> dict[str, boilerplate.Site]:
    """Learn from all pages of a site, labels unseen, which lines it repeats, as a run does."""
    shown: dict[str, Counter[str]] = defaultdict(Counter)
    pages = Counter(page.site for page in data.pages)
    levelled, first = levels(data.blocks["text"]).to_pylist(), 0
    for page in data.pages:
        shown[page.site].update({line for line in levelled[first : first + len(page.blocks)] if line})
        first += len(page.blocks)
    least, share = rules.site_min_docs, rules.site_min_share
    lines = {
        site: frozenset(line for line, n in shown[site].items() if n >= least and n >= share * pages[site])
        for site in pages
    }
    return {page.id: boilerplate.Site(lines=lines[page.site]) for page in data.pages}


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
