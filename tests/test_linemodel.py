"""The line model: trees answer as written, labels are the best of all, and an invented page is judged rightly."""

import itertools
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import linemodel
from pipeline.lift import RuleError
from pipeline.linemodel import Decoding, decode, parse, weigh
from pipeline.linemodel.features import FEATURES
from pipeline.rulebook import BUILT_IN, read_files
from pipeline.tables import BLOCKS, Block, table_of

FILES = read_files([BUILT_IN])
MODEL = parse(FILES)
SEEDS = Path(__file__).resolve().parents[2] / "shared" / "bench" / "boilerplate" / "wet_seeds.jsonl"
MAX_BYTES = 400_000

# An invented page: what is the article's is marked with a plus sign.
PAGE = """
The Harbour Courier
Home
Sport
Business
Weather
Sign in
Subscribe
Ferry to the islands returns after two months
By Ann Example
3 March 2031, 10:15
Share on Facebook
Share on Twitter
+The ferry between the mainland and the northern islands sailed again on Monday morning, two months after a fire in its engine room.
+About ninety passengers were on board when the ship left the harbour at seven, the operator said. Many of them had not seen their families since the winter.
+“We are glad to be back,” said the captain, who has worked on the line for eleven years. “The islands need this ship, and we know it.”
+During the repairs a smaller boat carried mail and medicine, but it could not take cars. Shops on the islands ran out of flour and fuel more than once, and two weddings were put off.
+The operator said that the new engine uses a third less fuel. It will publish the report of its own inquiry into the fire in April.
Related articles
Council votes on new pier
Ten things to do this weekend
Comments
Leave a reply
Your email address will not be published.
Sign up for our newsletter
Privacy policy
Terms of use
© 2031 The Harbour Courier. All rights reserved.
""".strip()  # noqa: E501


def batch(doc, lines, tags=None):
    tags = tags or [("line", "", 0)] * len(lines)
    rows = [
        Block(doc, i, kind, path, 0, links, "\n", None, None, None, None, line)
        for i, (line, (kind, path, links)) in enumerate(zip(lines, tags, strict=True))
    ]
    return table_of(rows, BLOCKS)


def labelled():
    lines = PAGE.split("\n")
    return [line.removeprefix("+") for line in lines], np.array([line.startswith("+") for line in lines])


def kept(blocks):
    return decode(weigh(blocks, MODEL).logits, blocks["doc"], MODEL.decoding)


def test_an_invented_page_of_plain_text_is_judged_rightly():
    lines, wanted = labelled()
    assert kept(batch("a", lines)).tolist() == wanted.tolist()


def test_the_same_page_as_html_is_judged_rightly():
    lines, wanted = labelled()
    article, rest = ("p", "html/body/main/article.article/div.article-body/p", 0), "html/body/div.sidebar/ul.nav/li"
    tags = [article if own else ("li", rest, len(line)) for line, own in zip(lines, wanted, strict=True)]
    assert kept(batch("a", lines, tags)).tolist() == wanted.tolist()


def test_a_page_is_judged_alike_in_any_batch():
    lines, _ = labelled()
    tags = [("p", "html/body/p", 0)] * len(lines)
    pages = [batch("a", lines), batch("b", lines[:9]), batch("c", lines, tags), batch("d", lines[12:])]
    together = weigh(pa.concat_batches(pages), MODEL).logits
    apart = np.concatenate([weigh(one, MODEL).logits for one in pages])
    assert together.dtype == np.float32
    assert np.array_equal(together, apart)
    assert np.isfinite(together).all()


def test_nothing_is_judged_in_an_empty_batch():
    assert kept(batch("a", [])).tolist() == []


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.floats(-5, 5, width=32)), min_size=1, max_size=9),
    st.sampled_from([0.0, 0.5, 2.0]),
    st.sampled_from([0.3, 0.5]),
)
def test_decoding_finds_labels_that_no_others_beat(rows, change, threshold):
    rows.sort(key=lambda row: row[0])
    documents, values = pa.array([row[0] for row in rows]), np.array([row[1] for row in rows], np.float32)
    found = decode(values, documents, Decoding(change, threshold))
    evidence = values.astype(np.float64) - np.log(threshold / (1 - threshold))

    def worth(labels):
        pairs = itertools.pairwise(zip(labels, documents.to_pylist(), strict=True))
        changes = sum(one != other for (one, doc), (other, next_doc) in pairs if doc == next_doc)
        return sum(evidence[list(labels)]) - change * changes

    best = max(worth(labels) for labels in itertools.product([False, True], repeat=len(rows)))
    assert worth(tuple(found.tolist())) == pytest.approx(best, abs=0.001 * len(rows))


def test_a_tree_gives_the_leaf_that_its_answers_point_to():
    table = np.zeros((4, len(FEATURES)), np.float32)
    table[:, FEATURES.index("words")] = [5, 20, 5, 20]
    table[:, FEATURES.index("links")] = [0, 0, 1, 1]
    tree = linemodel.tree_of("words>12.5 links>0.3", "1 10 100 1000")
    assert linemodel.total(table, [tree, tree]).tolist() == [2, 20, 200, 2000]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("linemodel/plain_trees.tsv", [{"questions": "words>1", "leaves": "1 2 3"}]),
        ("linemodel/plain_trees.tsv", [{"questions": "moonlight>1", "leaves": "1 2"}]),
        ("linemodel/html_trees.tsv", [{"questions": "words>much", "leaves": "1 2"}]),
        ("linemodel/model.toml", {**FILES["linemodel/model.toml"], "treshold": 1}),
        ("linemodel/model.toml", {**FILES["linemodel/model.toml"], "decoding": {"change": 0.5}}),
    ],
)
def test_what_is_not_understood_is_refused(name, content):
    with pytest.raises(RuleError, match="linemodel"):
        parse({**FILES, name: content})


def test_the_shipped_model_is_small():
    assert sum(path.stat().st_size for path in (BUILT_IN / "linemodel").iterdir()) < MAX_BYTES


@pytest.mark.skipif(not SEEDS.is_file(), reason="the labelled pages are not here")
def test_real_pages_keep_their_articles():
    lost = left = content = furniture = 0
    for row in map(json.loads, SEEDS.read_text("utf-8").splitlines()):
        lines, labels = row["text"].split("\n"), np.array(list(row["labels"]))
        words, keep = np.array([len(line.split()) for line in lines]), kept(batch(row["id"], lines))
        lost, content = lost + words[(labels == "c") & ~keep].sum(), content + words[labels == "c"].sum()
        left, furniture = left + words[(labels == "b") & keep].sum(), furniture + words[labels == "b"].sum()
    assert lost / content < 0.02
    assert left / furniture < 0.3
