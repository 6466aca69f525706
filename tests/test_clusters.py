"""Copies: what repeats what, who stays, and that neither order nor chunks of the signatures matter."""

from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from newsroom import RULES, background, copies_of, dice, dressed, newsroom, paragraph, reworded, signed, told

from pipeline.duplicates import buckets, candidates, grouping, originals, ragged, rows, tallies, texts
from pipeline.duplicates import linked as linked_blocks
from pipeline.duplicates.clusters import REMOVED, close, judge, lay, link, parse
from pipeline.lift import RuleError
from pipeline.rulebook import BUILT_IN, read_files
from pipeline.store_numbers import Shelf
from pipeline.tables import COPIES, SIGNATURES, Copy, batch_of, rows_of, table_of

VOCABULARY = [
    "the",
    "a",
    "of",
    "Velm",
    "Arve",
    "not",
    "7",
    "9",
    "bridge",
    "closed",
    "opened",
    "again",
    "中国",
    "外交",
    "x",
]


def check_laws(signatures, copies):
    """What holds for every table of copies."""
    precedence = {(s["doc"], s["block"]): (s["published"] or "~", s["doc"], s["block"]) for s in signatures.to_pylist()}
    exact = {(s["doc"], s["block"]): s["exact"] for s in signatures.to_pylist()}
    places = [(c.doc, c.block) for c in copies]
    keepers = {(c.ref_doc, c.ref_block) for c in copies}
    assert places == sorted(set(places)), "in order, one row a block"
    assert keepers.isdisjoint(places), "what is referred to is itself no copy"
    assert keepers | set(places) <= precedence.keys(), "every reference exists"
    for c in copies:
        here, there = (c.doc, c.block), (c.ref_doc, c.ref_block)
        assert 0 < c.score <= 1
        if c.kind in REMOVED:
            assert precedence[there] < precedence[here], "the earliest stays"
        assert (exact[here] == exact[there]) == (c.kind == "exact")
        assert c.kind != "near" or c.score >= RULES.duplicate.verdicts.through
        if c.doc == c.ref_doc:
            assert c.kind == "exact" or c.score >= RULES.duplicate.verdicts.near_within


@pytest.mark.parametrize("seed", range(6))
def test_laws_and_order(seed):
    rng = dice(seed)
    corpus = newsroom(seed, documents=40)
    signatures = signed(corpus, {doc: rng.choice(["2022", "2023", None]) for doc in corpus})
    copies = link(signatures, RULES.duplicate)
    assert {"exact", "near"} <= set(copies["kind"].to_pylist())
    check_laws(signatures, rows_of(copies, Copy))
    for _ in range(3):
        order = list(range(signatures.num_rows))
        rng.shuffle(order)
        cuts = sorted(rng.sample(range(len(order)), 3))
        shuffled = signatures.take(order)
        parts = [shuffled.slice(a, b - a) for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]
        assert link(pa.concat_tables(parts), RULES.duplicate).equals(copies)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_laws_hold_for_any_texts(data):
    words = st.sampled_from(VOCABULARY)
    paragraphs = st.lists(st.lists(words, max_size=14).map(" ".join), max_size=6)
    corpus = data.draw(st.dictionaries(st.sampled_from("abcdef"), paragraphs, max_size=5))
    signatures = signed(corpus)
    copies = link(signatures, RULES.duplicate)
    check_laws(signatures, rows_of(copies, Copy))
    order = data.draw(st.permutations(range(signatures.num_rows)))
    assert link(signatures.take(pa.array(order, pa.int64())), RULES.duplicate).equals(copies)


def test_nothing_to_link():
    assert link(SIGNATURES.empty_table(), RULES.duplicate).equals(table_of([], COPIES))
    assert copies_of({"a": ["", "***", "Background"], "b": ["", "***", "Background"]}) == []


def test_the_earliest_stays_whatever_the_path():
    text = paragraph(dice(1))
    assert told({"a": [text], "b": [text]}, {"a": "2023-02", "b": "2023-01"}) == {("a", 0): ("exact", "b", 0)}


