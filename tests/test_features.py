"""Measures of blocks: counts agree with plain Python, and a page's figures do not hang on its batch."""

import re
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lift import RuleError
from pipeline.linemodel import features, glyphs, measures, paths
from pipeline.linemodel.characters import CLASS
from pipeline.linemodel.surroundings import FAR, groups, neighbour, pages_of, since, until, windows
from pipeline.tables import BLOCKS, Block, table_of

FILES = {
    "linemodel/stopwords.toml": {"en": "the of and"},
    "linemodel/markers.toml": {"comments": "reply"},
    "linemodel/words.tsv": [
        {"word": "subscribe", "weight": "-150", "opens": "-50", "closes": "20"},
        {"word": "said", "weight": "80", "opens": "0", "closes": "0"},
    ],
    "linemodel/path_words.tsv": [{"word": "nav", "outer": "-100", "inner": "-30"}],
}
RULES = features.parse(FILES)
TEXT = st.text(max_size=30)


def page(doc, texts, tags=None):
    tags = tags or [("line", "", 0)] * len(texts)
    return [
        Block(doc, i, kind, path, 0, links, "", None, None, None, None, text)
        for i, (text, (kind, path, links)) in enumerate(zip(texts, tags, strict=True))
    ]


def batch(*pages):
    return table_of([block for one in pages for block in one], BLOCKS)


def measured(*texts):
    return features.measured(batch(page("a", texts)), RULES)


@given(st.lists(TEXT, max_size=6))
def test_characters_are_counted_as_a_loop_would(texts):
    counts = glyphs.read(pa.array(texts, pa.string())).counts
    for text, row in zip(texts, counts, strict=True):
        assert row[CLASS["upper"]] == sum(unicodedata.category(c) in ("Lu", "Lt") and ord(c) < 0x10000 for c in text)
        assert row[CLASS["end"]] == len(re.findall(r"[.!?…。！？؟।｡]", text))


@given(st.lists(st.text(alphabet="aB9é ,-Жя日の”", max_size=30), max_size=6))
def test_words_are_those_of_a_pattern(texts):
    read = glyphs.read(pa.array(texts, pa.string()))
    pattern = re.compile("[日の]|[aB9éЖя]+")
    assert np.diff(read.offsets).tolist() == [len(pattern.findall(text)) for text in texts]
    assert read.sizes.tolist() == [len(word.encode()) for text in texts for word in pattern.findall(text)]


def test_keys_level_case_and_digits_and_tell_words_apart():
    words = ["STRASSE", "Über", "ПРИВЕТ", "2024", "incomprehensibilities", "incomprehensibility", "a", "b"]
    keys = glyphs.keys_of(words)
    assert keys[:4].tolist() == glyphs.keys_of(["strasse", "über", "привет", "1999"]).tolist()
    assert len(set(keys.tolist())) == len(words)


@pytest.mark.parametrize("word", ["two words", "", "don't", "東京"])
def test_keys_are_of_single_words(word):
    with pytest.raises(ValueError, match="not one word"):
        glyphs.keys_of(["one", word])


def test_the_last_character_is_looked_for_behind_closing_signs():
    last = glyphs.read(pa.array(["He said: “No.”)", "No", "…", "", "a”"])).last
    assert last.tolist() == [CLASS[name] for name in ("end", "lower", "end", "none", "lower")]


def test_a_text_without_end_is_cut_and_not_counted_wrongly():
    counts = glyphs.read(pa.array(["x", "Ä" * 100_000, "y."])).counts
    assert counts[1, CLASS["upper"]] == 4000
    assert counts[2, CLASS["end"]] == 1


@given(st.lists(st.lists(st.text(alphabet="aA1. の,", max_size=40), min_size=1, max_size=5), min_size=1, max_size=4))
def test_a_page_has_the_same_figures_in_any_batch(texts):
    pages = [page(f"{i}", lines) for i, lines in enumerate(texts)]
    together = features.features(batch(*pages), RULES)
    apart = [features.features(batch(one), RULES) for one in pages]
    assert np.array_equal(together, np.vstack(apart))


