"""Where sentences end: quotations, abbreviations, initials and dates stay whole."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from pipeline.lift import RuleFiles, refuse_unknown

_MARK = re.compile(r"(?:[.!?…]{1,8}[\"'’”»)\]]{0,3}|[\"”»]{0,2}[。！？][」』”’]{0,2})")
_OPENERS = " \t\n\r\u00a0\u202f\"'“„‘«(["
_DAYS = 2  # digits of a day, or of a number in a row


@dataclass(frozen=True)
class Rules:
    """Words behind which a dot ends no sentence, and words that follow a figure with a dot."""

    abbreviations: frozenset[str]
    ordinals: frozenset[str]


def parse(files: RuleFiles) -> Rules:
    """Read sentences.toml."""
    table = files["sentences.toml"]
    refuse_unknown("sentences.toml", table, ("abbreviations", "ordinals", "example"))
    words = (frozenset(chain.from_iterable(table[name].values())) for name in ("abbreviations", "ordinals"))
    return Rules(*words)


def split(text: str, rules: Rules, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Give where each sentence of text[start:end] begins and ends, without the white space between them.

    >>> rules = Rules(frozenset({"dr"}), frozenset({"mai"}))
    >>> text = "Dr. Brandt came. “Why?” she asked. It was the 4. Mai."
    >>> [text[a:b] for a, b in split(text, rules)]
    ['Dr. Brandt came.', '“Why?” she asked.', 'It was the 4. Mai.']
    """
    piece = text[start:end]
    at = 0
    for stop in (*_ends(piece, rules), len(piece)):
        sentence = piece[at:stop]
        lead = len(sentence) - len(sentence.lstrip())
        if lead < len(sentence):
            yield start + at + lead, start + at + len(sentence.rstrip())
        at = stop


def _ends(text: str, rules: Rules) -> Iterator[int]:
    for mark in _MARK.finditer(text):
        end = mark.end()
        if mark[0][-1:] in "。！？」』" or any(c in "。！？" for c in mark[0]):
            yield end
        elif text[end : end + 1].isspace():
            rest = text[end : end + 60].lstrip(_OPENERS)
            small = rest[:1].islower() or rest[:1] in ",;:–—-!?…»”"
            before = text[max(0, mark.start() - 30) : mark.start()]
            if rest and not small and not _goes_on(before, mark[0], rest, rules):
                yield end


def _goes_on(before: str, mark: str, rest: str, rules: Rules) -> bool:
    """Say whether a dot belongs to a word: an abbreviation, an initial, the number of a day."""
    if mark != ".":
        return False
    head = before.rsplit(maxsplit=1)[-1] if before and not before[-1].isspace() else ""
    head = head.lstrip(_OPENERS)
    if head.isdigit():
        word = rest.split(maxsplit=1)[0].strip(".,;:").casefold()
        return len(head) <= _DAYS and word in rules.ordinals
    initial = len(head) == 1 and head.isalpha()
    return initial or head.casefold() in rules.abbreviations
