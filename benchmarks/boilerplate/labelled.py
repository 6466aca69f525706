"""Read the labelled pages, and bring the labels of their plain text onto blocks cut from their HTML."""

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.formats import html
from pipeline.tables import BLOCKS, Block, table_of

_WIDE = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(f"[{_WIDE}]|[^\\W{_WIDE}]+")
_MOSTLY, _PARTLY = 0.6, 0.3  # shares of a block's 4-grams that the gold text has


class LabelledPage(NamedTuple):
    """A page: its blocks, and a label for each: c content, b furniture; t title, d repeated, x unsure."""

    id: str
    site: str
    source: str
    lang: str
    gold: str
    blocks: tuple[Block, ...]
    labels: str


class Labelled(NamedTuple):
    """Pages as columns: a batch of blocks, and for each block its label, site and weight in words."""

    pages: Sequence[LabelledPage]
    blocks: pa.RecordBatch
    labels: NDArray[np.str_]
    sites: NDArray[np.str_]
    words: NDArray[np.int64]


def words_of(text: str) -> list[str]:
    """Part a text into words as the scorer does: each character of a script without spaces is one."""
    return _WORD.findall(text)


def read_plain(folder: Path) -> list[LabelledPage]:
    """Read the pages as plain text, a block a line."""
    return [_plain(row) for row in _rows(folder / "wet_dev.jsonl.gz")]


def read_html(folder: Path) -> list[LabelledPage]:
    """Read the pages as HTML; labels come from the plain text where a line is the same, else from the gold text."""
    plain = {page.id: page for page in read_plain(folder)}
    found = []
    for row in _rows(folder / "html_dev.jsonl.gz"):
        page = plain[row["id"]]
        reading = html.read(row["html"].encode(), page.id, None)
        found.append(page._replace(blocks=reading.blocks, labels=_aligned(reading.blocks, page)))
    return found


def as_columns(pages: Sequence[LabelledPage]) -> Labelled:
    """Lay pages end to end."""
    blocks = [block for page in pages for block in page.blocks]
    return Labelled(
        pages,
        table_of(blocks, BLOCKS),
        np.array([label for page in pages for label in page.labels]),
        np.array([page.site for page in pages for _ in page.blocks]),
        np.array([len(words_of(block.text)) for block in blocks]),
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _plain(row: dict[str, str]) -> LabelledPage:
    lines = row["text"].split("\n")
    blocks = tuple(
        Block(row["id"], i, "line", "", i + 1, 0, "\n", None, None, None, None, line) for i, line in enumerate(lines)
    )
    return LabelledPage(row["id"], row["site"], row["source"], row["lang"], row["gold"], blocks, row["labels"])


def _aligned(blocks: Sequence[Block], page: LabelledPage) -> str:
    old = [_levelled(block.text) for block in page.blocks]
    new = [_levelled(block.text) for block in blocks]
    labels: list[str | None] = [None] * len(new)
    for match in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        labels[match.b : match.b + match.size] = page.labels[match.a : match.a + match.size]
    gold = _levelled(page.gold).split()
    grams, running = set(zip(gold, gold[1:], gold[2:], gold[3:], strict=False)), f" {' '.join(gold)} "
    return "".join(label or _by_gold(text, grams, running) for label, text in zip(labels, new, strict=True))


def _levelled(text: str) -> str:
    return " ".join(words_of(text)).lower()


def _by_gold(text: str, grams: set[tuple[str, ...]], running: str) -> str:
    words = text.split()
    own = list(zip(words, words[1:], words[2:], words[3:], strict=False))
    if not own:
        return "x" if words and f" {text} " in running else "b"
    share = sum(gram in grams for gram in own) / len(own)
    if share > _MOSTLY:
        return "c"
    return "x" if share > _PARTLY else "b"
