"""Ask many questions in bounded time: attempts, then the circuit opens and the rest is left as it is."""

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import NamedTuple

from pipeline.repairing.protocol import UnansweredError
from pipeline.repairing.rules import Rules
from pipeline.repairing.workers import Worker
from pipeline.tables import Question

OPEN = "circuit open"


class Outcome(NamedTuple):
    """What became of a question: its answer as kept, or why there is none."""

    question: Question
    answer: str | None
    failure: str | None


class _Circuit:
    """Open once too many questions in a row got no answer, or time is up; it does not close again in this run."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._until = time.monotonic() + rules.most_seconds
        self._failed = 0
        self._lock = threading.Lock()
        self.opened = threading.Event()

    def is_open(self) -> bool:
        """Whether nothing more is asked."""
        if time.monotonic() > self._until:
            self.opened.set()
        return self.opened.is_set()

    def note(self, *, answered: bool) -> None:
        """Count a question that was answered, or was not."""
        with self._lock:
            self._failed = 0 if answered else self._failed + 1
            if self._failed >= self._rules.open_after:
                self.opened.set()


def ask_all(questions: Sequence[Question], rules: Rules) -> Iterator[Outcome]:
    """Ask each question, `at_once` of them at a time, each of a worker that is free; outcomes come in their order."""
    circuit = _Circuit(rules)
    free: queue.SimpleQueue[Worker] = queue.SimpleQueue()

    def ask(question: Question) -> Outcome:
        worker = free.get()
        try:
            return _outcome(question, worker, circuit, rules)
        finally:
            free.put(worker)

    with ExitStack() as workers, ThreadPoolExecutor(rules.at_once) as threads:
        for _ in range(rules.at_once):
            free.put(workers.enter_context(Worker(rules)))
        try:
            yield from threads.map(ask, questions)
        finally:
            circuit.opened.set()


def _outcome(question: Question, worker: Worker, circuit: _Circuit, rules: Rules) -> Outcome:
    failure = OPEN
    for attempt in range(rules.attempts):
        if circuit.is_open() or (attempt and circuit.opened.wait(rules.pause)):
            return Outcome(question, None, failure)
        try:
            answer = worker.ask(question)
        except UnansweredError as error:
            failure = str(error)
            if not error.again:
                break
        else:
            circuit.note(answered=True)
            return Outcome(question, answer, None)
    circuit.note(answered=False)
    return Outcome(question, None, failure)
