"""Restore damaged words by the other words of their page: letters that were lost, hyphens at the ends of lines."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.stages.encoding_edits import carried_out, joined
from pipeline.tables import EDITS, Edit, table_of

_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
# A word with lost letters: a question mark stands for one letter, a replacement character for one byte or more.
_DAMAGED = re.compile(
    r"(?<![\w?\ufffd&=/])(?:[^\W\d_][\w’']*\?+[\w’?]*[^\W\d_]|[\w’']*\ufffd[\w’'\ufffd]*)(?![\w?\ufffd=/&])"
)
_LOST = re.compile(r"(\?|\ufffd+)")
_HYPHEN = re.compile(r"(?<![\w-])([^\W\d_]{2,})-[ \t]*\r?\n[ \t]*([^\W\d_]{2,})(?![\w-])")
_FEWEST_LEFT = 3
_MOST_LETTERS = 3

# A page without any of these has nothing to find (for RE2).
_MAY_BE_DAMAGED = r"\pL\?+[\pL\x{2019}]|\x{fffd}|-[ \t]*\r?\n[ \t]*\pL"


def damaged(texts: pa.Array) -> pa.Array:
    """Say which texts may hold a damaged word."""
    return pc.match_substring_regex(texts, _MAY_BE_DAMAGED)


def with_pages(blocks: pa.RecordBatch, edits: pa.RecordBatch, pages: pa.Array, kinds: frozenset[str]) -> pa.RecordBatch:
    """Add to `edits` of the blocks those of the documents in `pages`, which are found in what `edits` make of them."""
    first: dict[int, list[Edit]] = {}
    for row, *values in zip(*(edits[name].to_pylist() for name in EDITS.names), strict=True):
        first.setdefault(row, []).append(Edit(*values))
    here = pc.is_in(blocks["doc"], value_set=pages)
    rows = pc.indices_nonzero(here).to_pylist()
    texts = dict(zip(rows, blocks["text"].filter(here).to_pylist(), strict=True))
    now = {row: carried_out(text, first.get(row, ())) for row, text in texts.items()}
    docs = zip(rows, blocks["doc"].filter(here).to_pylist(), strict=True)
    for _, page in groupby(docs, key=itemgetter(1)):
        of_page = [row for row, _ in page]
        for row, second in by_page({row: now[row] for row in of_page}, kinds).items():
            first[row] = joined(texts[row], first.get(row, []), second)
    return table_of([(row, *edit) for row in sorted(first) for edit in first[row]], EDITS)


def by_page(texts: Mapping[int, str], kinds: frozenset[str]) -> dict[int, list[Edit]]:
    """Give the edits of a page's texts, by their numbers."""
    words = Counter(word for text in texts.values() for word in _WORD.findall(_DAMAGED.sub(" ", text)))
    small: Counter[str] = Counter()
    for word, count in words.items():
        small[word.lower()] += count
    found: dict[int, list[Edit]] = {}
    for row, text in texts.items():
        letters = list(lost_letters(text, words)) if "lost-letter" in kinds else []
        now = carried_out(text, letters)
        edits = joined(text, letters, list(line_hyphens(now, small)) if "line-hyphen" in kinds else [])
        if edits:
            found[row] = edits
    return found


def lost_letters(text: str, words: Mapping[str, int]) -> Iterator[Edit]:
    """Restore a word's lost letters where exactly one other word of the page fits.

    What is lost is always a character beyond ASCII: those are all that a codec can fail to know.

    >>> [e[:3] for e in lost_letters("Erdo?an came. Who?Me", {"Erdoğan": 2, "WhoéMe": 1, "Who": 1, "Me": 1})]
    [(0, 7, 'Erdoğan')]
    """
    for found in _DAMAGED.finditer(text):
        damaged = found[0]
        if len(_LOST.sub("", damaged)) < _FEWEST_LEFT or _are_words(damaged, words):
            continue
        fitting = [word for word in words if _fits(word, damaged)]
        if len(fitting) == 1:
            told = f"{fitting[0]} stands whole on the page, {words[fitting[0]]} times; nothing else fits"
            yield Edit(*found.span(), fitting[0], "lost-letter", 0.99, evidence=told)


def _are_words(damaged: str, words: Mapping[str, int]) -> bool:
    """Tell whether a question mark may be one, between two words without a space."""
    halves = [half for half in damaged.split("?") if half]
    return "?" in damaged and all(half in words for half in halves)


def _fits(word: str, damaged: str) -> bool:
    pieces = _LOST.split(damaged)
    if not word.startswith(pieces[0]) or not word.endswith(pieces[-1]):
        return False
    pattern = "".join(_lost_as(piece) if odd % 2 else re.escape(piece) for odd, piece in enumerate(pieces))
    return re.fullmatch(pattern, word) is not None


def _lost_as(mark: str) -> str:
    return "[^\\x00-\\x7f]" if mark == "?" else f"[^\\x00-\\x7f]{{1,{min(len(mark), _MOST_LETTERS)}}}"


def line_hyphens(text: str, words: Mapping[str, int]) -> Iterator[Edit]:
    r"""Join a word that a hyphen parts at the end of a line, where it stands whole on the page and not with the hyphen.

    >>> [e[:3] for e in line_hyphens("the govern-\nment, a well-\nknown", {"government": 1, "well-known": 1})]
    [(10, 12, '')]
    """
    for found in _HYPHEN.finditer(text):
        whole, hyphened = (found[1] + join + found[2] for join in ("", "-"))
        if found[2].islower() and whole.lower() in words and hyphened.lower() not in words:
            told = f"{whole} stands whole on the page"
            yield Edit(found.end(1), found.start(2), "", "line-hyphen", 0.99, evidence=told)