def test_every_copy_of_a_chain_refers_to_the_one_that_stays():
    rng = dice(5)
    first = paragraph(rng, 4)
    corpus = {"a": [first]}
    for before, doc in zip("abc", "bcd", strict=True):
        corpus[doc] = [reworded(rng, corpus[before][0], 0.03)]
    corpus["e"] = [dressed(rng, corpus["d"][0])]
    found = told(background() | corpus)
    assert {found[doc, 0] for doc in "bcde"} == {("near", "a", 0)}


def test_who_drifts_too_far_from_the_keeper_gets_one_nearby():
    """Each text has three words in forty changed against the one before, the last has one."""
    rng = dice(8)
    words = [
        f"{a}{b}"
        for a in ("lar", "mon", "tef", "sil", "gub")
        for b in ("ado", "ine", "ush", "ely", "orn", "ack", "imp", "yst")
    ]
    rng.shuffle(words)
    pages = {"a": [" ".join(words)]}
    for step, doc in enumerate("bcdefg"):
        changed = range(3 * step, 3 * step + (3 if doc != "g" else 1))
        words = [f"{word}en" if at in changed else word for at, word in enumerate(words)]
        pages[doc] = [" ".join(words)]
    found = told(background() | pages)
    keepers = {doc: found[doc, 0][:2] for doc in "bcdefg" if (doc, 0) in found}
    assert keepers == {**dict.fromkeys("bcd", ("near", "a")), **dict.fromkeys("fg", ("near", "e"))}


def test_a_headline_repeated_in_its_document_goes_and_a_short_answer_stays():
    page = [
        "Ferry aground off Hesmark",
        "“Why not?” she asked.",
        "Why not?",
        "He said it again:",
        "Why not?",
        "Ferry aground off Hesmark",
    ]
    assert told({"a": page}) == {("a", 5): ("exact", "a", 0)}


def test_a_short_line_goes_only_right_behind_itself():
    assert told({"a": ["Gull Post", "Gull Post", "Gull Post"]}) == {
        ("a", 1): ("exact", "a", 0),
        ("a", 2): ("exact", "a", 0),
    }
    assert told({"a": ["Gull Post", "Home", "Gull Post"]}) == {}


def test_headings_are_copies_only_where_the_document_is_one():
    rng = dice(2)
    body = [paragraph(rng) for _ in range(6)]
    original = ["Background", body[0], body[1], "What next", *body[2:]]
    other = ["Background", paragraph(rng), body[0], paragraph(rng), "What next"]
    found = told({"a": original, "b": original, "c": other})
    assert {place[1] for place in found if place[0] == "b"} == set(range(len(original)))
    assert [place for place in found if place[0] == "c"] == [("c", 2)]


def test_like_paragraphs_of_one_document_are_both_meant():
    rng = dice(4)
    text = paragraph(rng, 3)
    other = reworded(rng, text, 0.06)
    assert told(background() | {"a": [text], "b": [other]})["b", 0][0] == "near"
    assert ("a", 1) not in told(background() | {"a": [text, other]})
    both = told(background() | {"a": [text], "b": [reworded(rng, text, 0.03), other]})
    assert sum(both.get(("b", i), ("",))[0] == "near" for i in (0, 1)) == 1


def test_a_common_paragraph_does_not_fall_out():
    """More variants of one paragraph than a shingle may have texts."""
    rng = dice(6)
    text = paragraph(rng, 4)
    corpus = {f"{i:03d}": [reworded(rng, text, 0.04)] for i in range(90)}
    found = copies_of(background() | corpus)
    assert sum(c.kind == "near" for c in found) > 80


