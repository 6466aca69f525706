"""What happens to a batch of pages between raw blocks and clean tables; no file is touched here.

`mend` repairs the characters, `clean` judges and corrects the pages, `finish` takes the copies away and balances the
books. Each hands on the ledger entries of what it did.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.drafting import draft
from pipeline.duplicates import claims, sentence_rows, signatures
from pipeline.duplicates.linked import REPEATS
from pipeline.events import quotations
from pipeline.ledger import apply, enter, keys, no_entries, prove, replay
from pipeline.lift import Propose, documents
from pipeline.rulebook import Rulebook
from pipeline.stages import STAGES, boilerplate, duplicate, encoding, mistranslation, model, spacing, typography
from pipeline.tables import (
    DOCUMENTS,
    PARAGRAPHS,
    READINGS,
    SENTENCES,
    TONGUES,
    Block,
    Copy,
    Document,
    Page,
    Paragraph,
    Question,
    Tongue,
    rows_of,
    table_of,
)


class Corrected(NamedTuple):
    """A batch after the rules: verdicts, documents as judged, what is left of them, entries, decisions about words."""

    verdicts: pa.RecordBatch
    judged: list[list[Block]]
    left: pa.RecordBatch
    removals: pa.RecordBatch
    corrections: pa.RecordBatch
    decided: mistranslation.Decided


class Cleaned(NamedTuple):
    """A batch that was cleaned: verdicts, entries, flags, documents so far, their readings, signatures of what stays.

    `tongues` are the paragraphs in another language than their document, `quotations` what the articles quote.
    """

    verdicts: pa.RecordBatch
    entries: pa.RecordBatch
    flags: pa.RecordBatch
    documents: pa.RecordBatch
    readings: pa.RecordBatch
    tongues: pa.RecordBatch
    signatures: pa.RecordBatch
    sentences: pa.RecordBatch
    quotations: pa.RecordBatch


class Finished(NamedTuple):
    """A batch of the published tables."""

    blocks: pa.RecordBatch
    ledger: pa.RecordBatch
    documents: pa.RecordBatch
    paragraphs: pa.RecordBatch


def mend(blocks: pa.RecordBatch, rules: Rulebook) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Repair characters and white space: (blocks with true text, ledger entries)."""
    blocks, first = _step(blocks, encoding.propose, rules.encoding, "encoding")
    blocks, second = _step(blocks, spacing.propose, rules.spacing, "spacing")
    return blocks, pa.concat_batches([first, second])


def correct(
    blocks: pa.RecordBatch,
    sites: Mapping[str, boilerplate.Site],
    people: Mapping[str, mistranslation.Known],
    rules: Rulebook,
) -> Corrected:
    """Judge the pages, take the boilerplate away and correct the words; `blocks` have true characters already."""
    verdicts = boilerplate.judge(blocks, rules.boilerplate, sites)
    judged = boilerplate.with_roles(blocks, verdicts)
    left, first = _step(judged, boilerplate.propose, verdicts, "boilerplate")
    whole = [page for _, page in documents(judged)]
    decided = mistranslation.decide(judged["text"], whole, rules.mistranslation, people)
    left, second = _step(left, mistranslation.propose, decided, "mistranslation")
    return Corrected(verdicts, whole, left, first, second, decided)


def clean(
    blocks: pa.RecordBatch,
    pages: Mapping[str, Page],
    sites: Mapping[str, boilerplate.Site],
    people: Mapping[str, mistranslation.Known],
    rules: Rulebook,
    repaired: pa.RecordBatch | None = None,
    answers: Sequence[Question] = (),
) -> Cleaned:
    """Judge the pages, take the boilerplate away, correct the words and the marks, read the metadata, sign what stays.

    `blocks` have true characters already; `repaired` has the entries of that. `answers` are a model's to what was
    flagged.
    """
    verdicts, whole, left, first, second, decided = correct(blocks, sites, people, rules)
    offered = model.decide(left, answers, rules.repairer)
    left, third = _step(left, model.propose, offered, "model", of="mistranslation")
    marks = typography.decide(left, rules.typography, {doc: origin.score for doc, origin in decided.judged.items()})
    left, fourth = _step(left, typography.propose, marks, "typography")
    drafts, readings, tongues = draft(whole, left, pages, decided.judged, rules)
    hosts = {draft.doc: draft.host for draft in drafts}
    repairs = [second, third, fourth, *([] if repaired is None else [repaired])]
    told = claims.claims_of(drafts, left, pa.concat_batches(repairs))
    signed = signatures.sign(left, hosts, told, rules.signatures)
    cut = signatures.sign(sentence_rows.cut(left, rules.sentences), hosts, told, rules.signatures, SENTENCES)
    entries = pa.concat_batches([first, second, third, fourth])
    flags = pa.concat_batches([decided.flags, offered.flags, marks.flags])
    made = (table_of(drafts, DOCUMENTS), table_of(readings, READINGS), table_of(tongues, TONGUES))
    quoted = quotations(left, frozenset(rules.metadata.text_roles), rules.events.speech)
    return Cleaned(verdicts, entries, flags, *made, signed, cut, quoted)


