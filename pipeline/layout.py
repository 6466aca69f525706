"""Where blocks stand on their pages: the article's core, and the zones before, in and after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.linemodel.surroundings import Pages
from pipeline.naming import Bools, Ints, Naming


@dataclass(frozen=True)
class Layout:
    """Thresholds on lines and zones; words are counted as the line model counts them."""

    prose_min_words: int
    long_prose_words: int
    prose_max_link_density: float
    title_min_words: int
    title_max_words: int
    kicker_max_words: int
    heading_max_words: int
    site_name_max_words: int
    caption_min_words: int
    picture_labels: Sequence[str]
    page_repeats: int
    comments_after_words: int
    head_reach: int
    edge_min_logit: float


class Sheet(NamedTuple):
    """The blocks of whole documents as columns, and what was decided on each."""

    texts: pa.Array
    kinds: pa.Array
    lines: Ints  # equal numbers for lines that are equal when levelled; -1 for long ones
    pages: Pages
    words: Ints
    ends: Bools  # as a sentence does
    links: NDArray[np.float32]  # share of the characters
    taken_up: Ints  # longer words that the page's running text has too
    repeated: Bools  # by the site, from page to page
    logits: NDArray[np.float32]  # all evidence together
    article: Bools  # the decision

    def prose(self, layout: Layout) -> Bools:
        """Say which blocks are running text: long enough, ended like a sentence, and no bundle of links."""
        long = (self.words >= layout.long_prose_words) | ((self.words >= layout.prose_min_words) & self.ends)
        return np.asarray(long & (self.links <= layout.prose_max_link_density))

    def first(self, rows: Bools) -> Ints:
        """Give for each page the first of some rows; the page's end where it has none."""
        at = np.where(rows, np.arange(len(rows)), len(rows))
        return np.minimum(np.minimum.reduceat(at, self.pages.starts), self.pages.ends)


class Core(NamedTuple):
    """The article's place: for each page its first row and the one after its last; then the zones, row by row."""

    start: Ints
    end: Ints
    head: Bools
    inside: Bools
    tail: Bools

    @property
    def missing(self) -> Bools:
        """Pages that have no article."""
        return np.asarray(self.start == self.end)


def find_core(sheet: Sheet, layout: Layout) -> Core:
    """Find the article of each page: from its first running text to its last, and the short lines right behind."""
    pages, rows = sheet.pages, sheet.article & sheet.prose(layout)
    start = sheet.first(rows)
    last = np.maximum.reduceat(np.where(rows, np.arange(len(rows)), -1), pages.starts)
    at = np.arange(len(rows))
    behind = at > last[pages.of]
    end = np.where(last < 0, start, sheet.first(behind & ~sheet.article))
    head, tail = at < start[pages.of], at >= end[pages.of]
    return Core(start, end, head, ~head & ~tail, tail)


def likeliest(sheet: Sheet, said: Naming, layout: Layout) -> Bools:
    """Find the running text of pages that have none by the decision: what little speaks against is taken for it.

    A notice of two sentences does not look like an article to the line model.
    """
    pages, prose = sheet.pages, sheet.prose(layout)
    without = pages.total((sheet.article & prose).astype(np.int64)) == 0
    return np.asarray(without & prose & said.unnamed & ~sheet.repeated & (sheet.logits >= layout.edge_min_logit))


def last_sentences(sheet: Sheet, said: Naming, layout: Layout) -> Bools:
    """Find short sentences right behind the article, up to the first line that is something else by its own words.

    Where each line is a sentence, the last ones look like remarks under the article.
    """
    core, at = find_core(sheet, layout), np.arange(len(sheet.words))
    ended = sheet.ends & (sheet.logits >= layout.edge_min_logit) & said.unnamed & ~sheet.repeated
    cut = np.minimum(sheet.first(core.tail & ~ended), sheet.pages.ends)
    teased = pc.ends_with(sheet.texts, "...").to_numpy(zero_copy_only=False)
    return np.asarray(core.tail & (at < cut[sheet.pages.of]) & ~teased)
