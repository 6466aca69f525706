"""Dates: every rule's examples, hand-found cases, and laws that hold for any text."""

import time
import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.metadata import dates
from pipeline.rulebook import BUILT_IN, read_files

FILES = read_files([BUILT_IN])
TABLE = FILES["dates.toml"]
RULES = dates.parse(FILES)
CASES = tomllib.loads((Path(__file__).parent / "cases" / "dates.toml").read_text("utf-8"))["case"]


def examples(kind):
    return [pytest.param(row, id=row["id"]) for row in TABLE[kind]]


def values(text):
    return [found.value for found in dates.find_dates(text, RULES)]


def line(text):
    found = dates.only_date(text, RULES)
    return found.value if found else ""


@pytest.mark.parametrize("row", examples("date"))
def test_a_date_fires_and_stays_silent(row):
    assert {text: values(text) for text in row["fires"]} == {text: [value] for text, value in row["fires"].items()}
    assert [text for text in row["silent"] if values(text)] == []


@pytest.mark.parametrize("row", examples("clock"))
def test_a_clock_fires_and_stays_silent(row):
    assert {text: values(text) for text in row["fires"]} == {text: [value] for text, value in row["fires"].items()}
    assert [text for text in row["silent"] if any("T" in value for value in values(text))] == []


@pytest.mark.parametrize("row", examples("noise"))
def test_noise_fires_and_stays_silent(row):
    assert {text: line(text) for text in row["fires"]} == row["fires"]
    assert [text for text in row["silent"] if line(text)] == []


@pytest.mark.parametrize("row", examples("glued"))
def test_a_glued_date_fires_and_stays_silent(row):
    found = {text: dates.glued_date(text, RULES) for text in row["fires"]}
    assert {text: glued and glued.dated.value for text, glued in found.items()} == row["fires"]
    assert [text for text in row["silent"] if dates.glued_date(text, RULES)] == []


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
    assert values(case["given"]) == case["expect"]
    if "line" in case:
        assert line(case["given"]) == case["line"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Posted on January 21 2022, 14:14pm", "2022-01-21T14:14"),
        ("Veröffentlicht am 21.01.2022, 14:05 Uhr", "2022-01-21T14:05"),
        ("Publié le vendredi 21 janvier 2022 à 14h05", "2022-01-21T14:05"),
        ("Fri 21 Jan 2022 14.05 GMT", "2022-01-21T14:05Z"),
        ("Stand: 21.01.2022", "2022-01-21"),
        ("公開日時：2022年1月21日 14:05", "2022-01-21T14:05"),
        ("Wed., January 21, 2026, 2:00 p.m. ET", "2026-01-21T14:00"),
        ("21 January 2022, Berlin", ""),
        ("The bridge was closed on 21 January 2022", ""),
        ("January 21, 2022 The bridge", ""),
        ("Matches 1 - 20 of 2022-01-21", ""),
        ("", ""),
    ],
)
def test_a_line_of_nothing_but_a_date(text, value):
    assert line(text) == value


def test_the_span_of_a_glued_date_ends_where_the_sentence_begins():
    text = " date 2022-01-21 The mayor opened the bridge."
    glued = dates.glued_date(text, RULES)
    assert text[glued.end :] == "The mayor opened the bridge."
    assert text[glued.dated.start : glued.dated.end] == "2022-01-21"


@pytest.mark.parametrize(
    ("text", "update"),
    [("Last updated:", True), ("Published", False), ("Published, updated", False), ("Stand:", True), ("", False)],
)
def test_words_of_change(text, update):
    assert dates.is_update(text, RULES) is update


DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
FORMATS = ["{y}-{m:02}-{d:02}", "{d:02}.{m:02}.{y}", "{y}年{m}月{d}日", "{y}/{m}/{d}", "{y}. {m}. {d}."]


@given(DAYS, st.sampled_from(FORMATS))
def test_any_day_is_read_back_from_numbers(day, form):
    assert values(form.format(y=day.year, m=day.month, d=day.day)) == [day.isoformat()]


@given(DAYS, st.sampled_from([(lang, form) for lang, names in TABLE["months"].items() for form in range(2)]), st.data())
def test_any_day_is_read_back_from_any_name_of_its_month(day, lang_and_form, data):
    lang, form = lang_and_form
    name = data.draw(st.sampled_from(TABLE["months"][lang][day.month - 1].split())).replace("_", " ")
    dot = "." if name.startswith(".") else ""
    text = (f"{day.day}{dot} {name.lstrip('.')} {day.year}", f"{name} {day.day}, {day.year}")[0 if dot else form]
    assert values(text) == [day.isoformat()]


@given(DAYS)
def test_day_and_month_are_told_apart_or_left_alone(day):
    expected = [day.isoformat()] if day.day > 12 or day.day == day.month else []
    assert values(f"{day.day}/{day.month}/{day.year}") == expected
    assert values(f"{day.month}/{day.day}/{day.year}") == expected


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31)), st.integers(-56, 56))  # noqa: DTZ001
def test_moments_keep_their_offset_and_precision(moment, quarters):
    offset = timedelta(minutes=15 * quarters)
    sign, (hours, minutes) = "-" if quarters < 0 else "+", divmod(abs(offset) // timedelta(minutes=1), 60)
    text = f"{moment.isoformat(timespec='milliseconds')}{sign}{hours:02}:{minutes:02}"
    (found,) = dates.find_dates(f"Seen {text}.", RULES)
    assert (found.value, found.precision) == (text, "subsecond")


@given(st.integers(0, 23), st.integers(0, 59))
def test_half_days(hour, minute):
    clock = f"{(hour - 1) % 12 + 1}:{minute:02} {'am' if hour < 12 else 'pm'}"
    assert values(f"January 21, 2022 at {clock}") == [f"2022-01-21T{hour:02}:{minute:02}"]
    # 24 hours and a half day, as some templates print.
    assert hour < 13 or values(f"January 21 2022, {hour}:{minute:02}pm") == [f"2022-01-21T{hour:02}:{minute:02}"]


SCRAPS = st.lists(
    st.sampled_from(
        [
            "21",
            "1",
            "2022",
            "January",
            "Jan.",
            "janvier",
            "年",
            "月",
            "日",
            "14:05",
            "Z",
            "+02:00",
            "pm",
            "T",
            ".",
            "/",
            "-",
            " ",
            "\xa0",
            ", ",
        ]
    )
    | st.text(max_size=4)
).map("".join)


@given(SCRAPS)
def test_what_is_found_is_sound(text):
    """In any text: values are ISO 8601, spans lie in order and hold what they say."""
    end = 0
    for found in dates.find_dates(text, RULES):
        assert end <= found.start < found.end <= len(text)
        moment = datetime.fromisoformat(found.value)
        assert 1900 <= moment.year <= 2100
        assert ("T" in found.value) == (found.precision != "day")
        assert found.value in [again.value for again in dates.find_dates(text[found.start : found.end], RULES)]
        end = found.end
    only = dates.only_date(text, RULES)
    assert only is None or only in dates.find_dates(text, RULES)


@pytest.mark.parametrize(
    "piece", ["1", " ", "21. ", "Jan ", "2022-", "2022 ", "12:34 ", ", ", "年", "21 January 2022 at "]
)
def test_the_time_grows_with_the_length_only(piece):
    start = time.perf_counter()
    dates.find_dates((piece * 50_000)[:50_000] + " 2022!", RULES)
    assert time.perf_counter() - start < 3
