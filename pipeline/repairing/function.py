"""A repairer that is a Python function of the user's: `package.module:function`."""

import importlib
from collections.abc import Iterable

from pipeline.repairing import prompt
from pipeline.repairing.protocol import Proposal, UnreadableError
from pipeline.repairing.rules import Rules
from pipeline.tables import Question


class Function:
    """Calls the function with a question; it returns proposals, or dictionaries with their keys."""

    def __init__(self, rules: Rules) -> None:
        self.name, self.version = rules.callable, rules.version
        module, _, function = rules.callable.partition(":")
        self._call = getattr(importlib.import_module(module), function)

    def propose(self, question: Question) -> list[Proposal]:
        """Ask the function.

        Raises:
            UnreadableError: it returns something else than edits.
        """
        edits = self._call(question)
        if not isinstance(edits, Iterable) or isinstance(edits, str | bytes):
            raise UnreadableError(repr(edits)[:400])
        return [prompt.proposal_of(edit, question.text) for edit in edits]
