"""The last pass: publish what the others made, all at once or not at all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from pipeline import asking, linking, memory, report, rulebook, store
from pipeline.job import ASKED, Job, JobError, Part, clean_key, code, finish_key, mend_key, noted_key, question_key
from pipeline.tables import FILES, PUBLISHED, FileRow, rows_of

_COUNTED = ("documents", "blocks", "paragraphs")
_NAMED = 1_000


def close_run(job: Job, parts: Sequence[Part]) -> dict[str, Any]:
    """Publish a run: its tables, `run.json` and `report.html` under runs/RUN; then `latest` points there.

    Returns:
        what run.json says: run, folder, counts, the ledger's entries by stage and rule, rejected files with reasons.

    Raises:
        JobError: a part is not finished, or a run of that name is there already.
    """
    target = Path(job.clean, "runs", job.run)
    if target.exists():
        raise JobError(f"run {job.run} is published already")
    for part in parts:
        if not job.work("finish", finish_key(job, part)).is_dir():
            raise JobError(f"part {part.number} is not finished: nothing is published")
    with store.folder(target) as draft:
        for name, number, source in _part_files(job, parts):
            store.link_or_copy(source, draft / name / f"part-{number:05d}.parquet")
        summary = summarise(job, parts)
        store.write_json(draft / "run.json", summary)
        store.write_text(draft / "report.html", report.page(draft, summary))
    store.point(Path(job.clean, "latest"), f"runs/{job.run}")
    memory.remember(job, parts)
    _take_away_old(job, parts)
    return summary


def _part_files(job: Job, parts: Sequence[Part]) -> Iterator[tuple[str, int, Path]]:
    for part in parts:
        finished = job.work("finish", finish_key(job, part))
        cleaned = job.work("clean", clean_key(job, part))
        made = {"files": job.work("read", part.key), "readings": cleaned, "flags": cleaned}
        for name in PUBLISHED:
            path = linking.quotes_of(job, part) if name == "quotes" else made.get(name, finished) / f"{name}.parquet"
            yield name, part.number, path


def summarise(job: Job, parts: Sequence[Part]) -> dict[str, Any]:
    """Add up what the parts counted."""
    counts: Counter[str] = Counter()
    entries: Counter[str] = Counter()
    for part in parts:
        for key, number in store.read_json(job.work("finish", finish_key(job, part)) / "counts.json").items():
            (counts if key in _COUNTED else entries)[key] += number
    files = store.table([job.work("read", part.key) / "files.parquet" for part in parts], FILES)
    not_read = files.filter(pc.not_equal(files["outcome"], "read"))
    records, bad_records = (len(rows) - rows["record"].null_count for rows in (files, not_read))
    return {
        "run": job.run,
        "published": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "folder": str(Path(job.clean, "runs", job.run)),
        "raw": job.raw,
        "rules": rulebook.digest(job.rules),
        "code": code(),
        "parts": len(parts),
        "counts": {
            "files": files.num_rows - records,
            "records": records,
            "rejected": not_read.num_rows - bad_records,
            "rejected_records": bad_records,
            **{key: counts[key] for key in _COUNTED},
        },
        **({"model": told} if (told := asking.told(job)) is not None else {}),
        "entries": dict(sorted(entries.items(), key=lambda item: (-item[1], item[0]))),
        # The first thousand; the table of files has them all.
        "rejected": {row.name: row.reason for row in rows_of(not_read.slice(0, _NAMED), FileRow)},
        "ok": True,
    }


def _take_away_old(job: Job, parts: Sequence[Part]) -> None:
    """Remove runs beyond the number to keep, and finished work that this run did not use."""
    runs = sorted((p for p in Path(job.clean, "runs").iterdir() if p.name != job.run), key=lambda p: p.stat().st_mtime)
    for old in runs[: max(0, len(runs) + 1 - job.keep_runs)]:
        store.remove(old)
    used = {
        "read": {part.key for part in parts},
        "mend": {mend_key(job, part) for part in parts},
        "clean": {clean_key(job, part) for part in parts},
        "finish": {finish_key(job, part) for part in parts},
        "gather": {noted_key(job, "gathered.json")},
        "laid": set(),
        "judged": set(),
        "link": {noted_key(job, "linked.json")},
        "quotes": {linking.quotes_key(job)},
    }
    if asking.is_open(job):
        used["questions"] = {question_key(job, part) for part in parts}
        used["asked"] = {noted_key(job, ASKED)}
    for name, keys in used.items():
        for place in sorted(job.work(name).glob("*")):
            if place.name not in keys:
                store.remove(place)
