"""The costly middle of linking, shared out: texts are laid aside, and the pairs among them judged a bucket at a time.

Blocks are linked with blocks and sentences with sentences, each over the whole corpus. What is laid aside lies in a
folder of the work, from which any worker reads what its bucket needs. The pass that links does what no worker has done.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from pipeline import store
from pipeline.duplicates import clusters
from pipeline.duplicates.rows import Read
from pipeline.duplicates.verdicts import Verdicts
from pipeline.job import Job, Part, clean_key, load_rules
from pipeline.rulebook import Rulebook
from pipeline.store_numbers import Shelf

KINDS = ("signatures", "sentences")
# Texts whose pairs make a bucket; where there are no more rows, linking is not shared out, and needs no files.
TEXTS_AT_ONCE = clusters.TEXTS_AT_ONCE


class Texts(NamedTuple):
    """All that was signed of a run in one table: its blocks, or its sentences."""

    kind: str
    cleaned: tuple[str, ...]  # keys of the cleaned parts
    at_once: int
    key: str

    def __str__(self) -> str:
        return self.kind


class Bucket(NamedTuple):
    """A share of the pairs of texts, for one worker; the key names the texts."""

    kind: str
    key: str
    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.kind}, bucket {self.number + 1} of {self.of}"


def link_key(job: Job, parts: Sequence[Part]) -> str:
    """Name the work of linking the cleaned parts."""
    return store.digest("link", job.state, [clean_key(job, part) for part in parts])


def texts_of(job: Job, parts: Sequence[Part]) -> list[Texts]:
    """Name what is linked, each for itself."""
    cleaned = tuple(clean_key(job, part) for part in parts)
    keys = [store.digest("laid", job.state, kind, cleaned, TEXTS_AT_ONCE) for kind in KINDS]
    return [Texts(kind, cleaned, TEXTS_AT_ONCE, key) for kind, key in zip(KINDS, keys, strict=True)]


def shares(job: Job, parts: Sequence[Part]) -> list[Texts]:
    """Name what is worth a worker: nothing where all is linked already, or there is too little to be shared out."""
    if job.work("link", link_key(job, parts)).is_dir():
        return []
    return [texts for texts in texts_of(job, parts) if _is_shared(job, texts)]


def lay_texts(job: Job, texts: Texts) -> dict[str, int]:
    """Lay texts aside, and deal the pairs that may be alike into buckets.

    Returns:
        buckets; `fresh` is 0 when it was done before.
    """
    place = _laid(job, texts.key)
    if fresh := not place.is_dir():
        with store.folder(place) as draft:
            rules = _rules(load_rules(job), texts.kind)
            clusters.lay(_reading(job, texts), Shelf(draft), rules, texts.at_once)
            store.write_json(draft / "counts.json", {"buckets": clusters.buckets(Shelf(draft))})
    return {**store.read_json(place / "counts.json"), "fresh": int(fresh)}


def buckets_of(job: Job, texts: Sequence[Texts]) -> list[Bucket]:
    """Name the buckets of texts that are laid aside."""
    counts = [clusters.buckets(Shelf(_laid(job, each.key))) for each in texts]
    return [Bucket(t.kind, t.key, number, n) for t, n in zip(texts, counts, strict=True) for number in range(n)]


def judge_bucket(job: Job, bucket: Bucket) -> dict[str, int]:
    """Judge the pairs of a bucket.

    Returns:
        alike: pairs with much in common; `fresh` is 0 when it was done before.
    """
    place = _judged(job, bucket)
    if fresh := not place.is_dir():
        with store.folder(place) as draft:
            shelf = Shelf(_laid(job, bucket.key))
            found = clusters.judge(shelf, bucket.number, _rules(load_rules(job), bucket.kind))
            Shelf(draft).keep("alike", found)
            store.write_json(draft / "counts.json", {"alike": len(found.left)})
    return {**store.read_json(place / "counts.json"), "fresh": int(fresh)}


def linked(job: Job, texts: Texts, rules: Rulebook) -> clusters.Linked:
    """Link texts: do what of it no worker has done yet, and put it together; of sentences only what goes is linked."""
    how, told = _rules(rules, texts.kind), texts.kind == KINDS[0]
    if not _is_shared(job, texts):
        return clusters.link_all(_reading(job, texts), Shelf(), how, told=told)
    lay_texts(job, texts)
    found = []
    for bucket in buckets_of(job, [texts]):
        judge_bucket(job, bucket)
        found.append(Shelf(_judged(job, bucket)).kept("alike", Verdicts))
    return clusters.close(Shelf(_laid(job, texts.key)), found, how, told=told)


def _rules(rules: Rulebook, kind: str) -> clusters.Rules:
    return rules.duplicate if kind == KINDS[0] else clusters.of_sentences(rules.duplicate)


def _is_shared(job: Job, texts: Texts) -> bool:
    return sum(map(store.rows_in, _paths(job, texts))) > texts.at_once


def _reading(job: Job, texts: Texts) -> Read:
    def read(columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        return chain.from_iterable(store.batches(path, columns) for path in _paths(job, texts))

    return read


def _paths(job: Job, texts: Texts) -> list[Path]:
    return [job.work("clean", key) / f"{texts.kind}.parquet" for key in texts.cleaned]


def _laid(job: Job, key: str) -> Path:
    return job.work("laid", key)


def _judged(job: Job, bucket: Bucket) -> Path:
    return job.work("judged", f"{bucket.key}-{bucket.number}")
