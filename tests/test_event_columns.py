"""Mentions as columns: what is counted, who is paired, which groups hold together; each against the plain way."""

from collections import defaultdict
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.events import candidates, columns
from pipeline.events.clusters import Links, group
from pipeline.tables import MENTIONS, Mention, table_of

DAYS = {"": 0, "2023-05-01": 0, "2023-05-02": 1, "2023-05-03": 2, "2023-06-01": 31}
SLOTS = ("name", "figure")

seen = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"), st.sampled_from(["oduya", "sollund", "kerr", "velm"]), st.sampled_from(SLOTS)
    ),
    max_size=60,
)
days = st.fixed_dictionaries({doc: st.sampled_from(sorted(DAYS)) for doc in "abcdefgh"})


def laid_out(rows, published):
    mentions = [Mention(doc, 0, name, slot) for doc, name, slot in rows]
    mentions += [Mention(doc, 0, day, "published") for doc, day in published.items() if day]
    batches = [table_of(mentions[at : at + 7], MENTIONS) for at in range(0, len(mentions), 7)]
    corpus = columns.lay_out(lambda: batches)
    return corpus, [columns.shared(corpus, lambda: batches, slot, 10) for slot in SLOTS]


@settings(max_examples=60, deadline=None)
@given(seen, days)
def test_documents_are_in_the_order_of_their_days(rows, published):
    corpus, _ = laid_out(rows, published)
    docs = corpus.docs.to_pylist()
    assert set(docs) == {doc for doc, _, _ in rows} | {doc for doc, day in published.items() if day}
    assert docs == sorted(docs, key=lambda doc: (published[doc], doc))


@settings(max_examples=60, deadline=None)
@given(seen, days)
def test_what_is_shared_is_counted_once_a_document(rows, published):
    corpus, slots = laid_out(rows, published)
    docs = corpus.docs.to_pylist()
    for slot, found in zip(SLOTS, slots, strict=True):
        having = defaultdict(set)
        for doc, name, where in rows:
            if where == slot:
                having[name].add(doc)
        owners = [sorted(docs.index(doc) for doc in some) for some in having.values() if len(some) > 1]
        got = [found.owners[a:b].tolist() for a, b in zip(found.starts, found.starts[1:], strict=False)]
        assert sorted(got) == sorted(owners)
        for doc, total in zip(docs, found.totals.tolist(), strict=True):
            mine = [len(some) for some in having.values() if doc in some]
            assert total == sum(round(columns.UNIT * (1 - np.log(n) / np.log(10))) for n in mine)


@settings(max_examples=100, deadline=None)
@given(seen, days, st.integers(2, 9), st.integers(1, 2))
def test_pairs_are_those_that_share_rare_values_of_their_days(rows, published, most, least):
    corpus, slots = laid_out(rows, published)
    docs = corpus.docs.to_pylist()
    got = [
        p
        for some in candidates.pairs(corpus, slots, 1, most, least)
        for p in zip(*(s.tolist() for s in some), strict=True)
    ]
    assert sorted(got) == expected(rows, published, docs, most, least)


def expected(rows, published, docs, most, least):
    having = defaultdict(set)
    for doc, name, slot in rows:
        having[slot, name].add(doc)
    common = defaultdict(int)
    for some in having.values():
        for a, b in combinations(sorted(some, key=docs.index), 2):
            left, right = published[a], published[b]
            near = not left or DAYS[right] - DAYS[left] <= 1
            those = [doc for doc in some if published[doc] and 0 <= DAYS[published[doc]] - DAYS[left] <= 1]
            if near and (len(some) <= most or (left and len(those) <= most)):
                common[docs.index(a), docs.index(b)] += 1
    return sorted(pair for pair, count in common.items() if count >= least)


def test_pairs_do_not_depend_on_how_many_are_looked_at_in_one_go(monkeypatch):
    rows = [(doc, name, "name") for doc in "abcdefgh" for name in ("oduya", "kerr")]
    corpus, slots = laid_out(rows, {})
    once = [s.tolist() for some in candidates.pairs(corpus, slots, 1, 9, 2) for s in some]
    monkeypatch.setattr(candidates, "_AT_ONCE", 3)
    parts = list(candidates.pairs(corpus, slots, 1, 9, 2))
    assert len(parts) > 1
    assert [np.concatenate(side).tolist() for side in zip(*parts, strict=True)] == once


def test_hashes_are_those_of_the_texts_wherever_they_stand():
    texts = ["", "a", "aa", "kerr", "Ödön", "b" * 1000]
    whole = columns._hashes(pa.array(texts), None).tolist()
    assert len(set(whole)) == len(texts)
    assert columns._hashes(pa.array(texts)[2:], None).tolist() == whole[2:]
    assert columns._hashes(pa.array([], pa.string()), None).tolist() == []
    assert columns._hashes(pa.array(["kerr"]), None).tolist() == [whole[3]]


links = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda p: p[0] < p[1]), unique=True, max_size=30
)


@settings(max_examples=100, deadline=None)
@given(links, st.lists(st.integers(0, 4), min_size=12, max_size=12), st.sampled_from([0.0, 0.2, 0.5, 1.0]))
def test_groups_span_no_more_days_than_they_may_and_hold_together(pairs, when, share):
    left, right = (np.array(side, np.int64) for side in (zip(*pairs, strict=True) if pairs else ((), ())))
    found = group(Links(left, right, np.ones(len(pairs))), np.array(when), 1, share)
    members = defaultdict(list)
    for number, leader in found.items():
        members[leader].append(number)
    for leader, some in members.items():
        assert leader == min(some)
        assert len(some) > 1
        known = [when[n] for n in some if when[n]]
        assert not known or max(known) - min(known) <= 1
        if share == 1.0:
            assert all(pair in pairs for pair in combinations(sorted(some), 2))


@pytest.mark.parametrize("day", ["2023", "yesterday", "2023-13-01", ""])
def test_what_names_no_day_is_no_day(day):
    assert columns._day(day) == columns.NO_DAY
