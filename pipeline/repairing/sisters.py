"""Find the sentences of other texts that seem to say what one says."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from pipeline.repairing.rules import Rules
from pipeline.sentences import split
from pipeline.tables import Question, Sister

_WORD = re.compile(r"[^\W\d_]{4,}")
_STEM_CHARS = 6


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
    return [(a, b) for a, b in split(text, rules.sentences) if b - a <= rules.most_chars]
