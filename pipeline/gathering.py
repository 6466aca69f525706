"""The pass that sees all parts before they are cleaned: what sites repeat, who acts, who reports one event."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import events, memory, people, sightings, store
from pipeline.job import Job, Part, hosts_of, load_rules, mend_key, note, noted_key
from pipeline.lines import levels
from pipeline.rulebook import Rulebook
from pipeline.stages.boilerplate import Site
from pipeline.tables import (
    ENTITIES,
    EVENTS,
    LINES,
    PEOPLE,
    TOLD,
    Line,
    Page,
    Told,
    rows_of,
    table_of,
)

GATHERED = "gathered.json"


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
    told = store.table([place / "told.parquet"], TOLD)
    digests = {}
    for part in parts:
        hosts = set((host_of := hosts_of(job, part)).values())
        seen = [(line.host, line.line) for line in templates if line.host in hosts]
        mine = only(told, pa.array(sorted(host_of), pa.string()))
        digests[part.number] = store.digest(job.cleaning, seen, store.digest_of_table(mine))
    note(job, GATHERED, key, digests)
    return {
        "templates": len(templates),
        "events": len(store.table([place / "events.parquet"], EVENTS)["event"].unique()),
    }


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
    seen = store.table([place / "people.parquet" for place in mended], PEOPLE)
    told = people.tell(seen, pa.table(found), rules.mistranslation.lexicon)
    store.write_table(draft / "told.parquet", TOLD, [told], {})
    store.write_table(draft / "entities.parquet", ENTITIES, [people.usual_spellings(seen)], {})


def told_to(job: Job, part: Part) -> dict[str, list[Told]]:
    """Read what the documents of a part are told of people by the other documents of the run."""
    told: dict[str, list[Told]] = {doc: [] for doc in hosts_of(job, part)}
    for row in rows_of(only(store.table([gathered(job) / "told.parquet"], TOLD), pa.array(told, pa.string())), Told):
        told[row.doc].append(row)
    return told


def site_lines(job: Job, part: Part) -> dict[str, frozenset[str]]:
    """Read the lines that the sites of a part's documents repeat, by host."""
    lines: dict[str, set[str]] = {host: set() for host in hosts_of(job, part).values() if host is not None}
    for line in rows_of(store.table([gathered(job) / "templates.parquet"], LINES), Line):
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


def pairs(keys: pa.ChunkedArray, values: pa.ChunkedArray) -> dict[str, str]:
    """Make a mapping of two columns."""
    return dict(zip(keys.to_pylist(), values.to_pylist(), strict=True))


def only(rows: pa.Table, docs: pa.Array) -> pa.Table:
    """Keep the rows of some documents."""
    return rows.filter(pc.is_in(rows["doc"], value_set=docs)).combine_chunks()


def gathered(job: Job) -> Path:
    """Find the folder of what this pass made."""
    return job.work("gather", noted_key(job, GATHERED))
