"""Make of what a document says, and of what it is told, the people whom a repair of a name may rest on."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from pipeline.people.lexicon import Lexicon
from pipeline.tables import Seen, Told


class Anchor(NamedTuple):
    """A person whom a document, or another one of the run, introduces.

    `times` counts the document's own; `introduced` says that it gives a name or title itself; ref_doc and ref_block
    name who introduces the person.
    """

    surname: str
    given: frozenset[str]
    titles: frozenset[str]
    times: int
    introduced: bool
    speaks: bool
    ref_doc: str
    ref_block: int


def anchors(own: Sequence[Seen], told: Iterable[Told], lexicon: Lexicon) -> dict[str, Anchor]:
    """Find the surnames of the lexicon that stand for a person here.

    A surname that only stands alone introduces nobody, for it may be the word that it also is: unless another document
    of the run gives it a name, or a word that it may have become stands behind a given name on the page.
    """
    mine: dict[str, list[Seen]] = {}
    for row in own:
        if row.slot in ("name", "title", "bare", "speaker") and row.name in lexicon.renderings:
            mine.setdefault(row.name, []).append(row)
    others: dict[str, list[Told]] = {}
    for said in told:
        if said.slot == "name" and said.name in lexicon.renderings and said.name not in lexicon.homographs:
            others.setdefault(said.name, []).append(said)
    lost = {row.value for row in own if row.slot == "orphan"}
    found = (
        _anchor(name, mine.get(name, []), others.get(name, []), lost & set(lexicon.renderings[name]))
        for name in sorted({*mine, *others})
    )
    return {anchor.surname: anchor for anchor in found if anchor is not None}


def _anchor(surname: str, own: Sequence[Seen], told: Sequence[Told], lost: AbstractSet[str]) -> Anchor | None:
    """`lost` are words that the surname may have become and that stand behind a given name on the page."""
    names = [row for row in own if row.slot == "name"]
    titles = [row for row in own if row.slot == "title"]
    given = frozenset(row.value for row in names)
    spoken = sum(row.times for row in own if row.slot == "speaker")
    times = sum(row.times for row in own if row.slot in ("name", "bare"))
    introducing: list[Seen | Told] = [*names, *titles]
    introducing += [] if introducing else told
    introducing += own if lost and not introducing else []
    if not introducing:
        return None
    first = min(introducing, key=_block)
    doc = first.ref_doc if isinstance(first, Told) else first.doc
    offices = frozenset(row.value for row in titles)
    named = given or frozenset(row.value for row in told)
    return Anchor(surname, named, offices, times, bool(names or titles), spoken > 0, doc, _block(first))


def _block(row: Seen | Told) -> int:
    return row.ref_block if isinstance(row, Told) else row.block
