"""Read the pages whose metadata is known, and what Copydesk reads from their HTML and from their plain text."""

import gzip
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pipeline.cleaning import mend
from pipeline.formats import host_of, html, text
from pipeline.lines import level
from pipeline.metadata import read
from pipeline.rulebook import Rulebook
from pipeline.stages import boilerplate
from pipeline.tables import BLOCKS, Block, Page, Reading, rows_of, table_of


class Known(NamedTuple):
    """A page: where it is from, what is known of it, and its source as HTML or as plain text.

    `published` is None where nobody noted a date, `""` where it was judged that the page shows none.
    """

    id: str
    source: str
    url: str
    title: str
    authors: tuple[str, ...]
    published: str | None
    content: str


class Found(NamedTuple):
    """What a tool reads from a page; `reads` says by which rule, where the tool tells."""

    title: str | None
    authors: tuple[str, ...]
    published: str | None
    reads: tuple[Reading, ...] = ()


Reader = Callable[[Known], Found]


def known_pages(folder: Path, kind: str, judged: Path) -> list[Known]:
    """Read the pages of one kind, html or plain; `judged` says what stands for the date where the truth has none."""
    rows = [json.loads(line) for line in (folder / "metadata_dev.jsonl").read_text("utf-8").splitlines()]
    name, key = ("html_dev.jsonl.gz", "html") if kind == "html" else ("wet_dev.jsonl.gz", "text")
    content = {row["id"]: row[key] for row in _lines(folder / name)}
    seen = dict(_judgements(judged))
    return [
        Known(
            row["id"],
            row["source"],
            row["url"],
            row["title"],
            tuple(row["authors"]),
            row["published"] or seen.get(row["id"]),
            content[row["id"]],
        )
        for row in rows
    ]


def _judgements(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            page, date, *_ = line.split("\t")
            yield page, date.replace("none", "")


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def copydesk(kind: str, rules: Rulebook) -> Reader:
    """Make the reader that reads a page as the pipeline does, without what other pages of its site would tell."""
    return partial(_copydesk, kind=kind, rules=rules)


def _copydesk(known: Known, kind: str, rules: Rulebook) -> Found:
    site = known.url.split("/")[2].partition(":")[0]
    file = f"{site}/page"
    (reading,) = (html if kind == "html" else text).read(known.content.encode(), file, host_of(file))
    blocks, _ = mend(table_of(reading.blocks, BLOCKS), rules)
    verdicts = boilerplate.judge(blocks, rules.boilerplate, {file: boilerplate.Site(_names(reading.page))})
    judged = rows_of(boilerplate.with_roles(blocks, verdicts), Block)
    kept = {block.block: block.text for block in judged if block.keep}
    found = read(reading.page, judged, kept, rules.metadata)
    return Found(found.title, found.authors, found.published, found.sources)


def _names(page: Page) -> frozenset[str]:
    host = (page.host or "").removeprefix("www.").partition(".")[0]
    return frozenset({level(name).replace(" ", "") for name in (page.site_name or "", host)} - {""})
