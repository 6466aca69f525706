"""Who did what to whom, and whose it was: where a translation has it otherwise than the other reports."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.people import Lexicon
from pipeline.people.seen import stems
from pipeline.stages.mistranslation_decisions import FLAGGED, REPAIRED, Decision
from pipeline.stages.mistranslation_places import Line
from pipeline.tables import Seen, Told

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+[\"”’]?|$)")
_NAME = r"[^\W\d_a-z][\w&-]+"
_CHARGE = re.compile(
    rf"(?P<who>(?:The )?{_NAME}(?: {_NAME}){{0,2}}) (?P<verb>[a-z]+) (?P<whom>(?:{_NAME} ){{0,2}}{_NAME}) (?:of|for) "
)
_POSSESSIVE = re.compile(r"\b(?:his|her|their) ([a-z]+)")
_ITS = re.compile(r"\b(its|their) ([a-z]+)\b")
_HIS = re.compile(r"(His|Her) ([a-z]+)\b")
_GOES_ON = re.compile(r"(?:He|She) ([a-z]+)")
_BACK = 7  # sentences before, in which the same person must have acted twice
_ALIKE, _SHARE = 5, 0.5  # beginnings of words that two renderings of one sentence have in common


class _Sentence(NamedTuple):
    at: int
    start: int
    text: str


def sentences(lines: Sequence[Line]) -> list[_Sentence]:
    """Part a page into its sentences, in order."""
    found = []
    for line in lines:
        for match in _SENTENCE.finditer(line.text):
            text = match[0].strip()
            if text:
                found.append(_Sentence(line.at, match.start() + len(match[0]) - len(match[0].lstrip()), text))
    return found


def reversals(
    spoken: Sequence[_Sentence], own: Sequence[Seen], told: Sequence[Told], lexicon: Lexicon
) -> Iterator[Decision]:
    """Find a body that accuses a person of working against that person's own country.

    Flagged where the sentences around have the person act, or a sister document has the person accuse; repaired where
    both do and no sister document has it as this one.
    """
    people = {row.name for row in own if row.slot in ("name", "title")}
    for number, sentence in enumerate(spoken):
        charge = _CHARGE.match(sentence.text)
        if charge is None or charge["verb"] not in lexicon.accusing:
            continue
        whom, who = charge["whom"].split()[-1], charge["who"].split()[-1]
        rest = [match[1] for match in _POSSESSIVE.finditer(sentence.text, charge.end())]
        if whom not in people or who in people or not any(noun in lexicon.owned for noun in rest):
            continue
        forward = [row for row in told if row.slot == "accuses" and row.name == whom]
        backward = [row for row in told if row.slot == "accuses" and row.name == who and row.value.endswith(f" {whom}")]
        acts = _acts(spoken, number, whom, lexicon)
        if not acts and not forward:
            continue
        sure = acts and bool(forward) and not backward
        first = min(forward) if forward else None
        support = f"sister documents for it {len(forward)}, against {len(backward)}"
        yield Decision(
            sentence.at, sentence.start, sentence.start + charge.end("whom"),
            f"{charge['whom']} {charge['verb']} {charge['who']}", "agent-reversal", charge["verb"],
            f"{whom} acts around it: {'yes' if acts else 'no'}; {support}",
            first and first.ref_doc, first and first.ref_block, 0.9 if sure else 0.5, REPAIRED if sure else FLAGGED,
        )  # fmt: skip


def _acts(spoken: Sequence[_Sentence], number: int, whom: str, lexicon: Lexicon) -> bool:
    """Whether the sentences before speak of a person, and the next one goes on with what he or she said."""
    before = " ".join(sentence.text for sentence in spoken[max(0, number - _BACK) : number])
    goes_on = _GOES_ON.match(spoken[number + 1].text) if number + 1 < len(spoken) else None
    named = len(re.findall(rf"\b{re.escape(whom)}\b|\b[Hh]e\b|\b[Hh]is\b|\b[Ss]he\b", before))
    return named > 1 and goes_on is not None and goes_on[1] in lexicon.speech_verbs | lexicon.accusing


def possessives(spoken: Sequence[_Sentence], told: Sequence[Told], lexicon: Lexicon) -> Iterator[Decision]:
    """Find `its government` right behind a sentence that begins `His government`.

    Flagged as it stands; repaired where a sister document has the sentence, with `his`.
    """
    for before, sentence in pairwise(spoken):
        his = _HIS.match(before.text)
        its = _ITS.search(sentence.text)
        if his is None or its is None or its[2] != his[2] or its[2] not in lexicon.owned:
            continue
        pronoun = his[1].casefold()
        mine = stems(sentence.text)
        agreeing = [
            row for row in told
            if row.slot == "owns" and row.name == its[2] and row.value.startswith(f"{pronoun} ")
            and _alike(mine, row.value)
        ]  # fmt: skip
        first = min(agreeing) if agreeing else None
        yield Decision(
            sentence.at, sentence.start + its.start(1), sentence.start + its.end(1), pronoun, "possessive", its[2],
            f"the sentence before has {his[0]!r}; sister documents {len(agreeing)}",
            first and first.ref_doc, first and first.ref_block,
            0.85 if first else 0.4, REPAIRED if first else FLAGGED,
        )  # fmt: skip


def _alike(mine: set[str], value: str) -> bool:
    theirs = set(value.split()[1:])
    common = len(mine & theirs)
    return common >= _ALIKE and common >= _SHARE * min(len(mine), len(theirs))
