"""Sentences: the examples of the rules, and that nothing is lost between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.duplicates import sentences
from pipeline.rulebook import BUILT_IN, read_files

FILES = read_files([BUILT_IN])
RULES = sentences.parse(FILES)


@pytest.mark.parametrize("example", FILES["sentences.toml"]["example"], ids=lambda example: example["text"][:30])
def test_examples(example):
    assert sentences.split(example["text"], RULES) == example["sentences"]


@given(st.text(alphabet="aB1.!?…”“ '()。中\n", max_size=60))
def test_nothing_is_lost_but_white_space(text):
    assert "".join("".join(sentences.split(text, RULES)).split()) == "".join(text.split())


@given(st.lists(st.sampled_from([e["text"] for e in FILES["sentences.toml"]["example"]]), min_size=1, max_size=4))
def test_texts_one_after_the_other_have_the_sentences_of_each(texts):
    each = [sentence for text in texts for sentence in sentences.split(text, RULES)]
    assert sentences.split(" ".join(texts), RULES) == each


def test_a_hostile_text_takes_no_longer_than_others():
    assert len(sentences.split("." * 200_000, RULES)) == 1
    assert len(sentences.split("a. " * 50_000, RULES)) == 1
