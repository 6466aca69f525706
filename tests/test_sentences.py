"""Sentences: the examples of the rules, and that nothing is lost between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import sentences
from pipeline.rulebook import BUILT_IN, read_files

FILES = read_files([BUILT_IN])
RULES = sentences.parse(FILES)


def split(text):
    return [text[start:end] for start, end in sentences.split(text, RULES)]


@pytest.mark.parametrize("example", FILES["sentences.toml"]["example"], ids=lambda example: example["text"][:30])
def test_examples(example):
    assert split(example["text"]) == example["sentences"]


@given(st.text(alphabet="aB1.!?…”“ '()。中\n", max_size=60))
def test_nothing_is_lost_but_white_space(text):
    assert "".join("".join(split(text)).split()) == "".join(text.split())


@given(st.lists(st.sampled_from([e["text"] for e in FILES["sentences.toml"]["example"]]), min_size=1, max_size=4))
def test_texts_one_after_the_other_have_the_sentences_of_each(texts):
    each = [sentence for text in texts for sentence in split(text)]
    assert split(" ".join(texts)) == each


def test_a_hostile_text_takes_no_longer_than_others():
    assert len(split("." * 200_000)) == 1
    assert len(split("a. " * 50_000)) == 1
