"""The two passes that see all parts: what sites repeat and who reports one event; which paragraphs are copies."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import events, memory, sightings, store
from pipeline.duplicates import clusters
from pipeline.job import Job, Part, clean_key, hosts_of, load_rules, mend_key, note, noted_key
from pipeline.lines import levels
from pipeline.rulebook import Rulebook
from pipeline.stages.boilerplate import Site
from pipeline.tables import (
    COPIES,
    EVENTS,
    LINES,
    SIGNATURES,
    TWINS,
    Document,
    Line,
    Page,
    rows_of,
    table_of,
)

GATHERED, _LINKED = "gathered.json", "linked.json"


class Links(NamedTuple):
    """What a part sees of the others: its copies, its events, and its documents that repeat another as a whole."""

    copies: pa.Table
    events: pa.Table
    event_of: Mapping[str, str]
    twin_of: Mapping[str, str]

    def complete(self, draft: Document) -> Document:
        """Fill in a document's event and the document that it repeats."""
        return draft._replace(event=self.event_of.get(draft.doc), duplicate_of=self.twin_of.get(draft.doc))


def gather_run(job: Job, parts: Sequence[Part]) -> dict[str, int]:
    """Learn from all parts what each site repeats and which documents report one event.

    Returns:
        templates: lines that a site repeats; events: how many there are.
    """
    rules = load_rules(job)
    remembered = memory.recall(job, parts)
    key = store.digest("gather", [mend_key(job, part) for part in parts], store.digest_of_table(remembered))
    place = job.work("gather", key)
    if not place.is_dir():
        with store.folder(place) as draft:
            _gather(job, parts, remembered, draft, rules)
    templates = rows_of(store.table([place / "templates.parquet"], LINES), Line)
    digests = {}
    for part in parts:
        hosts = set(hosts_of(job, part).values())
        seen = [(line.host, line.line) for line in templates if line.host in hosts]
        digests[part.number] = store.digest(job.state, seen)
    note(job, GATHERED, key, digests)
    found = store.table([place / "events.parquet"], EVENTS)
    return {"templates": len(templates), "events": len(found["event"].unique())}


def _gather(job: Job, parts: Sequence[Part], remembered: pa.Table, draft: Path, rules: Rulebook) -> None:
    mended = [job.work("mend", mend_key(job, part)) for part in parts]
    host_of = {doc: host for part in parts for doc, host in hosts_of(job, part).items()}
    documents = Counter(host for host in host_of.values() if host is not None)
    gone = remembered.group_by(["host", "doc"]).aggregate([])
    documents.update(gone["host"].to_pylist())
    shown: Counter[tuple[str, str]] = Counter()
    for line in rows_of(sightings.count_lines(remembered), Line):
        shown[line.host, line.line] += line.docs
    for place in mended:
        for batch in store.batches(place / "lines.parquet"):
            for line in rows_of(batch, Line):
                shown[line.host, line.line] += line.docs
    least, share = rules.boilerplate.site_min_docs, rules.boilerplate.site_min_share
    templates = [
        Line(host, line, docs)
        for (host, line), docs in sorted(shown.items())
        if docs >= least and docs >= share * documents[host]
    ]
    store.write_table(draft / "templates.parquet", LINES, [table_of(templates, LINES)], {})

    def mentions() -> Iterator[pa.RecordBatch]:
        for place in mended:
            yield from store.batches(place / "mentions.parquet", ["doc", "name", "slot"])

    found = events.gather(mentions, rules.events)
    store.write_table(draft / "events.parquet", EVENTS, [found], {})


def site_lines(job: Job, part: Part) -> dict[str, frozenset[str]]:
    """Read the lines that the sites of a part's documents repeat, by host."""
    lines: dict[str, set[str]] = {host: set() for host in hosts_of(job, part).values() if host is not None}
    for line in rows_of(store.table([_gathered(job) / "templates.parquet"], LINES), Line):
        if line.host in lines:
            lines[line.host].add(line.line)
    return {host: frozenset(found) for host, found in lines.items()}


