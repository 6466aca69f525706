"""Find white space that says nothing: no-break spaces, runs of spaces, line wraps, space at either end of a block."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.lift import RuleError, RuleFiles, each_text, refuse_unknown
from pipeline.tables import Edit

_SPACE = " \t\n\r\f\xa0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_RUN = re.compile(f"[{_SPACE}]+")
_BREAK = re.compile("[\n\r\f\u2028\u2029]")
_TWO_LETTERS = re.compile(r"(?<![^\W_])[^\W\d_]{2}\Z")
# A single ideographic space, or a thin one, is its language's typography.
_LAWFUL = frozenset(" \u2009\u200a\u202f\u205f\u3000")
_KEYS = (
    "no_break_before",
    "no_break_after",
    "no_break_beside_digits",
    "no_break_after_single_letters",
    "no_break_after_two_letters_with",
)


@dataclass(frozen=True)
class Rules:
    """Where a no-break space is the typography of the language, and stays."""

    before: frozenset[str]
    after: frozenset[str]
    beside_digits: bool
    after_single_letters: bool
    after_two_letters_with: frozenset[str] = frozenset()


def level(text: str, rules: Rules) -> Iterator[Edit]:
    r"""Propose one plain space for each run of white space that is something else.

    >>> rules = Rules(frozenset("!?»"), frozenset("«"), beside_digits=True, after_single_letters=True)
    >>> [(e.start, e.end, e.after, e.rule) for e in level("a\xa0 b  c ", rules)]
    [(1, 3, ' ', 'no-break-space'), (4, 6, ' ', 'space-run'), (7, 8, '', 'outer-space')]
    >>> list(level("«\xa0Vraiment\xa0?\xa0» 10\xa0000 fois, v\xa0Praze, 5\xa0cm", rules))
    []
    """
    for run in _RUN.finditer(text):
        edit = _edit(text, run.start(), run.end(), rules)
        if edit is not None:
            yield edit


def _edit(text: str, start: int, end: int, rules: Rules) -> Edit | None:
    run = text[start:end]
    if start == 0 or end == len(text):
        return Edit(start, end, "", "outer-space")
    if _BREAK.search(run):
        # A hyphen at a line's end belongs to the word; whether it also joins it is not known here.
        hyphenated = text[start - 1] == "-" and text[start - 2 : start - 1].isalpha() and text[end].isalpha()
        return Edit(start, end, "" if hyphenated else " ", "line-wrap")
    if run in _LAWFUL or (run == "\xa0" and _typographic(text[max(0, start - 2) : start], text[end], rules)):
        return None
    if run == "\xa0" and _after_two_letters(text, start, rules):
        return None
    return Edit(start, end, " ", "no-break-space" if "\xa0" in run else "space-run")


def _typographic(left: str, right: str, rules: Rules) -> bool:
    if rules.beside_digits and (left[-1].isdigit() or right.isdigit()):
        return True
    alone = left[-1].isalpha() and not left[:-1].isalnum()
    return right in rules.before or left[-1] in rules.after or (rules.after_single_letters and alone)


def _after_two_letters(text: str, end: int, rules: Rules) -> bool:
    """Tell whether a word of two letters stands before, in a text of a language that keeps such words with the next."""
    if not _TWO_LETTERS.search(text[max(0, end - 3) : end]):
        return False
    return not rules.after_two_letters_with.isdisjoint(text)


def uneven(texts: pa.Array, _: Rules) -> pa.Array:
    """Pass the texts with white space other than single spaces between words."""
    odd = pc.match_substring_regex(
        texts, "[\t\n\r\f\\x{a0}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}]"
    )
    double = pc.match_substring(texts, "  ")
    outer = pc.or_(pc.starts_with(texts, " "), pc.ends_with(texts, " "))
    return pc.or_(odd, pc.or_(double, outer))


_level_all = each_text(level, screen=uneven)


def propose(blocks: pa.RecordBatch, rules: Rules) -> pa.RecordBatch:
    """Propose even white space, except in preformatted blocks, where it is the text."""
    edits = _level_all(blocks, rules)
    formatted = pc.equal(blocks["kind"].take(edits["row"]), "pre")
    return edits.filter(pc.invert(formatted))


def parse(files: RuleFiles) -> Rules:
    """Read spacing.toml.

    Raises:
        RuleError: a key is unknown or missing.
    """
    table = files["spacing.toml"]
    refuse_unknown("spacing.toml", table, _KEYS)
    try:
        before, after = frozenset(table["no_break_before"]), frozenset(table["no_break_after"])
        return Rules(before, after, bool(table[_KEYS[2]]), bool(table[_KEYS[3]]), frozenset(table[_KEYS[4]]))
    except KeyError as key:
        raise RuleError(f"spacing.toml: {key} is missing") from None
