"""Whole runs: equal however the work is shared out, started again at any point, and nothing done twice."""

import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import gathering, pairing, parts, store_source
from pipeline import run as passes
from pipeline.audit import recheck
from pipeline.job import JobError, hold, load_rules, open_job
from pipeline.ledger import LedgerError
from pipeline.run import clean_folder
from pipeline.tables import PUBLISHED

KEYS = {
    "files": ["file", "record"], "documents": ["doc"], "readings": ["doc", "field", "value"],
    "blocks": ["doc", "block"], "events": ["event", "doc"], "entities": ["doc", "surname", "given"],
    "flags": ["doc", "block", "start", "end", "rule", "action"],
    "quotes": ["event", "quote", "doc", "block", "start"],
    "ledger": ["doc", "block", "step", "start", "end"], "copies": ["doc", "block"], "paragraphs": ["doc", "block"],
}  # fmt: skip


def tables(clean, *, apart=("part", "run")):
    """The published tables, rows in a fixed order, without the columns that name who did the work."""
    found = {}
    for name in PUBLISHED:
        table = pq.read_table(Path(clean, "latest", name))
        rows = table.select([c for c in table.column_names if c not in apart]).to_pylist()
        found[name] = sorted(rows, key=lambda row: [(row[k] is not None, row[k]) for k in KEYS[name]])
    return found


def published(clean):
    """The bytes of the published tables, by name."""
    return {p.relative_to(clean / "latest").as_posix(): p.read_bytes() for p in clean.glob("latest/*/*.parquet")}


@pytest.fixture
def raw(tmp_path, corpus):
    """A third of the sample corpus, to be changed at will."""
    files = [p for p in sorted(corpus.rglob("*")) if p.is_file()][::3]
    for path in files:
        target = tmp_path / "raw" / path.relative_to(corpus)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    return tmp_path / "raw"


def clean(raw, name="clean", **options):
    folder = raw.parent / name
    clean_folder(str(raw), str(folder), **options)
    return folder


def test_part_size_and_worker_count_change_nothing(raw):
    whole = tables(clean(raw, "whole"))
    assert tables(clean(raw, "small", part_bytes=20_000)) == whole
    assert tables(clean(raw, "tiny", part_bytes=1, workers=2)) == whole


@pytest.mark.parametrize(("at_once", "workers"), [(60, 1), (150, 2)])
def test_sharing_the_linking_out_changes_nothing(raw, monkeypatch, at_once, workers):
    whole = tables(clean(raw, "whole"))
    monkeypatch.setattr(pairing, "TEXTS_AT_ONCE", at_once)
    done = []
    folder = clean(raw, "shared", workers=workers, progress=lambda *step: done.append(step))
    assert {name for name, *_ in done} >= {"lay", "judge"}
    assert ("lay", 2, 2) in done
    assert max(buckets for name, _, buckets in done if name == "judge") > 4
    assert tables(folder) == whole
    assert not [*(folder / "work" / "laid").iterdir(), *(folder / "work" / "judged").iterdir()]
    done.clear()
    clean(raw, "shared", workers=workers, progress=lambda *step: done.append(step))
    assert {name for name, *_ in done}.isdisjoint({"lay", "judge"})


def test_a_small_corpus_is_not_shared_out(raw):
    done = []
    clean(raw, progress=lambda *step: done.append(step[0]))
    assert set(done) == {"read", "clean", "finish"}


@pytest.mark.parametrize("address", ["file://{raw}", "zip://*::file://{zip}"])
def test_a_raw_folder_at_an_address_gives_the_same_tables(raw, address):
    packed = shutil.make_archive(str(raw.parent / "packed"), "zip", raw)
    whole = tables(clean(raw, "whole"))
    there = raw.parent / "there"
    clean_folder(address.format(raw=raw, zip=packed).replace("*", ""), str(there))
    assert tables(there) == whole


def test_the_order_of_arrival_changes_nothing(raw):
    whole = tables(clean(raw, "whole"))
    late = sorted(p for p in raw.rglob("*") if p.is_file())[::2]
    aside = raw.parent / "aside"
    for path in late:
        target = aside / path.relative_to(raw)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
    clean(raw, "grown")
    for path in late:
        shutil.move(aside / path.relative_to(raw), path)
    assert tables(clean(raw, "grown")) == whole


