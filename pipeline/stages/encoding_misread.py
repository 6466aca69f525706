"""Repair text that was read in the wrong codec: a whole block, or, of UTF-8, those of its sentences or words."""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.stages.encoding_codecs import Margins, Reading, reread
from pipeline.stages.encoding_letters import likelihood
from pipeline.stages.encoding_odd import is_odd

# That one block in ten thousand was misread, as odds in natural logarithms: what a gain has to make up for.
_ODDS = math.log(1e-4)
_AT_LEAST = 1.0  # nats by which a word must be likelier as it stands
_SENTENCE = re.compile(r"[^.!?…]+[.!?…]*[”»\"')]*\s*|.+?")
_WORD = re.compile(r"\S*[^\x00-\x7f]\S*")


class Misread(NamedTuple):
    """A part of a text that was misread, and what it was."""

    start: int
    end: int
    after: str
    rule: str
    score: float
    evidence: str


def misread(text: str, margins: Margins) -> list[Misread]:
    """Find what was misread in a text: all of it if one reading does, else sentences, else words."""
    if not is_odd(text):
        return []
    whole = reread(text, margins)
    if whole is not None and whole.has_utf_8:
        return [_told(text, 0, len(text), whole)]
    found = list(_parts(_SENTENCE, text, margins)) or list(_parts(_WORD, text, margins))
    return [_told(text, 0, len(text), whole)] if whole is not None and not found else found


def _parts(pieces: re.Pattern[str], text: str, margins: Margins) -> Iterator[Misread]:
    """Undo UTF-8 in parts of a text; other codecs take any part for text."""
    for piece in pieces.finditer(text):
        if piece[0] != text and is_odd(piece[0]):
            reading = reread(piece[0], margins, utf_8_only=True)
            if reading is not None:
                yield _told(text, piece.start(), piece.end(), reading)


def _told(text: str, start: int, end: int, reading: Reading) -> Misread:
    after = reading.text if reading.has_utf_8 else _sound_words_kept(text[start:end], reading.text)
    rule = "misread-utf-8" if reading.is_utf_8 else "wrong-codec"
    score = round(1 / (1 + math.exp(-min(reading.gain + _ODDS, 50))), 4)
    told = f"{', then '.join(reversed(reading.ways))}; {reading.gain:.0f} nats likelier"
    return Misread(start, end, after, rule, score, told)


def _sound_words_kept(before: str, after: str) -> str:
    """Take back what the reading does to words that were sound: in a text of two minds, some were read rightly."""
    ours, theirs = before.split(" "), after.split(" ")
    if len(ours) != len(theirs):
        return after
    pairs = zip(ours, theirs, strict=True)
    return " ".join(word if word != again and _is_sounder(word, again) else again for word, again in pairs)


def _is_sounder(word: str, again: str) -> bool:
    if not all(char.isalpha() for char in word if char > "\x7f"):
        return False
    return likelihood(word).log > likelihood(again).log + _AT_LEAST