def test_every_feature_is_measured_and_named_once():
    tags = [("h1", "html/body/h1", 0), ("p", "html/body/div.nav/p", 3), ("p", "html/body/div.nav/p", 0)]
    columns = features.measured(batch(page("a", ["One", "Two", "Three"], tags)), RULES)
    assert set(columns) == set(features.FEATURES)
    assert len(set(features.FEATURES)) == len(features.FEATURES)
    assert set(measured("One")) == set(features.PLAIN)


def test_an_empty_batch_has_no_rows():
    assert features.features(batch(), RULES).shape == (
        0,
        len(features.FEATURES),
    )


def test_words_of_unparted_scripts_count_by_two_characters():
    assert measured("東京都知事は", "No, it is")["words"].tolist() == [3, 3]


def test_known_words_weigh_for_their_line_and_for_what_follows():
    columns = measured("Subscribe", "The mayor said so", "Reply")
    assert columns["lexicon"].tolist() == [-1.5, 0.8, 0]
    assert columns["stop"].tolist() == [0, 0.25, 0]
    assert columns["opens_2"].tolist() == [0, -50, -50]
    assert columns["closes_2"].tolist() == [0, 0, 0]
    assert columns["since_comments"].tolist() == [FAR, FAR, FAR]
    assert columns["until_comments"].tolist() == [2, 1, FAR]


def test_rare_words_are_looked_for_in_the_running_text_and_in_the_headline():
    prose = "The bridge over the river closed because engineers had found cracks in two of its pillars."
    columns = measured("Cracks found: bridge closed for months", prose, "Bridge closed again", "Cheap flights today")
    assert columns["topic"][[2, 3]].tolist() == [pytest.approx(2 / 3), 0]
    assert columns["head"][[2, 3]].tolist() == [pytest.approx(2 / 3), 0]


def test_paths_are_weighed_by_their_words():
    tags = [("p", "html/body/div.mainNav/div/p", 8), ("p", "html/body/p", 0)]
    columns = features.measured(batch(page("a", ["Sport on", "Text"], tags)), RULES)
    assert columns["path_outer"].tolist() == [-1, 0]
    assert columns["path_inner"].tolist() == [0, 0]
    assert columns["links"].tolist() == [1, 0]
    weights = paths.Weights(pa.array(glyphs.keys_of(["nav", "p"])), np.array([1.0, 10.0]), np.array([2.0, 20.0]))
    outer, inner = weights.of(pa.array(["nav/nav.nav/div/p", "html/topNav/p", "p", "", "nav/p/div/div"]))
    assert outer.tolist() == [11, 11, 10, 0, 11]
    assert inner.tolist() == [20, 22, 20, 0, 0]


def test_neighbours_and_windows_end_at_the_page():
    pages = pages_of(pa.array(["a", "a", "a", "b", "b"]))
    numbers, flags = np.array([1, 2, 3, 4, 5]), np.array([True, False, False, False, True])
    assert neighbour(numbers, -1, pages, -9).tolist() == [-9, 1, 2, -9, 4]
    assert neighbour(numbers, 7, pages).tolist() == [0] * 5
    assert [side.tolist() for side in windows(numbers, 2, pages)] == [[0, 1, 3, 0, 4], [5, 3, 0, 5, 0]]
    assert since(flags, pages).tolist() == [FAR, 1, 2, FAR, FAR]
    assert until(flags, pages).tolist() == [FAR, FAR, FAR, 1, FAR]
    assert pages.above(numbers).tolist() == [0, 1, 3, 0, 4]
    assert measures.repeats(pa.array(["x", "y", "x", "x", "z"]), pages).tolist() == [2, 1, 2, 1, 1]
    assert len(set(groups(pa.array(["x", "y", "x", "x", "z"]), pages).tolist())) == 4


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("linemodel/stopwords.toml", {"tlh": "ej"}),
        ("linemodel/markers.toml", {"weather": "rain"}),
        ("linemodel/words.tsv", [{"word": "two words", "weight": "1", "opens": "0", "closes": "0"}]),
        ("linemodel/words.tsv", [{"word": "one", "weight": "much", "opens": "0", "closes": "0"}]),
        ("linemodel/path_words.tsv", [{"word": "nav", "outer": "1"}]),
    ],
)
def test_what_is_not_understood_is_refused(name, content):
    with pytest.raises(RuleError, match="linemodel"):
        features.parse({**FILES, name: content})
