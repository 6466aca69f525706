"""Find the strings one of which must stand in whatever a pattern matches: a screen for a pattern on one text."""

from importlib import import_module
from typing import Any

_PARSER: Any = import_module("re._parser")  # Python's own reader of patterns; it has no public name.
_SHORTEST = 3


def needed(pattern: str) -> tuple[str, ...] | None:
    r"""Give strings, in small letters, one of which stands in every match; None where some match needs none.

    A string shorter than three characters is no screen. What stands in a look-around is left out.

    >>> needed(r"(?i)\b(?:sum|claim)s? (?:is|was) in the room\b"), needed(r"^(?:Icon|Symbol): ?close$")
    ((' in the room',), ('close',))
    >>> needed(r"\d+:\d+") is None
    True
    """
    found = _of(_PARSER.parse(pattern))
    return found if found and all(len(literal) >= _SHORTEST for literal in found) else None


def has_any(text: str, literals: tuple[str, ...] | None) -> bool:
    """Whether one of some strings stands in a text of small letters; so it is where nothing is needed."""
    return literals is None or any(literal in text for literal in literals)


def _of(nodes: Any) -> tuple[str, ...]:
    """Of a sequence: the surest of what its pieces need, by the length of the shortest string."""
    best: tuple[str, ...] = ()
    run = ""
    for kind, value in [*nodes, (None, None)]:
        name = str(kind)
        if name == "LITERAL" and len(chr(value).lower()) == 1:
            run += chr(value).lower()
            continue
        best, run = _better(best, (run,)), ""
        if name == "SUBPATTERN":
            best = _better(best, _of(value[3]))
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and value[0] > 0:
            best = _better(best, _of(value[2]))
        elif name == "BRANCH":
            branches = [_of(branch) for branch in value[1]]
            if all(branches):
                best = _better(best, tuple(literal for branch in branches for literal in branch))
    return best


def _better(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return max(one, other, key=lambda found: (min(map(len, found), default=0), -len(found)))
