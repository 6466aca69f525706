"""What a repairer is: a sentence and its context go in, edits come out; it never sees or returns a text to publish."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from pipeline.tables import Mark, Question, Sister

__all__ = ["Mark", "Proposal", "Question", "Repairer", "Sister", "UnansweredError", "UnreadableError"]


class Proposal(NamedTuple):
    """An edit that a repairer proposes: put `after` in place of `before`, which is sentence[start:end]."""

    start: int
    end: int
    before: str
    after: str
    reason: str = ""


class UnreadableError(ValueError):
    """An answer that is none: it says nothing that could be an edit. It is kept, and not asked for again."""


class UnansweredError(RuntimeError):
    """No answer came. `again` says whether it is worth asking once more."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


class Repairer(Protocol):
    """Proposes edits of a sentence; whatever it proposes passes the guard or changes nothing."""

    name: str
    version: str

    def propose(self, question: Question) -> Iterable[Proposal]:
        """Propose edits of `question.text`.

        Raises:
            UnreadableError: what came back is no list of edits.
            UnansweredError: nothing came back.
        """
        ...
