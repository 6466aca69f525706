"""What is remembered of sites from run to run: the lines that documents showed which are no longer among the raw files.

A run over a folder that is emptied and filled again knows a site's furniture from the site's first page on. Documents
that are still there are never taken from memory, so that a run says the same whatever runs went before it over them.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import store
from pipeline.job import Job, Part, hosts_of, mend_key
from pipeline.tables import SHOWN

# Documents of one site that are remembered: enough to tell what it repeats.
_DOCS = 200


def chosen(hosts: Mapping[str, str | None]) -> list[str]:
    """Choose the documents to remember, no more than 200 of a site: by a digest of names, the same in any order."""
    by_host: dict[str, list[str]] = {}
    for doc in sorted(hosts, key=store.digest):
        if (host := hosts[doc]) is not None:
            by_host.setdefault(host, []).append(doc)
    return sorted(doc for docs in by_host.values() for doc in docs[:_DOCS])


def recall(job: Job, parts: Sequence[Part]) -> pa.Table:
    """Give what is remembered of documents that are in no part of this run (schema SHOWN)."""
    here = {doc for part in parts for doc in hosts_of(job, part)}
    known = store.table([path] if (path := _place(job)).exists() else [], SHOWN)
    return known.filter(pc.invert(pc.is_in(known["doc"], value_set=pa.array(sorted(here), pa.string()))))


def remember(job: Job, parts: Sequence[Part]) -> None:
    """Lay what this run's documents showed to what is remembered."""
    shown = [job.work("mend", mend_key(job, part)) / "shown.parquet" for part in parts]
    both = pa.concat_tables([recall(job, parts), store.table(shown, SHOWN)])
    hosts = dict(zip(both["doc"].to_pylist(), both["host"].to_pylist(), strict=True))
    kept = both.filter(pc.is_in(both["doc"], value_set=pa.array(chosen(hosts), pa.string())))
    ordered = kept.sort_by([("host", "ascending"), ("doc", "ascending"), ("line", "ascending")])
    store.write_table(_place(job), SHOWN, ordered.combine_chunks().to_batches())


def _place(job: Job) -> Path:
    return job.work("memory.parquet")
