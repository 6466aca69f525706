"""The labelled pages of the sample corpus: an accuracy gate whose floors only rise; clean text never changes."""

import json
import os
import tomllib
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from scoring import score

GOLDEN = Path(__file__).parent / "golden"
FLOORS = tomllib.loads((GOLDEN / "floors.toml").read_text("utf-8"))
# Pages of clean text: nothing may be entered for them but the removal of what is said twice.
UNTOUCHED = "slow-river-review.example/"


@pytest.fixture(scope="module")
def result(sample):
    gold = [json.loads(line) for line in (GOLDEN / "labels.jsonl").read_text("utf-8").splitlines()]
    return score(sample, gold)


@pytest.mark.parametrize("kind", ["content", "boilerplate", "roles", "metadata"])
def test_accuracy_does_not_fall(result, kind):
    right, of = getattr(result, kind)
    assert right / of >= FLOORS[kind], f"{right} of {of}\n" + "\n".join(result.wrong)


def test_clean_text_enters_nothing(sample):
    ledger = pq.read_table(sample / "latest" / "ledger").to_pylist()
    assert [e for e in ledger if e["doc"].startswith(UNTOUCHED)] == []


def test_repairs_of_words_are_those_that_are_labelled(sample):
    """No word is changed that a careful editor would leave; most of those labelled are found."""
    gold = {}
    for line in (GOLDEN / "labels.jsonl").read_text("utf-8").splitlines():
        page = json.loads(line)
        edits = [edit for label in page["lines"] for edit in label.get("edits", ())]
        gold[page["doc"]] = [(edit["before"].strip(), edit["after"].strip()) for edit in edits]
    ledger = pq.read_table(sample / "latest" / "ledger").to_pylist()
    made = [e for e in ledger if e["stage"] == "mistranslation" and e["after"] is not None and e["doc"] in gold]
    false = [(e["doc"], e["before"], e["after"]) for e in made if not wanted(e, gold[e["doc"]])]
    assert false == []
    assert len(made) >= FLOORS["repairs"] * sum(map(len, gold.values()))


def wanted(entry, edits):
    """Whether a labelled repair covers an entry: labels may name a word more than the edit does."""
    return any(entry["before"].strip() in before and entry["after"].strip() in after for before, after in edits)


def readable(sample, doc):
    """A page's ledger and paragraphs as a person reads them."""
    rows = [r for r in pq.read_table(sample / "latest" / "paragraphs").to_pylist() if r["doc"] == doc]
    entries = [r for r in pq.read_table(sample / "latest" / "ledger").to_pylist() if r["doc"] == doc]
    paragraphs = "".join(f"{r['block']}\t{r['role']}\t{r['text']}\n" for r in rows)
    ledger = "".join(
        f"{e['step']}\t{e['block']}\t{e['stage']}/{e['rule']}\t{e['start']}-{e['end']}\t{e['before']!r}\t{e['after']!r}\n"
        for e in entries
    )
    return {"paragraphs.tsv": paragraphs, "ledger.tsv": ledger}


@pytest.mark.parametrize("page", sorted(p for p in (GOLDEN / "pages").iterdir() if p.is_dir()), ids=lambda p: p.name)
def test_a_page_reads_as_it_did(sample, page):
    """Golden files: the raw page is in data/raw; UPDATE_GOLDEN=1 writes them anew, and the diff is for a person."""
    doc = (page / "doc.txt").read_text("utf-8").strip()
    for name, content in readable(sample, doc).items():
        if os.environ.get("UPDATE_GOLDEN"):
            (page / name).write_text(content, "utf-8")
        assert (page / name).read_text("utf-8") == content