def test_a_second_run_reads_no_file_and_publishes_the_same_bytes(raw, monkeypatch):
    folder = clean(raw)
    before = published(folder)
    first = (folder / "latest").resolve()

    def refuse(*_):
        pytest.fail("a raw file was read again")

    monkeypatch.setattr(store_source, "opened", refuse)
    clean(raw)
    assert (folder / "latest").resolve() != first
    assert published(folder) == before


def test_one_more_file_reads_one_file(raw, monkeypatch):
    folder = clean(raw, part_bytes=40_000)
    (raw / "new.example").mkdir()
    (raw / "new.example" / "page.txt").write_text(
        "The gulls came back to the harbour on Monday, as they do each year.\n"
    )
    read = []
    original = store_source.opened

    def watched(folder, file):
        read.append(file)
        return original(folder, file)

    monkeypatch.setattr(store_source, "opened", watched)
    clean(raw, part_bytes=40_000)
    assert read == ["new.example/page.txt"]
    assert "new.example/page.txt" in {row["doc"] for row in tables(folder)["documents"]}


def test_changed_and_deleted_files_are_followed(raw):
    folder = clean(raw, part_bytes=40_000)
    victim, changed = [p for p in sorted(raw.rglob("*.txt")) if p.stat().st_size > 500][:2]
    victim.unlink()
    changed.write_text("Only this sentence is left of the whole long article about the harbour.\n")
    clean(raw, part_bytes=40_000)
    assert tables(folder) == tables(clean(raw, "anew"))


def test_a_rule_taken_back_needs_no_raw_file(raw, tmp_path, monkeypatch):
    own = tmp_path / "own"
    own.mkdir()
    (own / "boilerplate.toml").write_text("keep = ['title', 'kicker', 'lead', 'body', 'heading', 'timestamp']\n")
    folder = clean(raw)
    before = tables(folder)
    monkeypatch.setattr(store_source, "opened", lambda *_: pytest.fail("a raw file was read again"))
    clean(raw, rules=str(own))
    assert tables(folder)["paragraphs"] != before["paragraphs"]
    clean(raw)
    assert tables(folder) == before


def work_of(folder, *names):
    """The finished work of some passes: each folder's name, and when it was made."""
    return {name: {p.name: p.stat().st_mtime_ns for p in (folder / "work" / name).iterdir()} for name in names}


@pytest.mark.parametrize(
    ("file", "rules"),
    [
        ("duplicate.toml", "[likeness]\nnear = 0.3\nnear_short = 0.3\ncovered = 0.3"),
        ("duplicate.toml", "[blocks]\nmin_words = 2\nkeeper = ['length']"),
        ("duplicate.toml", "[blocks]\nmin_words = 60"),
        ("duplicate.toml", "[spread]\nwire_sites = 0"),
        ("quotes.toml", "[alignment]\nmin_score = 0.99\nmin_common = 40\nmin_piece = 40"),
    ],
)
def test_a_bound_of_linking_is_moved_without_cleaning_again(raw, tmp_path, file, rules):
    folder = clean(raw, part_bytes=60_000)
    before, done = tables(folder), work_of(folder, "read", "mend", "gather", "clean")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / file).write_text(rules)
    clean(raw, part_bytes=60_000, rules=str(tmp_path / "own"))
    assert work_of(folder, "read", "mend", "gather", "clean") == done
    moved = tables(folder)
    assert {name for name in before if moved[name] != before[name]} & {"copies", "quotes"}
    assert moved == tables(clean(raw, "fresh", rules=str(tmp_path / "own")))


def test_the_passes_up_to_cleaning_see_no_rule_of_linking(few, monkeypatch):
    whole = tables(clean(few, "whole"))

    def blind(job):
        rules = load_rules(job)
        return rules._replace(duplicate=None, events=replace(rules.events, alignment=None))

    for module in (parts, gathering):
        monkeypatch.setattr(module, "load_rules", blind)
    assert tables(clean(few, "blind")) == whole


