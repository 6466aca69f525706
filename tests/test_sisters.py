"""Invented sister articles: the reports of an event come together, look-alikes stay apart, quotations are aligned."""

import tomllib
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest
from newsroom import dice
from sisters import b_cubed, newsdesk
from test_events import RULES, batches_of, gathered, mentioned

from pipeline import events
from pipeline.events import aligning, speakers
from pipeline.tables import Event, Quotation, rows_of

FLOORS = tomllib.loads((Path(__file__).parent / "golden" / "events.toml").read_text("utf-8"))
SEEDS = range(4)


@pytest.fixture(scope="module", params=SEEDS)
def articles(request):
    return newsdesk(request.param)


@pytest.fixture(scope="module")
def one():
    return newsdesk(0)


def mentions_of(articles):
    return mentioned([{"doc": a.doc, "text": a.text} for a in articles])


def found_in(articles, dates):
    got = {row.doc: row.event for row in rows_of(gathered(mentions_of(articles), dates), Event)}
    return {a.doc: got.get(a.doc, a.doc) for a in articles}


def quoted_in(article):
    lines = article.text.split("\n")
    return [
        Quotation(article.doc, s.text, s.start, s.end, s.speaker, lines[s.text][s.start : s.end])
        for s in speakers.said(lines, RULES.speech)
    ]


def test_there_are_enough_of_them(articles):
    reports = Counter(a.event for a in articles)
    assert sum(count > 1 for count in reports.values()) >= 60
    assert len(articles) >= 300
    assert sum(a.date is None for a in articles) >= 50
    assert sum("-later" in event or "-same-day" in event or "-profile" in event for event in reports) >= 60


def test_reports_of_one_event_come_together_and_look_alikes_stay_apart(articles):
    gold = {a.doc: a.event for a in articles}
    precision, recall, f1 = b_cubed(found_in(articles, {a.doc: a.date for a in articles}), gold)
    assert precision >= FLOORS["precision"]
    assert recall >= FLOORS["recall"]
    assert f1 >= FLOORS["f1"]


def test_without_dates_less_comes_together_and_hardly_more_that_is_wrong(one):
    gold = {a.doc: a.event for a in one}
    precision, recall, _ = b_cubed(found_in(one, {}), gold)
    assert precision >= FLOORS["undated_precision"]
    assert recall >= FLOORS["undated_recall"]


@pytest.mark.parametrize("size", [37, 1000, 100_000])
def test_order_and_size_of_batches_change_nothing(one, size):
    mentions, dates = mentions_of(one), {a.doc: a.date for a in one}
    once = gathered(mentions, dates)
    dice(size).shuffle(mentions)
    batches = batches_of(mentions, dates, size)
    assert events.gather(lambda: iter(batches), RULES).equals(once)


def test_what_was_said_is_found_with_its_speaker(articles):
    for article in articles:
        found = {row.text.strip("."): row.speaker for row in quoted_in(article)}
        for words, speaker in article.spoken.values():
            assert words in found, article.doc
            assert (found[words] or "").split()[-1:] == [speaker], article.text


def test_wordings_of_one_quotation_are_aligned_and_no_others(articles):
    counts = Counter()
    reports = defaultdict(list)
    for article in articles:
        reports[article.event].append(article)
    for event, some in reports.items():
        rows = [row for article in some for row in quoted_in(article)]
        number = {(q.doc, q.text.strip(".")): q.quote for q in aligning.align(event, rows, RULES.alignment)}
        for one, other in combinations(some, 2):
            for name, (words, _) in one.spoken.items():
                for second, (theirs, _) in other.spoken.items():
                    at = number.get((one.doc, words))
                    same = at is not None and at == number.get((other.doc, theirs))
                    counts[name == second, same] += 1
    assert counts[True, True] / (counts[True, True] + counts[True, False]) >= FLOORS["aligned"]
    assert counts[False, True] <= FLOORS["misaligned"] * counts[False, False]
