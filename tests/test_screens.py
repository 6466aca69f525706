"""Screens let through all that their patterns match, and levelled lines compare as lines should."""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import rulebook
from pipeline.firsts import first_of, firsts
from pipeline.lines import level, levels
from pipeline.metadata import dates
from pipeline.screens import passing, pattern_of, screen_of
from pipeline.stages.boilerplate_marks import by_path, by_phrase, by_shape, short_lines

RULES = rulebook.load().boilerplate
FILES = rulebook.read_files([rulebook.BUILT_IN])
PHRASES = [
    pattern_of(row["pattern"])
    for name in sorted(FILES)
    if name == "boilerplate.toml" or name.startswith("phrases/")
    for row in FILES[name]["phrase"]
]
LINES = [
    line
    for path in sorted((Path(__file__).parent.parent / "data" / "raw").rglob("*.txt"))
    for line in path.read_bytes().decode("latin-1").splitlines()
]
LETTERS = st.text(
    st.sampled_from("aAeEéÉßшШ字 \xa0\t0９²_.,:;!?|/-()[]«»©’'\"") | st.characters(codec="utf-8"), max_size=40
)
WORDS = st.lists(st.sampled_from([text for phrase in RULES.phrases for text in phrase.fires]), max_size=2).map(" ".join)
FRAMES = [
    (kind, row["id"], text)
    for kind in ("agency", "image", "byline", "source")
    for row in FILES["metadata.toml"][kind]
    for text in row["fires"]
]


@given(LETTERS | WORDS)
def test_a_screen_lets_through_what_a_phrase_matches(text):
    texts = pa.array([text], pa.string())
    assert [p for p in PHRASES if p.search(text) and not passing(texts, p.screen)[0].as_py()] == []


@given(LETTERS | WORDS)
def test_a_phrase_is_tried_where_it_matches(text):
    text = text.strip()
    matching = [phrase for phrase in RULES.phrases if phrase.pattern.search(text)]
    assert [p.id for p in matching if p.firsts is not None and first_of(text) not in p.firsts] == []


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        (r"^(a|bc)?d", "abd"),
        (r"(?i)^É{0,2}x$", "éx"),
        (r"^[«<] ?\.", "«<"),
        (r"^\(c\)", "("),
        (r"^(?:\b\d+|z)y", "0z"),
        (r"^.a", None),
        (r"^a|\bb", None),
        (r"^(a|b*)*", None),
        (r"^[^a]", None),
        (r"^\w", None),
        (r"^[a-c]d", None),
        (r"^a?$", None),
        (r"^(?=b)a", None),
    ],
)
def test_what_a_match_begins_with(pattern, wanted):
    assert firsts(pattern) == (None if wanted is None else frozenset(wanted))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(?i)^ilgili [hi]$", "İLGıLI ı"),
        (r"(?i:photo) (?P<who>i+)", "PHOTO ii"),
        (r"^\w+$", "été"),
        (r"\bcafé\b", "le café."),
        (r"^\W+$", "«»"),
        (r"[\w&-]+\s\d", "Straße\xa05"),
        (r"(?i)^ÉTÉ", "été"),
    ],
)
def test_letters_are_letters_of_any_script(pattern, text):
    assert re.search(pattern, text)
    assert passing(pa.array([text]), screen_of(re.compile(pattern)))[0].as_py()


def test_what_is_looked_for_around_a_match_is_left_out():
    assert screen_of(re.compile(r"a(?=b(c|d))e(?<!x)f")) == "aef"
    assert screen_of(re.compile(r"(a)\1")) is None


def test_what_re2_cannot_read_lets_all_through():
    assert passing(pa.array(["x", "y"]), None).to_pylist() == [True, True]


@pytest.mark.parametrize(("kind", "rule", "text"), FRAMES, ids=lambda value: str(value)[:40])
def test_every_credit_passes_a_screen(kind, rule, text):
    named = by_shape(short_lines(pa.array([text]), RULES.longest), RULES)
    assert len(text) > RULES.credits.max_credit_chars or not named.unnamed[0] or dates.only_date(text, RULES.dates)


def unscreened(phrase):
    return phrase._replace(pattern=phrase.pattern._replace(screen=None), firsts=None)


def test_screens_change_nothing_on_the_sample():
    short = short_lines(pa.array(LINES), RULES.longest)
    screened = by_phrase(short, RULES.phrases, 0.9)
    whole = by_phrase(short, map(unscreened, RULES.phrases), 0.9)
    assert np.array_equal(screened.role, whole.role)
    assert screened.rule_texts().equals(whole.rule_texts())


@pytest.mark.parametrize("row", FILES["boilerplate.toml"]["path"], ids=lambda row: row["id"])
def test_an_element_names_what_it_holds(row):
    rules = [rule for rule in RULES.paths if rule.id == row["id"]]
    both = by_path(pa.array([*row["fires"], *row["silent"]]), rules, 0.9)
    named = ~(both[0].unnamed & both[1].unnamed)
    assert named.tolist() == [True] * len(row["fires"]) + [False] * len(row["silent"])


@given(st.lists(LETTERS, max_size=4))
def test_levelling_is_the_same_alone_and_together_and_twice(texts):
    together = levels(pa.array(texts, pa.string())).to_pylist()
    assert together == [level(text) for text in texts]
    assert together == [level(text) for text in together]


def test_short_lines_are_found_where_they_stand():
    short = short_lines(pa.array(["  b ", "longer than the others", "a", "b"]), 5)
    assert short.texts.to_pylist() == ["b", "a"]
    assert short.on_each_row(4).tolist() == [0, -1, 1, 0]
