"""Look through a page, once, for what it says of people.

Slots, each with a name and a value:
`name` (surname, given name before it), `title` (surname, title before it), `speaker` (surname, verb), `bare` (surname
of the lexicon that has no given name there), `orphan` (given name, the word after it that a surname of the lexicon may
have become; empty where only a title says that a person is meant),
`accuses` (who, verb and whom), `owns` (what is his or hers, pronoun and the words of the sentence),
`order` (the words of a name of three or more, the name as written).
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.people.lexicon import Lexicon
from pipeline.tables import Block, Seen

CAPITAL = re.compile(r"[^\W\d_a-z][^\W\d_]+(?:-[^\W\d_]+)*")
_FOLLOWING = re.compile(r"[ \xa0]([^\W\d_]+)")
_BEFORE = re.compile(r"([^\W\d_]+)[ \xa0]$")
_OWNED = re.compile(r"\b([Hh]is|[Hh]er)[ \xa0]([a-z]+)")
_ACCUSER = re.compile(r"[^\W\d_a-z][^\W\d_]+")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+[\"”’]?|$)")
_STEM = re.compile(r"[^\W\d_]{4,}")
_GAPS = (" ", "\xa0", "'s ", "’s ")
_NEAR = 60
_STEM_CHARS = 6


class _Token(NamedTuple):
    word: str
    start: int
    end: int


def look(page: Sequence[Block], lexicon: Lexicon) -> list[Seen]:
    """Collect what a page says of people, one row a (slot, name, value), with its first block; sorted."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for block in page:
        for key in _block(block.text, lexicon):
            found.setdefault(key, []).append(block.block)
    doc = page[0].doc
    return [Seen(doc, min(blocks), *key, len(blocks)) for key, blocks in sorted(found.items())]


def _block(text: str, lexicon: Lexicon) -> Iterator[tuple[str, str, str]]:
    tokens = [_Token(match[0], *match.span()) for match in CAPITAL.finditer(text)]
    gaps = ["", *(text[a.end : b.start] if b.start - a.end < len(_GAPS[-1]) + 1 else "" for a, b in pairwise(tokens))]
    for number, token in enumerate(tokens):
        yield from _name(text, token, tokens[number - 1] if gaps[number] in (" ", "\xa0") else None, lexicon)
        if number > 1 and gaps[number] in _GAPS and gaps[number - 1] in _GAPS:
            yield from _order(tokens[number - 2 : number + 1], text, lexicon)
    yield from accusations(text, lexicon)
    yield from _ownings(text, lexicon)


def _name(text: str, token: _Token, previous: _Token | None, lexicon: Lexicon) -> Iterator[tuple[str, str, str]]:
    """Say what a word with a capital, and the one right before it, tell of a person."""
    word, known = token.word, token.word in lexicon.renderings
    if previous is not None and lexicon.is_given(previous.word):
        if word.casefold() in lexicon.surnames_of and not known:
            yield "orphan", previous.word, word.casefold()
        elif f"{previous.word} {word}" not in lexicon.no_person and (known or not lexicon.is_given(word)):
            yield "name", word, previous.word
            if known and (title := _title(text[: previous.start], lexicon)):
                yield "title", word, title
    elif known:
        yield "bare", word, ""
        if title := _title(text[: token.start], lexicon):
            yield "title", word, title
    elif lexicon.is_given(word):
        after = _FOLLOWING.match(text, token.end)
        if after is not None and after[1][0].islower() and _title(text[: token.start], lexicon):
            yield "orphan", word, ""
    if known:
        after = _FOLLOWING.match(text, token.end)
        if after is not None and after[1] in lexicon.speech_verbs:
            yield "speaker", word, after[1]


def _title(before: str, lexicon: Lexicon) -> str | None:
    last = _BEFORE.search(before[-30:])
    word = last[1].casefold() if last is not None else ""
    return word if word in lexicon.titles else None


def _order(tokens: Sequence[_Token], text: str, lexicon: Lexicon) -> Iterator[tuple[str, str, str]]:
    """Give the name of a house or place of three words, a genitive folded, under its words in alphabetical order."""
    if not any(token.word.casefold() in lexicon.venues for token in tokens):
        return
    written = text[tokens[0].start : tokens[-1].end]
    words = written.replace("’s ", " ").replace("'s ", " ").split()
    if len(words) == len(tokens):
        yield "order", " ".join(sorted(words)), written


def accusations(text: str, lexicon: Lexicon) -> Iterator[tuple[str, str, str]]:
    """Find who criticises whom: (accuses, who, `verb whom`); whom is empty where no name follows the verb."""
    for verb in lexicon.accusing:
        at = text.find(f" {verb} ")
        while at >= 0:
            before = text[max(0, at - _NEAR) : at]
            whom = _ACCUSER.match(text, at + len(verb) + 2)
            for who in set(_ACCUSER.findall(re.split(r"[.!?] ", before)[-1])):
                yield "accuses", who, f"{verb} {whom[0] if whom else ''}".rstrip()
            at = text.find(f" {verb} ", at + 1)


def _ownings(text: str, lexicon: Lexicon) -> Iterator[tuple[str, str, str]]:
    if not any(match[2] in lexicon.owned for match in _OWNED.finditer(text)):
        return
    for sentence in _SENTENCE.findall(text):
        for match in _OWNED.finditer(sentence):
            if match[2] in lexicon.owned:
                yield "owns", match[2], f"{match[1].casefold()} {' '.join(sorted(stems(sentence)))}"


def stems(sentence: str) -> set[str]:
    """Give the beginnings of a sentence's longer words, by which two renderings of it are held together."""
    return {word.casefold()[:_STEM_CHARS] for word in _STEM.findall(sentence)}
