"""Give every block of a page its role, and find the blocks that are not the article.

Three kinds of evidence: what a line says (phrases, credits, dates, element paths), where it stands (the layout around
the article's core), and what repeats (on the page and on the site). `judge` gives the verdicts, `with_roles` writes
them into the blocks, and `propose` takes away what is not to be kept.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.layout import Core, Mark, core_role, find_core, head_roles, tail_role
from pipeline.lift import documents
from pipeline.lines import Line, line_of
from pipeline.roles import FURNITURE
from pipeline.stages.boilerplate_rules import Rules, by_phrase, parse, recognise
from pipeline.tables import BLOCKS, EDITS, VERDICTS, Block, Verdict, table_of

__all__ = ["Rules", "Site", "judge", "judge_page", "parse", "propose", "with_roles"]

# Roles that begin a part of the page from which the article does not come back.
_CLOSING = frozenset({"comments", "related_links"})
# What a comment, or a teaser, has of its own.
_WITHIN = {
    "comments": frozenset({"timestamp", "byline", "agency_credit", "caption"}),
    "related_links": frozenset({"caption", "navigation"}),
}


class Site(NamedTuple):
    """What the run knows of a document's site: its names (levelled, without spaces), and the lines that it repeats."""

    names: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()


def judge(blocks: pa.RecordBatch, rules: Rules, sites: Mapping[str, Site]) -> pa.RecordBatch:
    """Judge a batch of whole documents: a verdict for each block, in their order (schema VERDICTS).

    `sites` says for each document what is known of its site.
    """
    verdicts: list[Verdict] = []
    for _, page in documents(blocks):
        verdicts += judge_page(page, rules, sites[page[0].doc])
    return table_of(verdicts, VERDICTS)


def with_roles(blocks: pa.RecordBatch, verdicts: pa.RecordBatch) -> pa.RecordBatch:
    """Fill the columns role, keep, rule and score of the blocks that the verdicts were given on, in their order."""
    for name in ("role", "keep", "rule", "score"):
        blocks = blocks.set_column(blocks.schema.get_field_index(name), BLOCKS.field(name), verdicts[name])
    return blocks


def propose(blocks: pa.RecordBatch, _: Rules) -> pa.RecordBatch:
    """Propose the removal of each block that was judged not to stay."""
    rows = pc.indices_nonzero(pc.invert(blocks["keep"])).cast(pa.int32())
    gone, n = blocks.take(rows), len(rows)
    rule = pc.binary_join_element_wise(gone["role"], gone["rule"], "/")
    starts, none, numbers = pa.array([0] * n, pa.int32()), pa.nulls(n, pa.string()), pa.nulls(n, pa.int32())
    ends = pc.utf8_length(gone["text"])
    return pa.record_batch([rows, starts, ends, none, rule, gone["score"], none, numbers, none], schema=EDITS)


def judge_page(page: Sequence[Block], rules: Rules, site: Site) -> list[Verdict]:
    """Judge the blocks of one document."""
    lines = [line_of(block) for block in page]
    marks = _marks(page, lines, rules, site)
    repeated = [line.level in site.lines for line in lines]
    core = find_core(lines, marks, repeated, rules.layout)
    if core.start == core.end:
        return [
            _verdict(block, mark or Mark("body", "guard/no-core", 0.5), keep=True)
            for block, mark in zip(page, marks, strict=True)
        ]
    _close(lines, marks, core, rules)
    head_roles(lines, marks, repeated, core, rules.layout)
    title = next((lines[i].level for i, mark in enumerate(marks) if mark and mark.role == "title"), None)
    for i in range(core.start, len(lines)):
        if marks[i] is None and repeated[i]:
            marks[i] = Mark("template", "repeat/site", 0.9)
        elif marks[i] is None and i < core.end:
            marks[i] = _core_role(i, page, lines, marks, core, rules)
        elif marks[i] is None:
            marks[i] = tail_role(i, lines, marks, title)
    return _guarded(page, lines, [mark for mark in marks if mark is not None], rules)


def _marks(page: Sequence[Block], lines: Sequence[Line], rules: Rules, site: Site) -> list[Mark | None]:
    """Recognise what lines are by themselves."""
    marks: list[Mark | None] = []
    for block, line in zip(page, lines, strict=True):
        if line.level and line.level.replace(" ", "") in site.names:
            marks.append(Mark("site_name", "site/name", 0.95))
        else:
            marks.append(recognise(block, line, marks[-1] if marks else None, rules))
    return marks


def _core_role(
    i: int, page: Sequence[Block], lines: Sequence[Line], marks: Sequence[Mark | None], core: Core, rules: Rules
) -> Mark:
    role = rules.kinds.get(page[i].kind)
    if role is not None:
        return Mark(role, f"element/{page[i].kind}", 0.9)
    return core_role(i, lines, marks, core, rules.layout)


def _close(lines: Sequence[Line], marks: list[Mark | None], core: Core, rules: Rules) -> None:
    """After a line that opens comments or related links behind the core, running text is no article any more."""
    opened: Mark | None = None
    for i in range(core.end, len(marks)):
        mark = marks[i] = marks[i] or by_phrase(lines[i], rules, tail=True)
        if mark is not None and mark.role in _CLOSING:
            opened = mark
        elif opened is not None and (mark is None or mark.role in _WITHIN[opened.role]):
            marks[i] = Mark(opened.role, f"position/under-{opened.role.replace('_', '-')}", 0.8)
        elif mark is not None and mark.role == "caption":
            marks[i] = Mark("other", "position/after-core", 0.6)
        elif mark is not None and mark.rule == "shape/links" and lines[i].words >= rules.layout.title_min_words:
            marks[i] = Mark("related_links", "shape/links-behind", 0.8)


def _guarded(page: Sequence[Block], lines: Sequence[Line], marks: Sequence[Mark], rules: Rules) -> list[Verdict]:
    """Keep a page whole when most of its text would go on no better evidence than its place."""
    words = sum(line.words for line in lines)
    guessed = sum(
        line.words
        for line, mark in zip(lines, marks, strict=True)
        if mark.role in FURNITURE and mark.rule.startswith("position/")
    )
    whole = guessed > rules.max_guessed_share * words
    return [
        _verdict(block, mark, keep=whole or mark.role in rules.keep) for block, mark in zip(page, marks, strict=True)
    ]


def _verdict(block: Block, mark: Mark, *, keep: bool) -> Verdict:
    return Verdict(block.doc, block.block, mark.role, keep, mark.rule, mark.score)
