"""Credit lines: every rule's examples, hand-found cases, and silence on prose."""

import dataclasses
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lift import RuleError
from pipeline.metadata import credits
from pipeline.metadata.agencies import agency_of
from pipeline.rulebook import BUILT_IN, read_files

FILES = read_files([BUILT_IN])
TABLE = FILES["metadata.toml"]
RULES = credits.parse(FILES)
KINDS = ("agency", "image", "caption", "byline", "source", "dateline")
CASES = tomllib.loads((Path(__file__).parent / "cases" / "credits.toml").read_text("utf-8"))["case"]


def read(kind, text, rules=RULES):
    """What a reader finds, as the rule files write it; "" for nothing."""
    if kind == "agency":
        found = credits.agency_credit(text, rules)
        return f"{', '.join(found.authors)} | {', '.join(found.agencies)}" if found else ""
    if kind == "byline":
        return ", ".join(credits.byline(text, rules) or ())
    if kind == "dateline":
        found = credits.dateline(text, rules)
        return found.place if found else ""
    reader = {"image": credits.image_credit, "caption": credits.caption_credit, "source": credits.source_line}[kind]
    return reader(text, rules) or ""


FRAMES = [pytest.param(kind, row, id=f"{kind}:{row['id']}") for kind in KINDS for row in TABLE[kind]]


@pytest.mark.parametrize(("kind", "row"), FRAMES)
def test_a_frame_fires_and_stays_silent(kind, row):
    assert {text: read(kind, text) for text in row["fires"]} == row["fires"]
    assert {text: found for text in row["silent"] if (found := read(kind, text))} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_every_frame_is_needed_for_its_own_examples(kind):
    frames = getattr(RULES, f"{kind}_frames")
    for at, row in enumerate(TABLE[kind]):
        without = dataclasses.replace(RULES, **{f"{kind}_frames": frames[:at] + frames[at + 1 :]})
        assert any(read(kind, text, without) != found for text, found in row["fires"].items()), row["id"]


@pytest.mark.parametrize("kind", KINDS)
def test_ids_are_unique(kind):
    ids = [row["id"] for row in TABLE[kind]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=f"{case['kind']}: {case['comment']}",
            marks=[pytest.mark.xfail(strict=True, reason=case["comment"])] if case["origin"] == "known_failure" else [],
        )
        for case in CASES
    ],
)
def test_a_case(case):
    assert read(case["kind"], case["given"]) == case["expect"]


PROSE = [
    "The bridge was closed on Monday, the mayor said.",
    "Reuters reported that the AP had been there before Ritzau, Ansa and the epd.",
    "By Wednesday the river had risen, and nobody crossed.",
    "Von Montag an bleibt die Brücke gesperrt.",
    "Par exemple, le pont est fermé.",
    "He looked at the photo: it showed the bridge.",
    "Source of all this was a leak in the pipe.",
    "In Oslo, Reuters and AP reporters met; PA was late.",
    "WARNING: the bridge is closed.",
    "UPDATE – the bridge is open again.",
    "Q: Why is the bridge closed?",
    "I came, I saw; the map was wrong (see below).",
]


@pytest.mark.parametrize("text", PROSE)
@pytest.mark.parametrize("kind", KINDS)
def test_prose_credits_nobody(kind, text):
    assert read(kind, text) == ""


AGENCIES = sorted({row["name"] for row in FILES["agencies.tsv"] if row["kind"] == "news" and row["alone"] == "yes"})


@given(
    st.lists(st.sampled_from(AGENCIES), min_size=1, max_size=4, unique=True), st.sampled_from(["/", ", ", " / ", "; "])
)
def test_any_row_of_agencies_is_a_credit(names, joint):
    assert credits.agency_credit(joint.join(names), RULES) == ((), tuple(names))
    assert credits.agency_credit(f"jd/mm ({joint.join(names)})", RULES) == (("jd", "mm"), tuple(names))
    assert credits.agencies_in(joint.join(names), RULES.agencies) == tuple(names)
    assert credits.agency_credit(f"{joint.join(names)} said so", RULES) is None


def test_the_world_is_covered():
    rows = FILES["agencies.tsv"]
    assert sum(row["kind"] == "news" for row in rows) >= 80
    assert len({row["country"] for row in rows}) >= 60


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("REUTERS", "Reuters"),
        ("The Associated Press", "AP"),
        ("agence  france-presse", "AFP"),
        ("DPA", "dpa"),
        ("新华社", "Xinhua"),
        ("Ap", None),
        ("tap", None),
        ("Reuter", None),
    ],
)
def test_agencies_by_name(name, usual):
    agency = agency_of(name, RULES.agencies)
    assert (agency and agency.name) == usual


def test_a_datelines_span_ends_where_the_sentence_begins():
    text = "  PARIS, March 3 (AFP) — The bridge closed."
    found = credits.dateline(text, RULES)
    assert (text[found.start : found.end], text[found.end :]) == ("PARIS, March 3 (AFP) — ", "The bridge closed.")
    assert found.agencies == ("AFP",)


SCRAPS = st.lists(
    st.sampled_from(
        [
            "Reuters",
            "AP",
            "By ",
            "Photo: ",
            "Source: ",
            "Jane Doe",
            "OSLO",
            "(",
            ")",
            "/",
            ", ",
            " - ",
            "©",
            " ",
            "\xa0",
            "jd",
            "March 3",
        ]
    )
    | st.text(max_size=5)
).map("".join)


@given(SCRAPS)
def test_any_text_can_be_read(text):
    """No text raises, and what is found stands in the text."""
    for kind in ("image", "caption", "source", "dateline"):
        assert read(kind, text) in text
    assert all(name in text for name in credits.byline(text, RULES) or ())
    assert credits.agency_credit(text, RULES) != ((), ())


@pytest.mark.parametrize("piece", ["(", "A ", "/", "AP/", "By Jane ", "Photo: ", "— ", "\xa0", ", "])
def test_the_time_grows_with_the_length_only(piece):
    text = (piece * 20_000)[:20_000]
    start = time.perf_counter()
    for kind in KINDS:
        read(kind, text)
        read(kind, text[: RULES.max_credit_chars])
    credits.agencies_in(text, RULES.agencies)
    assert time.perf_counter() - start < 3


def changed(name="metadata.toml", **keys):
    return {**FILES, name: {**TABLE, **keys}}


ROW = {"id": "a", "pattern": "a", "fires": {"a": "b"}, "silent": ["b"]}
AGENCY = {"name": "N", "aliases": "", "country": "NO", "kind": "news", "alone": "yes"}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (changed(imag=[]), "imag"),
        (changed(image=[{**ROW, "fires": {}}]), "needs a text"),
        (changed(image=[{**ROW, "pattern": "["}]), "image 'a'"),
        (changed(image=[{**ROW, "check": "nmaes"}]), "nmaes"),
        (changed(image=[{**ROW, "lang": "en"}]), "lang"),
        (changed(words={**TABLE["words"], "join": []}), "join"),
        ({**FILES, "agencies.tsv": [AGENCY, {**AGENCY, "name": "M", "aliases": "N"}]}, "'N' is both N and M"),
        ({**FILES, "agencies.tsv": [{**AGENCY, "kind": "paper"}]}, "paper"),
        ({**FILES, "agencies.tsv": [{**AGENCY, "alone": "maybe"}]}, "maybe"),
    ],
)
def test_rules_that_are_not_understood_are_refused(files, told):
    with pytest.raises(RuleError, match=told):
        credits.parse(files)
