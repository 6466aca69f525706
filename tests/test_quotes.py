"""Quotations: found in the marks of any language, given to who is named, aligned across the reports of an event."""

from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from newsroom import dice

from pipeline import events, rulebook
from pipeline.events import aligning, speakers
from pipeline.events.quotations import spans as spans_in
from pipeline.lift import RuleError
from pipeline.rulebook import BUILT_IN, read_files
from pipeline.tables import BLOCKS, EVENTS, QUOTATIONS, QUOTES, Block, Event, Quotation, Quote, rows_of, table_of

RULES = rulebook.load().events
EXAMPLES = read_files([BUILT_IN])["quotes.toml"]["example"]
MARKS = "“”„‟\"«»‹›‘’‚‛'「」『』`"


def said(*texts):
    found = speakers.said(texts, RULES.speech)
    return [(texts[s.text][s.start : s.end], s.speaker) for s in found]


def quoted(doc, *texts):
    found = speakers.said(texts, RULES.speech)
    return [Quotation(doc, s.text, s.start, s.end, s.speaker, texts[s.text][s.start : s.end]) for s in found]


def aligned(*rows):
    return list(aligning.align("e", rows, RULES.alignment))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e["text"][:30])
def test_each_example_says_what_is_quoted_and_by_whom(example):
    assert said(example["text"]) == [(words, speaker or None) for words, speaker in example["quotations"]]


@pytest.mark.parametrize(
    "dressed",
    [
        *("“{}”", '"{}"', "„{}“", "„{}”", "”{}”", "«{}»", "« {} »", "»{}«", "»{}»", "‹{}›", "›{}‹"),
        *("‘{}’", "‚{}‘", "'{}'", "「{}」", "『{}』", "``{}''", "''{}''"),
    ],
)  # fmt: skip
def test_any_marks_will_do(dressed):
    text = f"Kerr said: {dressed.format('Nobody’s roof is dry, as far as I can see')} and left."
    assert said(text) == [("Nobody’s roof is dry, as far as I can see", "Kerr")]


def test_a_quotation_may_run_on_over_two_paragraphs():
    first, second = "“The ferry sails tonight.", "Nobody stays behind.”"
    assert said("Kerr came. “We are late,” Kerr said.", first, second) == [
        ("We are late", "Kerr"), ("The ferry sails tonight.", "Kerr"), ("Nobody stays behind.", "Kerr"),
    ]  # fmt: skip
    assert [text for text, _ in said(first, "“Nobody stays behind,” said Kerr.")] == [
        "The ferry sails tonight.", "Nobody stays behind",
    ]  # fmt: skip
    assert said(first, "A mark that nothing closes opens no quotation.") == []


def test_a_speaker_who_is_not_named_is_null():
    assert said("It was “a long night for us all”, the report has it.") == [("a long night for us all", None)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(alphabet="ab A.,!:" + MARKS, max_size=60), max_size=4))
def test_spans_lie_in_their_texts_in_order_and_apart(texts):
    spans = spans_in(texts)
    assert spans == sorted(spans)
    for one, other in pairwise(spans):
        assert one.text < other.text or one.end < other.start
    for span in spans:
        assert 0 <= span.start < span.end <= len(texts[span.text])
    for found in speakers.said(texts, RULES.speech):
        piece = texts[found.text][found.start : found.end]
        assert piece == piece.strip() != ""
        assert found.speaker is None or found.speaker


@pytest.mark.parametrize(
    "text", ['"' * 100_000, "“a " * 50_000, "“a.” said " * 20_000, "‘" + "a’ " * 50_000, "''" * 50_000]
)
def test_hostile_text_is_read_in_good_time(text):
    speakers.said([text, text], RULES.speech)


