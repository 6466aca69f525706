"""Verdicts on pairs: cases found by hand, a workload with known edits, labelled pairs of real pages, spellings."""

import json
import time
import tomllib
from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from newsroom import RULES, background, copies_of, dice, dressed, paragraph, reworded, signed, told

from pipeline import sentences
from pipeline.duplicates import facts, laying, rows, verdicts
from pipeline.duplicates.clusters import REMOVED, parse
from pipeline.lift import RuleError
from pipeline.rulebook import BUILT_IN, read_files
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


def judged(texts_of_pairs, guard):
    """Judge pairs of texts under a guard: what each pair is, "" where it is nothing."""
    files = read_files([BUILT_IN])
    files["duplicate.toml"]["names"]["guard"] = guard
    bounds = parse(files).verdicts
    number = {text: i for i, text in enumerate(dict.fromkeys(text for pair in texts_of_pairs for text in pair))}
    signatures = signed({f"{i:04d}": [text] for text, i in number.items()})

    def read(columns):
        return signatures.select(columns).to_batches()

    known, words = rows.order(read, [])
    same = rows.equal(known, 0)
    corpus = laying.lay_aside(read, known, same, words, Shelf(), bounds.names.max_small)
    laid = corpus.lay_out(np.arange(len(same.heads)))

    def verdict(left, right):
        pair = sorted((same.text[number[left]], same.text[number[right]]))
        if pair[0] == pair[1]:
            return "exact"
        found = verdicts.judge(laid, tuple(np.array([text]) for text in pair), bounds)
        kinds = (
            ("near", found.near),
            ("reworded", found.reworded),
            ("contained", found.left_within | found.right_within),
        )
        return next((kind for kind, flags in kinds if flags.any()), "")

    return {pair: verdict(*pair) for pair in texts_of_pairs}


def parted(text):
    return [text[start:end] for start, end in sentences.split(text, RULES.sentences)]


@pytest.mark.parametrize("guard", ["strict", "translated"])
@pytest.mark.skipif(not PAIRS.is_file(), reason="the labelled pairs are not there (../shared/bench/dedup)")
def test_labelled_pairs_of_real_pages(guard):
    """A paragraph is found in another by its words, or by its sentences; machine translations need their own guard."""
    labelled = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    cut = {row[side]: parted(row[side]) for row in labelled for side in ("para_a", "para_b")}
    whole = {(row["para_a"], row["para_b"]) for row in labelled}
    pieces = {pair for left, right in whole for pair in product(cut[left], cut[right])}
    kinds = judged(sorted(whole | pieces), guard)
    tally = Counter()
    for row in labelled:
        left, right = row["para_a"], row["para_b"]
        kind = kinds[left, right]
        forth = all(any(kinds[a, b] for b in cut[right]) for a in cut[left])
        back = all(any(kinds[a, b] for a in cut[left]) for b in cut[right])
        tally[row["unit"], row["label"]] += 1
        tally[row["unit"], row["label"], "found"] += bool(kind or forth or back)
        tally[row["unit"], row["label"], "gone"] += kind in REMOVED
    for unit in ("paragraph", "sentence"):
        missed = 0 if guard == "translated" else 1
        assert tally[unit, "exact", "found"] == tally[unit, "exact"]
        assert tally[unit, "near", "found"] >= tally[unit, "near"] - missed
        assert tally[unit, "distinct", "found"] == 0
        assert tally[unit, "paraphrase", "gone"] == 0


def test_a_nationality_makes_up_for_a_name_only_where_texts_are_translated():
    named = "Kessler said in Arve that his country never threatened the people across the river."
    other = "The Austrian envoy said in Arve that his country never threatened the people across the river."
    third = "The Polish envoy said in Arve that his country never threatened the people across the river."
    pairs = [(named, other), (other, third)]
    assert list(judged(pairs, "strict").values()) == ["", ""]
    assert judged(pairs, "translated")[named, other] != ""
    assert judged(pairs, "translated")[other, third] == ""


def test_an_unknown_guard_is_refused():
    files = read_files([BUILT_IN])
    files["duplicate.toml"]["names"]["guard"] = "lax"
    with pytest.raises(RuleError, match="lax"):
        parse(files)
