"""Ask a repairer in a process of its own: whatever it does, an answer or its absence is known in bounded time."""

import json
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pipeline.repairing import prompt
from pipeline.repairing.endpoint import Endpoint
from pipeline.repairing.function import Function
from pipeline.repairing.protocol import Repairer, UnansweredError, UnreadableError
from pipeline.repairing.rules import ENDPOINT, Rules
from pipeline.tables import Question

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

_READY = b"ready"
_GRACE = 1.0  # seconds beyond the time-out that the repairer keeps itself
_STRETCH = 8  # bytes that a character of an answer may become in JSON, and room for keys


def chosen(rules: Rules) -> Repairer:
    """Make the repairer that the rules name."""
    return Endpoint(rules) if rules.kind == ENDPOINT else Function(rules)


class Worker:
    """A process that a repairer works in; it is ended when it is late, and begun anew at the next question."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._process: BaseProcess | None = None
        self._line: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def ask(self, question: Question) -> str:
        """Ask, and wait no longer than the rules say; return the answer in the form in which it is kept.

        Raises:
            UnansweredError: none came.
        """
        line = self._line or self._begin()
        try:
            line.send(question)
            answer = json.loads(self._received(line, self._rules.timeout + _GRACE))
        except (EOFError, OSError, ValueError):
            self._end()
            raise UnansweredError("crashed", again=True) from None
        if "failed" in answer:
            raise UnansweredError(answer["failed"], again=answer["again"])
        return str(answer["kept"])

    def _begin(self) -> Connection:
        spawn = get_context("spawn")  # a forked process would inherit locks that other threads hold
        here, there = spawn.Pipe()
        self._process = spawn.Process(target=serve, args=(there, self._rules), daemon=True)
        self._process.start()
        there.close()
        self._line = here
        try:
            self._received(here, self._rules.start_timeout)
        except (EOFError, OSError, UnansweredError):
            self._end()
            raise UnansweredError("did not start", again=False) from None
        return here

    def _received(self, line: Connection, seconds: float) -> bytes:
        if not line.poll(seconds):
            self._end()
            raise UnansweredError("timeout", again=True)
        return line.recv_bytes(_STRETCH * self._rules.most_bytes)

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._line = self._process = None


def serve(line: Connection, rules: Rules) -> None:
    """Answer questions until nobody asks; what a repairer of the user's raises ends the process, with its traceback."""
    repairer = chosen(rules)
    line.send_bytes(_READY)
    while True:
        try:
            question = line.recv()
        except (EOFError, OSError):
            return
        line.send_bytes(json.dumps(answered(repairer, question)).encode())


def answered(repairer: Repairer, question: Question) -> dict[str, object]:
    """Ask a repairer: what it proposes, that it proposes nothing readable, or why there is no answer."""
    try:
        return {"kept": prompt.kept_form(repairer.propose(question))}
    except UnreadableError as error:
        return {"kept": prompt.unreadable_form(error)}
    except UnansweredError as error:
        return {"failed": str(error), "again": error.again}
