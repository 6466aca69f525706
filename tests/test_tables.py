"""Row types and schemas agree, and the published tables open in the tools that people read them with."""

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import tables

PAIRS = [
    (tables.FileRow, tables.FILES),
    (tables.Page, tables.PAGES),
    (tables.Block, tables.BLOCKS),
    (tables.Entry, tables.LEDGER),
    (tables.Document, tables.DOCUMENTS),
    (tables.Signature, tables.SIGNATURES),
    (tables.Mention, tables.MENTIONS),
    (tables.Line, tables.LINES),
    (tables.Verdict, tables.VERDICTS),
    (tables.Twin, tables.TWINS),
    (tables.Copy, tables.COPIES),
    (tables.Event, tables.EVENTS),
    (tables.Quotation, tables.QUOTATIONS),
    (tables.Quote, tables.QUOTES),
    (tables.Paragraph, tables.PARAGRAPHS),
]


@pytest.mark.parametrize(("row", "schema"), PAIRS, ids=lambda x: getattr(x, "__name__", ""))
def test_rows_and_schemas_have_the_same_fields(row, schema):
    assert list(row._fields) == schema.names


def test_an_edit_is_a_row_of_edits_but_for_its_row():
    assert ["row", *tables.Edit._fields] == tables.EDITS.names


@given(st.lists(st.tuples(st.text(), st.integers(0, 9), st.text(), st.text())))
def test_rows_survive_a_batch(rows):
    batch = tables.table_of(rows, tables.MENTIONS)
    assert tables.rows_of(batch, tables.Mention) == [tables.Mention(*row) for row in rows]


def test_a_null_where_none_may_stand_is_refused():
    with pytest.raises(ValueError, match="'block'"):
        tables.table_of([("d", None, "n", "s")], tables.MENTIONS)


@pytest.mark.parametrize("name", tables.PUBLISHED)
def test_each_table_opens_in_duckdb_pandas_polars_and_arrow(sample, name):
    folder = sample / "latest" / name
    rows = ds.dataset(folder).count_rows()
    assert rows > 0
    assert duckdb.sql(f"SELECT count(*) FROM '{folder}/*.parquet'").fetchall() == [(rows,)]
    assert len(pd.read_parquet(folder)) == rows
    assert pl.read_parquet(f"{folder}/*.parquet").height == rows
    assert ds.dataset(folder).schema.names == tables.PUBLISHED[name].names


def test_tables_join_on_their_keys(sample):
    """Every paragraph has its block, every entry its block, every copy its keeper, every document its file."""
    latest = sample / "latest"
    for left, right, on in [
        ("paragraphs", "blocks", "a.doc = b.doc AND a.block = b.block"),
        ("ledger", "blocks", "a.doc = b.doc AND a.block = b.block"),
        ("copies", "blocks", "a.ref_doc = b.doc AND a.ref_block = b.block"),
        ("documents", "files", "a.file = b.file"),
        ("events", "documents", "a.doc = b.doc"),
        ("quotes", "blocks", "a.doc = b.doc AND a.block = b.block"),
        ("quotes", "events", "a.doc = b.doc AND a.event = b.event"),
        ("entities", "documents", "a.doc = b.doc"),
        ("flags", "blocks", "a.doc = b.doc AND a.block = b.block"),
    ]:
        query = f"SELECT count(*) FROM '{latest}/{left}/*.parquet' a ANTI JOIN '{latest}/{right}/*.parquet' b ON {on}"
        assert duckdb.sql(query).fetchall() == [(0,)], (left, right)


def test_a_keeper_stays(sample):
    latest = sample / "latest"
    query = f"""
        SELECT count(*) FROM '{latest}/copies/*.parquet' c
        ANTI JOIN '{latest}/paragraphs/*.parquet' p ON c.ref_doc = p.doc AND c.ref_block = p.block
        WHERE c.kind IN ('exact', 'near')
    """
    assert duckdb.sql(query).fetchall() == [(0,)]