def test_look_alikes_that_both_resemble_a_third_do_not_stand_for_each_other():
    base = (
        "The storm tore the roof off the market hall in Arve, and {} stalls were flooded "
        "before the fire brigade came, a trader said."
    )
    corpus = {"b": [base.format("several")], "c": [base.format(17)], "d": [base.format(23)]}
    found = told(background() | corpus)
    assert not any(kind in REMOVED for kind, _, _ in (found.get((doc, 0), ("", "", 0)) for doc in "cd"))
    assert sum(doc in "bcd" for doc, _ in found) == 1, "nor are both told of as what the third says"


def made_up(rng, times):
    """So many words that stand nowhere else."""
    return [
        "".join(rng.choice(list("bdfgklmnprst")) + rng.choice(list("aeiou")) for _ in range(5)) for _ in range(times)
    ]


def test_who_is_alike_a_copy_is_told_of_by_its_keeper():
    rng = dice(9)
    words, other = made_up(rng, 40), made_up(rng, 15)
    corpus = {"a": [*other[:6], *words[6:]], "b": words, "c": [*words[:31], *other[6:]]}
    found = told(background() | {doc: [" ".join(text)] for doc, text in corpus.items()})
    assert found["b", 0] == ("near", "a", 0)
    assert found["c", 0] == ("reworded", "a", 0)


@pytest.mark.parametrize(("rarer", "wanted"), [((), []), ((0.05,), ["copy"])])
def test_where_all_runs_of_words_are_frequent_rarer_words_lead_to_a_copy(rarer, wanted):
    """Forty texts of one frame with a word of their own in every gap; in the copy others stand around each of these."""
    rng = dice(10)
    frame = [made_up(rng, 3) for _ in range(8)]
    own = {f"{doc:02d}": made_up(rng, 8) for doc in range(40)}
    corpus = {
        doc: [" ".join(chain(*([*three, word] for three, word in zip(frame, words, strict=True))))]
        for doc, words in own.items()
    }
    torn = ([*three, three[1], word, three[1]] for three, word in zip(frame, own["07"], strict=True))
    corpus["copy"] = [" ".join(chain(*torn))]
    rules = replace(RULES.duplicate, candidates=RULES.duplicate.candidates._replace(rarer=rarer, longest=30))
    found = rows_of(link(signed(corpus), rules), Copy)
    assert [copy.doc for copy in found if copy.ref_doc == "07"] == wanted


def copy(doc, block, ref_doc, ref_block, kind="exact"):
    return Copy(doc, block, kind, 1.0, ref_doc, ref_block)


def whole(*copies, **blocks):
    found = originals.whole_documents(
        table_of([c for c in copies if c.kind in REMOVED], COPIES), blocks, RULES.duplicate.whole
    )
    return {doc: original for doc, (original, _) in found.items()}


def test_a_document_that_repeats_another_is_named_with_it():
    assert whole(copy("b", 0, "a", 0), copy("b", 1, "a", 1), a=2, b=2) == {"b": "a"}
    assert whole(copy("b", 0, "a", 0), a=2, b=2) == {}
    assert whole(copy("b", 0, "a", 0), copy("b", 1, "a", 1, "reworded"), a=2, b=2) == {}
    assert whole(copy("b", 0, "b", 1), copy("b", 2, "b", 1), a=1, b=3) == {}


def test_a_document_may_repeat_another_whose_paragraphs_are_copies_themselves():
    first, second = copy("b", 0, "a", 0), copy("c", 0, "a", 0)
    assert whole(first, second, copy("c", 1, "b", 1), a=1, b=2, c=2) == {"c": "b"}


def test_what_is_a_copy_of_a_copy_names_the_first():
    assert whole(copy("b", 0, "a", 0), copy("c", 0, "b", 1), a=1, b=1, c=1) == {"b": "a", "c": "a"}


@given(st.lists(st.tuples(*[st.sampled_from("abcd"), st.integers(0, 3)] * 2), max_size=12))
def test_whole_documents_make_no_chains(rows):
    copies = {(doc, block): copy(doc, block, ref, to) for doc, block, ref, to in rows if (doc, block) != (ref, to)}
    found = whole(*copies.values(), a=1, b=2, c=2, d=3)
    assert found.keys().isdisjoint(found.values())


