"""Runs that ask a model: what it changes, what is kept, what a second run asks, and what a dead endpoint costs."""

import json
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from answering import RIGHT, WRONG, address, answering
from test_run import published, tables

from pipeline import asking, replies, run, store
from pipeline.asking import answers_of
from pipeline.audit import recheck
from pipeline.job import JobError, load_rules
from pipeline.run import clean_folder
from pipeline.tables import PUBLISHED, Question

SAID = f"{WRONG} of working against her country with 14 of these plans."
PAGES = {
    "one.example/a.txt": f"""Sluice talks end without a result

Engineer Helga Vogel said on Monday that the sluices of Velm would hold through the winter. She spoke for 3 hours.

Vogel warned of the flood that everyone in Velm expects in April. Vogel then presented the plans of the ministry.

{SAID} She said that the charge was not new.
""",
    "two.example/b.txt": """Talks about sluices in Velm end

Helga Vogel, an engineer, spoke on Monday at the old mill of Dunmurry about the winter and about the price of gravel.
""",
    "three.example/c.txt": f"""Sluices will hold, engineer says

Engineer Helga Vogel said on Tuesday that the bridge of Hesmark would open in May. She spoke for 5 hours.

Vogel warned of the frost that everyone in Hesmark expects in June. Vogel then presented the maps of the ministry.

{SAID} She said that the price was not known.
""",
}
DOOR = """
kind = "endpoint"
model = "m"
version = "1"
base_url = "{url}"
timeout = {timeout}
attempts = 1
pause = 0.0
open_after = 2
"""


@pytest.fixture(scope="module")
def server():
    with answering() as running:
        yield running


@pytest.fixture
def raw(tmp_path):
    for name, text in PAGES.items():
        path = tmp_path / "raw" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return tmp_path / "raw"


def clean(raw, server, name, folder="clean", timeout=5.0, **options):
    own = raw.parent / "rules"
    own.mkdir(exist_ok=True)
    (own / "repairer.toml").write_text(DOOR.format(url=address(server, name), timeout=timeout))
    return clean_folder(str(raw), str(raw.parent / folder), rules=str(own), **options)


def edits(folder):
    rows = pq.read_table(Path(folder, "latest", "ledger")).to_pylist()
    return [row for row in rows if row["rule"].startswith("model/")]


def flags(folder):
    rows = pq.read_table(Path(folder, "latest", "flags")).to_pylist()
    return [(row["doc"], row["action"], row["guard"]) for row in rows if row["rule"].startswith("model/")]


def test_a_good_answer_is_an_edit_like_any_other_and_asked_for_once(raw, server):
    asked = len(server.asked)
    summary = clean(raw, server, "good")
    folder = raw.parent / "clean"
    found = edits(folder)
    assert [(e["doc"], e["stage"], e["rule"], e["before"], e["after"]) for e in found] == [
        (doc, "mistranslation", "model/local", WRONG, RIGHT) for doc in ("one.example/a.txt", "three.example/c.txt")
    ]
    assert {e["evidence"] for e in found} == {"m 1: who accused whom"}
    assert {(action, guard) for _, action, guard in flags(folder)} == {("repaired", None)}
    assert summary["model"] == {"repairer": "m 1", "questions": 2, "kept": 0, "asked": 1, "answered": 1}
    assert len(server.asked) - asked == 1  # the same sentence with the same names, in two documents
    assert recheck(str(folder))["entries"] >= 2  # replayed, reverted, balanced
    texts = {row["doc"]: row["text"] for row in pq.read_table(folder / "latest" / "documents").to_pylist()}
    assert f"{RIGHT} of working against her country with 14" in texts["one.example/a.txt"]
    before = published(folder)
    again = clean(raw, server, "good")
    assert (again["model"]["kept"], again["model"]["asked"]) == (1, 0)
    assert published(folder) == before and len(server.asked) - asked == 1


