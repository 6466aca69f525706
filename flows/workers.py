"""Runs a task for each part on a task runner, and gets over the death of a worker process."""

from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children
from types import TracebackType
from typing import Any, Self, cast

from prefect import State, Task, get_run_logger
from prefect.client.schemas.objects import RunInput, TaskRunResult
from prefect.futures import PrefectFuture, as_completed
from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner

from flows.artifacts import Progress
from pipeline.run import Job, Part

Futures = list[PrefectFuture[Any]]


class WorkerDiedError(RuntimeError):
    """A part killed the process that worked on it, twice."""


class Processes(ProcessPoolTaskRunner):
    """Worker processes; the flow ends even where one was killed while it held the lock of the runner's queue."""

    def __enter__(self) -> Self:
        super().__enter__()
        # Else the end of the flow's process waits for a thread that waits for that lock.
        cast("Any", self._subprocess_message_queue).cancel_join_thread()
        return self


class Workers:
    """A task runner for the parts of a run: one for all passes, for its processes take seconds to start."""

    def __init__(self, runner: TaskRunner[Any], progress: Progress) -> None:
        self.runner = runner
        self.progress = progress
        self.others = set(active_children())

    def __enter__(self) -> Self:
        self.runner.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:  # Left alone, the runner would first finish the parts at work, minutes perhaps.
            for child in set(active_children()) - self.others:
                child.terminate()
        self.runner.__exit__(kind, error, at)

    def each(self, task: Task[..., Any], job: Job, parts: Sequence[Part], after: State[Any] | None = None) -> Futures:
        """Run `task(job, part)` for each part; return the futures, all of them done.

        `after` is the end of the task run that came before: the graph of the run shows it.

        A part that fails does not stop the others: what they finish need not be done again. Parts that were lost
        with a worker process are tried once more, one at a time, for the likeliest reason is a lack of memory.

        Raises:
            Exception: what the first part that failed has raised.
            WorkerDiedError: a part's process died again.
        """
        done, lost = self._try(task, job, parts, after)
        if lost:
            get_run_logger().warning("A worker process died. Trying parts again, one at a time: %d", len(lost))
            self.runner.__exit__(None, None, None)  # A pool that has lost a process takes no more work.
            self.runner = self.runner.duplicate().__enter__()
        for part in lost:
            again, died = self._try(task, job, [part], after)
            if died:
                raise WorkerDiedError(f"{task.name}, part {part.number}: the process died twice; is memory short?")
            done += again
        return done

    def _try(
        self, task: Task[..., Any], job: Job, parts: Sequence[Part], after: State[Any] | None
    ) -> tuple[Futures, list[Part]]:
        """Run the task for each part once; return the futures of those that are done, and the parts that died."""
        # As an input, not as `wait_for`: that must be a future for some runners, and must not be one for others.
        before = after and after.state_details.task_run_id
        inputs: dict[str, set[RunInput]] = {"part": {TaskRunResult(id=before)}} if before else {}
        part_of = {self.runner.submit(task, {"job": job, "part": part}, dependencies=inputs): part for part in parts}
        lost: list[Part] = []
        errors: list[Exception] = []
        for future in as_completed(list(part_of)):
            part = part_of[future]
            try:
                result = future.result(raise_on_failure=False)
            except BrokenProcessPool:
                lost.append(part)
                continue
            if isinstance(result, Exception):
                errors.append(result)
            else:
                self.progress.step(f"{task.name}: part {part.number}")
        if errors:
            get_run_logger().error("%s: %d of %d parts failed", task.name, len(errors), len(parts))
            raise errors[0]
        return [future for future, part in part_of.items() if part not in lost], lost
