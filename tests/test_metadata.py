"""Metadata: hand-made pages, the five seed pages, and what must never be taken."""

import json
import tomllib
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import metadata
from pipeline.lift import RuleError
from pipeline.roles import ROLES
from pipeline.rulebook import BUILT_IN, read_files
from pipeline.tables import Block, Declaration, Page

FILES = read_files([BUILT_IN])
RULES = metadata.parse(FILES)
CASES = tomllib.loads((Path(__file__).parent / "cases" / "metadata.toml").read_text("utf-8"))["case"]
SEEDS = Path(__file__).parent.parent.parent / "shared" / "seeds"
NOTHING = {"authors": (), "agencies": ()}


def declared(**known):
    """What a page declares: title, published and authors in its <meta>, or as rows of field, rule, value in `told`."""
    told = [Declaration(*row) for row in known.pop("told", [])]
    told += [Declaration("title", "og", known["title"])] if known.get("title") else []
    told += [Declaration("published", "meta", known["published"])] if known.get("published") else []
    told += [Declaration("authors", "meta", name) for name in known.get("authors", [])]
    page = Page("d", "d", None, None, None, None, None, (), None, tuple(told))
    return page._replace(**{key: tuple(value) if isinstance(value, list) else value for key, value in known.items()})


def block(number, role, text):
    return Block("d", number, "line", "", number + 1, 0, "\n", role, True, None, None, text)


def page(text):
    """A block a line, its role before the bar."""
    rows = (line.partition("| ") for line in text.strip("\n").splitlines())
    return [block(number, role, rest) for number, (role, _, rest) in enumerate(rows)]


def read(blocks, known=None, texts=None):
    return metadata.read(declared(**(known or {})), blocks, texts or {b.block: b.text for b in blocks}, RULES)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case["comment"],
            marks=[pytest.mark.xfail(strict=True, reason=case["comment"])] if case["origin"] == "known_failure" else [],
        )
        for case in CASES
    ],
)
def test_a_case(case):
    found = read(page(case["given"]), case.get("declared"))._asdict()
    del found["sources"]
    expected = {key: tuple(v) if isinstance(v, list) else v for key, v in case["expect"].items()}
    assert found == {**dict.fromkeys(found), **NOTHING, **expected}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["comment"])
def test_every_value_has_its_source(case):
    blocks = page(case["given"])
    found = read(blocks, case.get("declared"))
    for field in metadata.READINGS:
        value = getattr(found, field)
        values = value if isinstance(value, tuple) else (value,) if value is not None else ()
        assert [source.value for source in found.sources if source.field == field] == list(values)
    assert all(source.score == FILES["metadata.toml"]["scores"][source.field][source.rule] for source in found.sources)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["comment"])
def test_sources_point_at_what_was_read(case):
    blocks = page(case["given"])
    found = read(blocks, case.get("declared"))
    for source in found.sources:
        if source.block is None:
            assert (source.start, source.end) == (None, None)
            assert source.rule.startswith("declared/")
        elif source.field != "agencies":
            words = found.published_text if source.field == "published" else source.value
            assert blocks[source.block].text[source.start : source.end] == words


def test_the_title_is_taken_as_it_was_corrected():
    blocks = page("title| Blinking speaks\nbody| He spoke.")
    assert read(blocks, texts={0: "Blinken speaks", 1: "He spoke."}).title == "Blinken speaks"


def test_a_page_of_nothing_gives_nothing():
    found = metadata.read(declared(), [], {}, RULES)
    assert found == (None, None, None, None, (), (), None, None, None, None, ())


@pytest.mark.parametrize(
    ("title", "known", "left"),
    [
        ("Bridge closed - The Gull", {"host": "www.thegull.example"}, "Bridge closed"),
        ("Gull Times | Bridge closed", {"site_name": "Gull Times"}, "Bridge closed"),
        ("Bridge closed | News | GULL TIMES", {"site_name": "Gull Times"}, "Bridge closed"),
        ("橋は閉鎖｜かもめ新聞", {"site_name": "かもめ新聞"}, "橋は閉鎖"),
        ("Bridge closed - again", {"host": "www.thegull.example"}, "Bridge closed - again"),
        ("Bridge closed - The Gull", {}, "Bridge closed - The Gull"),
        ("  ", {}, None),
    ],
)
def test_the_sites_name_is_taken_off_a_declared_title(title, known, left):
    assert read(page("body| The mayor spoke."), {"title": title, **known}).title == left


ROLE_TEXTS = st.tuples(
    st.sampled_from(sorted(ROLES)),
    st.sampled_from(
        [
            "3 March 2021",
            "Updated 4 March 2021",
            "By Jane Doe",
            "Photo: dpa",
            "dpa/Reuters",
            "Source: gull",
            "OSLO (AP) - It",
            "(",
        ]
    )
    | st.text(max_size=8),
)
TOLD = st.fixed_dictionaries(
    {},
    optional={
        "title": st.text(max_size=20),
        "published": st.sampled_from(["2021-03-03T09:30:00Z", "2021-03-03", "soon", ""]),
        "authors": st.lists(st.text(max_size=10), max_size=2),
        "host": st.text(max_size=8),
    },
)


@given(st.lists(ROLE_TEXTS, max_size=8), TOLD)
def test_any_page_can_be_read(rows, known):
    found = read([block(number, role, text) for number, (role, text) in enumerate(rows)], known)
    assert (found.published is None) == (found.published_text is None) == (found.published_precision is None)
    assert len(set(found.authors)) == len(found.authors)
    assert len(set(found.agencies)) == len(found.agencies)
    assert found.title is None or found.title.strip()