def test_part_size_and_workers_change_nothing_and_answers_outlive_work(raw, server):
    clean(raw, server, "good", "whole")
    whole = tables(raw.parent / "whole")
    clean(raw, server, "good", "small", part_bytes=1, workers=2)
    assert tables(raw.parent / "small") == whole
    asked = len(server.asked)
    for name in ("questions", "asked", "clean", "finish"):
        store.remove(raw.parent / "small" / "work" / name)
    clean(raw, server, "good", "small", part_bytes=1)
    assert tables(raw.parent / "small") == whole and len(server.asked) == asked


def test_refused_answers_leave_the_text_and_a_row(raw, server):
    closed = clean_folder(str(raw), str(raw.parent / "closed"))
    assert "model" not in closed
    clean(raw, server, "unknown")
    assert edits(raw.parent / "clean") == []
    assert {(action, guard) for _, action, guard in flags(raw.parent / "clean")} == {("refused", "unknown-name")}
    mine, plain = tables(raw.parent / "clean"), tables(raw.parent / "closed")
    assert all(mine[name] == plain[name] for name in PUBLISHED if name != "flags")
    assert flags(raw.parent / "closed") == []


def test_a_dead_endpoint_costs_bounded_time_and_the_run_says_so(raw, server):
    begun = time.monotonic()
    summary = clean(raw, server, "slow", timeout=0.3)
    assert time.monotonic() - begun < 30
    assert summary["ok"] and summary["model"]["answered"] == 0 and summary["model"]["failed: timeout"] == 1
    assert {(action, guard) for _, action, guard in flags(raw.parent / "clean")} == {("refused", "no-answer")}
    assert edits(raw.parent / "clean") == []
    # It answers again: what had no answer is asked, although its work was done.
    healed = clean(raw, server, "good", timeout=0.3)
    assert healed["model"]["answered"] == 1 and len(edits(raw.parent / "clean")) == 2


def test_sister_sentences_come_from_other_parts(raw, server, monkeypatch):
    path = raw / "two.example" / "b.txt"
    path.write_text(
        path.read_text() + "\nIt rained. Vogel said that the Harbour Board was working against the country.\n"
    )
    monkeypatch.setattr(asking, "_sisters", lambda *_: {"one.example/a.txt": ["two.example/b.txt"]})
    clean(raw, server, "good", part_bytes=1)
    sent = [json.loads(body["messages"][1]["content"])["sister_sentences"] for _, body, _ in server.asked[-2:]]
    assert sorted(sent) == [[], ["Vogel said that the Harbour Board was working against the country."]]
    first = next(edit for edit in edits(raw.parent / "clean") if edit["doc"] == "one.example/a.txt")
    assert (first["ref_doc"], first["ref_block"]) == ("two.example/b.txt", 2)


def test_many_small_files_of_answers_become_one(raw, server):
    clean(raw, server, "good")
    job = run.open_job(str(raw), str(raw.parent / "clean"), rules=str(raw.parent / "rules"))
    question = Question("a", 0, 0, 1, "x", ())
    for n in range(30):
        replies.keep(job, {f"k{n:02}": (question, f'{{"edits": [{n}]}}')}, load_rules(job).repairer)
    replies.lay_together(job)
    assert len(list(job.work("answers").glob("*"))) == 1
    assert replies.kept(job, ["k07", "k29", "none"]) == {"k07": '{"edits": [7]}', "k29": '{"edits": [29]}'}


def test_cleaning_waits_for_the_answers(raw, server):
    clean(raw, server, "good")
    own = str(raw.parent / "rules")
    job = run.open_job(str(raw), str(raw.parent / "fresh"), rules=own)
    with run.hold(job):
        parts = run.plan(job)
        for part in parts:
            run.read_part(job, part)
        run.gather_run(job, parts)
        with pytest.raises(JobError, match="asked"):
            run.clean_part(job, parts[0])
        with pytest.raises(JobError, match="asked"):
            answers_of(job, parts[0])
