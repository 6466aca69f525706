"""The pass that sees all parts once they are clean: which paragraphs and documents repeat another, and which stays."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from pipeline import pairing, store
from pipeline.duplicates import covers
from pipeline.duplicates.revisions import Version, revisions
from pipeline.gathering import gathered, only, pairs
from pipeline.job import Job, Part, clean_key, hosts_of, load_rules, note, noted_key
from pipeline.rulebook import Rulebook
from pipeline.tables import COPIES, ENTITIES, EVENTS, TWINS, Document, Twin, rows_of, table_of

_LINKED = "linked.json"


class Links(NamedTuple):
    """What a part sees of the others: its copies, its events, and its documents that repeat another as a whole."""

    copies: pa.Table
    events: pa.Table
    entities: pa.Table
    event_of: Mapping[str, str]
    twin_of: Mapping[str, Twin]

    def complete(self, draft: Document) -> Document:
        """Fill in a document's event, the document that it repeats, and the version before it."""
        twin = self.twin_of.get(draft.doc)
        draft = draft._replace(event=self.event_of.get(draft.doc))
        return draft if twin is None else draft._replace(**twin._asdict())


def link_run(job: Job, parts: Sequence[Part]) -> dict[str, int]:
    """Find the copies among the paragraphs of all parts, each with the one that stays for it.

    Returns:
        copies: paragraphs that repeat another; twins: documents that repeat another as a whole.
    """
    rules = load_rules(job)
    key = pairing.link_key(job, parts)
    place = job.work("link", key)
    if not place.is_dir():
        with store.folder(place) as draft:
            _link(job, parts, draft, rules)
    note(job, _LINKED, key, {part.number: _digest_of_links(job, part, place) for part in parts})
    copies, twins = (
        store.table([place / name], s) for name, s in (("copies.parquet", COPIES), ("twins.parquet", TWINS))
    )
    return {"copies": copies.num_rows, "twins": twins.num_rows - twins["duplicate_of"].null_count}


def _link(job: Job, parts: Sequence[Part], draft: Path, rules: Rulebook) -> None:
    blocks, sentences = (pairing.linked(job, texts, rules) for texts in pairing.texts_of(job, parts))
    covers.cover(blocks, sentences)
    store.write_table(draft / "copies.parquet", COPIES, blocks.copies(), {})
    told = [job.work("clean", clean_key(job, part)) / "documents.parquet" for part in parts]
    versions = [Version(*row) for path in told for row in _columns(path, Version._fields)]
    later = revisions(versions, blocks.shared(rules.duplicate.revision), rules.duplicate.revision)
    whole = blocks.twins()
    none: tuple[str | None, float | None] = (None, None)
    twins = ((doc, *whole.get(doc, none), later.get(doc)) for doc in sorted(whole.keys() | later.keys()))
    store.write_table(draft / "twins.parquet", TWINS, [table_of(twins, TWINS)], {})


def _columns(path: Path, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    for batch in store.batches(path, names):
        yield from zip(*(batch[name].to_pylist() for name in names), strict=True)


def _digest_of_links(job: Job, part: Part, place: Path) -> str:
    links = _read_links(job, place, hosts_of(job, part))
    tables = (store.digest_of_table(t) for t in (links.copies, links.events, links.entities))
    return store.digest(*tables, sorted(links.twin_of.items()))


def links_of(job: Job, part: Part) -> Links:
    """Read what the run knows of the copies, events and twins of a part's documents."""
    return _read_links(job, job.work("link", noted_key(job, _LINKED)), hosts_of(job, part))


def _read_links(job: Job, place: Path, docs: Iterable[str]) -> Links:
    mine = pa.array(sorted(docs), pa.string())
    copies, twins, found, entities = (
        only(store.table([path], schema), mine)
        for path, schema in (
            (place / "copies.parquet", COPIES),
            (place / "twins.parquet", TWINS),
            (gathered(job) / "events.parquet", EVENTS),
            (gathered(job) / "entities.parquet", ENTITIES),
        )
    )
    event_of, twin_of = pairs(found["doc"], found["event"]), {twin.doc: twin for twin in rows_of(twins, Twin)}
    return Links(copies, found, entities, event_of, twin_of)
