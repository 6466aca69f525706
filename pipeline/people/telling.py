"""Choose, of all that the run's documents say of people, what bears on each document: no more, so that little changes.

A document is told of people whom it names without introducing them, by any document of the run; of accusations,
possessives, orders of words and spellings, by the documents that report the same event.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.people.lexicon import Lexicon
from pipeline.people.spellings import clear_spellings
from pipeline.tables import PEOPLE, TOLD, Event, Seen, Told, rows_of, table_of

_SHARED = ("accuses", "owns", "order", "name")
_GENITIVES = ("’s ", "'s ")


class _Named(NamedTuple):
    """Who names a person so first (by the order of documents), and how many documents do."""

    first: Seen
    documents: int


def tell(seen: pa.Table, events: pa.Table, lexicon: Lexicon) -> pa.RecordBatch:
    """Say what each document of a run is told.

    Args:
        seen: what all documents say (schema PEOPLE).
        events: who reports the same event (schema EVENTS).
        lexicon: the names that the rules know.

    Returns:
        rows of schema TOLD, in an order that depends on nothing but the documents.
    """
    told = [*_gazetteer(seen, lexicon), *_sisters(seen, rows_of(events, Event), lexicon)]
    return table_of(sorted(set(told)), TOLD)


def _rows(seen: pa.Table, slots: Sequence[str]) -> list[Seen]:
    return rows_of(seen.filter(pc.is_in(seen["slot"], value_set=pa.array(slots))).cast(PEOPLE), Seen)


def _gazetteer(seen: pa.Table, lexicon: Lexicon) -> Iterator[Told]:
    """Tell who bears a surname that a document leaves unintroduced, or a given name that has lost its surname."""
    known = pc.is_in(seen["name"], value_set=pa.array(sorted(lexicon.renderings)))
    named: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for row in _rows(seen.filter(known), ("name",)):
        named[row.name, row.value].append(row)
    by_surname: dict[str, list[tuple[str, str]]] = defaultdict(list)
    by_given: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key in named:
        by_surname[key[0]].append(key)
        by_given[key[1]].append(key)
    asked: set[tuple[str, tuple[str, str]]] = set()
    asked.update((row.doc, key) for row in _rows(seen, ("bare",)) for key in by_surname.get(row.name, ()))
    for row in _rows(seen, ("orphan",)):
        meant = lexicon.surnames_of.get(row.value, ()) if row.value else by_surname
        asked.update((row.doc, key) for key in by_given.get(row.name, ()) if key[0] in meant)
    for doc, key in asked:
        others = [row for row in named[key] if row.doc != doc]
        if others:
            first = min(others)
            yield Told(doc, first.doc, first.block, "name", *key, len(others))


def _sisters(seen: pa.Table, events: Sequence[Event], lexicon: Lexicon) -> Iterator[Told]:
    """Tell what the other reports of a document's event say of the same thing."""
    docs_of: dict[str, list[str]] = defaultdict(list)
    for report in events:
        docs_of[report.event].append(report.doc)
    reporting = pa.array(sorted({report.doc for report in events}), pa.string())
    by_doc: dict[str, list[Seen]] = defaultdict(list)
    for said in _rows(seen.filter(pc.is_in(seen["doc"], value_set=reporting)), _SHARED):
        by_doc[said.doc].append(said)
    for docs in docs_of.values():
        said_of: dict[tuple[str, str], list[Seen]] = defaultdict(list)
        for doc in sorted(docs):
            for row in by_doc[doc]:
                if row.slot != "name":
                    said_of[row.slot, row.name].append(row)
        for doc in sorted(docs):
            yield from _told(doc, by_doc[doc], said_of)
        names = [row for doc in docs for row in by_doc[doc] if row.slot == "name"]
        yield from clear_spellings(names, lexicon)


def _told(doc: str, own: Sequence[Seen], said_of: Mapping[tuple[str, str], Sequence[Seen]]) -> Iterator[Told]:
    for slot, name in sorted({asked for row in own for asked in _asks(row)}):
        for row in said_of.get((slot, name), ()):
            if row.doc != doc and not (slot == "order" and _genitive(row.value)):
                yield Told(doc, row.doc, row.block, slot, name, row.value, row.times)


def _asks(row: Seen) -> Iterator[tuple[str, str]]:
    if row.slot == "owns" or (row.slot == "order" and _genitive(row.value)):
        yield row.slot, row.name
    whom = row.value.partition(" ")[2] if row.slot == "accuses" else ""
    if whom:
        yield from (("accuses", row.name), ("accuses", whom))


def _genitive(written: str) -> bool:
    return any(mark in written for mark in _GENITIVES)
