"""Repair text that was read in the wrong codec: a whole block, or those of its sentences or words that were."""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa

from pipeline.stages.encoding_codecs import Margins, Reading, reread
from pipeline.stages.encoding_letters import likelihood
from pipeline.stages.encoding_odd import odd

# That one block in ten thousand was misread, as odds in natural logarithms: what a gain has to make up for.
_ODDS = math.log(1e-4)
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
    if whole is not None and whole.is_utf_8:
        return [_told(text, 0, len(text), whole)]
    found = list(_parts(_SENTENCE, text, margins, utf_8_only=True))
    if whole is not None:
        return found or [_told(text, 0, len(text), whole)]
    margins = margins._replace(codec=margins.single)  # a part says less than the whole
    found = found or list(_parts(_SENTENCE, text, margins))
    return found or list(_parts(_WORD, text, margins, utf_8_only=True))  # other codecs take any word


def is_odd(text: str) -> bool:
    """Say whether a text may have been misread."""
    return bool(odd(pa.array([text], pa.string()))[0].as_py())


def _parts(pieces: re.Pattern[str], text: str, margins: Margins, *, utf_8_only: bool = False) -> Iterator[Misread]:
    for piece in pieces.finditer(text):
        if piece[0] != text and is_odd(piece[0]):
            reading = reread(piece[0], margins, utf_8_only=utf_8_only)
            if reading is not None:
                yield _told(text, piece.start(), piece.end(), reading)


def _told(text: str, start: int, end: int, reading: Reading) -> Misread:
    after = _sound_words_kept(text[start:end], reading.text)
    rule = "misread-utf-8" if reading.is_utf_8 else "wrong-codec"
    score = round(1 / (1 + math.exp(-min(reading.gain + _ODDS, 50))), 4)
    told = f"{', then '.join(reversed(reading.ways))}; {reading.gain:.0f} nats likelier"
    return Misread(start, end, after, rule, score, told)


def _sound_words_kept(before: str, after: str) -> str:
    """Take back what the reading does to words that were sound: in a text of two minds, some were read rightly."""
    ours, theirs = before.split(" "), after.split(" ")
    if len(ours) != len(theirs):
        return after
    return " ".join(
        word if word != again and likelihood(word).known > likelihood(again).known else again
        for word, again in zip(ours, theirs, strict=True)
    )