def test_a_word_that_signing_reads_is_cleaned_again(raw, tmp_path):
    folder = clean(raw)
    done = work_of(folder, "mend", "clean")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "duplicate.toml").write_text("[words.numbers]\n2 = ['couple']")
    clean(raw, rules=str(tmp_path / "own"))
    again = work_of(folder, "mend", "clean")
    assert all(done[name].keys().isdisjoint(again[name]) for name in done)


def test_rules_that_change_while_a_run_goes_on_are_refused(raw, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    job = open_job(str(raw), str(tmp_path / "clean"), rules=str(own))
    (own / "duplicate.toml").write_text("[likeness]\nnear = 0.7")
    with pytest.raises(JobError, match="changed while the run"):
        passes.read_part(job, passes.plan(job)[0])


@pytest.fixture
def few(raw):
    """A handful of pages, for tests that run many times."""
    for path in sorted(p for p in raw.rglob("*") if p.is_file())[6:]:
        path.unlink()
    return raw


PASSES = [
    "read_part", "gather_run", "clean_part", "lay_texts", "judge_bucket", "link_run", "finish_part", "close_run",
]  # fmt: skip

KILLED = """
import os, signal, sys
from pathlib import Path
from pipeline import pairing, run, store
target, when, raw, clean = sys.argv[1:]
pairing.TEXTS_AT_ONCE = 5 if target in ("lay_texts", "judge_bucket") else 1 << 16
armed = False
original = getattr(run, target)

def armed_pass(*arguments):
    global armed
    armed = True
    return original(*arguments)

def deadly(function):
    def wrapper(*arguments, **keywords):
        if armed and when == "begin":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments, **keywords)
        if armed and when == "end":
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return wrapper

setattr(run, target, armed_pass)
# The last thing that each pass does before its work stands under its name.
store.write_json = deadly(store.write_json)
run.clean_folder(raw, clean)
"""


@pytest.mark.parametrize("target", PASSES)
def test_a_killed_run_leaves_the_old_tables_and_is_taken_up_again(few, target):
    folder = clean(few)
    before, run = tables(folder), (folder / "latest").resolve()
    extra = few / "late.example" / "page.txt"
    extra.parent.mkdir()
    extra.write_text("The ferry is to sail again on Tuesday, the harbour board said after a long night.\n")
    for when in ("begin", "end"):
        command = [sys.executable, "-c", KILLED, target, when, str(few), str(folder)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=Path(__file__).parent.parent)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert (folder / "latest").resolve() == run
        assert tables(folder) == before
    clean(few)
    assert tables(folder) == tables(clean(few, "undisturbed"))
    assert not list(folder.rglob("*.partial-*"))


def test_books_that_do_not_balance_publish_nothing(raw, monkeypatch):
    folder = clean(raw)
    run = (folder / "latest").resolve()
    (raw / "more.txt").write_text("A new page came in late at night, and it is the last one of the day.\n")

    def wrong(*_):
        raise LedgerError("characters do not balance")

    monkeypatch.setattr("pipeline.ledger.balance", wrong)
    with pytest.raises(LedgerError):
        clean(raw)
    assert (folder / "latest").resolve() == run


def test_two_runs_do_not_share_a_folder(raw):
    job = open_job(str(raw), str(raw.parent / "clean"))
    with hold(job), pytest.raises(JobError, match="another run"), hold(job):
        pass


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"raw": "nowhere"}, "no folder of raw files"),
        ({"clean": "raw/clean"}, "side by side"),
        ({"clean": "."}, "side by side"),
        ({"part_bytes": 0}, "1 or more"),
        ({"run": "../up"}, "name"),
    ],
)
def test_a_job_that_cannot_be_done_is_refused_with_its_reason(raw, monkeypatch, options, told):
    monkeypatch.chdir(raw.parent)
    with pytest.raises(JobError, match=told):
        open_job(**({"raw": "raw", "clean": "clean"} | options))


