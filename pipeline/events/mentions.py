"""Find what a page mentions that may tell its event: names, figures, words that were said."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.duplicates.words import is_name, level
from pipeline.events.quotations import spans
from pipeline.tables import Block, Mention

# Thousands as many languages part them: 4 200.
_TORN = re.compile(r"\b[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3})+\b")
# Words of a longer quotation that are held against another report's, four in a row.
_RUN = 4
_LONG_FIGURE = 9
_NO_FACT = ("",)


class Rules(NamedTuple):
    """Which blocks are running text, and what counts in them."""

    min_words: int
    max_link_share: float
    max_capital_share: float
    min_figure: int
    years: Sequence[int]  # the first and the last


class _Words(NamedTuple):
    """The words of a block, parted: those written small, names inside a sentence, figures."""

    small: set[str]
    names: set[str]
    figures: set[str]


def find(page: Sequence[Block], rules: Rules) -> Iterator[Mention]:
    """Give what the running text of a page mentions, each mention once a block, in order.

    Slots: `name` (a word with a capital inside a sentence that the page never writes small), `figure` (small
    numbers and years aside), `quote` (two or three words in quotation marks, or four in a row of a longer quotation).
    """
    running = [(block, _words(block.text, rules)) for block in page if _is_running(block, rules)]
    small = set().union(*(words.small for _, words in running))
    said: defaultdict[int, set[str]] = defaultdict(set)
    for span in spans([block.text for block, _ in running]):
        said[span.text].update(_pieces(running[span.text][0].text[span.start : span.end]))
    for at, (block, words) in enumerate(running):
        found = {
            *(("name", name) for name in words.names - small),
            *(("figure", figure) for figure in words.figures if _tells(figure, rules)),
            *(("quote", quote) for quote in said[at]),
        }
        yield from (Mention(block.doc, block.block, name, slot) for slot, name in sorted(found))


def _is_running(block: Block, rules: Rules) -> bool:
    return block.text.count(" ") + 1 >= rules.min_words and block.link_chars <= rules.max_link_share * len(block.text)


def _words(text: str, rules: Rules) -> _Words:
    """Part a block's words; where nearly all have a capital, it says nothing."""
    found, opens, capitals = _Words(set(), set(), set()), True, 0
    tokens = [level(token) for token in _TORN.sub(_joined, text).split()]
    for token in tokens:
        if token.facts == _NO_FACT:
            found.small.add(token.words[0])
        else:
            for word, fact in zip(token.words, token.facts, strict=True):
                named = is_name(fact)
                capitals += named
                if not named:
                    (found.figures if fact else found.small).add(fact or word)
                elif not opens:
                    found.names.add(fact)
        opens = token.ends
    if capitals > rules.max_capital_share * len(tokens):
        found.names.clear()
    return found


def _joined(torn: re.Match[str]) -> str:
    return "".join(torn[0].split())


def _tells(figure: str, rules: Rules) -> bool:
    """Say whether a figure can tell one report from another."""
    first, last = rules.years
    if not figure.isdecimal() or len(figure) > _LONG_FIGURE:
        return True
    return int(figure) >= rules.min_figure and not first <= int(figure) <= last


def _pieces(quoted: str) -> Iterator[str]:
    words = [word for token in quoted.split() for word in level(token).words]
    if 1 < len(words) < _RUN:
        yield " ".join(words)
    yield from (" ".join(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1))
