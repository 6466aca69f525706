"""Names that a machine took for words: find them, and repair those that the page itself, or the run, gives away."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.people import Anchor, Rendering
from pipeline.stages.mistranslation_decisions import FLAGGED, REFUSED, REPAIRED, Decision
from pipeline.stages.mistranslation_guards import refused_by
from pipeline.stages.mistranslation_look import MEDIUM, STRONG, WEAK, Look, Slot
from pipeline.stages.mistranslation_places import Line, Place, places
from pipeline.stages.mistranslation_rules import Rules
from pipeline.stages.mistranslation_slots import SLOTS

RULE = "name-as-word"
# Confidence of what is repaired and of what is flagged, by grade: shares that were right on labelled excerpts, rounded
# down (benchmarks/mistranslation).
_REPAIRED = {STRONG: 0.97, MEDIUM: 0.92, WEAK: 0.9}
_FLAGGED = {STRONG: 0.7, MEDIUM: 0.6, WEAK: 0.5}
_ENOUGH, _PLENTY = 2, 3


class Hit(NamedTuple):
    """A place, the slot that it fills, and the guard that refuses it, if one does."""

    place: Place
    slot: Slot
    guard: str | None

    @property
    def loose(self) -> bool:
        """Whether it stands in a quotation, where it supports others and is repaired only with them."""
        return self.place.quoted and self.slot.name != "own-name"


def candidates(
    anchors: Mapping[str, Anchor], words: frozenset[str], rules: Rules
) -> dict[str, list[tuple[str, Rendering]]]:
    """Say which renderings of which people stand among a document's words at all, by form."""
    found: dict[str, list[tuple[str, Rendering]]] = defaultdict(list)
    for surname in anchors:
        for form, rendering in rules.lexicon.renderings[surname].items():
            if form.partition(" ")[0] in words:
                found[form].append((surname, rendering))
    return found


def names(
    lines: Sequence[Line], anchors: Mapping[str, Anchor], words: frozenset[str], rules: Rules, *, translated: bool
) -> list[Decision]:
    """Decide about every rendering of a person's surname that fills a slot.

    Args:
        lines: the document.
        anchors: its people.
        words: its words, in small letters.
        rules: the rules of the stage.
        translated: whether its labels, its site and its marks say that a machine translated it.
    """
    by_form = candidates(anchors, words, rules)
    if not by_form:
        return []
    found = list(places(lines, anchors, by_form))
    hits = _best(list(_hits(found, rules)))
    by_person: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_person[hit.place.anchor.surname].append(hit)
    # A page on which one name became a word throughout is a page on which another may have.
    given_away = [name for name, mine in by_person.items() if sum(d.action == REPAIRED for d in _decide(mine)) > 1]
    decided = [
        decision
        for name, mine in by_person.items()
        for decision in _decide(mine, sure=translated or bool({*given_away} - {name}))
    ]
    return sorted(decided, key=lambda decision: (decision.at, decision.start))


def _hits(found: Sequence[Place], rules: Rules) -> Iterator[Hit]:
    same: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in found:
        same[place.anchor.surname, place.word.casefold()].append(place)
    for place in found:
        look = Look(place, rules.lexicon, rules.words)
        slot = next((slot for fill in SLOTS if (slot := fill(look)) is not None), None)
        if slot is not None:
            yield Hit(place, slot, refused_by(look, slot, same[place.anchor.surname, place.word.casefold()]))


def _best(hits: Sequence[Hit]) -> list[Hit]:
    """Keep one hit a place: the surest, of the person who is named most; two of a kind silence each other."""
    by_place: dict[tuple[int, int], list[Hit]] = defaultdict(list)
    for hit in hits:
        by_place[hit.place.line.at, hit.place.start].append(hit)
    kept = []
    for rivals in by_place.values():
        ranked = sorted(rivals, key=_rank, reverse=True)
        alike = len(ranked) > 1 and _rank(ranked[0]) == _rank(ranked[1])
        kept.append(ranked[0]._replace(guard="two-people") if alike else ranked[0])
    return kept


def _rank(hit: Hit) -> tuple[bool, int, bool, int, int]:
    anchor = hit.place.anchor
    return hit.guard is None, hit.slot.grade, anchor.introduced, anchor.times, hit.slot.end - hit.slot.start


def _decide(hits: Sequence[Hit], *, sure: bool = False) -> Iterator[Decision]:
    """Repair what is strong; what is medium with something strong or another medium; what is weak with more.

    `sure` says that a machine translated the page: its frame tells, or another person's name is a word there twice.
    """
    sound = [hit for hit in hits if hit.guard is None]
    sure = sure or any(hit.slot.grade == STRONG and not hit.loose for hit in sound)
    plain = sum(hit.slot.grade == MEDIUM and not hit.loose for hit in sound)
    medium = plain + sum(hit.slot.grade == MEDIUM and hit.loose for hit in sound)
    supported = sure or (plain > 0 and medium >= _ENOUGH)
    convinced = sure or plain >= _PLENTY
    for hit in hits:
        grade = hit.slot.grade
        if hit.guard is not None:
            if grade >= MEDIUM:
                yield _decision(hit, REFUSED)
        elif (
            (grade == STRONG and not hit.loose)
            or (grade == MEDIUM and (supported if not hit.loose else convinced or supported))
            or (grade == WEAK and convinced and not hit.loose)
        ):
            yield _decision(hit, REPAIRED)
        else:
            yield _decision(hit, FLAGGED)


def _decision(hit: Hit, action: str) -> Decision:
    place, slot, anchor = hit.place, hit.slot, hit.place.anchor
    known = " or ".join(sorted(anchor.given | anchor.titles))
    evidence = f"{known} {anchor.surname}, {anchor.times} times here; {place.rendering.lang} {place.rendering.word}"
    confidence = (_REPAIRED if action == REPAIRED else _FLAGGED).get(slot.grade, 0.4)
    return Decision(
        place.line.at, slot.start, slot.end, slot.after, RULE, slot.name, evidence, anchor.ref_doc, anchor.ref_block,
        confidence if action != REFUSED else 0.2, action, hit.guard,
    )  # fmt: skip
