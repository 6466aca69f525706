"""Which sentences go out: those in which a rule flagged something, as they stand once the rules have corrected them."""

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from pipeline.repairing.rules import Rules
from pipeline.sentences import split
from pipeline.tables import Block, Entry, Flag, Mark, Question, Seen, Told, rows_of

_FLAGGED = "flagged"
_Place = tuple[str, int]


def names_of(own: Iterable[Seen], told: Iterable[Told]) -> tuple[str, ...]:
    """Name the people whom a document names in full, or is told of."""
    rows = [(row.slot, row.name, row.value) for row in own] + [(row.slot, row.name, row.value) for row in told]
    return tuple(sorted({f"{value} {name}".strip() for slot, name, value in rows if slot == "name"}))


def questions(
    blocks: pa.RecordBatch,
    flags: pa.RecordBatch,
    entries: pa.RecordBatch,
    names: Mapping[str, Sequence[str]],
    rules: Rules,
) -> list[Question]:
    """Ask about every sentence in which something is flagged, once.

    Args:
        blocks: whole documents, corrected by the rules.
        flags: what the rules decided, with spans of the texts before that correction.
        entries: the correction's entries in the ledger.
        names: people by document.
        rules: what goes out.
    """
    marked: dict[_Place, list[Flag]] = {}
    for flag in rows_of(flags, Flag):
        if flag.action == _FLAGGED and (not rules.rules or flag.rule in rules.rules):
            marked.setdefault((flag.doc, flag.block), []).append(flag)
    if not marked:
        return []
    made: dict[_Place, list[Entry]] = {}
    for entry in rows_of(entries, Entry):
        if (entry.doc, entry.block) in marked:
            made.setdefault((entry.doc, entry.block), []).append(entry)
    found = []
    for block in rows_of(blocks, Block):
        place = (block.doc, block.block)
        if place in marked:
            marks = [mark for flag in marked[place] if (mark := _moved(flag, made.get(place, ()))) is not None]
            found += _of_block(block, sorted(set(marks), key=lambda m: m[:3]), names.get(block.doc, ()), rules)
    return found


def _moved(flag: Flag, entries: Sequence[Entry]) -> Mark | None:
    """Count a flag's span in the corrected text; None where the correction touched it."""
    shift = 0
    for entry in entries:
        if entry.end <= flag.start:
            shift += len(entry.after or "") - (entry.end - entry.start)
        elif entry.start < flag.end:
            return None
    return Mark(flag.start + shift, flag.end + shift, flag.rule, flag.suggestion)


def _of_block(block: Block, marks: Sequence[Mark], names: Sequence[str], rules: Rules) -> list[Question]:
    spans: dict[tuple[int, int], list[Mark]] = {}
    parted = list(split(block.text, rules.sentences))
    for mark in marks:
        touched = [(a, b) for a, b in parted if a < max(mark.end, mark.start + 1) and mark.start < b]
        if len(touched) == 1 and touched[0][0] <= mark.start and mark.end <= touched[0][1]:
            spans.setdefault(touched[0], []).append(mark)
    return [
        Question(
            block.doc, block.block, a, b, block.text[a:b],
            tuple(mark._replace(start=mark.start - a, end=mark.end - a) for mark in within),
            tuple(names[: rules.most_names]),
        )
        for (a, b), within in sorted(spans.items())
        if b - a <= rules.most_chars
    ]  # fmt: skip
