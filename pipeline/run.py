"""A run from raw files to clean tables: the passes in their order.

    plan -> read each part -> gather -> clean each part -> link -> finish each part -> close

Where the rules open the door for a model, the questions of each part are found, and then asked, before it is cleaned.
Of a large corpus the texts to be linked are laid aside first, and the pairs among them judged, a bucket at a time.

`clean_folder` does it all on a pool of processes; an orchestrator calls the passes one by one.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from multiprocessing import get_context
from typing import Any, TypeVar

from pipeline.asking import ask_run, is_open, question_part
from pipeline.closing import close_run
from pipeline.gathering import gather_run
from pipeline.job import Job, JobError, Part, hold, open_job
from pipeline.linking import link_run
from pipeline.pairing import Bucket, Texts, buckets_of, judge_bucket, lay_texts, shares
from pipeline.parts import clean_part, finish_part, read_part
from pipeline.planning import plan
from pipeline.staging import stage_raw

__all__ = [
    "Bucket", "Job", "JobError", "Part", "Texts", "ask_run", "buckets_of", "clean_folder", "clean_part", "close_run",
    "finish_part", "gather_run", "hold", "is_open", "judge_bucket", "lay_texts", "link_run", "open_job", "plan",
    "question_part", "read_part", "shares", "stage_raw",
]  # fmt: skip

# Called with the name of the pass, the parts that are done, and all parts.
Progress = Callable[[str, int, int], None]
_Share = TypeVar("_Share")


def clean_folder(
    raw: str,
    clean: str,
    *,
    workers: int = 1,
    source: str | None = None,
    progress: Progress = lambda _name, _done, _parts: None,
    **options: Any,
) -> dict[str, Any]:
    """Do the whole job without an orchestrator; return what `close_run` returns.

    Args:
        raw: folder with the raw files.
        clean: folder for the tables.
        workers: processes that share the parts.
        source: folder, glob, file or archive to bring into `raw` first.
        progress: called when a part is done.
        options: as for `open_job`.

    Raises:
        JobError: the run cannot begin.
        LedgerError: the books do not balance; nothing is published.
    """
    if source is not None:
        stage_raw(source, raw)
    job = open_job(raw, clean, **options)
    with hold(job), _pool(workers) as pool:
        parts = plan(job)
        _each(pool, "read", read_part, job, parts, progress)
        gather_run(job, parts)
        if is_open(job):
            _each(pool, "question", question_part, job, parts, progress)
            ask_run(job, parts)
        _each(pool, "clean", clean_part, job, parts, progress)
        texts = shares(job, parts)
        _each(pool, "lay", lay_texts, job, texts, progress)
        _each(pool, "judge", judge_bucket, job, buckets_of(job, texts), progress)
        link_run(job, parts)
        _each(pool, "finish", finish_part, job, parts, progress)
        return close_run(job, parts)


def _pool(workers: int) -> AbstractContextManager[Executor | None]:
    # A forked process would inherit locks that other threads hold (Arrow's, for one); a fresh one has none.
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn")) if workers > 1 else nullcontext()


def _each(
    pool: Executor | None,
    name: str,
    work: Callable[[Job, _Share], dict[str, int]],
    job: Job,
    parts: Sequence[_Share],
    progress: Progress,
) -> None:
    if not parts:
        return
    progress(name, 0, len(parts))
    jobs = [job] * len(parts)
    results = pool.map(work, jobs, parts) if pool is not None else map(work, jobs, parts)
    for done, _ in enumerate(results, 1):
        progress(name, done, len(parts))
