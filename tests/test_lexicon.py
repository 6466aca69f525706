"""The names and phrases that mistranslation repair knows are data: each row is checked, whatever reads it."""

import re
import time
from collections import Counter

import pyarrow as pa
import pytest

from pipeline import rulebook
from pipeline.people.lexicon import forms as _forms
from pipeline.roles import ROLES
from pipeline.rulebook import BUILT_IN, read_files
from pipeline.screens import passing, screen_of

FILES = read_files([BUILT_IN])
SURNAMES = FILES["mistranslation/surnames.tsv"]
LANGUAGES = {"de", "es", "fr", "it", "nl", "pl", "pt", "ru", "tr"}
ENTRY = re.compile(r"([a-z]+(?:[_-][a-z]+)*)/([vnar])(?:\(([a-z,_-]*)\))?")
NAME = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


def read(row):
    """Every rendering of a row as (word, part of speech, forms in brackets or None)."""
    return [ENTRY.fullmatch(entry).groups() for entry in row["renderings"].split()]


def test_there_are_surnames_of_every_language():
    assert len({row["surname"] for row in SURNAMES}) >= 1_000
    assert set(Counter(row["lang"] for row in SURNAMES)) == LANGUAGES
    assert min(Counter(row["lang"] for row in SURNAMES).values()) >= 100


def test_surnames_are_sorted_and_stand_once():
    keys = [(row["lang"], row["surname"]) for row in SURNAMES]
    assert keys == sorted(set(keys))


def test_a_surname_is_a_name():
    wrong = [n for n in (row["surname"] for row in SURNAMES) if not (NAME.fullmatch(n) and n[0].isupper())]
    assert wrong == []


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_renderings_are_lower_case_words_with_a_part_of_speech(lang):
    rows = [row for row in SURNAMES if row["lang"] == lang]
    wrong = [
        (row["surname"], entry) for row in rows for entry in row["renderings"].split() if not ENTRY.fullmatch(entry)
    ]
    assert wrong == []


def test_no_rendering_is_the_name_itself_or_stands_twice():
    for row in SURNAMES:
        words = [(word, kind) for word, kind, _ in read(row)]
        assert words
        assert len(words) == len(set(words)), row
        assert row["surname"].casefold() not in {word for word, _ in words}, row


def test_brackets_stand_only_where_the_regular_forms_are_wrong():
    for row in SURNAMES:
        for word, kind, irregular in read(row):
            if irregular is not None:
                assert kind in "vn", row
                assert [word, *filter(None, irregular.split(","))] != _forms(word, kind), (row["surname"], word)


def test_a_word_has_the_same_forms_wherever_it_stands():
    forms = {}
    for row in SURNAMES:
        for word, kind, irregular in read(row):
            assert forms.setdefault((word, kind), irregular) == irregular, (row["surname"], word)


def test_forms_in_brackets_take_the_place_of_the_regular_ones():
    known = rulebook.load().mistranslation.lexicon.renderings
    assert set(known["Volkov"]) == {"wolf", "wolves"}
    assert {"break", "broke", "broken"} <= set(known["Brecht"])
    assert {(r.form, r.lang) for r in known["Berger"].values()} >= {("shepherd", "fr")}


def test_a_name_of_two_languages_keeps_the_words_of_both():
    known = rulebook.load().mistranslation.lexicon.renderings
    assert {r.lang for r in known["Berger"].values()} >= {"fr"}
    assert set(known["Costa"]) >= {"coast", "rib"}


GUARDS = FILES["mistranslation/guards.toml"]


def holds(phrases, text):
    """Whether one of the phrases stands in a text, at word boundaries and in any case."""
    return re.search(rf"(?<!\w)(?:{'|'.join(map(re.escape, phrases))})(?!\w)", text, re.IGNORECASE) is not None


@pytest.mark.parametrize("row", GUARDS["idiom"], ids=lambda row: row["id"])
def test_an_idiom_is_found_and_a_name_is_not(row):
    assert set(row) == {"id", "phrases", "fires", "silent"}
    assert len(row["fires"]) >= 2
    assert row["silent"]
    assert [text for text in row["fires"] if not holds(row["phrases"], text)] == []
    assert [text for text in row["silent"] if holds(row["phrases"], text)] == []
    assert all(row["id"] in text.casefold() for text in row["silent"])


@pytest.mark.parametrize("row", GUARDS["idiom"], ids=lambda row: row["id"])
def test_a_phrase_is_lower_case_and_more_than_the_word(row):
    assert row["phrases"] == sorted(set(row["phrases"]))
    assert [p for p in row["phrases"] if p != p.casefold() or " " not in p] == []


def test_an_idiom_belongs_to_a_word_that_a_machine_makes_of_a_name():
    words = {word for row in SURNAMES for word, _, _ in read(row)}
    assert {row["id"] for row in GUARDS["idiom"]} <= words


