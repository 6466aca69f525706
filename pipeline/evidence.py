"""Who acts in a document: the people that it introduces, which a repair of a name may rest on."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.tables import Block

_NAME = r"[^\W\d_a-z][^\W\d_]+(?:-[^\W\d_]+)*"


class Person(NamedTuple):
    """A person whom a document introduces, and where."""

    surname: str
    given: frozenset[str]
    titles: frozenset[str]
    times: int
    block: int


def people(page: Sequence[Block], surnames: frozenset[str], titles: frozenset[str]) -> dict[str, Person]:
    """Find those of `surnames` whom the page introduces, by a given name or a title right before the surname.

    A surname that only stands alone introduces nobody: it may be the word that it also is.
    """
    texts = {block.block: block.text for block in page}
    present = [name for name in surnames if any(name in text for text in texts.values())]
    found = (_person(name, texts, titles) for name in sorted(present))
    return {person.surname: person for person in found if person is not None}


def _person(surname: str, texts: Mapping[int, str], titles: frozenset[str]) -> Person | None:
    given: set[str] = set()
    offices: set[str] = set()
    times, first = 0, None
    alone = re.compile(rf"(?:\b({_NAME})[ \xa0])?\b{re.escape(surname)}\b")
    for number, text in texts.items():
        for match in alone.finditer(text):
            times += 1
            before = match[1]
            if before is None:
                continue
            (offices if before.casefold() in titles else given).add(before)
            first = number if first is None else first
    if first is None:
        return None
    return Person(surname, frozenset(given), frozenset(offices), times, first)
