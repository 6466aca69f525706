"""Verdicts on pairs: cases found by hand, a workload with known edits, labelled pairs of real pages, spellings."""

import json
import time
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from newsroom import RULES, background, copies_of, dice, dressed, paragraph, reworded, signed, told

from pipeline.duplicates import facts, rows, texts, verdicts
from pipeline.duplicates.clusters import REMOVED
from pipeline.store_numbers import Shelf

PAIRS = Path(__file__).parent.parent.parent / "shared" / "bench" / "dedup" / "seed_pairs.jsonl"


def cases():
    path = Path(__file__).parent / "cases" / "duplicate.toml"
    for case in tomllib.loads(path.read_text("utf-8"))["case"]:
        marks = [pytest.mark.xfail(strict=True, reason=case["comment"])] if case["origin"] == "known_failure" else []
        yield pytest.param(case, id=case["comment"], marks=marks)


@pytest.mark.parametrize("case", list(cases()))
def test_cases(case):
    found = copies_of(background() | {"a": [case["left"]], "b": [case["right"]]})
    kinds = {c.kind for c in found if {c.doc, c.ref_doc} == {"a", "b"}}
    assert kinds == ({case["kind"]} - {"none"})
    assert all(c.doc == "b" for c in found if c.kind in REMOVED and "a" in (c.doc, c.ref_doc))


def test_a_workload_of_news():
    """Edits that keep the facts are found, edits of the facts are not merged, in acceptable time."""
    rng = dice(9)
    originals = list(dict.fromkeys(paragraph(rng, 3) for _ in range(600)))
    made = []
    for i, text in enumerate(originals[:400]):
        edit = ("dress", "words", "figure", "denial")[i % 4]
        other = {
            "dress": lambda t: dressed(rng, t),
            "words": lambda t: reworded(rng, t, 0.1),
            "figure": lambda t: "".join("8" if c == "7" else "7" if c.isdigit() else c for c in t),
            "denial": lambda t: t.replace(" was ", " was not ", 1).replace(" would ", " would not ", 1),
        }[edit](text)
        made.append((edit, text, other))
    corpus = {f"a{i:04d}": [text] for i, text in enumerate(originals)} | {
        f"b{i:04d}": [other] for i, (_, _, other) in enumerate(made)
    }
    started = time.process_time()
    found = told(corpus)
    assert time.process_time() - started < 5
    place = {text: f"a{i:04d}" for i, text in enumerate(originals)}
    tally = Counter()
    for i, (edit, text, other) in enumerate(made):
        kind, ref, _ = found.get((f"b{i:04d}", 0), ("", "", 0))
        tally[edit] += text != other
        tally[edit, "found"] += text != other and kind in REMOVED and ref == place[text]
    assert tally["dress", "found"] == tally["dress"]
    assert tally["words", "found"] > 0.9 * tally["words"]
    assert tally["figure", "found"] == tally["denial", "found"] == 0


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        ("lavrov", "lawrow", True),
        ("zelenskyy", "selenskij", True),
        ("erdoğan", "erdogan", True),
        ("kiev", "kyiv", True),
        ("american", "us", True),
        ("germany", "german", True),
        ("niger", "nigeria", False),
        ("maria", "mario", False),
        ("peter", "petra", False),
        ("slovakia", "slovenia", False),
        ("saturday", "sunday", False),
        ("june", "july", False),
        ("north", "south", False),
        ("kurz", "kern", False),
    ],
)
def test_spellings(left, right, alike):
    assert facts.same_name(left, right, RULES.duplicate.verdicts.names) == alike
    assert facts.same_name(right, left, RULES.duplicate.verdicts.names) == alike


@pytest.mark.skipif(not PAIRS.is_file(), reason="the labelled pairs are not there (../shared/bench/dedup)")
def test_labelled_pairs_of_real_pages():
    labelled = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    number = {
        text: i for i, text in enumerate(dict.fromkeys(row[side] for row in labelled for side in ("para_a", "para_b")))
    }
    signatures = signed({f"{i:03d}": [text] for text, i in number.items()})
    known, words = rows.order(lambda columns: signatures.select(columns).to_batches())
    same = rows.equal(known, 0)
    corpus = texts.lay_aside(
        lambda columns: signatures.select(columns).to_batches(),
        known,
        same,
        words,
        Shelf(),
        RULES.duplicate.verdicts.names.max_small,
    )
    laid = corpus.lay_out(np.arange(len(same.heads)))
    tally = Counter()
    for row in labelled:
        pair = sorted((same.text[number[row["para_a"]]], same.text[number[row["para_b"]]]))
        verdict = verdicts.judge(laid, tuple(np.array([text]) for text in pair), RULES.duplicate.verdicts)
        equal = pair[0] == pair[1]
        found = len(verdict.score) and (verdict.reworded | verdict.near | verdict.left_within | verdict.right_within)[0]
        gone = equal or (len(verdict.score) and verdict.near[0])
        tally[row["unit"], row["label"]] += 1
        tally[row["unit"], row["label"], "found"] += bool(equal or found)
        tally[row["unit"], row["label"], "gone"] += bool(gone)
    for unit in ("paragraph", "sentence"):
        assert tally[unit, "exact", "found"] == tally[unit, "exact"]
        assert tally[unit, "near", "found"] >= 0.7 * tally[unit, "near"]
        assert tally[unit, "distinct", "found"] == 0
        assert tally[unit, "paraphrase", "gone"] == 0
