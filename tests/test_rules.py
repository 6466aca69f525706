"""Every rule fires on its own examples and stays silent on the others."""

import re

import pytest

from pipeline import rulebook
from pipeline.lift import RuleError
from pipeline.rulebook import BUILT_IN, read_files

FILES = read_files([BUILT_IN])
PHRASES = [name for name in sorted(FILES) if name.startswith("phrases/")]
TABLES = (("boilerplate.toml", "phrase"), ("mistranslation.toml", "artefact"), *((name, "phrase") for name in PHRASES))
TEXT_RULES = [
    pytest.param(row["pattern"], row["fires"], row["silent"], id=f"{name}:{row['id']}")
    for name, key in TABLES
    for row in FILES[name][key]
]


@pytest.mark.parametrize(("pattern", "fires", "silent"), TEXT_RULES)
def test_a_rule_fires_and_stays_silent(pattern, fires, silent):
    assert fires and silent
    assert [text for text in fires if not re.search(pattern, text)] == []
    assert [text for text in silent if re.search(pattern, text)] == []


@pytest.mark.parametrize(
    "row", [row for name in ["boilerplate.toml", *PHRASES] for row in FILES[name]["phrase"]], ids=lambda row: row["id"]
)
def test_the_examples_are_within_the_rules_length(row):
    assert all(len(text) <= row["max_chars"] for text in row["fires"])


def test_ids_are_unique():
    ids = [(key, row["id"]) for name, key in TABLES for row in FILES[name][key]]
    assert len(ids) == len(set(ids))


def test_own_rules_are_laid_over_the_built_in_ones(tmp_path):
    (tmp_path / "boilerplate.toml").write_text(
        """
        max_guessed_share = 0.25
        [[phrase]]
        id = "read-time"
        off = true
        [[phrase]]
        id = "my-slogan"
        role = "template"
        lang = "en"
        pattern = '^Gull facts daily$'
        max_chars = 40
        fires = ["Gull facts daily"]
        silent = ["Gull facts"]
        """
    )
    own, built_in = rulebook.load(str(tmp_path)), rulebook.load()
    ids = {phrase.id for phrase in own.boilerplate.phrases}
    assert {"my-slogan"} == ids - {phrase.id for phrase in built_in.boilerplate.phrases}
    assert "read-time" not in ids
    assert own.boilerplate.max_guessed_share == 0.25
    assert own.digest != built_in.digest


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("boilerplate.toml", "max_gessed_share = 1", "max_gessed_share"),
        ("boilerplate.toml", "keep = ['titel']", "titel"),
        ("boilerplate.toml", "[[phrase]]\nrole = 'share'", "no id"),
        ("boilerplate.toml", "keep = [", "boilerplate.toml"),
        ("encoding.toml", "max_growth = 1", "max_growth"),
        ("mistranslation/surnames.tsv", "surname\tlang\trenderings\nVogel\tde\tbird", "part of speech"),
        ("mistranslation/surnames.tsv", "surname\tlang\trenderings\nVogel\tde", "columns"),
    ],
)
def test_a_rule_that_is_not_understood_is_refused_by_name(tmp_path, name, content, told):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    with pytest.raises(RuleError, match=told):
        rulebook.load(str(tmp_path))


def test_a_missing_rule_folder_is_refused(tmp_path):
    with pytest.raises(RuleError, match="no rule folder"):
        rulebook.load(str(tmp_path / "nowhere"))
