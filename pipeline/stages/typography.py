"""Set marks as a printer would, on pages that a machine translated: quotations in one style, and whole.

Native text, with its own habits, stays as it is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa

from pipeline.lift import RuleError, RuleFiles, documents, refuse_unknown
from pipeline.tables import EDITS, FLAGS, Block, Edit, Flag, table_of

OFF, FLAG, REPAIR = "off", "flag", "repair"
KINDS = ("quote-style", "split-quotation", "space-before-mark")
_OTHER_STYLES = re.compile("[„«»‹›「」]")
_SPACED = re.compile(r"(?<=[^\W\d_]) (?=[,.](?:\s|$))")
_STRAIGHT = re.compile(r'(?<![\w"])"(?=\S)([^"“”\n]{1,2000}?)(?<=\S)"(?!\w)')
_RUNNING = frozenset(("lead", "body"))  # a headline has a style of its own
_SCORES = {"quote-style": 0.9, "split-quotation": 0.85, "space-before-mark": 0.95}


@dataclass(frozen=True)
class Rules:
    """How likely a page must be a machine's, and which kinds look, flag or repair."""

    least_mt: float
    switches: Mapping[str, str]


class Decided(NamedTuple):
    """What was decided about a batch: edits, and flags where a switch asks for no more."""

    edits: pa.RecordBatch
    flags: pa.RecordBatch


def parse(files: RuleFiles) -> Rules:
    """Read typography.toml.

    Raises:
        RuleError: a key is unknown or missing, or a switch is set to none of off, flag, repair.
    """
    table = files["typography.toml"]
    refuse_unknown("typography.toml", table, ("least_mt", "switches", "example"))
    switches = table.get("switches", {})
    refuse_unknown("typography.toml, switches", switches, KINDS)
    if wrong := sorted(kind for kind, setting in switches.items() if setting not in (OFF, FLAG, REPAIR)):
        raise RuleError(f"typography.toml, switches: {', '.join(wrong)} is none of off, flag, repair")
    return Rules(table["least_mt"], {kind: switches.get(kind, OFF) for kind in KINDS})


def decide(blocks: pa.RecordBatch, rules: Rules, mt_scores: Mapping[str, float]) -> Decided:
    """Decide about whole documents; `mt_scores` says how likely a machine translated each."""
    edits: list[tuple[object, ...]] = []
    flags: list[Flag] = []
    likely = pa.array([doc for doc, score in mt_scores.items() if score >= rules.least_mt], pa.string())
    if len(likely):
        for first, page in documents(blocks):
            if mt_scores.get(page[0].doc, 0.0) >= rules.least_mt:
                for at, edit in correct(page, rules):
                    if rules.switches[edit.rule] == REPAIR:
                        edits.append((first + at, *edit))
                    else:
                        flags.append(_flag(page[at], edit))
    return Decided(table_of(edits, EDITS), table_of(flags, FLAGS))


def propose(_: pa.RecordBatch, decided: Decided) -> pa.RecordBatch:
    """Propose what was decided."""
    return decided.edits


def _flag(block: Block, edit: Edit) -> Flag:
    text, score = block.text[edit.start : edit.end], edit.score or 0.0
    return Flag(
        block.doc, block.block, edit.start, edit.end, text, edit.rule, edit.after, None, edit.evidence, edit.ref_doc,
        edit.ref_block, score, "flagged", None,
    )  # fmt: skip


def correct(page: Sequence[Block], rules: Rules) -> Iterator[tuple[int, Edit]]:
    """Propose the repairs of one document that a machine translated: (position of the block in `page`, edit)."""
    found: dict[int, list[Edit]] = {}
    for kind, look in (("quote-style", _styles), ("space-before-mark", _spaces)):
        if rules.switches[kind] != OFF:
            for at, edit in look(page):
                found.setdefault(at, []).append(edit)
    if rules.switches["split-quotation"] != OFF:
        repaired = {at: [e for e in edits if rules.switches[e.rule] == REPAIR] for at, edits in found.items()}
        for at in _splits(page):
            yield at, _joined(page[at], page[at + 1], repaired.get(at + 1, []))
            yield at + 1, _taken(page[at], page[at + 1])
            if rules.switches["split-quotation"] == REPAIR:
                found.pop(at + 1, None)
    for at, edits in sorted(found.items()):
        yield from ((at, edit) for edit in edits)


def _styles(page: Sequence[Block]) -> Iterator[tuple[int, Edit]]:
    """Set the quotations of the rarer style in the other one; a page with a third style has its reasons."""
    texts = [block.text for block in page]
    if any(_OTHER_STYLES.search(text) for text in texts):
        return
    straight = sum(text.count('"') for text in texts)
    curly = sum(text.count("“") + text.count("”") for text in texts)
    if not straight or not curly:
        return
    evidence = f"{straight} straight marks and {curly} curly ones on the page"
    for at, text in enumerate(texts):
        if page[at].role not in _RUNNING:
            continue
        if straight > curly:
            yield from ((at, _edit(m.start(), m.end(), '"', evidence)) for m in re.finditer("[“”]", text))
        elif not _nested(text):
            for match in _STRAIGHT.finditer(text):
                yield at, _edit(match.start(), match.start() + 1, "“", evidence)
                yield at, _edit(match.end() - 1, match.end(), "”", evidence)


def _edit(start: int, end: int, after: str, evidence: str) -> Edit:
    return Edit(start, end, after, "quote-style", _SCORES["quote-style"], evidence=evidence)


def _nested(text: str) -> bool:
    """Whether a straight mark stands in a quotation of the other style, where the change of style is lawful."""
    return re.search(r'“[^”]*"', text) is not None


def _spaces(page: Sequence[Block]) -> Iterator[tuple[int, Edit]]:
    for at, block in enumerate(page):
        for match in _SPACED.finditer(block.text):
            yield at, Edit(*match.span(), "", "space-before-mark", _SCORES["space-before-mark"])


def _splits(page: Sequence[Block]) -> Iterator[int]:
    """Find paragraphs that open a quotation which the next one closes, and does not open anew."""
    at = 0
    while at + 1 < len(page):
        block, after = page[at], page[at + 1]
        running = block.role in _RUNNING and after.role in _RUNNING
        opened = block.text.rfind("“") > block.text.rfind("”") and '"' not in block.text
        closing, opening = after.text.find("”"), after.text.find("“")
        if running and opened and closing >= 0 and (opening < 0 or closing < opening):
            yield at
            at += 1
        at += 1


def _joined(block: Block, after: Block, edits: Sequence[Edit]) -> Edit:
    text = after.text
    for edit in sorted(edits, key=lambda e: -e.start):
        text = text[: edit.start] + (edit.after or "") + text[edit.end :]
    end = len(block.text)
    evidence = "the next paragraph closes the quotation"
    return Edit(end, end, f" {text}", "split-quotation", _SCORES["split-quotation"], after.doc, after.block, evidence)


def _taken(block: Block, after: Block) -> Edit:
    evidence = "stands in the paragraph before, whose quotation it closes"
    score = _SCORES["split-quotation"]
    return Edit(0, len(after.text), None, "split-quotation", score, block.doc, block.block, evidence)
