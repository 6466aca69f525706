"""Events: reports of one event come together, however they are written; the same people on another day do not."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from newsroom import dice

from pipeline import events, rulebook
from pipeline.lift import RuleError
from pipeline.rulebook import BUILT_IN, read_files
from pipeline.tables import EVENTS, MENTIONS, Block, Event, Mention, rows_of, table_of

RULES = rulebook.load().events
REPORTS = tomllib.loads((Path(__file__).parent / "cases" / "events.toml").read_text("utf-8"))["report"]
DATES = {report["doc"]: report.get("date") for report in REPORTS}


def page(doc, text, link_chars=0):
    return [
        Block(doc, i, "line", "", i, link_chars, "\n", None, None, None, None, t)
        for i, t in enumerate(text.split("\n"))
        if t.strip()
    ]


def mentioned(reports):
    return [mention for report in reports for mention in events.mentions(page(report["doc"], report["text"]), RULES)]


def batches_of(mentions, dates, size=1000):
    days = [Mention(doc, 0, day, "published") for doc, day in dates.items() if day is not None]
    rows = [*mentions, *days]
    return [table_of(rows[at : at + size], MENTIONS) for at in range(0, max(1, len(rows)), size)]


def gathered(mentions, dates):
    return events.gather(lambda: batches_of(mentions, dates), RULES)


def groups(batch):
    found = {}
    for row in rows_of(batch, Event):
        found.setdefault(row.event, set()).add(row.doc)
    return sorted(map(sorted, found.values()))


def slots(text, slot):
    return [m.name for m in events.mentions(page("d", text), RULES) if m.slot == slot]


def expected(reports):
    found = {}
    for report in reports:
        if report["event"] != "alone":
            found.setdefault(report["event"], []).append(report["doc"])
    return sorted(map(sorted, found.values()))


def test_reports_of_one_event_come_together_and_no_others():
    assert groups(gathered(mentioned(REPORTS), DATES)) == expected(REPORTS)


@pytest.mark.parametrize("left_out", range(len(REPORTS)))
def test_one_report_less_never_brings_strangers_together(left_out):
    rest = [report for i, report in enumerate(REPORTS) if i != left_out]
    told = {report["doc"]: report["event"] for report in rest}
    for members in groups(gathered(mentioned(rest), DATES)):
        assert len({told[doc] for doc in members}) == 1, members
        assert "alone" not in {told[doc] for doc in members}, members


def test_without_any_date_only_what_was_said_brings_reports_together():
    reports = [report for report in REPORTS if "a-year-later" not in report["doc"]]  # only its date gives it away
    told = {report["doc"]: report["event"] for report in reports}
    found = groups(gathered(mentioned(reports), {}))
    assert found
    assert all(len({told[doc] for doc in members}) == 1 for members in found)


def test_an_event_is_named_after_its_first_document():
    for row in rows_of(gathered(mentioned(REPORTS), DATES), Event):
        assert row.event <= row.doc
        assert 0 < row.score <= 1


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_mentions_makes_no_difference(seed):
    mentions = mentioned(REPORTS)
    once = gathered(mentions, DATES)
    dice(seed).shuffle(mentions)
    batches = batches_of(mentions, dict(reversed(DATES.items())), size=50)
    assert events.gather(lambda: reversed(batches), RULES).equals(once)


def test_an_event_never_spans_more_days_than_it_may():
    """A chain of reports, each a day after the one before."""
    text = REPORTS[0]["text"]
    reports = [{"doc": f"{day:02d}", "text": text} for day in range(1, 9)]
    dates = {f"{day:02d}": f"2023-04-{day:02d}" for day in range(1, 9)}
    found = groups(gathered(mentioned(reports), dates))
    assert all(int(members[-1]) - int(members[0]) <= RULES.max_days for members in found)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"),
            st.sampled_from(["arve", "velm", "oduya", "sollund", "kerr", "500", "said so now"]),
        ),
        max_size=40,
    ),
    st.dictionaries(
        st.sampled_from("abcdef"), st.sampled_from(["2023-01-01", "2023-01-02", "2023-02-01", "2023", "", None])
    ),
)
def test_laws_hold_for_any_mentions(seen, dates):
    slot = {"500": "figure", "said so now": "quote"}
    rows = rows_of(gathered([Mention(doc, 0, name, slot.get(name, "name")) for doc, name in seen], dates), Event)
    docs = [row.doc for row in rows]
    assert len(docs) == len(set(docs))
    assert [(row.event, row.doc) for row in rows] == sorted((row.event, row.doc) for row in rows)
    for event in {row.event for row in rows}:
        members = [row.doc for row in rows if row.event == event]
        assert event == min(members)
        assert len(members) > 1


def test_names_spelt_in_two_ways_are_one():
    spellings = [
        ["lavrov", "selenskij", "sergej", "kiew", "dmitri", "antony"],
        ["lawrow", "zelenskyy", "sergey", "kyiv", "dmitry", "anthony"],
    ]
    others = ["oduya", "brandt", "arata", "vanti", "farouk", "maddox", "salgado", "kerr"]
    quotes = ["we are not afraid", "are not afraid of"]
    docs = dict(zip("abc", [*spellings, others], strict=True))
    seen = [Mention(doc, 0, name, "name") for doc, names in docs.items() for name in names]
    seen += [Mention(doc, 1, quote, "quote") for doc in docs for quote in quotes]
    assert groups(gathered(seen, {})) == [["a", "b"]]


def test_nothing_to_gather():
    assert gathered([], {}).equals(table_of([], EVENTS))


def test_names_are_words_with_a_capital_inside_a_sentence_that_are_never_written_small():
    text = "Then Elena Marchuk met the Minister in Lesk, said an aide of the minister. Only Halvorsen’s driver Bo came."
    assert slots(text, "name") == ["bo", "elena", "halvorsen", "lesk", "marchuk"]
    assert slots("Marchuk Warns Tarn After The Long Meeting In Lesk On Friday", "name") == []


def test_small_figures_and_years_tell_nothing():
    assert slots(
        "In 2023 about 4,200 soldiers and 12 cooks came, 6.5 percent more than in May, at 14:30 sharp.", "figure"
    ) == ["14:30", "4200", "6.5"]


def test_quotations_are_held_word_by_word():
    assert slots("She called it “frank and open”, not „long overdue“, he said to the few reporters.", "quote") == [
        "frank and open",
        "long overdue",
    ]
    assert slots('"We will open the crossing tomorrow," she told them in the hall.', "quote") == [
        "open the crossing tomorrow",
        "we will open the",
        "will open the crossing",
    ]


def test_menus_and_teasers_are_not_looked_at():
    assert mentioned([{"doc": "d", "text": "Home | Elena Marchuk | Lesk\nTarn and Orvania"}]) == []
    teaser = "Read how Elena Marchuk met Dmitri Halvorsen in the old hotel of Lesk"
    assert events.mentions(page("d", teaser, link_chars=len(teaser)), RULES) == []


@pytest.mark.parametrize(
    "text", ['"' * 100_000, "“" * 100_000, "A" * 100_000, "“a b " * 50_000, "1" * 100_000 + " a" * 8]
)
def test_hostile_text_is_read_in_good_time(text):
    events.mentions(page("d", text + " and then some words more"), RULES)


def test_a_misspelt_threshold_is_refused():
    files = read_files([BUILT_IN])
    files["events.toml"]["together"]["min_naims"] = 4
    with pytest.raises(RuleError, match="min_naims"):
        events.parse(files)


def test_the_five_seeds_are_one_event(seeds):
    reports = [{"doc": path.name, "text": path.read_text("utf-8")} for path in sorted(seeds.glob("*.txt"))]
    dated = ("000_009f55bc5ade4031.txt", "003_8e2133d341654a3f.txt", "004_aff967ff3a263117.txt")
    dates = dict.fromkeys(dated, "2022-01-21")
    for known in (dates, {**dates, dated[-1]: None}):
        assert groups(gathered(mentioned(reports), known)) == [[report["doc"] for report in reports]]
        assert groups(gathered(mentioned(reports + REPORTS), known | DATES)) == sorted(
            [[r["doc"] for r in reports], *expected(REPORTS)]
        )
