"""The five pages that the project was made for; their text stays where it is (../shared/seeds)."""

import hashlib

import pyarrow.parquet as pq
import pytest
from scoring import score

from pipeline import audit


@pytest.fixture(scope="module")
def result(cleaned_seeds, seed_gold):
    return score(cleaned_seeds / "clean", seed_gold)


def test_every_boilerplate_line_goes_and_every_content_line_stays(result):
    assert result.boilerplate == (30, 30), result.wrong
    assert result.content == (102, 102), result.wrong


def test_every_role_is_right(result):
    assert result.roles == (132, 132), result.wrong


def test_metadata(result):
    right, of = result.metadata
    assert of == 45
    assert right >= 45, result.wrong


def test_the_repairs_are_those_and_no_others(cleaned_seeds):
    ledger = pq.read_table(cleaned_seeds / "clean" / "latest" / "ledger").to_pylist()
    words = [(e["doc"][:3], e["before"], e["after"]) for e in ledger if e["stage"] == "mistranslation"]
    assert sorted(words) == [
        ("000", "NATO accused Lavrov", "Lavrov accused NATO"),
        ("000", "its", "his"),
        ("002", "Blink", "Blinken"),
        ("002", "Blinking", "Blinken"),
        ("002", "blinking", "Blinken"),
        ("004", "Anthony", "Antony"),
        ("004", "Anthony", "Antony"),
        ("004", "Anthony", "Antony"),
        ("004", "Legend: ", ""),
        ("004", "President Wilson’s Hotel", "Hotel President Wilson"),
        ("004", "President Wilson’s Hotel", "Hotel President Wilson"),
        ("004", "date 2022-01-21 ", ""),
    ]
    marks = [(e["doc"][:3], e["rule"]) for e in ledger if e["stage"] == "typography"]
    # One mark that is not the page's style; one paragraph break inside a quotation, in two entries.
    assert sorted(marks) == [("000", "quote-style"), ("000", "split-quotation"), ("000", "split-quotation")]
    spaces = [e for e in ledger if e["after"] is not None and e["stage"] not in ("mistranslation", "typography")]
    assert {e["stage"] for e in spaces} == {"spacing"}
    assert all(not e["before"].strip() and e["after"] in ("", " ") for e in spaces)


def test_the_raw_files_come_back_to_the_byte(cleaned_seeds, seeds):
    restored = {row.file: content for row, content in audit.restore(audit.published(str(cleaned_seeds / "clean")))}
    raw = {path.name: path.read_bytes() for path in seeds.glob("*.txt")}
    assert {n: hashlib.sha256(c).hexdigest() for n, c in restored.items()} == {
        n: hashlib.sha256(c).hexdigest() for n, c in raw.items()
    }


def test_the_five_pages_are_one_event(cleaned_seeds):
    documents = pq.read_table(cleaned_seeds / "clean" / "latest" / "documents").to_pylist()
    assert len({row["event"] for row in documents}) == 1
    assert documents[0]["event"] is not None


def test_no_article_has_a_hole(cleaned_seeds, seed_gold):
    """Each article's text holds its content lines: captions aside, and a headline that is said twice."""
    documents = {row["doc"]: row for row in pq.read_table(cleaned_seeds / "clean" / "latest" / "documents").to_pylist()}
    blocks = pq.read_table(cleaned_seeds / "clean" / "latest" / "blocks").to_pylist()
    ledger = pq.read_table(cleaned_seeds / "clean" / "latest" / "ledger").to_pylist()
    # Paragraphs whose quotation the next one closes, which stands in them now.
    opened = {
        page["doc"]: {e["block"] for e in ledger if e["doc"] == page["doc"] and e["rule"] == "split-quotation"}
        for page in seed_gold
    }
    for page in seed_gold:
        wanted = (x for x in page["lines"] if x["label"] == "content" and x["role"] != "caption")
        content = {x["line"] for x in wanted if not x.get("optional")}
        text = documents[page["doc"]]["text"]
        paragraphs = {paragraph[-30:] for paragraph in text.split("\n\n")}
        for block in blocks:
            if block["doc"] == page["doc"] and block["line"] in content:
                assert " ".join(block["text"].split())[-30:] in paragraphs or block["block"] in opened[page["doc"]]