@given(st.sampled_from(sorted(ROLES - {"timestamp", "byline"})))
def test_a_date_in_the_story_is_taken_from_lines_that_are_there_to_give_it_only(role):
    story = [block(at, "body", "The mayor spoke of the bridge. " * 8) for at in (1, 2)]
    blocks = [block(0, "title", "Bridge"), *story, block(3, role, "3 March 2021"), block(4, "body", "He left.")]
    assert read(blocks).published is None


STORY = "The mayor spoke of the bridge. " * 8


def html(*rows):
    """Blocks of an HTML page: tag, path's last element, role, text."""
    return [
        block(at, role, text)._replace(kind=tag, path=f"html/body/{element}")
        for at, (tag, element, role, text) in enumerate(rows)
    ]


@pytest.mark.parametrize(
    ("told", "shown", "title", "rule"),
    [
        ([("og", "Alder bridge shut")], ["Bridge over Alder closed"], "Bridge over Alder closed", "shown/title"),
        (
            [("json-ld", "Alder bridge shut"), ("og", "Alder bridge shut | The Gull"), ("title", "Alder bridge shut")],
            ["Bridge over the Alder closed"],
            "Alder bridge shut",
            "declared/agreed",
        ),
        (
            [("title", "Bridge over the Alder closed - News - Gull")],
            ["Our blog", "Bridge over the Alder closed"],
            "Bridge over the Alder closed",
            "shown/declared",
        ),
        ([("og", "Alder: Bridge closed")], ["Alder Bridge closed"], "Alder: Bridge closed", "declared/shown"),
        ([("og", "Bridge over the Alder closed")], ["BRIDGE OVER THE ALDER CLOSED"], "Bridge over the Alder closed",
         "declared/shown"),
        ([("og", "Bridge over the Alder closed")], ["The Gull"], "Bridge over the Alder closed", "declared/og"),
    ],
)  # fmt: skip
def test_shown_and_declared_headlines_vote(told, shown, title, rule):
    blocks = html(*(("h1", "h1", "body", text) for text in shown), ("p", "p", "body", STORY))
    known = {"site_name": "The Gull", "told": [("title", *row) for row in told]}
    found = read(blocks, known)
    assert (found.title, found.sources[-1].rule if found.sources[-1].field == "title" else None) == (title, rule)


@pytest.mark.parametrize(
    ("rows", "authors"),
    [
        ([("div", "div.article-author", "navigation", "Jane Doe, Editor")], ("Jane Doe",)),
        ([("div", "div.author-name", "kicker", "Written by Gull Staff")], ("Gull Staff",)),
        ([("p", "p", "share", "by Jane Doe")], ("Jane Doe",)),
        ([("p", "p", "navigation", "Jane Doe")], ()),
        ([("p", "p", "navigation", "Jane Doe"), ("p", "p", "body", STORY), ("h4", "h4.author", "other", "Jane Doe")],
         ("Jane Doe",)),
        ([("p", "p", "navigation", "Doe, Roe")], ()),
    ],
)  # fmt: skip
def test_authors_beside_the_headline(rows, authors):
    title = ("h1", "h1", "title", "Bridge over the Alder closed")
    assert read(html(title, *rows, ("p", "p", "body", STORY))).authors == authors


@pytest.mark.parametrize(
    ("element", "rule"),
    [
        ("span.field--name-changed", "shown/update"),
        ("span.published.updated", "shown/timestamp"),
        ("span", "shown/timestamp"),
    ],
)
def test_a_class_tells_the_day_of_a_change(element, rule):
    rows = [("h1", "h1", "title", "Bridge over the Alder closed"), ("span", element, "timestamp", "3 March 2021")]
    found = read(html(*rows, ("p", "p", "body", STORY)))
    assert [source.rule for source in found.sources if source.field == "published"] == [rule]


def test_a_rule_without_a_score_is_refused():
    scores = {**FILES["metadata.toml"]["scores"], "source": {}}
    with pytest.raises(RuleError, match="shown/source"):
        metadata.parse({**FILES, "metadata.toml": {**FILES["metadata.toml"], "scores": scores}})


def test_roles_that_do_not_exist_are_refused():
    files = {**FILES, "metadata.toml": {**FILES["metadata.toml"], "body_roles": ["bodie"]}}
    with pytest.raises(RuleError, match="bodie"):
        metadata.parse(files)


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the five seed pages are not there (../shared/seeds)")
@pytest.mark.parametrize("number", range(5))
def test_the_seeds_metadata_from_the_right_roles(number):
    """All fields but the language, which is read from the text: tests/test_language.py."""
    gold = json.loads((SEEDS / "gold.jsonl").read_text("utf-8").splitlines()[number])
    lines = (SEEDS / gold["doc"]).read_bytes().decode().split("\n")
    blocks, texts = [], {}
    for at, row in enumerate(gold["lines"]):
        text = lines[row["line"] - 1]
        blocks.append(block(at, row.get("role") or row.get("category"), text))
        if row["label"] == "content":
            for edit in row.get("edits", []):
                text = text.replace(edit["before"], edit["after"])
            texts[at] = text
    found, told = metadata.read(declared(), blocks, texts, RULES), gold["metadata"]
    names = ("title", "site_name", "source", "dateline")
    assert {name: getattr(found, name) for name in names} == {name: told[name] for name in names}
    assert (found.authors, found.agencies) == (tuple(told["bylines"]), tuple(told["agencies"]))
    assert found.credit == told["image_credit"]
    assert moment(found.published) == moment(told["published_at"])


def moment(text):
    return text and datetime.fromisoformat(text)
