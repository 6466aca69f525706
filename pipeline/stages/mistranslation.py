"""Find what a translation machine got wrong, and repair it where the page, or the run, gives the evidence.

Kinds, each with its switch: *artefacts* that crawlers and translated page furniture left in running text; *names as
words* ("Blinking: ..." where the page speaks of Antony Blinken); *variants* and *orders* of names that the event's
other reports outvote; *reversed agents* and *possessives*. Precision comes first: every decision is a record, and most
of what is found is only flagged.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from pipeline.people import Anchor, anchors, look
from pipeline.stages.mistranslation_agents import possessives, reversals, sentences
from pipeline.stages.mistranslation_decisions import FLAGGED, REPAIRED, Decision, without_overlap
from pipeline.stages.mistranslation_names import names
from pipeline.stages.mistranslation_origin import Judged, judge, labels, mixed_quotes
from pipeline.stages.mistranslation_phrases import FLAG
from pipeline.stages.mistranslation_places import Line
from pipeline.stages.mistranslation_rules import Rules, parse
from pipeline.stages.mistranslation_turns import Patterns
from pipeline.stages.mistranslation_variants import mixed_spellings, orders, variants
from pipeline.tables import EDITS, FLAGS, Block, Edit, Flag, Seen, Told, table_of

__all__ = ["Decided", "Judged", "Known", "Rules", "correct", "decide", "parse", "propose"]

_WORD = re.compile(r"[^\W\d_]+")


class Known(NamedTuple):
    """What is known of a document besides its text: its site, what it says of people, what it is told of them."""

    host: str | None = None
    own: Sequence[Seen] | None = None
    told: Sequence[Told] = ()


class Decided(NamedTuple):
    """What was decided about a batch: edits by row of what boilerplate left, flags, which documents are translated."""

    edits: pa.RecordBatch
    flags: pa.RecordBatch
    judged: Mapping[str, Judged]


def correct(page: Sequence[Block], rules: Rules, known: Known = Known()) -> Iterator[tuple[int, Edit]]:  # noqa: B008
    """Propose the repairs of one document: (position of the block in `page`, edit)."""
    shown = Counter(labels(pa.array([block.text for block in page], pa.string()), rules.origin).values())
    for decision in _decisions(page, shown, rules, known)[0]:
        if decision.action == REPAIRED:
            yield decision.at, decision.edit(page[decision.at])


def decide(texts: pa.Array, pages: Sequence[Sequence[Block]], rules: Rules, known: Mapping[str, Known]) -> Decided:
    """Decide about whole documents, whose blocks are judged: those with `keep` unset tell of the page and stay as is.

    Args:
        texts: the texts of all their blocks, in order.
        pages: the documents, one after the other.
        rules: the rules of the stage.
        known: what is known of each.
    """
    edits: list[tuple[int, *tuple[object, ...]]] = []
    flags: list[Flag] = []
    judged: dict[str, Judged] = {}
    row = first = 0
    shown = labels(texts, rules.origin)
    for page in pages:
        kept = [block for block in page if block.keep]
        on_page = Counter(shown[at] for at in range(first, first + len(page)) if at in shown)
        decisions, judged[page[0].doc] = _decisions(kept, on_page, rules, known.get(page[0].doc, Known()))
        edits += [(row + d.at, *d.edit(kept[d.at])) for d in decisions if d.action == REPAIRED]
        flags += [d.flag(kept[d.at]) for d in decisions]
        row, first = row + len(kept), first + len(page)
    return Decided(table_of(edits, EDITS), table_of(flags, FLAGS), judged)


def propose(_: pa.RecordBatch, decided: Decided) -> pa.RecordBatch:
    """Propose what was decided."""
    return decided.edits


def _decisions(page: Sequence[Block], shown: Counter[str], rules: Rules, known: Known) -> tuple[list[Decision], Judged]:
    """Decide about a page's words, and how likely it is a translation; `shown` counts its labels by language."""
    lines = [Line(at, block) for at, block in enumerate(page)]
    own = look(page, rules.lexicon) if known.own is None and page else known.own or ()
    mixed = mixed_quotes([line.text for line in lines])
    translated = judge(shown, [], known.host, rules.origin, mixed=mixed).score >= rules.origin.judged
    found = [*_people(lines, own, known, rules, translated=translated)]
    patterns = Patterns(lines, rules)
    if rules.on("artefact"):
        found += patterns.artefacts()
    judged = judge(shown, found, known.host, rules.origin, mixed=mixed)
    suspected = judged.score >= rules.origin.suspected
    turns = patterns.turns(suspected=suspected) if rules.on("phrase") else []
    if turns:
        judged = judge(shown, [*found, *turns], known.host, rules.origin, mixed=mixed)
    if judged.score >= rules.origin.suspected:  # In native text a single turn of phrase is its writer's own.
        found += turns
        if rules.on("name-variant"):
            found += mixed_spellings(lines, own, known.told)
        if rules.on("calque"):
            found += patterns.calques(sure=judged.score >= rules.origin.judged)
    return without_overlap([_switched(decision, rules) for decision in found]), judged


def _people(
    lines: Sequence[Line], own: Sequence[Seen], known: Known, rules: Rules, *, translated: bool
) -> Iterator[Decision]:
    """Decide about all that hangs on who is who; `translated` says what the page's frame tells of it."""
    slots = {row.slot for row in own}
    if rules.on("name-as-word"):
        yield from _names(lines, own, known, rules, translated=translated)
    if rules.on("name-variant") and known.told:
        yield from variants(lines, known.told)
    if rules.on("name-order") and "order" in slots:
        yield from orders(lines, own, known.told)
    spoken = sentences(lines) if slots & {"accuses", "owns"} else ()
    if rules.on("agent-reversal"):
        yield from reversals(spoken, own, known.told, rules.lexicon)
    if rules.on("possessive"):
        yield from possessives(spoken, known.told, rules.lexicon)


def _switched(decision: Decision, rules: Rules) -> Decision:
    """Make a repair a flag where the switch says so."""
    kind = decision.slot if decision.slot in ("artefact", "calque", "phrase") else decision.rule
    to_flag = decision.action == REPAIRED and rules.switches[str(kind)] == FLAG
    return decision._replace(action=FLAGGED) if to_flag else decision


def _names(
    lines: Sequence[Line], own: Sequence[Seen], known: Known, rules: Rules, *, translated: bool
) -> list[Decision]:
    people: Mapping[str, Anchor] = anchors(own, known.told, rules.lexicon)
    if not people:
        return []
    spoken = _WORD.findall("\n".join(line.text for line in lines).casefold())
    english = len([word for word in spoken if word in rules.words.common])
    # The renderings are English words: in another language they are its own, or borrowed.
    if english < rules.least_common * len(spoken):
        return []
    return names(lines, people, frozenset(spoken), rules, translated=translated)
