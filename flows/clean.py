"""The flow `clean`: the passes of the pipeline as tasks, on threads, processes, Dask or Ray."""

import importlib
import os
import signal
import threading
from multiprocessing import parent_process
from typing import Annotated, Any, Literal

from prefect import State, Task, flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.states import Completed, Failed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from prefect.tasks import exponential_backoff
from pydantic import Field

from flows.artifacts import Progress, publish_summary
from flows.workers import Processes, Workers
from pipeline import run
from pipeline.lift import RuleError
from pipeline.run import Job, JobError, Part
from pipeline.staging import StagedFile, StagingError

Engine = Literal["local", "dask", "ray"]
# What the person who started the run can put right: told in one sentence, without a traceback.
REFUSALS = (JobError, RuleError, StagingError)


def may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Tell whether trying again can help: with a disk or a network perhaps, with a job that is wrong never."""
    return isinstance(state.result(raise_on_failure=False), OSError)


def part_name(verb: str) -> Any:
    """Make the function that names a task run after its share (untyped: Prefect's type for it fits no function).

    >>> part_name("read")({"part": Part(3, "", 120, 8_400_000)})
    'read part 3: 120 files, 8.4 MB'
    """
    return lambda parameters: f"{verb} {parameters['part']}"


# A pass knows what it has finished by the content of its input, so Prefect need not cache or keep any result.
PASS: dict[str, Any] = {
    "cache_policy": NO_CACHE,
    "persist_result": False,
    "retries": 2,
    "retry_delay_seconds": exponential_backoff(backoff_factor=2),
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": may_pass,
}


@task(task_run_name="stage {source}", **PASS)
def stage_raw(source: str, raw: str, max_bytes: int) -> list[StagedFile]:
    """Bring files into the raw folder."""
    return run.stage_raw(source, raw, max_bytes)


@task(task_run_name=part_name("read"), **PASS)
def read_part(job: Job, part: Part) -> dict[str, int]:
    """Read a part's raw files and repair their encoding."""
    return run.read_part(job, part)


@task(task_run_name="gather", **PASS)
def gather_run(job: Job, parts: list[Part]) -> dict[str, int]:
    """Gather what sites repeat, and who acts in each event."""
    return run.gather_run(job, parts)


@task(task_run_name=part_name("question"), **PASS)
def question_part(job: Job, part: Part) -> dict[str, int]:
    """Find the sentences of a part that a model is to be asked about."""
    return run.question_part(job, part)


@task(task_run_name="ask", **PASS)
def ask_run(job: Job, parts: list[Part]) -> dict[str, int]:
    """Ask the model, and keep its answers."""
    return run.ask_run(job, parts)


@task(task_run_name=part_name("clean"), **PASS)
def clean_part(job: Job, part: Part) -> dict[str, int]:
    """Take boilerplate away and repair mistranslations."""
    return run.clean_part(job, part)


@task(task_run_name=part_name("lay aside"), **PASS)
def lay_texts(job: Job, part: run.Texts) -> dict[str, int]:
    """Lay the texts of a large corpus aside, and find which may be alike."""
    return run.lay_texts(job, part)


@task(task_run_name=part_name("judge"), **PASS)
def judge_bucket(job: Job, part: run.Bucket) -> dict[str, int]:
    """Judge pairs of texts that may be alike."""
    return run.judge_bucket(job, part)


@task(task_run_name="link", **PASS)
def link_run(job: Job, parts: list[Part]) -> dict[str, int]:
    """Find the copies across the corpus, and the block that stays for each."""
    return run.link_run(job, parts)


@task(task_run_name=part_name("finish"), **PASS)
def finish_part(job: Job, part: Part) -> dict[str, int]:
    """Take copies away, write the tables, and prove that nothing was lost."""
    return run.finish_part(job, part)


@task(task_run_name="publish", **PASS)
def close_run(job: Job, parts: list[Part]) -> dict[str, Any]:
    """Publish the tables."""
    return run.close_run(job, parts)


@flow(flow_run_name="{raw} to {clean}", persist_result=False)
def clean(  # noqa: PLR0913, PLR0917 - each is a field of the form that starts a run
    raw: str = "data/raw",
    clean: str = "data/clean",
    source: str | None = None,
    rules: str | None = None,
    workers: Annotated[int, Field(ge=1, le=256)] | None = None,
    part_mb: Annotated[int, Field(ge=1, le=4096)] = 64,
    max_mb: Annotated[int, Field(ge=1, le=1024)] = 8,
    keep_runs: Annotated[int, Field(ge=1)] = 10,
    engine: Engine = "local",
) -> State[dict[str, Any]]:
    """Clean a folder of raw pages into Parquet tables, with a ledger of every change.

    Work that an earlier run has finished is not done again. The tables appear under runs/ in the clean folder when
    all of them are whole and the books balance; until then, and after a failure, the last ones stay as they are.

    Args:
        raw: Folder with the raw files.
        clean: Folder for the tables.
        source: Folder, glob, file or archive to bring into the raw folder first. Leave empty to clean what is there.
        rules: Folder with rules of your own, laid over the built-in ones.
        workers: How many parts to work on at a time. Leave empty for one on each processor core.
        part_mb: Size of a part in megabytes. It changes who does the work, never the result.
        max_mb: Raw files above this many megabytes are rejected, and listed.
        keep_runs: How many published runs to keep.
        engine: Where the parts are worked on: local processes, a Dask cluster or a Ray cluster.
    """
    try:
        staged = stage_raw(source, raw, max_mb * 1_000_000) if source is not None else []
        job = run.open_job(
            raw, clean, rules=rules, part_bytes=part_mb * 1_000_000, max_bytes=max_mb * 1_000_000, keep_runs=keep_runs
        )
        with run.hold(job):
            summary = _passes(job, engine, workers or _cores())
    except REFUSALS as error:
        return Failed(message=str(error))
    told = publish_summary(summary, staged)
    return Completed(message=told, data=summary) if summary["ok"] else Failed(message=f"Something was lost. {told}")


def _passes(job: Job, engine: Engine, workers: int) -> dict[str, Any]:
    # Not a task: how many parts there are decides who works on them, and an empty folder deserves no traceback.
    parts = run.plan(job)
    workers = min(workers, len(parts))
    get_run_logger().info("parts: %d, files: %d, at a time: %d", len(parts), sum(p.files for p in parts), workers)
    asks = run.is_open(job)
    progress = Progress(steps=(4 if asks else 3) * len(parts) + (4 if asks else 3))
    with Workers(choose_runner(engine, workers), progress) as on_workers:
        read = on_workers.each(read_part, job, parts)
        gathered = gather_run(job, parts, wait_for=read, return_state=True)
        gathered.result()
        progress.step("gathered")
        if asks:
            questions = on_workers.each(question_part, job, parts, after=gathered)
            gathered = ask_run(job, parts, wait_for=questions, return_state=True)
            gathered.result()
            progress.step("asked")
        cleaned = on_workers.each(clean_part, job, parts, after=gathered)
        texts = run.shares(job, parts)
        cleaned = on_workers.each(lay_texts, job, texts, cleaned, steps=0) or cleaned
        cleaned = on_workers.each(judge_bucket, job, run.buckets_of(job, texts), cleaned, steps=0) or cleaned
        linked = link_run(job, parts, wait_for=cleaned, return_state=True)
        linked.result()
        progress.step("linked")
        finished = on_workers.each(finish_part, job, parts, after=linked)
    summary = close_run(job, parts, wait_for=finished)
    progress.step("published")
    return summary


def choose_runner(engine: Engine, workers: int) -> TaskRunner[Any]:
    """Return the task runner that works on `workers` parts at a time; the one place that knows of runners.

    Raises:
        JobError: the engine's package is not installed.
    """
    if engine == "local":
        if workers == 1:  # A process of its own would cost seconds and gain nothing.
            return ThreadPoolTaskRunner(max_workers=1)
        return Processes(max_workers=workers, initializer=_follow_the_flow)
    package, runner, options = {
        "dask": ("prefect_dask", "DaskTaskRunner", {"cluster_kwargs": {"n_workers": workers, "threads_per_worker": 1}}),
        "ray": ("prefect_ray", "RayTaskRunner", {"init_kwargs": {"num_cpus": workers}}),
    }[engine]
    try:
        module = importlib.import_module(package)
    except ImportError as error:
        name = package.replace("_", "-")
        raise JobError(f"engine {engine!r} needs the package {name}: pip install {name}") from error
    chosen: TaskRunner[Any] = getattr(module, runner)(**options)
    return chosen


def _follow_the_flow() -> None:
    """Make a worker process ignore Ctrl-C, which would hang its pool, and end when the flow's process is killed."""

    def end_with_the_parent() -> None:
        if parent := parent_process():
            parent.join()
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_the_parent, daemon=True).start()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
