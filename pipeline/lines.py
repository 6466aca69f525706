"""What a line of a page looks like, whatever its page: levelled for comparison, and whether it is a person's name."""

import re

import pyarrow as pa
import pyarrow.compute as pc

_CAPITAL = r"[^\W\d_a-z]"
_NAME_WORD = rf"{_CAPITAL}[\w’'-]+"
_PARTICLES = "van|von|de|da|di|la|el|al|bin"
_NAME = re.compile(rf"{_NAME_WORD}(?: (?:{_CAPITAL}\.|{_PARTICLES}|{_NAME_WORD})){{1,3}}")


def levels(texts: pa.Array) -> pa.Array:
    """Level texts for comparison: case, digits, punctuation and spacing do not count.

    >>> levels(pa.array(["The  Daily Star – 24 January", "the daily star 17 JANUARY"])).to_pylist()
    ['the daily star 00 january', 'the daily star 00 january']
    """
    folded = pc.utf8_lower(pc.utf8_normalize(texts, "NFKC"))
    digits = _replaced(folded, r"[1-9\x{80}-\x{10FFFF}]", r"\p{Nd}", "0")
    return pc.ascii_trim_whitespace(_replaced(digits, r"[^\pL\pN_ ]|  ", r"[^\pL\pN_]+", " "))


def _replaced(texts: pa.Array, where: str, pattern: str, by: str) -> pa.Array:
    """Replace a pattern in the texts that show by another that they have it: most have not."""
    rows = pc.match_substring_regex(texts, where)
    return pc.replace_with_mask(texts, rows, pc.replace_substring_regex(texts.filter(rows), pattern, by))


def level(text: str) -> str:
    """Level one text.

    >>> level("№ 7: A Ferry—at last!")
    'no 0 a ferry at last'
    """
    return str(levels(pa.array([text], pa.string()))[0].as_py())


def is_name_like(text: str) -> bool:
    """Say whether a text has the shape of a person's name: two to four words, each with a capital, nothing else.

    >>> is_name_like("Rocío Salvatierra"), is_name_like("After the talks"), is_name_like("Politics")
    (True, False, False)
    """
    return _NAME.fullmatch(text) is not None
