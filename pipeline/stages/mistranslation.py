"""Find what a translation machine got wrong, where the page itself gives the evidence.

Two kinds so far. *Artefacts*: what crawlers and translated page furniture left inside running text, by pattern.
*Names as words*: a surname that the machine took for the word that it also is ("Blinking: ..." where the page
speaks of Antony Blinken). A name is repaired only where the page introduces the person, in a slot that only a person
fills, and nothing speaks for the word; precision comes first.
"""

from collections.abc import Iterator, Sequence

from pipeline.evidence import Person, people
from pipeline.lift import each_document
from pipeline.stages.mistranslation_rules import Artefact, Rules, parse
from pipeline.stages.mistranslation_slots import Hit, find_hits
from pipeline.tables import Block, Edit

__all__ = ["Rules", "correct", "parse", "propose"]


def correct(page: Sequence[Block], rules: Rules) -> Iterator[tuple[int, Edit]]:
    """Propose the repairs of one document: (position of the block in `page`, edit)."""
    for i, block in enumerate(page):
        for edit in _artefacts(block, rules.artefacts):
            yield i, edit
    yield from _names(page, rules)


propose = each_document(correct)


def _artefacts(block: Block, artefacts: Sequence[Artefact]) -> Iterator[Edit]:
    at = 0
    for artefact in artefacts:
        if artefact.roles and block.role not in artefact.roles:
            continue
        found = artefact.pattern.search(block.text)
        if found and found.start("cut") >= at:
            yield Edit(found.start("cut"), found.end("cut"), artefact.after, artefact.id, artefact.score)
            at = found.end("cut")


def _names(page: Sequence[Block], rules: Rules) -> Iterator[tuple[int, Edit]]:
    """Repair strong hits, and weak ones where the same person has a strong hit elsewhere on the page."""
    introduced = people(page, rules.surnames, rules.titles)
    hits = [hit for person in introduced.values() for hit in find_hits(page, person, rules)]
    sure = {hit.person.surname for hit in hits if hit.strong}
    taken: set[tuple[int, int]] = set()
    for hit in hits:
        if hit.person.surname in sure and (hit.at, hit.start) not in taken:
            taken.add((hit.at, hit.start))
            yield hit.at, _edit(hit, page)


def _edit(hit: Hit, page: Sequence[Block]) -> Edit:
    person: Person = hit.person
    names = ", ".join(sorted(person.given | person.titles))
    evidence = f"{names} {person.surname}, {person.times} times; slot {hit.slot}; {hit.rendering}"
    score = 0.97 if hit.strong else 0.9
    return Edit(hit.start, hit.end, person.surname, "name-as-word", score, page[0].doc, person.block, evidence)
