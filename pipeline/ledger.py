"""The one place that changes text, and the book it keeps of every change.

A stage proposes edits; `enter` writes them down (reading `before` from the blocks themselves), `apply` carries them
out. `replay` and `revert` go through the book forwards and backwards, `balance` checks that nothing else happened, and
`prove` does all three.
Within a step, edits of one block lie side by side: sorted by `start`, without overlap; two insertions may share a
place and keep their order.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.tables import EDITS, LEDGER, Entry, rows_of, table_of

Span = tuple[int, int, str]


class LedgerError(ValueError):
    """An edit that does not fit its text, or books that do not balance."""


class _Change(NamedTuple):
    row: int
    start: int
    end: int
    after: str | None
    rule: str


def enter(blocks: pa.RecordBatch, edits: pa.RecordBatch, stage: str, step: int) -> pa.RecordBatch:
    """Write `edits` down as ledger entries; `before` is read from the blocks themselves."""
    texts = blocks["text"].take(edits["row"]).to_pylist()
    spans = zip(texts, edits["start"].to_pylist(), edits["end"].to_pylist(), strict=True)
    before = [text[start:end] for text, start, end in spans]
    n = edits.num_rows
    head = [blocks["doc"].take(edits["row"]), blocks["block"].take(edits["row"])]
    constant = [pa.array([step] * n, pa.int8()), pa.array([stage] * n, pa.string())]
    middle = [edits["rule"], edits["start"], edits["end"], pa.array(before, pa.string())]
    rest = [edits[name] for name in ("after", "score", "ref_doc", "ref_block", "evidence")]
    return pa.record_batch([*head, *constant, *middle, *rest], schema=LEDGER)


def apply(blocks: pa.RecordBatch, edits: pa.RecordBatch, stage: str = "") -> pa.RecordBatch:
    """Return the blocks with `edits` carried out: texts rewritten, removed rows left out.

    Raises:
        LedgerError: spans overlap or leave their text, or a block is both taken away and rewritten.
    """
    changes = _changes(edits)
    removed = [row for row, group in changes if group[0].after is None]
    rewritten = {row: group for row, group in changes if group[0].after is not None}
    _check_removals(blocks, changes, stage)
    if rewritten:
        rows = pa.array(list(rewritten), pa.int32())
        texts = blocks["text"].take(rows).to_pylist()
        fresh = [_rewrite(t, group, stage) for t, group in zip(texts, rewritten.values(), strict=True)]
        mask = np.zeros(blocks.num_rows, bool)
        mask[list(rewritten)] = True
        text = pc.replace_with_mask(blocks["text"], pa.array(mask), pa.array(fresh, pa.string()))
        blocks = blocks.set_column(blocks.schema.get_field_index("text"), blocks.schema.field("text"), text)
    if removed:
        keep = np.ones(blocks.num_rows, bool)
        keep[removed] = False
        blocks = blocks.filter(pa.array(keep))
    return blocks


def splice(text: str, spans: Iterable[Span]) -> str:
    """Put each replacement in place of its span; spans come in order and do not overlap.

    >>> splice("naive cafe", [(0, 5, "naïve"), (6, 10, "café")])
    'naïve café'
    """
    out, at = [], 0
    for start, end, after in spans:
        if not at <= start <= end <= len(text):
            raise LedgerError(f"span {start}:{end} overlaps or leaves a text of {len(text)} characters")
        out += [text[at:start], after]
        at = end
    return "".join([*out, text[at:]])


def replay(blocks: pa.RecordBatch, ledger: pa.RecordBatch) -> pa.RecordBatch:
    """Carry out a ledger on the blocks that it was kept for, step by step."""
    for step in sorted(set(ledger["step"].to_pylist())):
        entries = ledger.filter(pc.equal(ledger["step"], step))
        blocks = apply(blocks, edits_of(blocks, entries))
    return blocks


def edits_of(blocks: pa.RecordBatch, entries: pa.RecordBatch) -> pa.RecordBatch:
    """Turn the entries of one step back into the edits that they were.

    Raises:
        LedgerError: an entry names a block that is not there, or its `before` is not what stands in the block.
    """
    rows = pc.index_in(keys(entries), value_set=keys(blocks))
    if rows.null_count:
        raise LedgerError(f"{rows.null_count} ledger entries name a block that is not there")
    names = [field.name for field in EDITS][1:]
    edits = pa.record_batch([rows, *(entries[name] for name in names)], schema=EDITS)
    texts = blocks["text"].take(rows).to_pylist()
    told = entries["before"].to_pylist()
    spans = zip(texts, edits["start"].to_pylist(), edits["end"].to_pylist(), told, strict=True)
    if wrong := sum(text[start:end] != before for text, start, end, before in spans):
        raise LedgerError(f"{wrong} ledger entries do not say what stands in their block")
    return edits


def revert(paragraphs: pa.RecordBatch, ledger: pa.RecordBatch) -> dict[tuple[str, int], str]:
    """Undo a ledger: the text of every block as it was read, by (doc, block).

    `paragraphs` needs the columns doc, block and text; blocks that were taken away come back from the ledger alone.
    """
    columns = (paragraphs[name].to_pylist() for name in ("doc", "block", "text"))
    texts: dict[tuple[str, int], str] = {(doc, block): text for doc, block, text in zip(*columns, strict=True)}
    entries = enumerate(rows_of(ledger, Entry))
    latest_first = sorted(entries, key=lambda at: (-at[1].step, at[1].doc, at[1].block, at[1].start, at[1].end, at[0]))
    for (_, doc, block), group in groupby(latest_first, key=lambda at: (at[1].step, at[1].doc, at[1].block)):
        texts[doc, block] = _undo(texts.get((doc, block)), [entry for _, entry in group])
    return texts


def balance(blocks: pa.RecordBatch, ledger: pa.RecordBatch, paragraphs: pa.RecordBatch) -> None:
    """Check that blocks + ledger = paragraphs, in rows and in characters.

    Raises:
        LedgerError: they do not.
    """
    removed = pc.sum(pc.is_null(ledger["after"])).as_py() or 0
    if blocks.num_rows - removed != paragraphs.num_rows:
        raise LedgerError(f"{blocks.num_rows} blocks - {removed} removed is not {paragraphs.num_rows} paragraphs")
    owed = _chars(blocks["text"]) + _chars(ledger["after"]) - _chars(ledger["before"])
    if owed != _chars(paragraphs["text"]):
        raise LedgerError(f"the books call for {owed} characters, the paragraphs have {_chars(paragraphs['text'])}")


def prove(blocks: pa.RecordBatch, ledger: pa.RecordBatch, paragraphs: pa.RecordBatch) -> None:
    """Check that the ledger alone leads from the blocks to the paragraphs and back.

    Raises:
        LedgerError: it does not.
    """
    balance(blocks, ledger, paragraphs)
    if not replay(blocks, ledger)["text"].equals(paragraphs["text"]):
        raise LedgerError("replaying the ledger does not give the paragraphs")
    columns = (blocks[name].to_pylist() for name in ("doc", "block", "text"))
    read = {(doc, block): text for doc, block, text in zip(*columns, strict=True)}
    if revert(paragraphs, ledger) != read:
        raise LedgerError("undoing the ledger does not give the blocks back")


def keys(batch: pa.RecordBatch) -> pa.Array:
    """Give each row one key made of doc and block; a NUL parts them, for no path holds one."""
    return pc.binary_join_element_wise(batch["doc"], pc.cast(batch["block"], pa.string()), "\0")


def no_entries() -> pa.RecordBatch:
    """Return a ledger without entries."""
    return table_of([], LEDGER)


def _changes(edits: pa.RecordBatch) -> list[tuple[int, list[_Change]]]:
    columns = (edits[name].to_pylist() for name in _Change._fields)
    changes = sorted(map(_Change._make, zip(*columns, strict=True)), key=lambda c: (c.row, c.start, c.end))
    return [(row, list(group)) for row, group in groupby(changes, key=lambda c: c.row)]


def _check_removals(blocks: pa.RecordBatch, changes: Sequence[tuple[int, list[_Change]]], stage: str) -> None:
    ends = pc.utf8_length(blocks["text"]).to_numpy()
    for row, group in changes:
        if any(change.after is None for change in group):
            whole = len(group) == 1 and group[0].start == 0 and group[0].end == ends[row]
            if not whole:
                rules = ", ".join(sorted({change.rule for change in group}))
                raise LedgerError(f"{stage}/{rules}: a block is taken away whole, by one edit, or not at all")


def _rewrite(text: str, group: Sequence[_Change], stage: str) -> str:
    try:
        return splice(text, [(c.start, c.end, c.after or "") for c in group])
    except LedgerError as error:
        raise LedgerError(f"{stage}/{', '.join(sorted({c.rule for c in group}))}: {error}") from None


def _undo(text: str | None, entries: Sequence[Entry]) -> str:
    if entries[0].after is None:
        return entries[0].before
    if text is None:
        raise LedgerError(f"{entries[0].doc} block {entries[0].block}: rewritten, but neither kept nor taken away")
    spans: list[Span] = []
    shift = 0
    for entry in entries:
        after = entry.after or ""
        at = entry.start + shift
        if text[at : at + len(after)] != after:
            raise LedgerError(f"{entry.doc} block {entry.block}: {entry.stage}/{entry.rule} is not what stands there")
        spans.append((at, at + len(after), entry.before))
        shift += len(after) - len(entry.before)
    return splice(text, spans)


def _chars(column: pa.Array) -> int:
    return pc.sum(pc.utf8_length(column)).as_py() or 0