@pytest.mark.parametrize("seed", range(3))
def test_the_same_pages_under_other_names(seed):
    corpus = newsroom(seed, documents=12)
    again = {f"zz-{doc}": page for doc, page in corpus.items()}
    signatures = signed(corpus | again)
    copies = link(signatures, RULES.duplicate)
    found = set(linked(signatures).twins())
    assert found >= again.keys()
    left = {(d, b) for d, page in again.items() for b in range(len(page))} - {
        (c.doc, c.block) for c in rows_of(copies, Copy)
    }
    assert left == set()


def test_a_misspelt_threshold_is_refused():
    files = read_files([BUILT_IN])
    files["duplicate.toml"]["likeness"]["neer"] = 0.5
    with pytest.raises(RuleError, match="neer"):
        parse(files)


def test_templates_and_wires_are_told_apart():
    rng = dice(3)
    template, wire, both = (paragraph(rng) for _ in range(3))
    corpus = {f"one/{i:02d}": [template, both] for i in range(25)} | {f"s{i}/a": [wire, both] for i in range(3)}
    blocks = signed(corpus)
    hosts = pa.array([doc.split("/", maxsplit=1)[0] for doc in blocks["doc"].to_pylist()])
    found = link(blocks.set_column(2, SIGNATURES.field("host"), hosts), RULES.duplicate)
    spread = {(c.ref_doc, c.ref_block): c.spread for c in rows_of(found, Copy)}
    assert spread == {("one/00", 0): "template", ("one/00", 1): "wire", ("s0/a", 0): "wire"}


def test_an_unknown_claim_is_refused():
    files = read_files([BUILT_IN])
    files["duplicate.toml"]["blocks"]["keeper"] = ["published", "beauty"]
    with pytest.raises(RuleError, match="beauty"):
        parse(files)


def linked(signatures, folder=None, at_once=buckets.TEXTS_AT_ONCE):
    def read(columns):
        return iter(signatures.select(columns).to_batches(max_chunksize=16))

    shelf = Shelf(folder)
    lay(read, shelf, RULES.duplicate, at_once)
    shelf = Shelf(folder) if folder else shelf  # as another process finds it
    numbers = reversed(range(buckets.buckets(shelf)))
    return close(shelf, [judge(shelf, number, RULES.duplicate) for number in numbers], RULES.duplicate)


@settings(max_examples=4, deadline=None)
@given(st.data())
def test_neither_buckets_nor_batches_nor_the_disk_make_a_difference(data):
    """Whatever is looked at in one go, and wherever numbers lie meanwhile, the copies are the same."""
    signatures = signed(newsroom(data.draw(st.integers(0, 99)), documents=12))
    wanted = link(signatures, RULES.duplicate)
    few = partial(data.draw, st.integers(5, 300))
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(candidates, "_WORDS_AT_ONCE", few())
        patch.setattr(candidates, "_PAIRS_AT_ONCE", few())
        patch.setattr(buckets, "_WORDS_AT_ONCE", few())
        patch.setattr(linked_blocks, "_ROWS_AT_ONCE", few())
        patch.setattr(grouping, "_AT_ONCE", few())
        patch.setattr(ragged, "_AT_ONCE", few())
        patch.setattr(rows, "_AT_ONCE", few())
        patch.setattr(texts, "_AT_ONCE", few())
        found = linked(signatures, Path(folder), few()).copies()
        assert batch_of(pa.Table.from_batches(found, COPIES)).equals(wanted)


def test_tallies_count_in_bounded_memory(monkeypatch):
    numbers = pa.array([3, 1, 3, 2, 3, 1]).to_numpy()
    monkeypatch.setattr(tallies, "_AT_ONCE", 2)
    tally = tallies.Tally()
    for at in range(0, 6, 2):
        tally.add(numbers[at : at + 2])
    assert [column.tolist() for column in tally.result()] == [[1, 2, 3], [2, 1, 3]]
