"""Find what a page mentions that may tell its event: names, figures, days of the week, words that were said."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.tables import Block, Mention
from pipeline.words import Token, is_name, level

_QUOTES = re.compile(r"[“„«\"]([^“”„«»\"]{3,800})[”“»\"]")
# Words of a longer quotation that are held against another report's, four in a row.
_RUN = 4


class Rules(NamedTuple):
    """Which blocks are running text, and what counts in them."""

    min_words: int
    max_link_share: float
    max_capital_share: float
    min_figure: int
    years: tuple[int, int]
    days: Mapping[str, str]


def find(page: Sequence[Block], rules: Rules) -> Iterator[Mention]:
    """Give what the running text of a page mentions, each mention once a block.

    Slots: `name` (a word with a capital inside a sentence that the page never writes small), `figure`
    (small numbers and years aside), `day` (of the week), `quote` (two or three words in quotation marks, or four
    words in a row of a longer quotation).
    """
    running = [(block, [level(token) for token in block.text.split()]) for block in page if _is_running(block, rules)]
    small = {w for _, tokens in running for t in tokens for w, f in zip(t.words, t.facts, strict=True) if not is_name(f)}
    for block, tokens in running:
        found = {
            *(("name", name) for name in _names(tokens, rules) if name not in small),
            *(("figure", figure) for figure in _figures(tokens, rules)),
            *(("day", rules.days[word]) for token in tokens for word in token.words if word in rules.days),
            *(("quote", words) for words in _quotes(block.text)),
        }
        yield from (Mention(block.doc, block.block, name, slot) for slot, name in sorted(found))


def _is_running(block: Block, rules: Rules) -> bool:
    return block.text.count(" ") + 1 >= rules.min_words and block.link_chars <= rules.max_link_share * len(block.text)


def _names(tokens: Sequence[Token], rules: Rules) -> Iterator[str]:
    """Give the words with a capital, but for those that open a sentence, and for text that capitalises every word."""
    facts = [(fact, opens) for opens, token in zip(_opening(tokens), tokens, strict=True) for fact in token.facts]
    if sum(is_name(fact) for fact, _ in facts) <= rules.max_capital_share * len(facts):
        yield from (fact for fact, opens in facts if is_name(fact) and not opens and fact not in rules.days)


def _opening(tokens: Sequence[Token]) -> list[bool]:
    return [True, *(token.ends for token in tokens[:-1])]


def _figures(tokens: Sequence[Token], rules: Rules) -> Iterator[str]:
    """Give the figures that can tell one report from another: not the small ones, and no years."""
    for token in tokens:
        for fact in token.facts:
            if fact and not is_name(fact):
                plain = fact.isdecimal()
                if not plain or int(fact) >= rules.min_figure and not rules.years[0] <= int(fact) <= rules.years[1]:
                    yield fact


def _quotes(text: str) -> Iterator[str]:
    for quoted in _QUOTES.findall(text):
        words = [word for token in quoted.split() for word in level(token).words]
        if len(words) < _RUN:
            yield from [" ".join(words)] * (len(words) > 1)
        yield from (" ".join(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1))
