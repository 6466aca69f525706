"""Spellings and word orders of names that the other reports of an event outvote."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from pipeline.people.spellings import folded
from pipeline.stages.mistranslation_decisions import FLAGGED, REPAIRED, Decision
from pipeline.stages.mistranslation_places import Line
from pipeline.tables import Seen, Told


def variants(lines: Sequence[Line], told: Sequence[Told]) -> Iterator[Decision]:
    """Put a given name right that a clear majority of the event's documents spells otherwise: Anthony Blinken."""
    for row in told:
        if row.slot == "spelling":
            given, _, _ = row.name.partition(" ")
            evidence = f"{row.times} documents of the event have {row.value} {row.name.partition(' ')[2]}"
            for line in lines:
                for found in re.finditer(rf"(?<![\w-]){re.escape(row.name)}(?![\w-])", line.text):
                    yield Decision(
                        line.at, found.start(), found.start() + len(given), row.value, "name-variant", "given-name",
                        evidence, row.ref_doc, row.ref_block, 0.93, REPAIRED,
                    )  # fmt: skip


def mixed_spellings(lines: Sequence[Line], own: Sequence[Seen], told: Sequence[Told]) -> Iterator[Decision]:
    """Flag a given name that the page spells in two ways; which is right, the page does not say, but the event may."""
    outvoted = {row.name for row in told if row.slot == "spelling"}
    groups: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for row in own:
        if row.slot == "name":
            groups[row.name, row.value[:1] + folded(row.value)].append(row)
    for (surname, _), rows in groups.items():
        usual = min(rows, key=lambda row: (-row.times, row.block, row.value))
        for row in rows:
            if row.value == usual.value or f"{row.value} {surname}" in outvoted:
                continue
            evidence = f"the page has {usual.value} {surname} {usual.times} times, first in block {usual.block}"
            for line in lines:
                for found in re.finditer(rf"(?<![\w-]){re.escape(f'{row.value} {surname}')}(?![\w-])", line.text):
                    yield Decision(
                        line.at, found.start(), found.start() + len(row.value), usual.value, "name-variant",
                        "given-name", evidence, usual.doc, usual.block, 0.5, FLAGGED,
                    )  # fmt: skip


def orders(lines: Sequence[Line], own: Sequence[Seen], told: Sequence[Told]) -> Iterator[Decision]:
    """Put a house's name right that was made a genitive: President Wilson's Hotel is the Hotel President Wilson."""
    sisters: dict[str, Told] = {}
    for row in told:
        if row.slot == "order":
            sisters.setdefault(row.name, row)
    for mine in own:
        sister = sisters.get(mine.name) if mine.slot == "order" else None
        if sister is None or not _turned(mine.value, sister.value):
            continue
        for line in lines:
            at = line.text.find(mine.value)
            while at >= 0:
                yield Decision(
                    line.at, at, at + len(mine.value), sister.value, "name-order", "genitive",
                    "another report of the event has the name without a genitive", sister.ref_doc, sister.ref_block,
                    0.9, REPAIRED,
                )  # fmt: skip
                at = line.text.find(mine.value, at + 1)


def _turned(genitive: str, plain: str) -> bool:
    """Whether `A B's C` stands against `C A B`.

    >>> _turned("President Wilson’s Hotel", "Hotel President Wilson"), _turned("Geneva’s Hotel Rex", "Hotel Rex Geneva")
    (True, False)
    """
    words, other = genitive.replace("'", "’").split(), plain.split()
    return len(words) == 3 and words[1].endswith("’s") and [words[2], words[0], words[1][:-2]] == other  # noqa: PLR2004
