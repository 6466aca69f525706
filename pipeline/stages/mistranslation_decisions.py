"""A decision about a stretch of text: what was found, on what evidence, and whether it is repaired."""

from typing import NamedTuple

from pipeline.tables import Block, Edit, Flag

REPAIRED, FLAGGED, REFUSED = "repaired", "flagged", "refused"


class Decision(NamedTuple):
    """What a rule decides about text[start:end] of the block at position `at` of its page."""

    at: int
    start: int
    end: int
    after: str | None
    rule: str
    slot: str | None
    evidence: str | None
    ref_doc: str | None
    ref_block: int | None
    confidence: float
    action: str
    guard: str | None = None

    def edit(self, block: Block) -> Edit:
        """Give the edit that carries the decision out; where it leaves nothing of a block, the block goes."""
        evidence = "; ".join(part for part in (self.evidence, f"slot {self.slot}" if self.slot else "") if part)
        left = block.text[: self.start] + (self.after or "") + block.text[self.end :]
        start, end, after = (self.start, self.end, self.after or "") if left.strip() else (0, len(block.text), None)
        return Edit(start, end, after, self.rule, self.confidence, self.ref_doc, self.ref_block, evidence or None)

    def flag(self, block: Block) -> Flag:
        """Give the row of the published table of flags."""
        return Flag(
            block.doc, block.block, self.start, self.end, block.text[self.start : self.end], self.rule, self.after,
            self.slot, self.evidence, self.ref_doc, self.ref_block, self.confidence, self.action, self.guard,
        )  # fmt: skip


def without_overlap(decisions: list[Decision]) -> list[Decision]:
    """Let one repair of a stretch of text stand: the surer; others become flags."""
    kept: dict[int, list[tuple[int, int]]] = {}
    settled = []
    for decision in sorted(decisions, key=lambda d: (d.action != REPAIRED, -d.confidence, d.at, d.start, d.rule)):
        mine = kept.setdefault(decision.at, [])
        clash = any(decision.start < end and start < decision.end for start, end in mine)
        if decision.action == REPAIRED and clash:
            settled.append(decision._replace(action=REFUSED, guard="overlap"))
            continue
        if decision.action == REPAIRED:
            mine.append((decision.start, decision.end))
        settled.append(decision)
    return sorted(settled, key=lambda d: (d.at, d.start, d.end, d.rule, d.action))
