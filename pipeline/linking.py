"""The pass that links documents once their words are right: their copies, and what reports of one event quote."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import copies, events, store
from pipeline.gathering import gathered
from pipeline.job import Job, Part, clean_key, hosts_of, load_rules, note, noted_key
from pipeline.rulebook import Rulebook
from pipeline.tables import EVENTS, QUOTATIONS, QUOTES, batch_of

_QUOTED = "quoted.json"


def link_run(job: Job, parts: Sequence[Part]) -> dict[str, int]:
    """Find the copies among the paragraphs of all parts, and align what the reports of each event quote.

    Returns:
        what `copies.link_run` counts; quotes: rows of aligned quotations.
    """
    counts = copies.link_run(job, parts)
    place_of_events = gathered(job)
    cleaned = [job.work("clean", clean_key(job, part)) for part in parts]
    made_of = [(part.number, place.name) for part, place in zip(parts, cleaned, strict=True)]
    key = store.digest("quotes", job.state, place_of_events.name, made_of)
    place = job.work("quotes", key)
    if not place.is_dir():
        found = store.table([place_of_events / "events.parquet"], EVENTS)
        with store.folder(place) as draft:
            _align(job, parts, [c / "quotations.parquet" for c in cleaned], found, draft, load_rules(job))
    note(job, _QUOTED, key, {})
    rows = store.table([quotes_of(job, part) for part in parts], pa.schema([QUOTES.field("quote")]))
    return {**counts, "quotes": rows.num_rows}


def quotes_of(job: Job, part: Part) -> Path:
    """Say where the aligned quotations of a part's documents are (QUOTES)."""
    return job.work("quotes", noted_key(job, _QUOTED)) / _name(part)


def quotes_key(job: Job) -> str:
    """Find the work of aligning."""
    return noted_key(job, _QUOTED)


def _name(part: Part) -> str:
    return f"part-{part.number:05d}.parquet"


def _align(
    job: Job, parts: Sequence[Part], paths: Sequence[Path], found: pa.Table, draft: Path, rules: Rulebook
) -> None:
    """Align all events, and write to each part the rows of its documents."""
    inside = found["doc"].combine_chunks()
    quoted = [_of(store.table([path], QUOTATIONS), inside) for path in paths]
    together = pa.concat_tables(quoted) if quoted else QUOTATIONS.empty_table()
    aligned = pa.Table.from_batches(events.quotes(together, found, rules.events.alignment), QUOTES)
    for part in parts:
        mine = pa.array(sorted(hosts_of(job, part)), pa.string())
        store.write_table(draft / _name(part), QUOTES, [batch_of(_of(aligned, mine))], {"rules": rules.digest})


def _of(rows: pa.Table, docs: pa.Array) -> pa.Table:
    return rows.filter(pc.is_in(rows["doc"], value_set=docs))
