"""The rules for dates: each is needed, and what is not understood is refused."""

import dataclasses

import pytest

from pipeline.lift import RuleError
from pipeline.metadata import dates
from pipeline.metadata.date_rules import fold
from pipeline.rulebook import BUILT_IN, read_files

FILES = read_files([BUILT_IN])
TABLE = FILES["dates.toml"]
RULES = dates.parse(FILES)


@pytest.mark.parametrize("kind", ["date", "clock", "noise", "glued"])
def test_every_pattern_is_needed_for_its_own_examples(kind):
    """Without the pattern at least one of its examples is lost: no example tests another rule."""
    field = {"date": "dates", "clock": "clocks", "noise": "noise", "glued": "glued"}[kind]
    patterns = getattr(RULES, field)
    for at, row in enumerate(TABLE[kind]):
        without = dataclasses.replace(RULES, **{field: patterns[:at] + patterns[at + 1 :]})
        if kind == "glued":
            assert any(dates.glued_date(text, without) is None for text in row["fires"])
        elif kind == "noise":
            assert any(dates.only_date(text, without) is None for text in row["fires"])
        else:
            assert any([d.value for d in dates.find_dates(t, without)] != [v] for t, v in row["fires"].items()), row[
                "id"
            ]


def test_folding():
    assert fold("  MART  ") == "mart"
    assert fold("ARALIK") == fold("aralık")


def changed(**keys):
    return {**FILES, "dates.toml": {**TABLE, **keys}}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (changed(month="typo"), "'month'"),
        (changed(months={"xx": ["january"] * 11}), "11 of twelve"),
        (changed(months={"en": TABLE["months"]["en"], "xx": [*TABLE["months"]["en"][1:], "x"]}), "another month"),
        (changed(date=[{"id": "a", "pattern": "a", "fires": {}, "silent": ["b"]}]), "needs a text"),
        (changed(date=[{"id": "a", "pattern": "(", "fires": {"a": "b"}, "silent": ["b"]}]), "'a'"),
        (changed(date=[{"id": "a", "pattern": "a", "fires": {"a": "b"}, "silent": ["b"], "langs": "en"}]), "langs"),
        (changed(words={**TABLE["words"], "linkz": []}), "linkz"),
    ],
)
def test_rules_that_are_not_understood_are_refused(files, told):
    with pytest.raises(RuleError, match=told):
        dates.parse(files)


@pytest.mark.parametrize("kind", ["date", "clock", "noise", "glued"])
def test_ids_are_unique(kind):
    ids = [row["id"] for row in TABLE[kind]]
    assert len(ids) == len(set(ids))
