"""What happens to a batch of pages between raw blocks and clean tables; no file is touched here.

`mend` repairs the characters, `clean` judges and corrects the pages, `finish` takes the copies away and balances the
books. Each hands on the ledger entries of what it did.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import language, metadata
from pipeline.duplicates import claims, sentences, signatures
from pipeline.duplicates.linked import REPEATS
from pipeline.ledger import apply, enter, keys, no_entries, prove, replay
from pipeline.lift import Propose, documents
from pipeline.roles import FURNITURE
from pipeline.rulebook import Rulebook
from pipeline.stages import STAGES, boilerplate, duplicate, encoding, mistranslation, spacing
from pipeline.tables import (
    DOCUMENTS,
    PARAGRAPHS,
    READINGS,
    SENTENCES,
    Block,
    Copy,
    Document,
    Page,
    Paragraph,
    Reading,
    rows_of,
    table_of,
)


class Cleaned(NamedTuple):
    """A batch that was cleaned: verdicts, entries, documents so far and their readings, signatures of what stays."""

    verdicts: pa.RecordBatch
    entries: pa.RecordBatch
    documents: pa.RecordBatch
    readings: pa.RecordBatch
    signatures: pa.RecordBatch
    sentences: pa.RecordBatch


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


def clean(
    blocks: pa.RecordBatch,
    pages: Mapping[str, Page],
    sites: Mapping[str, boilerplate.Site],
    rules: Rulebook,
    repaired: pa.RecordBatch | None = None,
) -> Cleaned:
    """Judge the pages, take the boilerplate away and correct the words.

    `blocks` have true characters already; `repaired` has the entries of that.
    """
    verdicts = boilerplate.judge(blocks, rules.boilerplate, sites)
    judged = boilerplate.with_roles(blocks, verdicts)
    left, first = _step(judged, boilerplate.propose, verdicts, "boilerplate")
    left, second = _step(left, mistranslation.propose, rules.mistranslation, "mistranslation")
    drafts, readings = _drafts(judged, left, pages, rules)
    hosts = {draft.doc: draft.host for draft in drafts}
    repairs = [second] if repaired is None else [second, repaired]
    ranks = claims.ranks(drafts, left, pa.concat_batches(repairs), rules.duplicate.keeper)
    signed = signatures.sign(left, hosts, ranks, rules.signatures)
    cut = signatures.sign(sentences.cut(left, rules.sentences), hosts, ranks, rules.signatures, SENTENCES)
    entries = pa.concat_batches([first, second])
    return Cleaned(verdicts, entries, table_of(drafts, DOCUMENTS), table_of(readings, READINGS), signed, cut)


def _drafts(
    judged: pa.RecordBatch, left: pa.RecordBatch, pages: Mapping[str, Page], rules: Rulebook
) -> tuple[list[Document], list[Reading]]:
    """Write down what is known of each document before its copies are, and how it is known."""
    texts: dict[str, dict[int, str]] = {}
    for block in rows_of(left, Block):
        texts.setdefault(block.doc, {})[block.block] = block.text
    drafts: list[Document] = []
    readings: list[Reading] = []
    for _, page in documents(judged):
        doc = page[0].doc
        told = metadata.read(pages[doc], page, texts.get(doc, {}), rules.metadata)
        drafts.append(_draft(page, texts.get(doc, {}), pages[doc], told, rules))
        readings += told.sources
    return drafts, readings


def _draft(
    page: Sequence[Block], texts: Mapping[int, str], declared: Page, told: metadata.Metadata, rules: Rulebook
) -> Document:
    body = "\n".join(texts[b.block] for b in page if b.block in texts and b.role in rules.language.roles)
    tongue = language.detect(body, rules.language)
    doubtful = any(b.keep and b.role in FURNITURE for b in page) or not any(b.role == "body" for b in page)
    return Document(
        doc=declared.doc,
        file=declared.file,
        url=declared.url,
        host=declared.host,
        site_name=told.site_name,
        title=told.title,
        published=told.published,
        published_text=told.published_text,
        published_precision=told.published_precision,
        authors=told.authors,
        agencies=told.agencies,
        dateline=told.dateline,
        credit=told.credit,
        source=told.source,
        language=tongue.tag,
        language_score=tongue.score,
        event=None,
        duplicate_of=None,
        flags=("needs-review",) if doubtful else (),
        blocks=len(page),
        kept=0,
        removed=0,
        edits=0,
        text="",
    )


def finish(
    blocks: pa.RecordBatch,
    entries: pa.RecordBatch,
    drafts: Sequence[Document],
    copies: pa.Table,
    rules: Rulebook,
) -> Finished:
    """Take the copies away, write documents and paragraphs, and prove that the books balance.

    Args:
        blocks: whole documents as they were read, with their roles.
        entries: what was done to them so far.
        drafts: what is known of the documents so far.
        copies: the copies among them (schema COPIES).
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
    languages = {draft.doc: draft.language for draft in drafts}
    paragraphs = table_of(_paragraphs(left, _tally(keys(rewritten)), languages), PARAGRAPHS)
    return Finished(blocks, ledger, table_of(finished, DOCUMENTS), paragraphs)


def _step(
    blocks: pa.RecordBatch, propose: Propose[Any], rules: Any, stage: str
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    edits = propose(blocks, rules)
    entries = enter(blocks, edits, stage, STAGES.index(stage)) if edits.num_rows else no_entries()
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


def _paragraphs(left: pa.RecordBatch, edits: Mapping[str, int], languages: Mapping[str, str | None]) -> list[Paragraph]:
    counts = [edits.get(key, 0) for key in keys(left).to_pylist()]
    return [
        Paragraph(b.doc, b.block, position, b.role or "body", languages[b.doc], counts[first + position], b.text)
        for first, page in documents(left)
        for position, b in enumerate(page)
    ]
