"""The duplicate stage: edits made of the table of copies, and nothing else."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ledger import apply
from pipeline.stages import duplicate
from pipeline.tables import BLOCKS, COPIES, EDITS, Block, Copy, Edit, table_of


def blocks_of(texts, doc="d"):
    return table_of(
        [Block(doc, i, "p", "", 0, 0, "\n", "body", True, None, None, t) for i, t in enumerate(texts)], BLOCKS
    )


def proposed(blocks, *copies):
    return duplicate.propose(blocks, pa.Table.from_batches([table_of(copies, COPIES)]))


def test_copies_go_as_a_whole_and_name_the_one_that_stays():
    edits = proposed(
        blocks_of(["one", "zwei 𝄞", "three"]), Copy("d", 1, "near", 0.875, "e", 7), Copy("x", 0, "exact", 1.0, "d", 2)
    )
    (edit,) = edits.to_pylist()
    assert edit == {"row": 1, **Edit(0, 6, None, "near", 0.875, "e", 7)._asdict()}


@pytest.mark.parametrize("kind", ["contained", "reworded"])
def test_what_is_only_told_stays(kind):
    assert proposed(blocks_of(["one"]), Copy("d", 0, kind, 1.0, "e", 0)).num_rows == 0


def test_nothing_to_take_away():
    for blocks in (blocks_of([]), blocks_of(["one"])):
        assert proposed(blocks).equals(table_of([], EDITS))


def test_documents_whose_names_look_like_places_are_not_mixed_up():
    blocks = pa.concat_batches([blocks_of(["a"] * 3, "d"), blocks_of(["b"] * 3, "d#1")])
    edits = proposed(blocks, Copy("d#1", 2, "exact", 1.0, "d", 0))
    assert edits["row"].to_pylist() == [5]


def test_copies_in_any_order_make_edits_in_the_order_of_the_blocks():
    copies = [Copy("d", block, "exact", 1.0, "e", 0) for block in (2, 0, 3)]
    assert proposed(blocks_of(["a"] * 4), *copies)["row"].to_pylist() == [0, 2, 3]


@given(st.data())
def test_the_edits_are_those_of_the_copies_in_the_order_of_the_blocks(data):
    blocks = blocks_of(data.draw(st.lists(st.text(max_size=5), max_size=8)))
    places = data.draw(st.lists(st.tuples(st.sampled_from("de"), st.integers(0, 9)), unique=True))
    kinds = data.draw(
        st.lists(
            st.sampled_from(["exact", "near", "contained", "reworded"]), min_size=len(places), max_size=len(places)
        )
    )
    copies = [Copy(doc, block, kind, 1.0, "z", 0) for (doc, block), kind in zip(places, kinds, strict=True)]
    wanted = sorted(
        c.block for c in copies if c.doc == "d" and c.block < blocks.num_rows and c.kind in ("exact", "near")
    )
    edits = proposed(blocks, *copies)
    assert edits["row"].to_pylist() == wanted
    left = apply(blocks, edits)
    assert left["block"].to_pylist() == [i for i in range(blocks.num_rows) if i not in wanted]