def test_an_empty_folder_is_refused(tmp_path):
    (tmp_path / "raw").mkdir()
    with pytest.raises(JobError, match="no raw files"):
        clean_folder(str(tmp_path / "raw"), str(tmp_path / "clean"))


def test_a_pass_out_of_turn_is_refused(raw):
    job = open_job(str(raw), str(raw.parent / "clean"))
    (part,) = passes.plan(job)
    passes.read_part(job, part)
    with pytest.raises(JobError, match="has not run"):
        passes.clean_part(job, part)


def test_old_runs_and_unused_work_are_taken_away(raw):
    for number in range(4):
        (raw / f"{number}.txt").write_text(f"Page number {number} of a small harbour paper, written by hand.\n")
        folder = clean(raw, keep_runs=2, run=f"run-{number}")
        time.sleep(0.01)
    assert sorted(p.name for p in (folder / "runs").iterdir()) == ["run-2", "run-3"]
    assert len(list((folder / "work" / "link").iterdir())) == 1
    recheck(str(folder), "run-2")


def test_every_column_is_described_and_typed(sample):
    for name, schema in PUBLISHED.items():
        for path in (sample / "latest" / name).glob("*.parquet"):
            written = pq.read_schema(path)
            assert written.names == schema.names
            assert all((field.metadata or {}).get(b"description") for field in written), name
            assert not any(pa.types.is_null(field.type) for field in written)


def test_rejected_files_are_rows_with_reasons(sample, corpus):
    rows = pq.read_table(sample / "latest" / "files").to_pylist()
    assert {row["file"] for row in rows} == {p.relative_to(corpus).as_posix() for p in corpus.rglob("*") if p.is_file()}
    rejected = {row["file"]: row["reason"] for row in rows if row["outcome"] == "rejected"}
    assert rejected and all(rejected.values())
    assert {file.partition("/")[0] for file in rejected} == {
        "broken-crawl.example", "ferrol-wire.example", "moor-post.example", "quay-almanac.example",
    }  # fmt: skip


def test_the_raw_folder_is_only_read(sample, corpus):
    newest = max(path.stat().st_mtime for path in (sample / "latest").iterdir())
    assert all(path.stat().st_mtime < newest for path in corpus.rglob("*") if path.is_file())


def diary(number, furniture):
    return (
        f"Council meets for the {number}. time this year\n"
        f"The council met on Monday in room {number} and spoke for three hours about the harbour tunnel.\n"
        "Nobody could say when the water would be gone, and the mayor asked for patience once more.\n"
        f"{furniture}\n"
    )


def test_a_site_is_remembered_when_its_pages_are_gone(tmp_path):
    """A scheduled run over a folder that is emptied each time knows a site's furniture from its first page on."""
    line = "The harbour letter comes with the tide and tells of all that floats."
    raw, seen = tmp_path / "raw", {}
    for day, numbers in (("first", [1, 2, 3, 4]), ("later", [5])):
        shutil.rmtree(raw, ignore_errors=True)
        (raw / "gull.example").mkdir(parents=True)
        for number in numbers:
            (raw / "gull.example" / f"{number}.txt").write_text(diary(number, line))
        folder = clean(raw)
        seen[day] = [row for row in tables(folder)["ledger"] if row["before"] == line]
    assert [row["doc"] for row in seen["first"]] == [f"gull.example/{number}.txt" for number in (1, 2, 3, 4)]
    assert [row["doc"] for row in seen["later"]] == ["gull.example/5.txt"]
    assert "site -" in seen["later"][0]["evidence"]
    assert tables(clean(raw, "forgetful"))["paragraphs"][-1]["text"] == line


def test_memory_changes_nothing_on_pages_that_are_still_there(raw):
    folder = clean(raw)
    before = tables(folder)
    extra = raw / "gull.example" / "1.txt"
    extra.parent.mkdir()
    extra.write_text(diary(1, "Gull."))
    clean(raw)
    assert tables(folder) == tables(clean(raw, "fresh"))
    extra.unlink()
    clean(raw)
    assert {name: rows for name, rows in tables(folder).items() if name != "files"} == {
        name: rows for name, rows in before.items() if name != "files"
    }
