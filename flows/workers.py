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
from pipeline.run import Bucket, Job, Part, Texts

Futures = list[PrefectFuture[Any]]
# What a task works on: a part of the files, or a share of the linking.
Share = Part | Texts | Bucket
After = State[Any] | Sequence[PrefectFuture[Any]]


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

    def each(
        self, task: Task[..., Any], job: Job, parts: Sequence[Share], after: After = (), steps: int = 1
    ) -> Futures:
        """Run `task(job, part)` for each part, or other share of the work; return the futures, all of them done.

        `after` is what came before, the end of a task run or futures: the graph of the run shows it. Each share moves
        the bar on by so many steps.

        A part that fails does not stop the others: what they finish need not be done again. Parts that were lost
        with a worker process are tried once more, one at a time, for the likeliest reason is a lack of memory.

        Raises:
            Exception: what the first part that failed has raised.
            WorkerDiedError: a part's process died again.
        """
        done, lost = self._try(task, job, parts, after, steps)
        if lost:
            get_run_logger().warning("A worker process died. Trying parts again, one at a time: %d", len(lost))
            self.runner.__exit__(None, None, None)  # A pool that has lost a process takes no more work.
            self.runner = self.runner.duplicate().__enter__()
        for part in lost:
            again, died = self._try(task, job, [part], after, steps)
            if died:
                raise WorkerDiedError(f"{task.name}, {part}: the process died twice; is memory short?")
            done += again
        return done

    def _try(
        self, task: Task[..., Any], job: Job, parts: Sequence[Share], after: After, steps: int
    ) -> tuple[Futures, list[Share]]:
        """Run the task for each part once; return the futures of those that are done, and the parts that died."""
        # As an input, not as `wait_for`: that must be a future for some runners, and must not be one for others.
        runs = [after.state_details.task_run_id] if isinstance(after, State) else [one.task_run_id for one in after]
        before: set[RunInput] = {TaskRunResult(id=run) for run in runs if run}
        inputs = {"part": before}
        part_of = {self.runner.submit(task, {"job": job, "part": part}, dependencies=inputs): part for part in parts}
        lost: list[Share] = []
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
                self.progress.step(f"{task.name}, {part}", steps)
        if errors:
            get_run_logger().error("%s: %d of %d parts failed", task.name, len(errors), len(parts))
            raise errors[0]
        return [future for future, part in part_of.items() if part not in lost], lost
