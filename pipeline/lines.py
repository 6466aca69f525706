"""What a line of a page looks like, whatever its page: its words, its end, its shape."""

import re
import unicodedata
from typing import NamedTuple

from pipeline.tables import Block

_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
# Scripts that part no words: two characters count as one word (the mean length of a Chinese or Japanese word).
_UNPARTED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_CAPITAL = r"[^\W\d_a-z]"
_NAME_WORD = rf"{_CAPITAL}[\w’'-]+"
_PARTICLES = "van|von|de|da|di|la|el|al|bin"
_NAME = re.compile(rf"{_NAME_WORD}(?: (?:{_CAPITAL}\.|{_PARTICLES}|{_NAME_WORD})){{1,3}}")
_CLOSERS = "\"'”’»›)]】」』“"
_TERMINAL = frozenset(".!?…。！？؟।")


class Line(NamedTuple):
    """The shape of one block."""

    text: str
    level: str
    words: int
    ends: bool
    link_density: float


def line_of(block: Block) -> Line:
    """Describe a block: its text, the text levelled for comparison, words, whether it ends as a sentence does."""
    text = block.text.strip()
    return Line(text, level(text), count_words(text), ends_sentence(text), block.link_chars / max(1, len(block.text)))


def level(text: str) -> str:
    """Level a text for comparison: case, digits, punctuation and spacing do not count.

    >>> level("The  Daily Star – 24 January") == level("the daily star 17 JANUARY")
    True
    """
    return " ".join(_WORD.findall(_DIGIT.sub("0", unicodedata.normalize("NFKC", text).casefold())))


def count_words(text: str) -> int:
    """Count words; in scripts without spaces, two characters make one.

    >>> count_words("No, it's 5 p.m."), count_words("東京都知事")
    (6, 3)
    """
    unparted = len(_UNPARTED.findall(text))
    if not unparted:
        return len(_WORD.findall(text))
    return len(_WORD.findall(_UNPARTED.sub(" ", text))) + (unparted + 1) // 2


def ends_sentence(text: str) -> bool:
    """Say whether a text ends as a sentence does, closing quotation marks aside.

    >>> ends_sentence("“We shall see.”"), ends_sentence("We shall see")
    (True, False)
    """
    bare = text.rstrip(_CLOSERS)
    return bare[-1:] in _TERMINAL


def is_name_like(text: str) -> bool:
    """Say whether a text has the shape of a person's name: two to four words, each with a capital, nothing else.

    >>> is_name_like("Rocío Salvatierra"), is_name_like("After the talks"), is_name_like("Politics")
    (True, False, False)
    """
    return _NAME.fullmatch(text) is not None
