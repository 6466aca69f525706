"""Note what pages quote, and align what the reports of one event quote."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.events import aligning, speakers
from pipeline.lift import documents
from pipeline.tables import QUOTATIONS, QUOTES, Quotation, rows_of, table_of

_MARKS = "[“”„«»‹›‘‚「『\"']"


def quotations(blocks: pa.RecordBatch, roles: frozenset[str], rules: speakers.Rules) -> pa.RecordBatch:
    """Note what the articles of a batch quote: final texts (BLOCKS, whole documents) to QUOTATIONS, in order.

    `roles` are those of the blocks that belong to an article. A document without a quotation mark is passed over.
    """
    marked = blocks["doc"].filter(pc.match_substring_regex(blocks["text"], _MARKS)).unique()
    found: list[Quotation] = []
    for _, page in documents(blocks.filter(pc.is_in(blocks["doc"], value_set=marked))):
        article = [block for block in page if block.role in roles]
        for said in speakers.said([block.text for block in article], rules):
            block = article[said.text]
            text = block.text[said.start : said.end]
            found.append(Quotation(block.doc, block.block, said.start, said.end, said.speaker, text))
    return table_of(found, QUOTATIONS)


def quotes(found: pa.Table, events: pa.Table, rules: aligning.Rules) -> Iterator[pa.RecordBatch]:
    """Align what the documents of each event quote: QUOTATIONS and EVENTS to QUOTES, an event at a time, in order."""
    homes = pc.index_in(found["doc"], value_set=events["doc"].combine_chunks())
    inside = found.append_column("event", events["event"].take(homes)).filter(pc.is_valid(homes))
    inside = inside.sort_by("event").combine_chunks()
    ends = pc.run_end_encode(inside["event"].combine_chunks()) if inside.num_rows else None
    start = 0
    for event, end in zip(ends.values.to_pylist(), ends.run_ends.to_pylist(), strict=True) if ends is not None else ():
        rows = rows_of(inside.slice(start, end - start).select(QUOTATIONS.names), Quotation)
        aligned = sorted(aligning.align(event, rows, rules), key=lambda row: (row.quote, row.doc, row.block, row.start))
        start = end
        if aligned:
            yield table_of(aligned, QUOTES)
