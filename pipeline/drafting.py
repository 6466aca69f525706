"""What is known of a document once its lines are judged and its words are right: metadata, languages, flags."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from pipeline import language, metadata
from pipeline.roles import FURNITURE
from pipeline.rulebook import Rulebook
from pipeline.stages.mistranslation import Judged
from pipeline.tables import Block, Document, Page, Reading, Share, Tongue, rows_of


def draft(
    judged: Sequence[Sequence[Block]],
    left: pa.RecordBatch,
    pages: Mapping[str, Page],
    origins: Mapping[str, Judged],
    rules: Rulebook,
) -> tuple[list[Document], list[Reading], list[Tongue]]:
    """Write down what is known of each document before its copies are; `origins` says which a machine translated.

    Returns:
        the documents; the readings of their metadata; their paragraphs in another language than the document.
    """
    texts: dict[str, dict[int, str]] = {}
    for block in rows_of(left, Block):
        texts.setdefault(block.doc, {})[block.block] = block.text
    drafts: list[Document] = []
    readings: list[Reading] = []
    others: list[Tongue] = []
    for page in judged:
        doc = page[0].doc
        told = metadata.read(pages[doc], page, texts.get(doc, {}), rules.metadata)
        staying = [block for block in page if block.block in texts.get(doc, {})]
        spoken = language.tongues(
            [texts[doc][block.block] for block in staying],
            [block.role in rules.language.roles for block in staying],
            rules.language,
        )
        drafts.append(_draft(page, spoken, pages[doc], told, origins[doc], rules))
        readings += told.sources
        by_block = zip(staying, spoken.paragraphs, strict=True)
        others += [Tongue(doc, b.block, tag) for b, tag in by_block if tag and tag != spoken.document.tag]
    return drafts, readings, others


def _draft(
    page: Sequence[Block],
    spoken: language.Tongues,
    declared: Page,
    told: metadata.Metadata,
    origin: Judged,
    rules: Rulebook,
) -> Document:
    doubtful = any(b.keep and b.role in FURNITURE for b in page) or not any(b.role == "body" for b in page)
    mixed = language.is_mixed(spoken.shares, rules.language)
    return Document(
        doc=declared.doc,
        file=declared.file,
        own_id=declared.own_id,
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
        language=spoken.document.tag,
        language_score=spoken.document.score,
        languages=tuple(Share(*share) for share in spoken.shares),
        event=None,
        duplicate_of=None,
        duplicate_score=None,
        revision_of=None,
        mt_score=origin.score,
        mt_source=origin.source,
        flags=tuple(flag for flag, raised in (("needs-review", doubtful), ("mixed-language", mixed)) if raised),
        blocks=len(page),
        kept=0,
        removed=0,
        edits=0,
        text="",
    )
