"""The ledger's laws, on texts and edits of any kind."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ledger import LedgerError, apply, balance, enter, replay, revert
from pipeline.tables import BLOCKS, EDITS, LEDGER, table_of

TEXTS = st.lists(st.text(max_size=30), min_size=1, max_size=8)


def block_rows(texts, doc="d"):
    return [(doc, i, "line", "", 0, 0, "\n", None, None, None, None, text) for i, text in enumerate(texts)]


def blocks_of(*texts):
    return table_of(block_rows(texts), BLOCKS)


def edits_of(*rows):
    return table_of([(*row, "rule", None, None, None, None) for row in rows], EDITS)


@st.composite
def proposals(draw, blocks):
    """Edits that a correct stage might propose: each block kept, taken away, or rewritten at spans without overlap."""
    rows = []
    for row, text in enumerate(blocks["text"].to_pylist()):
        what = draw(st.sampled_from(["keep", "remove", "rewrite"]))
        if what == "remove":
            rows.append((row, 0, len(text), None))
        elif what == "rewrite":
            cuts = sorted(draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=6)))
            rows += [(row, a, b, draw(st.text(max_size=5))) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    return edits_of(*draw(st.permutations(rows))) if len({r[:3] for r in rows}) == len(rows) else edits_of(*rows)


@st.composite
def histories(draw):
    blocks = now = table_of([r for d in "ab" for r in block_rows(draw(TEXTS), d)], BLOCKS)
    entries = [table_of([], LEDGER)]
    for step in range(draw(st.integers(1, 4))):
        edits = draw(proposals(now))
        entries.append(enter(now, edits, "stage", step))
        now = apply(now, edits)
    return blocks, pa.concat_batches(entries), now


@given(histories())
def test_replay_gives_the_paragraphs(history):
    blocks, ledger, paragraphs = history
    assert replay(blocks, ledger).equals(paragraphs)


@given(histories())
def test_revert_gives_the_blocks_back(history):
    blocks, ledger, paragraphs = history
    columns = (blocks[c].to_pylist() for c in ("doc", "block", "text"))
    assert revert(paragraphs, ledger) == {(d, b): t for d, b, t in zip(*columns, strict=True)}


@given(histories())
def test_the_books_balance(history):
    balance(*history)


@given(histories(), st.data())
def test_a_lost_paragraph_or_character_is_noticed(history, data):
    blocks, ledger, paragraphs = history
    if not paragraphs.num_rows:
        return
    with pytest.raises(LedgerError):
        balance(blocks, ledger, paragraphs.slice(1))
    texts = paragraphs["text"].to_pylist()
    if not texts[0]:
        return
    cut = paragraphs.set_column(paragraphs.num_columns - 1, BLOCKS.field("text"), pa.array([texts[0][:-1], *texts[1:]]))
    with pytest.raises(LedgerError):
        balance(blocks, ledger, cut)


def test_two_insertions_at_one_place_keep_their_order():
    blocks = blocks_of("ac")
    edits = edits_of((0, 1, 1, "b"), (0, 1, 1, "B"))
    ledger = enter(blocks, edits, "s", 0)
    assert apply(blocks, edits)["text"].to_pylist() == ["abBc"]
    assert revert(apply(blocks, edits), ledger) == {("d", 0): "ac"}


@pytest.mark.parametrize(
    "rows",
    [
        [(0, 0, 3, "x"), (0, 2, 4, "y")],
        [(0, 2, 9, "x")],
        [(0, 3, 2, "x")],
        [(0, -1, 2, "x")],
        [(0, 0, 2, None)],
        [(0, 0, 4, None), (0, 1, 2, "x")],
        [(0, 0, 4, None), (0, 0, 4, None)],
    ],
    ids=["overlap", "past-the-end", "backwards", "before-the-start", "half-removal", "removed-and-edited", "twice"],
)
def test_an_edit_that_does_not_fit_is_refused_by_name(rows):
    with pytest.raises(LedgerError, match="rule"):
        apply(blocks_of("abcd"), edits_of(*rows), "stage")


def test_replay_refuses_a_ledger_of_other_blocks():
    blocks = blocks_of("abcd")
    ledger = enter(blocks, edits_of((0, 0, 2, "x")), "s", 0)
    with pytest.raises(LedgerError, match="do not say"):
        replay(blocks_of("zzzz"), ledger)
    with pytest.raises(LedgerError, match="not there"):
        replay(table_of(block_rows(["abcd"], "other"), BLOCKS), ledger)


def test_revert_refuses_a_paragraph_that_is_not_what_the_ledger_wrote():
    blocks = blocks_of("abcd")
    ledger = enter(blocks, edits_of((0, 0, 2, "x")), "s", 0)
    with pytest.raises(LedgerError, match="not what stands"):
        revert(blocks_of("yyy"), ledger)