def finish(
    blocks: pa.RecordBatch,
    entries: pa.RecordBatch,
    drafts: Sequence[Document],
    copies: pa.Table,
    tongues: Sequence[Tongue],
    rules: Rulebook,
) -> Finished:
    """Take the copies away, write documents and paragraphs, and prove that the books balance.

    Args:
        blocks: whole documents as they were read, with their roles.
        entries: what was done to them so far.
        drafts: what is known of the documents so far.
        copies: the copies among them (schema COPIES).
        tongues: their paragraphs that are in another language than the document.
        rules: the rules of the run.

    Raises:
        LedgerError: replaying the ledger does not give the paragraphs, or undoing it does not give the blocks.
    """
    now = replay(blocks, entries)
    left, last = _step(now, lambda b, _: duplicate.propose(b, copies), None, "duplicate")
    ledger = pa.concat_batches([entries, last])
    prove(blocks, ledger, left)
    texts = _article_texts(now, copies, rules)
    rewritten, removed = ledger.filter(pc.is_valid(ledger["after"])), ledger.filter(pc.is_null(ledger["after"]))
    kept, gone, made = _tally(left["doc"]), _tally(removed["doc"]), _tally(rewritten["doc"])
    finished = [
        draft._replace(
            kept=kept.get(draft.doc, 0),
            removed=gone.get(draft.doc, 0),
            edits=made.get(draft.doc, 0),
            text=texts.get(draft.doc, ""),
        )
        for draft in drafts
    ]
    own = {(tongue.doc, tongue.block): tongue.language for tongue in tongues}
    languages = {draft.doc: draft.language for draft in drafts}
    spoken = [own.get((b.doc, b.block), languages[b.doc]) for b in rows_of(left, Block)]
    paragraphs = table_of(_paragraphs(left, _tally(keys(rewritten)), spoken), PARAGRAPHS)
    return Finished(blocks, ledger, table_of(finished, DOCUMENTS), paragraphs)


def _step(
    blocks: pa.RecordBatch, propose: Propose[Any], rules: Any, stage: str, *, of: str | None = None
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    edits = propose(blocks, rules)
    entries = enter(blocks, edits, of or stage, STAGES.index(stage)) if edits.num_rows else no_entries()
    return apply(blocks, edits, stage), entries


def _article_texts(now: pa.RecordBatch, copies: pa.Table, rules: Rulebook) -> dict[str, str]:
    """Join each article's paragraphs; of copies only those go that repeat their own document."""
    repeated = _own_repeats(rows_of(copies, Copy))
    texts: dict[str, list[str]] = {}
    columns = (now[name].to_pylist() for name in ("doc", "block", "role", "text"))
    for doc, block, role, text in zip(*columns, strict=True):
        if role in rules.metadata.text_roles and (doc, block) not in repeated and text:
            texts.setdefault(doc, []).append(text)
    return {doc: "\n\n".join(parts) for doc, parts in texts.items()}


def _own_repeats(copies: Sequence[Copy]) -> set[tuple[str, int]]:
    """Find the blocks that repeat an earlier one of their own document, be their keeper there or elsewhere."""
    seen = {(copy.ref_doc, copy.ref_doc, copy.ref_block) for copy in copies}
    repeated = set()
    for copy in sorted(copies, key=lambda c: (c.doc, c.block)):
        text = (copy.doc, copy.ref_doc, copy.ref_block)
        if copy.kind in REPEATS and text in seen:
            repeated.add((copy.doc, copy.block))
        seen.add(text)
    return repeated


def _tally(column: pa.Array) -> dict[str, int]:
    counts = pc.value_counts(column)
    return {row["values"]: row["counts"] for row in counts.to_pylist()}


def _paragraphs(left: pa.RecordBatch, edits: Mapping[str, int], spoken: Sequence[str | None]) -> list[Paragraph]:
    counts = [edits.get(key, 0) for key in keys(left).to_pylist()]
    return [
        Paragraph(b.doc, b.block, at, b.role or "body", spoken[first + at], counts[first + at], b.text)
        for first, page in documents(left)
        for at, b in enumerate(page)
    ]
