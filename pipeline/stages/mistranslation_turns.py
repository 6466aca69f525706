"""What patterns find: artefacts of crawlers, translated page furniture, turns of phrase of the source language."""

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from pipeline.literals import heads
from pipeline.stages.mistranslation_decisions import FLAGGED, REPAIRED, Decision
from pipeline.stages.mistranslation_phrases import REPAIR, Turn
from pipeline.stages.mistranslation_places import Line
from pipeline.stages.mistranslation_rules import Artefact, Rules

_TURN_CONFIDENCE = 0.5


class Patterns:
    """A page, and the rules that can match something on it: looked up at once, by the words that it has."""

    def __init__(self, lines: Sequence[Line], rules: Rules) -> None:
        """Take a page."""
        self._rules = rules
        self._lines = lines
        self._lowered = [line.text.lower() for line in lines]
        self._whole = "\n".join(self._lowered)
        self._heads = heads(self._whole)
        self._starts = [0, *accumulate(len(text) + 1 for text in self._lowered)]

    def artefacts(self) -> Iterator[Decision]:
        """Find what crawlers left in running text."""
        return self._cuts("artefacts", self._rules.artefacts, sure=True)

    def calques(self, *, sure: bool) -> Iterator[Decision]:
        """Find translated page furniture; `sure` says whether the page lets it be repaired."""
        return self._cuts("calques", self._rules.calques, sure=sure)

    def turns(self, *, suspected: bool) -> list[Decision]:
        """Find the turns of phrase of other languages; where nothing else is `suspected`, those with rare words first.

        One alone says nothing, so that the others are only looked for where there is one.
        """
        found = [*self._turns("rare")]
        return [*found, *self._turns("frequent")] if found or suspected else []

    def _turns(self, kind: str) -> Iterator[Decision]:
        index = self._rules.indexes[kind]
        for name, literals in self._possible(kind).items():
            for number in self._having(literals):
                if index.fits(name, self._lowered[number]):
                    yield from _turns(self._lines[number], self._rules.turns[name])

    def _cuts(self, kind: str, rules: Mapping[str, Artefact], *, sure: bool) -> Iterator[Decision]:
        likely: dict[int, list[Artefact]] = {}
        for name, literals in self._possible(kind).items():
            for number in self._having(literals):
                likely.setdefault(number, []).append(rules[name])
        for number in sorted(likely):
            yield from _artefacts(self._lines[number], likely[number], sure=sure)

    def _having(self, literals: Sequence[str] | None) -> Sequence[int]:
        """Number the lines that have one of some strings."""
        if literals is None:
            return range(len(self._lines))
        found = set()
        for literal in literals:
            at = self._whole.find(literal)
            while at >= 0:
                number = bisect(self._starts, at) - 1
                found.add(number)
                at = self._whole.find(literal, self._starts[number + 1])
        return sorted(found)

    def _possible(self, kind: str) -> Mapping[str, Sequence[str] | None]:
        return self._rules.indexes[kind].possible(self._whole, self._heads)


def _artefacts(line: Line, rules: Sequence[Artefact], *, sure: bool) -> Iterator[Decision]:
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


def _turns(line: Line, turn: Turn) -> Iterator[Decision]:
    """Find a turn of phrase in a line; most are only flagged."""
    for found in turn.pattern.finditer(line.text):
        start, end = found.span("cut" if "cut" in turn.pattern.groupindex else 0)
        after = found.expand(turn.after) if turn.after is not None else None
        action = REPAIRED if turn.action == REPAIR and after is not None else FLAGGED
        yield Decision(
            line.at, start, end, after, turn.id, "phrase", f"{', '.join(turn.lang)}: {turn.gloss}", None, None,
            _TURN_CONFIDENCE, action,
        )  # fmt: skip
