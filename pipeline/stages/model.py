"""Put right what a model proposes and the guard lets pass; the answers were fetched before, and are this stage's rules.

It belongs to mistranslation, whose flags are its questions, and runs behind it, on text that the rules have corrected.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from pipeline.repairing.guard import check, words
from pipeline.repairing.prompt import from_kept, printable
from pipeline.repairing.protocol import Proposal, UnreadableError
from pipeline.repairing.rules import Rules
from pipeline.tables import EDITS, FLAGS, Block, Edit, Flag, Question, rows_of, table_of

_REPAIRED, _REFUSED = "repaired", "refused"
_REASON = 200


class Decided(NamedTuple):
    """What was decided about a batch: edits, and a flag for each of them and for all that was refused."""

    edits: pa.RecordBatch
    flags: pa.RecordBatch


def decide(blocks: pa.RecordBatch, questions: Sequence[Question], rules: Rules) -> Decided:
    """Decide about what was proposed for sentences of whole documents, corrected by the rules so far."""
    if not questions:
        return Decided(table_of([], EDITS), table_of([], FLAGS))
    asked: dict[tuple[str, int], list[Question]] = {}
    for question in questions:
        asked.setdefault((question.doc, question.block), []).append(question)
    documents = {question.doc for question in questions}
    known: dict[str, set[str]] = {doc: set() for doc in documents}
    rows = [(row, block) for row, block in enumerate(rows_of(blocks, Block)) if block.doc in documents]
    for _, block in rows:
        known[block.doc] |= words(block.text)
    edits, flags = [], []
    for row, block in rows:
        for question in sorted(asked.get((block.doc, block.block), ()), key=lambda q: q.start):
            for edit, flag in correct(block, question, known[block.doc], rules):
                flags.append(flag)
                edits += [(row, *edit)] if edit is not None else []
    return Decided(table_of(edits, EDITS), table_of(flags, FLAGS))


def propose(_: pa.RecordBatch, decided: Decided) -> pa.RecordBatch:
    """Propose what was decided."""
    return decided.edits


def correct(block: Block, question: Question, document: set[str], rules: Rules) -> Iterator[tuple[Edit | None, Flag]]:
    """Decide about the answer to one question: an edit and its flag, or the flag of what is refused.

    Args:
        block: the block that the sentence stands in.
        question: the sentence, with its answer.
        document: the words of its document.
        rules: what the guard asks.
    """
    whole = Proposal(0, len(question.text), question.text, question.text)
    if question.answer is None:
        yield None, _flag(question, whole, None, "no-answer", rules)
        return
    try:
        proposals = from_kept(question.answer)
    except UnreadableError as error:
        yield None, _flag(question, whole._replace(reason=str(error)), None, "unreadable", rules)
        return
    if block.text[question.start : question.end] != question.text:
        proposals = [proposal._replace(start=-1) for proposal in proposals]
    for proposal, guard in check(question, proposals, document, rules.guard):
        if guard is not None:
            yield None, _flag(question, proposal, proposal.after, guard, rules)
        else:
            start, end = question.start + proposal.start, question.start + proposal.end
            sister = question.sisters[0] if question.sisters else None
            edit = Edit(
                start, end, proposal.after, rules.rule, rules.score,
                sister and sister.doc, sister and sister.block, _evidence(proposal, rules),
            )  # fmt: skip
            yield edit, _flag(question, proposal, proposal.after, None, rules)


def _evidence(proposal: Proposal, rules: Rules) -> str:
    reason = printable(proposal.reason, _REASON)
    return f"{rules.repairer}: {reason}" if reason else rules.repairer


def _flag(question: Question, proposal: Proposal, after: str | None, guard: str | None, rules: Rules) -> Flag:
    """Write a decision down; where the offsets are wrong, with the whole sentence's."""
    length = len(question.text)
    start, end = proposal.start, proposal.end
    if not 0 <= start <= end <= length:
        start, end = 0, length
    sister = question.sisters[0] if question.sisters else None
    suggestion = printable(after) if after is not None else None
    slots: Mapping[str, None] = dict.fromkeys(mark.rule for mark in question.marks)
    return Flag(
        question.doc, question.block, question.start + start, question.start + end, question.text[start:end],
        rules.rule, suggestion, ", ".join(slots), _evidence(proposal, rules), sister and sister.doc,
        sister and sister.block, rules.score if guard is None else 0.0, _REPAIRED if guard is None else _REFUSED, guard,
    )  # fmt: skip
