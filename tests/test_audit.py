"""Looking into a published run: history, restore, recheck, and the commands around them."""

import gzip
import hashlib
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import audit
from pipeline.__main__ import main
from pipeline.audit import AuditError

DOC = "site-17.example/short-closing-the-gates-would-have-hard-consequences.txt"
FEED = "ferrol-wire.example/feed-2023-06.jsonl.gz"
PACKED = "broken-crawl.example/2023-03-15-harbour.txt"


def test_every_text_file_comes_back_to_the_byte(sample, corpus):
    restored = list(audit.restore(audit.published(str(sample))))
    texts = {row.name: content for row, content in restored if row.format == "text"}
    assert texts.pop(PACKED) == gzip.decompress((corpus / PACKED).read_bytes())
    records = [json.loads(line) for line in gzip.decompress((corpus / FEED).read_bytes()).splitlines() if b"}" in line]
    assert {texts.pop(f"{FEED}#{n}").decode() for n in (1, 2, 4)} == {record["body"] for record in records}
    assert texts == {name: (corpus / name).read_bytes() for name in texts if "#" not in name} | {
        name: texts[name] for name in texts if name.startswith("moor-post.example/june.zip#")
    }
    pages = [(row, content) for row, content in restored if row.format == "html"]
    assert pages
    assert all(hashlib.sha256(content).hexdigest() == row.text_sha256 for row, content in pages)


def test_restore_writes_the_files(sample, corpus, tmp_path, capsys):
    assert main(["restore", "latest", str(tmp_path), "--clean", str(sample)]) == 0
    assert "restored" in capsys.readouterr().out
    assert (tmp_path / DOC).read_bytes() == (corpus / DOC).read_bytes()
    assert (tmp_path / "the-port-mercury.example").is_dir()


def test_recheck_goes_through_all_of_it(sample):
    counts = audit.recheck(str(sample))
    assert counts["documents"] == 73
    assert counts["files"] == 73
    assert counts["entries"] > counts["documents"]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("paragraphs", "text", "Something else stands here."), ("ledger", "before", "x"), ("blocks", "text", "y")],
)
def test_recheck_notices_a_table_that_was_changed(sample, tmp_path, table, column, value):
    clean = tmp_path / "clean"
    shutil.copytree(sample, clean, symlinks=True)
    path = next((clean / "runs" / "sample" / table).glob("*.parquet"))
    rows = pq.read_table(path)
    changed = pa.array([value, *rows[column].to_pylist()[1:]], rows.schema.field(column).type)
    path.unlink()
    pq.write_table(rows.set_column(rows.schema.get_field_index(column), rows.schema.field(column), changed), path)
    with pytest.raises(AuditError):
        audit.recheck(str(clean))


def test_history_by_the_end_of_a_name(sample):
    told = audit.history(audit.published(str(sample)), "hard-consequences.txt")
    assert told.document.doc == DOC
    assert len(told.blocks) == told.document.blocks
    assert len(told.paragraphs) == told.document.kept


@pytest.mark.parametrize(("doc", "told"), [("nothing-like-it", "no document"), (".txt", "documents are called like")])
def test_a_document_that_is_not_one_is_refused(sample, doc, told):
    with pytest.raises(AuditError, match=told):
        audit.history(audit.published(str(sample)), doc)


def test_no_run_is_said_so(tmp_path, capsys):
    assert main(["show", "--clean", str(tmp_path)]) == 1
    assert "no run is published" in capsys.readouterr().err


def test_show_prints_figures_and_a_page(sample, capsys):
    assert main(["show", "--clean", str(sample)]) == 0
    printed = capsys.readouterr().out
    assert "73 documents" in printed
    assert "before and after" in printed
    assert "broken-crawl.example" in printed


def test_show_draws_a_picture(sample, tmp_path, capsys):
    assert main(["show", DOC, "--clean", str(sample), "--svg", str(tmp_path / "page.svg")]) == 0
    drawn = (tmp_path / "page.svg").read_text("utf-8")
    assert drawn.lstrip().startswith("<svg")
    assert "url(" not in drawn.replace("url(#", "")


def test_explain_says_why(sample, capsys):
    assert main(["explain", DOC, "0", "--clean", str(sample)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "mistranslation/name-as-word" in printed
    assert "put 'Kurz' for 'short'" in printed
    assert "Leonie Kurz" in printed


def test_explain_knows_its_blocks(sample, capsys):
    assert main(["explain", DOC, "999", "--clean", str(sample)]) == 1
    assert "blocks 0 to" in capsys.readouterr().err


def test_diff_is_a_diff(sample, capsys):
    assert main(["diff", DOC, "--clean", str(sample)]) == 0
    assert "+++ clean" in capsys.readouterr().out


def test_the_command_line_cleans(tmp_path, corpus, capsys):
    assert main(["clean", str(corpus / "site-17.example"), str(tmp_path / "clean"), "--workers", "1"]) == 0
    assert "4 files read" in capsys.readouterr().out
    assert (tmp_path / "clean" / "latest" / "report.html").stat().st_size > 1000


def test_the_command_line_refuses(tmp_path, capsys):
    assert main(["clean", str(tmp_path / "nowhere"), str(tmp_path / "clean")]) == 1
    assert "no folder of raw files" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        main(["cleen"])
    assert stop.value.code == 2


def test_explain_prints_the_cluster_of_a_block(sample, capsys):
    doc = "daybreak-reader.example/world/4390.txt"
    assert main(["explain", doc, "5", "--clean", str(sample)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "stays: northwire.example/2023-03-10-velm-dam-talks-update-1.txt block 5" in printed
    assert f"near 0.98: {doc} block 5" in printed
