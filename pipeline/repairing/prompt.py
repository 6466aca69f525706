"""What a chat model is sent, what its answer is read as, and the form in which answers are kept."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from pipeline import store
from pipeline.repairing.protocol import Proposal, UnreadableError
from pipeline.repairing.rules import Rules
from pipeline.tables import Question

_FAR = 1_000_000
_SHOWN = 400
_LIST = 100


def messages(question: Question, rules: Rules) -> list[dict[str, str]]:
    """Write the two messages of a chat: what is wanted, and the sentence with all that goes out with it, as JSON."""
    flagged = [
        {"text": question.text[m.start : m.end], "rule": m.rule, "suggestion": m.suggestion} for m in question.marks
    ]
    data = {
        "sentence": question.text,
        "flagged": flagged,
        "sister_sentences": [sister.text for sister in question.sisters],
        "names": list(question.names),
    }
    return [
        {"role": "system", "content": rules.prompt.strip()},
        {"role": "user", "content": json.dumps(data, ensure_ascii=False, sort_keys=True)},
    ]


def key_of(question: Question, rules: Rules) -> str:
    """Name what is asked, and of whom: an answer under this name needs no asking."""
    return store.digest("repairer", rules.kind, rules.repairer, rules.max_tokens, messages(question, rules))


def read(content: str, sentence: str) -> list[Proposal]:
    """Read a chat model's answer: a JSON object with `edits`, be there thoughts before it or a fence around it.

    An edit without offsets takes those of its `before`, where that stands in the sentence once.

    Raises:
        UnreadableError: there is no such object.

    >>> read('{"edits": [{"before": "Short", "after": "Kurz"}]}', "Short said so.")
    [Proposal(start=0, end=5, before='Short', after='Kurz', reason='')]
    """
    content = content.rpartition("</think>")[2]
    start, end = content.find("{"), content.rfind("}")
    try:
        answer = json.loads(content[start : end + 1]) if start >= 0 else None
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or not isinstance(answer.get("edits"), list):
        raise UnreadableError(content[:_SHOWN] or "an empty answer")
    return [proposal_of(edit, sentence) for edit in answer["edits"][:_LIST]]


def proposal_of(edit: Any, sentence: str) -> Proposal:
    """Make a proposal of what should be one.

    Raises:
        UnreadableError: it has other keys or types.
    """
    if isinstance(edit, Proposal):
        edit = edit._asdict()
    if not isinstance(edit, Mapping):
        raise UnreadableError(repr(edit)[:_SHOWN])
    before, after, reason = edit.get("before"), edit.get("after"), edit.get("reason", "")
    if not isinstance(before, str) or not isinstance(after, str):
        raise UnreadableError(repr(edit)[:_SHOWN])
    start, end = (edit.get(name) for name in ("start", "end"))
    if start is None and end is None:
        start = sentence.find(before) if before and sentence.count(before) == 1 else -1
        end = start + len(before)
    if not _is_offset(start) or not _is_offset(end):
        raise UnreadableError(repr(edit)[:_SHOWN])
    return Proposal(start, end, before, after, reason if isinstance(reason, str) else "")


def _is_offset(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _FAR


def kept_form(proposals: Iterable[Proposal]) -> str:
    """Write proposals as they are kept; ASCII alone, so that no lone surrogate stands in the way."""
    return json.dumps({"edits": [proposal._asdict() for proposal in proposals]})


def unreadable_form(error: UnreadableError) -> str:
    """Write down that an answer could not be read."""
    return json.dumps({"unreadable": str(error)[:_SHOWN]})


def from_kept(answer: str) -> list[Proposal]:
    """Read an answer that was kept.

    Raises:
        UnreadableError: it could not be read when it came.
    """
    kept = json.loads(answer)
    if "edits" not in kept:
        raise UnreadableError(kept["unreadable"])
    return [Proposal(**edit) for edit in kept["edits"]]


def printable(text: str, most: int = _SHOWN) -> str:
    r"""Make what a model wrote fit for a table: no controls, no lone surrogates, no more than `most` characters.

    >>> printable("a\ud800b\x00c")
    'a?b c'
    """
    cut = text[:most].encode("utf-8", "replace").decode()
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", cut)
