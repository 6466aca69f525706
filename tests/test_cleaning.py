"""What a batch goes through between blocks and tables, without files."""

from pipeline.cleaning import _own_repeats
from pipeline.sightings import count_lines, lines_shown
from pipeline.tables import BLOCKS, Copy, table_of


def copy(doc, block, ref_doc, ref_block, kind="exact"):
    return Copy(doc, block, kind, 1.0, ref_doc, ref_block)


def test_a_document_loses_only_what_it_repeats_of_itself():
    own = [copy("a", 5, "a", 2)]
    elsewhere = [copy("b", 1, "a", 2)]
    assert _own_repeats([*own, *elsewhere]) == {("a", 5)}


def test_two_copies_of_a_paragraph_that_is_kept_elsewhere_leave_one_in_the_text():
    assert _own_repeats([copy("b", 7, "a", 2), copy("b", 3, "a", 2)]) == {("b", 7)}


def test_what_is_only_told_stays_in_the_text():
    assert _own_repeats([copy("b", 3, "a", 2), copy("b", 7, "a", 2, "reworded")]) == set()


def test_a_line_counts_once_a_document_whatever_its_digits():
    rows = [("a", 0, "Page 3 of 9"), ("a", 1, "page 4 of 9"), ("b", 0, "Page 1 of 2"), ("c", 0, "Page 1 of 2")]
    blocks = table_of([(d, b, "line", "", 0, 0, "\n", None, None, None, None, t) for d, b, t in rows], BLOCKS)
    lines = count_lines(lines_shown(blocks, {"a": "x.example", "b": "x.example", "c": None}))
    assert lines.to_pylist() == [{"host": "x.example", "line": "page 0 of 0", "docs": 2}]
