"""What patterns find: artefacts of crawlers, translated page furniture, turns of phrase of the source language."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from pipeline.literals import has_any
from pipeline.stages.mistranslation_decisions import FLAGGED, REPAIRED, Decision
from pipeline.stages.mistranslation_places import Line
from pipeline.stages.mistranslation_rules import REPAIR, Artefact, Turn

Rule = TypeVar("Rule", Artefact, Turn)
_TURN_CONFIDENCE = 0.5


def artefacts(line: Line, rules: Sequence[Artefact], *, sure: bool = True) -> Iterator[Decision]:
    """Find what stands in a line by artefacts; `sure` says whether the page lets them be repaired.

    The slot is `calque` where the artefact comes from a language, `artefact` where any crawler leaves it.
    """
    at = 0
    for rule in rules:
        if rule.roles and line.role not in rule.roles:
            continue
        found = rule.pattern.search(line.text)
        if found and found.start("cut") >= at:
            start, at = found.span("cut")
            slot = "calque" if rule.lang else "artefact"
            evidence = f"left by translation from {', '.join(rule.lang)}" if rule.lang else None
            action = REPAIRED if sure and rule.action == REPAIR else FLAGGED
            yield Decision(line.at, start, at, rule.after, rule.id, slot, evidence, None, None, rule.score, action)


def possible(whole: str, rules: Sequence[Rule], needed: Mapping[str, tuple[str, ...] | None]) -> list[Rule]:
    """Pick the rules that can match something on a page at all: its text in small letters has what they need."""
    return [rule for rule in rules if has_any(whole, needed[rule.id])]


def turns(line: Line, rules: Sequence[Turn]) -> Iterator[Decision]:
    """Find the turns of phrase of a source language in a line; most are only flagged."""
    for rule in rules:
        for found in rule.pattern.finditer(line.text):
            start, end = found.span("cut" if "cut" in rule.pattern.groupindex else 0)
            after = found.expand(rule.after) if rule.after is not None else None
            action = REPAIRED if rule.action == REPAIR and after is not None else FLAGGED
            yield Decision(
                line.at, start, end, after, rule.id, "phrase", f"{', '.join(rule.lang)}: {rule.gloss}", None, None,
                _TURN_CONFIDENCE, action,
            )  # fmt: skip
