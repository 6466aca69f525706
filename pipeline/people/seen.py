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
_Key = tuple[str, str, str]
_NEAR = 60
_STEM_CHARS = 6


def look(page: Sequence[Block], lexicon: Lexicon) -> list[Seen]:
    """Collect what a page says of people, one row a (slot, name, value), with its first block; sorted."""
    found: dict[tuple[str, str, str], list[int]] = {}
    whole = "\n".join(block.text for block in page)
    verbs = [verb for verb in lexicon.accusing if f" {verb} " in whole]
    owning = lexicon.owning.search(whole) is not None
    for block in page:
        words = CAPITAL.findall(block.text)
        # Most words with a capital tell nothing, and most lines have none that does.
        hyphened = "-" in block.text and any("-" in word and lexicon.is_given(word) for word in words)
        if hyphened or not lexicon.telling.isdisjoint(words):
            for key in _people(block.text, lexicon):
                found.setdefault(key, []).append(block.block)
        if verbs or owning or not lexicon.venues.isdisjoint(words):
            for key in _block(block.text, lexicon, verbs, owning=owning):
                found.setdefault(key, []).append(block.block)
    doc = page[0].doc
    return [Seen(doc, min(blocks), *key, len(blocks)) for key, blocks in sorted(found.items())]


def _people(text: str, lexicon: Lexicon) -> Iterator[_Key]:
    """Say what the words of a line with a capital tell of people."""
    before, ended = "", -1
    for match in CAPITAL.finditer(text):
        word, start = match[0], match.start()
        beside = before if start - ended == 1 and text[ended] in " \xa0" else ""
        if word in lexicon.telling or (beside and lexicon.is_given(beside)):
            yield from _name(text, match, beside, lexicon)
        before, ended = word, match.end()


def _block(text: str, lexicon: Lexicon, verbs: Sequence[str], *, owning: bool) -> Iterator[_Key]:
    """Say what a line tells of houses, of accusations, and of what is his or hers."""
    if any(venue in text for venue in lexicon.venues):
        for match in CAPITAL.finditer(text):
            if match[0] in lexicon.venues:
                yield from _orders(text, match)
    if verbs:
        yield from accusations(text, verbs)
    if owning:
        yield from _ownings(text, lexicon)


def _name(text: str, match: re.Match[str], beside: str, lexicon: Lexicon) -> Iterator[_Key]:
    """Say what a word with a capital, and the one right before it, tell of a person."""
    word, known = match[0], match[0] in lexicon.renderings
    after = _FOLLOWING.match(text, match.end())
    if beside and lexicon.is_given(beside):
        if word.casefold() in lexicon.surnames_of and not known:
            yield "orphan", beside, word.casefold()
        elif f"{beside} {word}" not in lexicon.no_person and (known or not lexicon.is_given(word)):
            yield "name", word, beside
            if known and (title := _title(text[: match.start() - len(beside) - 1], lexicon)):
                yield "title", word, title
    elif known:
        yield "bare", word, ""
        if title := _title(text[: match.start()], lexicon):
            yield "title", word, title
    elif after is not None and after[1][0].islower() and _title(text[: match.start()], lexicon):
        yield "orphan", word, ""
    if known and after is not None and after[1] in lexicon.speech_verbs:
        yield "speaker", word, after[1]


def _title(before: str, lexicon: Lexicon) -> str | None:
    last = _BEFORE.search(before[-30:])
    word = last[1].casefold() if last is not None else ""
    return word if word in lexicon.titles else None


def _orders(text: str, venue: re.Match[str]) -> Iterator[_Key]:
    """Give each name of three words that has a venue's, a genitive folded, under its words in alphabetical order."""
    tokens = list(CAPITAL.finditer(text, max(0, venue.start() - _NEAR), venue.end() + _NEAR))
    for first, second, third in zip(tokens, tokens[1:], tokens[2:], strict=False):
        joined = text[first.end() : second.start()] in _GAPS and text[second.end() : third.start()] in _GAPS
        if joined and first.start() <= venue.start() <= third.start():
            written = text[first.start() : third.end()]
            yield "order", " ".join(sorted((first[0], second[0], third[0]))), written


def accusations(text: str, verbs: Sequence[str]) -> Iterator[_Key]:
    """Find who criticises whom: (accuses, who, `verb whom`); whom is empty where no name follows the verb."""
    for verb in verbs:
        at = text.find(f" {verb} ")
        while at >= 0:
            before = text[max(0, at - _NEAR) : at]
            whom = _ACCUSER.match(text, at + len(verb) + 2)
            for who in set(_ACCUSER.findall(re.split(r"[.!?] ", before)[-1])):
                yield "accuses", who, f"{verb} {whom[0] if whom else ''}".rstrip()
            at = text.find(f" {verb} ", at + 1)


def _ownings(text: str, lexicon: Lexicon) -> Iterator[_Key]:
    if lexicon.owning.search(text) is None:
        return
    for sentence in _SENTENCE.findall(text):
        for match in _OWNED.finditer(sentence):
            if match[2] in lexicon.owned:
                yield "owns", match[2], f"{match[1].casefold()} {' '.join(sorted(stems(sentence)))}"


def stems(sentence: str) -> set[str]:
    """Give the beginnings of a sentence's longer words, by which two renderings of it are held together."""
    return {word.casefold()[:_STEM_CHARS] for word in _STEM.findall(sentence)}