def test_wordings_of_one_quotation_have_one_number():
    rows = [
        *quoted("a", "“We will open the old crossing tomorrow,” said Kerr. “It was frank and useful,” said Brandt."),
        *quoted("b", "“We shall open the old border crossing tomorrow”, so Kerr. Kerr called it “frank and useful”."),
        *quoted("c", "Kerr: “We will open the old crossing tomorrow.” “My dog is ill,” said Brandt."),
    ]  # fmt: skip
    got = [(q.quote, q.doc, q.relation) for q in aligned(*rows)]
    assert got == [(1, "a", "same"), (1, "b", "translated"), (1, "c", "same"), (2, "a", "same"), (2, "b", "same")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "“We will open 12 doors tomorrow morning,” said Kerr.",
            "“We will open 14 doors tomorrow morning,” said Kerr.",
        ),
        ("“We will open the doors tomorrow,” said Kerr.", "“We will not open the doors tomorrow,” said Kerr."),
        ("“We will open all doors tomorrow,” said Kerr.", "“We will open those doors tomorrow,” said Brandt."),
        ("“We will open the doors tomorrow,” said Kerr.", "“Nobody was hurt in the fire,” said Kerr."),
    ],
)
def test_other_figures_denials_speakers_or_words_are_other_quotations(one, other):
    assert aligned(*quoted("a", one), *quoted("b", other)) == []


def test_what_one_document_alone_quotes_has_no_row():
    text = "“We will open the doors tomorrow,” said Kerr."
    assert aligned(*quoted("a", text, text)) == []


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_quotations_makes_no_difference(seed):
    rows = [
        row
        for doc in "abcd"
        for row in quoted(doc, "“We will open the old doors,” said Kerr. “It is over,” he said.", f"“{doc} is over.”")
    ]  # fmt: skip
    once = aligned(*rows)
    assert once
    dice(seed).shuffle(rows)
    assert aligned(*rows) == once


def test_tables_go_in_and_out():
    text = "“We will open the old doors tomorrow,” said Kerr."
    blocks = [
        Block(doc, at, "p", "", 0, 0, "", role, True, None, None, text)
        for doc in ("a", "b", "c")
        for at, role in enumerate(("body", "caption"))
    ]
    found = events.quotations(table_of(blocks, BLOCKS), frozenset({"body"}), RULES.speech)
    assert found.schema == QUOTATIONS
    assert [(q.doc, q.block, text[q.start : q.end]) for q in rows_of(found, Quotation)] == [
        (doc, 0, "We will open the old doors tomorrow") for doc in "abc"
    ]
    known = pa.Table.from_batches([table_of([Event("a", "a", 1.0), Event("a", "c", 1.0)], EVENTS)])
    told = pa.Table.from_batches(events.quotes(pa.Table.from_batches([found]), known, RULES.alignment), QUOTES)
    assert [(q.event, q.quote, q.doc, q.speaker) for q in rows_of(told, Quote)] == [
        ("a", 1, "a", "Kerr"),
        ("a", 1, "c", "Kerr"),
    ]
    assert list(events.quotes(QUOTATIONS.empty_table(), known, RULES.alignment)) == []


def test_a_misspelt_threshold_is_refused():
    files = read_files([BUILT_IN])
    files["quotes.toml"]["alignment"]["min_skore"] = 0.4
    with pytest.raises(RuleError, match="min_skore"):
        events.parse(files)


def test_the_seeds_word_one_quotation_in_three_ways(cleaned_seeds):
    folder = cleaned_seeds / "clean" / "latest" / "quotes"
    rows = [row for path in sorted(folder.glob("*.parquet")) for row in rows_of(pq.read_table(path), Quote)]
    wanted = [row for row in rows if "if any Russian forces move" in row.text]
    assert len(wanted) == len({row.doc for row in wanted}) == len({row.text.replace("’", "'") for row in wanted}) == 3
    assert len({(row.event, row.quote) for row in wanted}) == 1
    assert {row.speaker for row in wanted} == {"Blinken"}
    assert {row.relation for row in wanted} == {"same", "translated"}
