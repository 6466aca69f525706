"""Turn a pattern into a screen: a test on a whole column of texts that lets through all that the pattern matches.

Columns are searched by RE2 (Cox 2010), in time linear in the text; its letters, digits and spaces are ASCII's unless
told otherwise. A screen may let too much through, never too little.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

_PIECE = re.compile(r"\\.|\(\?<?[=!]|\(\?i?:|\(\?P<\w+>|\[\^?\]?|.", re.DOTALL)
_LOOKS = ("(?=", "(?!", "(?<=", "(?<!")
_OUTSIDE = {
    r"\w": r"[\pL\pN_]", r"\W": r"[^\pL\pN_]", r"\d": r"\pN", r"\D": r"\PN", r"\s": r"[\s\pZ]", r"\S": r"\S",
    r"\b": "", r"\B": "", r"\Z": "$", r"\A": "^",
}  # fmt: skip
_INSIDE = {r"\w": r"\pL\pN_", r"\d": r"\pN", r"\s": r"\s\pZ"}
# Python takes Turkish dotted and dotless letters for an i where case does not count; RE2 does not.
_DOTS = "iIİı"
_ANY = r"\x00-\x{10FFFF}"


class Pattern(NamedTuple):
    """A compiled pattern's search and split, and its screen; None where there is none."""

    search: Callable[[str], re.Match[str] | None]
    split: Callable[[str], list[str]]
    screen: str | None


def pattern_of(pattern: str, *, screened: bool = True) -> Pattern:
    """Compile a pattern, with its screen if it is wanted.

    Raises:
        re.error: it does not compile.
    """
    compiled = re.compile(pattern)
    return Pattern(compiled.search, compiled.split, screen_of(compiled) if screened else None)


def screen_of(pattern: re.Pattern[str]) -> str | None:
    r"""Write a pattern as RE2's, or as one that matches more; None where there is none.

    What is looked for around a match only narrows it, and is left out.

    >>> print(screen_of(re.compile(r"(?i)^no\W*comment[\s-]+s?\b")))
    (?i)^no[^\pL\pN_]*comment[\s\pZ-]+s?
    """
    flags = "(?i)" if pattern.flags & re.IGNORECASE else ""
    screen = flags + "".join(_translated(pattern.pattern, folded=bool(flags) or "(?i:" in pattern.pattern))
    try:
        pc.match_substring_regex(pa.array([""]), screen)
    except pa.ArrowInvalid:
        return None
    return screen


def _translated(pattern: str, *, folded: bool) -> Iterator[str]:
    inside, skipped = False, 0
    for piece in _PIECE.findall(pattern.removeprefix("(?i)")):
        if inside:
            inside = piece != "]"
            written = _INSIDE.get(piece, _ANY if piece in (r"\W", r"\D", r"\S") else piece)
        else:
            inside = piece.startswith("[")
            written = _OUTSIDE.get(piece, piece)
            if piece in _LOOKS or (skipped and piece.startswith("(")):
                skipped += 1
        if folded and piece in ("i", "I"):
            written = _DOTS if inside else f"[{_DOTS}]"
        if not skipped:
            yield written
        elif piece == ")" and not inside:
            skipped -= 1


def passing(texts: pa.Array, screen: str | None) -> pa.Array:
    """Say which texts a screen lets through; no screen lets all through."""
    if screen is None:
        return pa.array([True] * len(texts), pa.bool_())
    return pc.match_substring_regex(texts, screen)
