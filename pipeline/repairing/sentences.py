"""Part a text into sentences, and find those of other texts that seem to say the same."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from pipeline.repairing.rules import Rules
from pipeline.tables import Question, Sister

_ENDS = re.compile(r"[.!?…]+[\"”’»)\]]*(?=\s)|\n")
_LAST_WORD = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*)$")
_GOES_ON = re.compile(r"\s+[a-z]")
_WORD = re.compile(r"[^\W\d_]{4,}")
_STEM_CHARS = 6
_REACH = 24


def sentences(text: str, abbreviations: AbstractSet[str]) -> list[tuple[int, int]]:
    """Give the span of each sentence, without the white space around it.

    >>> [("The pier, Mr. Sand said, is 3.5 m long. It fell.")[a:b] for a, b in sentences(
    ...     "The pier, Mr. Sand said, is 3.5 m long. It fell.", {"mr"})]
    ['The pier, Mr. Sand said, is 3.5 m long.', 'It fell.']
    """
    found, at = [], 0
    for match in _ENDS.finditer(text):
        if not _inside(text, match, abbreviations):
            found.append((at, match.end()))
            at = match.end()
    found.append((at, len(text)))
    stripped = ((start, end, text[start:end]) for start, end in found)
    return [
        (start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip()))
        for start, end, part in stripped
        if part.strip()
    ]


def _inside(text: str, end: re.Match[str], abbreviations: AbstractSet[str]) -> bool:
    """Whether a mark ends an abbreviation or an initial, or the sentence goes on in lower case behind it."""
    if end[0] == "\n":
        return False
    if end[0] == ".":
        last = _LAST_WORD.search(text[max(0, end.start() - _REACH) : end.start()])
        if last is not None and (len(last[1]) == 1 or last[1].casefold() in abbreviations):
            return True
    return _GOES_ON.match(text, end.end()) is not None


def stems(text: str) -> frozenset[str]:
    """Give the beginnings of a text's longer words, case folded: what two renderings of a sentence have in common."""
    return frozenset(word.casefold()[:_STEM_CHARS] for word in _WORD.findall(text))


def sisters_of(question: Question, others: Iterable[tuple[str, Mapping[int, str]]], rules: Rules) -> tuple[Sister, ...]:
    """Choose of other reports (document, texts by block) the sentence of each that is most like the one in question."""
    mine = stems(question.text)
    best: list[tuple[float, Sister]] = []
    for doc, texts in others:
        alike = [*_alike(mine, doc, texts, rules)]
        if alike:
            best.append(min(alike))
    return tuple(sister for _, sister in sorted(best)[: rules.most_sisters])


def _alike(mine: AbstractSet[str], doc: str, texts: Mapping[int, str], rules: Rules) -> Iterator[tuple[float, Sister]]:
    for block, text in texts.items():
        if len(mine & stems(text)) < rules.least_common:
            continue
        for start, end in _fitting(text, rules):
            theirs = stems(text[start:end])
            common = len(mine & theirs)
            if common >= rules.least_common and common >= rules.least_share * min(len(mine), len(theirs)):
                yield -common / len(mine | theirs), Sister(doc, block, text[start:end])


def _fitting(text: str, rules: Rules) -> Sequence[tuple[int, int]]:
    return [(a, b) for a, b in sentences(text, rules.abbreviations) if b - a <= rules.most_chars]