def test_lists_of_guards_are_sorted_and_known():
    assert set(GUARDS) == {"english_surnames", "role_words", "homographs", "no_person", "idiom"}
    for name in ("english_surnames", "role_words", "homographs", "no_person"):
        assert GUARDS[name] == sorted(set(GUARDS[name])), name
    names = {row["surname"] for row in SURNAMES}
    assert set(GUARDS["homographs"]) <= names
    assert {pair.split()[-1] for pair in GUARDS["no_person"]} <= names
    assert {"Cook", "Fisher", "Short", "Brown", "Wolf", "Young", "Long", "Little", "King", "Miller", "Baker"} <= set(
        GUARDS["english_surnames"]
    )


GIVEN = FILES["mistranslation/given_names.tsv"]


def test_given_names_are_sorted_names_of_known_languages():
    names = [row["given"] for row in GIVEN]
    assert names == sorted(set(names))
    assert len(names) >= 1_500
    assert [name for name in names if not (NAME.fullmatch(name) and name[0].isupper())] == []
    languages = [row["lang"].split() for row in GIVEN]
    assert all(found == sorted(set(found)) for found in languages)
    count = Counter(lang for found in languages for lang in found)
    assert set(count) == LANGUAGES | {"en"}
    assert min(count.values()) >= 150


CALQUES = FILES["mistranslation/calques.toml"]["artefact"]
SOURCES = LANGUAGES | {"ar", "ja"}


@pytest.mark.parametrize("row", CALQUES, ids=lambda row: row["id"])
def test_a_calque_fires_and_stays_silent(row):
    assert set(row) == {"id", "lang", "action", "pattern", "after", "roles", "score", "fires", "silent"}
    assert row["action"] in ("flag", "repair")
    assert set(row["lang"]) <= SOURCES
    assert set(row["roles"]) <= ROLES
    assert 0 < row["score"] < 1
    pattern = re.compile(row["pattern"])
    assert "cut" in pattern.groupindex
    assert min(len(row["fires"]), len(row["silent"])) >= 2
    assert [text for text in row["fires"] if not pattern.search(text)] == []
    assert [text for text in row["silent"] if pattern.search(text)] == []


@pytest.mark.parametrize("row", [row for row in CALQUES if row["action"] == "repair"], ids=lambda row: row["id"])
def test_a_calque_is_repaired_once_and_for_all(row):
    pattern = re.compile(row["pattern"])
    for text in row["fires"]:
        found = pattern.search(text)
        repaired = text[: found.start("cut")] + row["after"] + text[found.end("cut") :]
        assert not pattern.search(repaired), repaired


def test_calques_of_every_language_are_known_and_ids_are_unique():
    assert {lang for row in CALQUES for lang in row["lang"]} == SOURCES
    ids = [row["id"] for row in [*CALQUES, *FILES["mistranslation.toml"]["artefact"]]]
    assert len(ids) == len(set(ids))


PHRASES = FILES["mistranslation/phrases.toml"]["phrase"]


@pytest.mark.parametrize("row", PHRASES, ids=lambda row: row["id"])
def test_a_phrase_fires_and_stays_silent(row):
    assert set(row) - {"after"} == {"id", "lang", "pattern", "action", "gloss", "fires", "silent"}
    assert set(row["lang"]) <= SOURCES
    assert row["action"] in ("flag", "repair")
    assert ("after" in row) == (row["action"] == "repair") == ("(?P<cut>" in row["pattern"])
    assert ":" in row["gloss"]
    pattern = re.compile(row["pattern"])
    assert min(len(row["fires"]), len(row["silent"])) >= 2
    assert [text for text in row["fires"] if not pattern.search(text)] == []
    assert [text for text in row["silent"] if pattern.search(text)] == []


def test_there_are_phrases_of_every_language_and_ids_are_unique():
    ids = [row["id"] for row in PHRASES]
    assert len(ids) == len(set(ids)) >= 120
    assert {lang for row in PHRASES for lang in row["lang"]} == SOURCES


@pytest.mark.parametrize("row", [*PHRASES, *CALQUES], ids=lambda row: row["id"])
def test_a_pattern_has_a_screen_that_lets_its_examples_through(row):
    screen = screen_of(re.compile(row["pattern"]))
    assert screen is not None
    assert all(passing(pa.array(row["fires"]), screen).to_pylist())


@pytest.mark.parametrize("row", [*PHRASES, *CALQUES], ids=lambda row: row["id"])
def test_a_pattern_takes_no_long_time_on_what_nearly_matches(row):
    pattern = re.compile(row["pattern"])
    started = time.process_time()
    for text in row["fires"]:
        pattern.search((text[:-1] + " ") * 400)
    assert time.process_time() - started < 1
