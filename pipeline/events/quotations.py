"""Find what stands in quotation marks, in the marks of any language."""

import re
from collections.abc import Sequence
from typing import NamedTuple

# What closes a quotation, by the mark that opens it: “ “ and » « are opening marks here and closing ones there.
_CLOSES = {
    "“": '”“"', "”": "”", "„": '“”"‟', "‟": "”", '"': '"”“', "«": "»", "»": "«»", "‹": "›", "›": "‹›",
    "‘": "’", "‚": "‘’", "‛": "’", "’": "’", "'": "'", "「": "」", "『": "』", "``": "''", "''": "''",
}  # fmt: skip
_MARK = re.compile(r"``|''|[“”„‟\"«»‹›‘’‚‛'「」『』]")
_BRACKETS = "([{–—-:/"
# Marks that a quotation over several paragraphs opens with.
_RUN_ON = '“„«"'
_MAX_CHARS = 2000


class Span(NamedTuple):
    """What stands between two marks: in which of some texts, from where to where."""

    text: int
    start: int
    end: int
    follows: bool  # goes on from the paragraph before


def spans(texts: Sequence[str]) -> list[Span]:
    """Find the quotations in the paragraphs of a page, without their marks; one inside another is part of it.

    A quotation that is not closed in its paragraph counts where the next one closes it, or opens again.

    >>> [text[s.start : s.end] for text in ["He called it “a start”, not „das ‚Ende‘“."] for s in spans([text])]
    ['a start', 'das ‚Ende‘']
    >>> [(s.text, s.follows) for s in spans(["“We came.", "We saw.” So they said."])]
    [(0, False), (1, True)]
    """
    found: list[Span] = []
    pending: tuple[str, Span] | None = None
    for number, text in enumerate(texts):
        marks = list(_MARK.finditer(text))
        first = marks[0] if marks else None
        at = 0
        if pending is not None and first is not None:
            opened, span = pending
            if first[0] in _CLOSES[opened] and _ends(text, first):
                found += [span, Span(number, 0, first.start(), follows=True)]
                at = 1
            elif first[0] == opened and not text[: first.start()].strip():
                found.append(span)
        inside, left = _within(number, text, marks[at:])
        found += inside
        pending = left
    return [span for span in found if 0 < span.end - span.start <= _MAX_CHARS]


def _within(number: int, text: str, marks: Sequence[re.Match[str]]) -> tuple[list[Span], tuple[str, Span] | None]:
    """Pair the marks of one text; give too what an unclosed one opens, where a next paragraph may close it."""
    found: list[Span] = []
    opened: re.Match[str] | None = None
    for mark in marks:
        if opened is None:
            opened = mark if _begins(text, mark) else None
        elif mark[0] in _CLOSES[opened[0]] and _ends(text, mark):
            found.append(Span(number, opened.end(), mark.start(), follows=False))
            opened = None
    if opened is None or opened[0] not in _RUN_ON:
        return found, None
    return found, (opened[0], Span(number, opened.end(), len(text), follows=False))


def _begins(text: str, mark: re.Match[str]) -> bool:
    """Say whether a mark can open a quotation: nothing before it that it would close or be a part of."""
    if mark[0] not in _CLOSES:
        return False
    before, after = text[mark.start() - 1 : mark.start()], text[mark.end() : mark.end() + 1]
    if mark[0] in "„‟「『" or (mark[0] == "«" and after.isspace()):
        return bool(after)
    return (not before or before.isspace() or before in _BRACKETS) and bool(after) and not after.isspace()


def _ends(text: str, mark: re.Match[str]) -> bool:
    """Say whether a mark can close a quotation: no apostrophe, no inch behind a number of feet."""
    before, after = text[mark.start() - 1 : mark.start()], text[mark.end() : mark.end() + 1]
    if mark[0] in "」』" or (mark[0] == "»" and before.isspace()):
        return True
    return bool(before) and not before.isspace() and not (after.isalnum() or after == "_")
