"""Pages of every kind that is not one article between its furniture: each line stays or goes as a reader would say."""

import tomllib
from pathlib import Path

import pytest

from pipeline import rulebook
from pipeline.cleaning import clean
from pipeline.stages.boilerplate import Site
from pipeline.stages.mistranslation import Known
from pipeline.tables import BLOCKS, Block, Document, Page, Verdict, rows_of, table_of

RULES = rulebook.load()
CASES = tomllib.loads((Path(__file__).parent / "cases" / "page_kinds.toml").read_text("utf-8"))["case"]
DOC = "gull.example/page.txt"


def cleaned(lines):
    blocks = [
        Block(DOC, i, "line", "", i + 1, 0, "\n", None, None, None, None, line[2:]) for i, line in enumerate(lines)
    ]
    page = Page(**{**dict.fromkeys(Page._fields), "doc": DOC, "file": DOC, "host": "gull.example", "authors": ()})
    if "declarations" in Page._fields:
        page = page._replace(declarations=())
    return clean(table_of(blocks, BLOCKS), {DOC: page}, {DOC: Site()}, {DOC: Known()}, RULES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_page_of_its_kind(case):
    lines = case["page"].strip().splitlines()
    found = cleaned(lines)
    verdicts = rows_of(found.verdicts, Verdict)
    (document,) = rows_of(found.documents, Document)
    wrong = [
        (line, verdict.role, verdict.rule, verdict.evidence)
        for line, verdict in zip(lines, verdicts, strict=True)
        if verdict.keep != (line.startswith("+") or case["whole"])
    ]
    assert wrong == []
    assert ("needs-review" in document.flags) == case["whole"]
