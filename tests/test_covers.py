"""Blocks whose sentences all stand elsewhere: they go only when every sentence stays."""

import pytest
from newsroom import background, covered_of, dice, newsroom, sentence

from pipeline.duplicates.clusters import REMOVED


def sentences(seed, count):
    rng = dice(seed)
    return list(dict.fromkeys(sentence(rng) for _ in range(3 * count)))[:count]


def test_a_paragraph_whose_sentences_stand_in_one_other_goes():
    one, two, three, four = sentences(1, 4)
    found = covered_of(background() | {"a": [f"{one} {two} {three} {four}"], "b": [one, f"{two} {three}", four]})
    assert {found["b", at] for at in range(3)} == {("covered", "a", 0)}
    assert ("a", 0) not in found


def test_a_paragraph_may_be_covered_by_several_and_names_the_one_with_most_of_it():
    one, two, three, other = sentences(2, 4)
    found = covered_of(background() | {"a": [f"{one} {other}"], "b": [two, three], "c": [f"{one} {two} {three}"]})
    assert found["c", 0][0] == "covered"


def test_one_sentence_more_and_it_stays():
    one, two, three, own = sentences(3, 4)
    found = covered_of(background() | {"a": [f"{one} {two} {three}"], "b": [f"{one} {own} {two}"]})
    assert found.get(("b", 0), ("",))[0] not in REMOVED


def test_a_short_sentence_is_covered_only_where_the_whole_document_is():
    one, two, three, own = sentences(4, 4)
    original = {"a": [f"{one} {two} Why not? {three}"]}
    assert covered_of(background() | original | {"b": [f"{one} Why not?"]})["b", 0] == ("covered", "a", 0)
    found = covered_of(background() | original | {"b": [f"{one} Why not?", own]})
    assert found.get(("b", 0), ("",))[0] not in REMOVED


def test_sentences_of_the_same_document_cover_nothing():
    one, two, three, _ = sentences(5, 4)
    assert not [p for p in covered_of(background() | {"a": [f"{one} {two} {three}", one, two]}) if p[0] == "a"]


@pytest.mark.parametrize("seed", range(4))
def test_what_sentences_are_told_of_covers_nothing(seed):
    corpus = newsroom(seed, documents=30)
    assert covered_of(corpus, told=True) == covered_of(corpus, told=False)


@pytest.mark.parametrize("seed", range(4))
def test_laws(seed):
    """What is referred to stays and refers to nothing; nothing that left stands for another."""
    corpus = newsroom(seed, documents=30)
    pieces = {f"{doc}#s": [s + "." for s in " ".join(page).split(". ") if s] for doc, page in list(corpus.items())[::3]}
    found = covered_of(corpus | pieces)
    assert "covered" in {kind for kind, _, _ in found.values()}
    assert {(doc, block) for _, doc, block in found.values()}.isdisjoint(found)