def sites_of(pages: Mapping[str, Page], lines: Mapping[str, frozenset[str]]) -> dict[str, Site]:
    """Say for each document what is known of its site: its names, and the lines that it repeats.

    A site has the name that it declares and the one that its host spells: `the-gull.example.org` is The Gull's.
    """
    spelt = {page.host: (page.host or "").removeprefix("www.").partition(".")[0] for page in pages.values()}
    declared = {page.site_name or "" for page in pages.values()}
    names = sorted(declared.union(spelt.values()))
    level = dict(zip(names, levels(pa.array(names, pa.string())).to_pylist(), strict=True))
    return {
        doc: Site(
            frozenset(level[name].replace(" ", "") for name in (page.site_name or "", spelt[page.host])) - {""},
            lines.get(page.host or "", frozenset()),
        )
        for doc, page in pages.items()
    }


def link_run(job: Job, parts: Sequence[Part]) -> dict[str, int]:
    """Find the copies among the paragraphs of all parts, each with the one that stays for it.

    Returns:
        copies: paragraphs that repeat another; twins: documents that repeat another as a whole.
    """
    rules = load_rules(job)
    cleaned = [job.work("clean", clean_key(job, part)) for part in parts]
    key = store.digest("link", [place.name for place in cleaned])
    place = job.work("link", key)
    if not place.is_dir():
        signed = store.table([c / "signatures.parquet" for c in cleaned], SIGNATURES)
        with store.folder(place) as draft:
            _link(signed, draft, rules)
    note(job, _LINKED, key, {part.number: _digest_of_links(job, part, place) for part in parts})
    copies, twins = (
        store.table([place / name], s) for name, s in (("copies.parquet", COPIES), ("twins.parquet", TWINS))
    )
    return {"copies": copies.num_rows, "twins": twins.num_rows}


def _link(signed: pa.Table, draft: Path, rules: Rulebook) -> None:
    copies = clusters.link(signed, rules.duplicate)
    store.write_table(draft / "copies.parquet", COPIES, [copies], {})
    sizes = Counter(signed["doc"].to_pylist())
    twins = clusters.whole_documents(pa.table(copies), sizes, rules.duplicate)
    store.write_table(draft / "twins.parquet", TWINS, [table_of(sorted(twins.items()), TWINS)], {})


def _digest_of_links(job: Job, part: Part, place: Path) -> str:
    links = _read_links(job, place, hosts_of(job, part))
    tables = (store.digest_of_table(links.copies), store.digest_of_table(links.events))
    return store.digest(*tables, sorted(links.twin_of.items()))


def links_of(job: Job, part: Part) -> Links:
    """Read what the run knows of the copies, events and twins of a part's documents."""
    return _read_links(job, job.work("link", noted_key(job, _LINKED)), hosts_of(job, part))


def _read_links(job: Job, place: Path, docs: Iterable[str]) -> Links:
    mine = pa.array(sorted(docs), pa.string())
    copies, twins, found = (
        _only(store.table([path], schema), mine)
        for path, schema in (
            (place / "copies.parquet", COPIES),
            (place / "twins.parquet", TWINS),
            (_gathered(job) / "events.parquet", EVENTS),
        )
    )
    return Links(copies, found, _pairs(found["doc"], found["event"]), _pairs(twins["doc"], twins["ref_doc"]))


def _pairs(keys: pa.ChunkedArray, values: pa.ChunkedArray) -> dict[str, str]:
    return dict(zip(keys.to_pylist(), values.to_pylist(), strict=True))


def _only(rows: pa.Table, docs: pa.Array) -> pa.Table:
    return rows.filter(pc.is_in(rows["doc"], value_set=docs)).combine_chunks()


def _gathered(job: Job) -> Path:
    return job.work("gather", noted_key(job, GATHERED))
