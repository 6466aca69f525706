"""Name blocks by their place: what stands above and below the headline, in the article, and behind it.

What a block is worth was decided before; here it gets its name. All pages of a batch are named at once, step by step:
what an earlier step has named stays so.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.layout import Core, Layout, Sheet, find_core
from pipeline.linemodel.surroundings import groups_of, neighbour
from pipeline.lines import is_name_like
from pipeline.naming import Bools, Ints, Naming

# What a comment, or a teaser, has of its own.
_WITHIN = {
    "comments": ("timestamp", "byline", "agency_credit", "caption"),
    "related_links": ("caption", "navigation"),
}

_HEADINGS = pa.array(["h3", "h4", "h5", "h6"])


def name_blocks(sheet: Sheet, said: Naming, tails: Naming, kinds: Mapping[str, str], layout: Layout) -> Naming:
    """Name each block of pages that have a core.

    Args:
        sheet: the blocks and the decision on each.
        said: what lines are by themselves.
        tails: the same, where it counts behind the article only.
        kinds: roles of HTML elements inside an article.
        layout: thresholds.
    """
    core, named = find_core(sheet, layout), Naming(len(sheet.words))
    said.take(tails, core.tail)
    _close(named, said, sheet, core, layout)
    title = _title(named, said, sheet, core, layout)
    pictured = said.ruled("shape/agencies") & neighbour(
        said.has("caption") | said.ruled(*layout.picture_labels), -1, sheet.pages
    )
    named.give(pictured & ~sheet.article, "image_credit", "shape/agencies")
    named.take(said, said.has("kicker") & core.head)
    named.take(said, said.furniture & ~sheet.article)
    named.take(said, said.has("caption") & ~core.tail)
    _beside_pictures(named, said, sheet, core, layout)
    _repeats(named, sheet, title)
    _above_title(named, sheet, core, title, layout)
    _below_title(named, sheet, core, title, layout)
    _inside(named, said, sheet, core, kinds, layout)
    named.give(core.tail & sheet.article, "body", "model/behind")
    named.give(sheet.repeated, "template", "repeat/site")
    named.give(np.ones(len(sheet.words), np.bool_), "other", "model/behind")
    return named


def _close(named: Naming, said: Naming, sheet: Sheet, core: Core, layout: Layout) -> None:
    """Behind a line that opens comments or related links, what was dropped after the core belongs to those."""
    at = np.arange(len(sheet.words))
    dropped = core.tail & ~sheet.article
    opens = {role: core.tail & said.has(role) for role in _WITHIN}
    latest = {role: np.maximum.accumulate(np.where(rows, at, -1)) for role, rows in opens.items()}
    begin = core.end[sheet.pages.of]
    for role, other in (("comments", "related_links"), ("related_links", "comments")):
        under = (latest[role] >= begin) & (latest[role] > latest[other]) & (latest[role] < at)
        loose = said.unnamed | said.has(*_WITHIN[role])
        named.give(dropped & under & loose, role, f"position/under-{role.replace('_', '-')}")
    links = said.ruled("shape/links") & (sheet.words >= layout.title_min_words)
    named.give(dropped & links, "related_links", "shape/links-behind")


def _title(named: Naming, said: Naming, sheet: Sheet, core: Core, layout: Layout) -> Ints:
    """Choose each page's headline: the first line marked as one, else the first that the article takes up again.

    A headline's longer words stand in the article; those of a site's name or of a menu seldom do. Pages without one
    give their end.
    """
    captions = said.has("caption") | neighbour(said.ruled(*layout.picture_labels), -1, sheet.pages)
    free = core.head & ~(said.furniture & ~sheet.article) & ~sheet.repeated & ~captions
    marked = core.head & said.has("title")
    wordy = free & (sheet.words >= layout.title_min_words) & (sheet.words <= layout.title_max_words)
    unended = wordy & ~sheet.prose(layout)
    long = np.where(sheet.pages.total(unended.astype(np.int64)) > 0, unended, wordy)
    most = np.maximum.reduceat(np.where(long, sheet.taken_up, 0), sheet.pages.starts)
    fit = long & (2 * sheet.taken_up >= most[sheet.pages.of])
    # Where the article takes up none of them, the page's first line is the last choice: it is mostly the site's name.
    first_line = np.isin(np.arange(len(fit)), sheet.pages.starts)
    better = sheet.pages.total((fit & ~first_line).astype(np.int64)) > 0
    fit &= ~(first_line & better & (most[sheet.pages.of] == 0))
    short = free & (sheet.words < layout.title_min_words) & (sheet.taken_up > 0)
    title = sheet.pages.ends
    for candidates in (short, fit, marked):
        first = sheet.first(candidates)
        title = np.where(first < sheet.pages.ends, first, title)
    found = title[title < sheet.pages.ends]
    named.take(said, np.isin(np.arange(len(sheet.words)), found) & said.has("title"))
    named.give(found, "title", "position/title", 0.8)
    return title


def _repeats(named: Naming, sheet: Sheet, title: Ints) -> None:
    """Find the headline's other places on the page."""
    found = title < sheet.pages.ends
    line = np.where(found, sheet.lines[np.minimum(title, len(sheet.lines) - 1)], -2)
    again = (sheet.lines == line[sheet.pages.of]) & ~sheet.article
    named.give(again, "repeated_title", "repeat/title", 0.99)


def _above_title(named: Naming, sheet: Sheet, core: Core, title: Ints, layout: Layout) -> None:
    """Name what stands above the headline: the site's name first, then its menus."""
    at, pages = np.arange(len(sheet.words)), sheet.pages
    untitled = (title == pages.ends)[pages.of]
    above = core.head & ((at < title[pages.of]) | untitled)
    groups = groups_of(np.where(core.head, sheet.lines + 1, 0), pages)
    often = core.head & (sheet.lines >= 0) & (np.bincount(groups)[groups] >= layout.page_repeats)
    named.give(often & ~sheet.article, "site_name", "repeat/in-head", 0.95)
    brief = (sheet.words <= layout.site_name_max_words) & ~sheet.ends
    short = named.unnamed & brief & (~sheet.article | above)
    nameless = ~(pages.total((core.head & named.has("site_name")).astype(np.int64)) > 0)
    for rows, rule in ((core.head & sheet.repeated, "repeat/site"), (above, "position/above-title")):
        first = sheet.first(short & rows & nameless)
        named.give(first[first < pages.ends], "site_name", rule)
        nameless = nameless & ~(first < pages.ends)[pages.of]
    named.give(core.head & sheet.repeated & ~sheet.article, "navigation", "repeat/site")
    named.give(above & ~sheet.article, "navigation", "model/above-title")
    named.give(above & brief, "navigation", "position/above-title")
    named.give(above, "lead", "model/above-title")


def _below_title(named: Naming, sheet: Sheet, core: Core, title: Ints, layout: Layout) -> None:
    """Name what stands between the headline and the running text: kicker, lead, heading, byline."""
    at, pages = np.arange(len(sheet.words)), sheet.pages
    between = core.head & named.unnamed
    above_date = between & neighbour(named.has("timestamp"), 1, pages)
    signed = [row for row in np.flatnonzero(above_date).tolist() if is_name_like(sheet.texts[row].as_py())]
    named.give(np.array(signed, np.int64), "byline", "position/name-beside-date", 0.8)
    near = np.minimum(at - title[pages.of], core.start[pages.of] - at) <= layout.head_reach
    stays = sheet.article | (near & (sheet.logits >= layout.edge_min_logit))
    named.give(between & ~stays, "navigation", "model/below-title")
    last = at + 1 >= core.start[pages.of]
    headings = pc.is_in(sheet.kinds, value_set=_HEADINGS).to_numpy(zero_copy_only=False)
    short = (sheet.words <= layout.kicker_max_words) & ~sheet.ends & ~last
    named.give(
        between & last & headings & (sheet.words <= layout.heading_max_words), "heading", "position/heading", 0.6
    )
    named.give(between & short, "kicker", "position/kicker", 0.6)
    kickers = named.has("kicker")
    led = pages.above(kickers.astype(np.int64)) > 0
    named.give(between & led, "heading", "position/under-title", 0.6)
    named.give(between, "lead", "position/under-title", 0.6)


def _beside_pictures(named: Naming, said: Naming, sheet: Sheet, core: Core, layout: Layout) -> None:
    """Take what stands under a picture's button or over its credit for a caption; and its agency for its credit."""
    under = neighbour(said.ruled(*layout.picture_labels), -1, sheet.pages)
    beside = under | neighbour(said.has("image_credit"), 1, sheet.pages)
    wordy = (sheet.words >= layout.caption_min_words) & (~sheet.article | ~sheet.prose(layout))
    named.give(~core.tail & beside & wordy & said.unnamed, "caption", "position/caption", 0.8)


def _inside(named: Naming, said: Naming, sheet: Sheet, core: Core, kinds: Mapping[str, str], layout: Layout) -> None:
    """Name the article's own blocks, and what was dropped from between them."""
    at, pages, prose = np.arange(len(sheet.words)), sheet.pages, sheet.prose(layout)
    named.give(core.inside & ~sheet.article & sheet.repeated, "template", "repeat/site")
    closed = neighbour(said.has("share", "comments"), -1, pages) & neighbour(sheet.article & prose, 1, pages)
    brief = (sheet.words <= layout.heading_max_words) & (sheet.words >= layout.title_min_words) & ~sheet.ends
    named.give(core.inside & closed & brief & said.unnamed, "heading", "position/next-article", 0.6)
    named.give(core.inside & ~sheet.article, "other", "model/inside")
    codes = sheet.kinds.dictionary_encode()
    names, code = codes.dictionary.to_pylist(), codes.indices.to_numpy()
    for number, name in enumerate(names):
        if name in kinds:
            named.give(core.inside & (code == number), kinds[name], f"element/{name}", 0.9)
    opens = core.inside & prose & (at == core.start[pages.of]) & _leads(named, said, sheet, core, prose)
    asks = np.zeros(len(at), np.bool_)
    free = core.inside & named.unnamed & (sheet.words <= layout.heading_max_words)
    goes_on = at + 1 < core.end[pages.of]
    for row in np.flatnonzero(free & sheet.ends & goes_on).tolist():
        text = sheet.texts[row].as_py()
        asks[row] = text.endswith("?") and ":" not in text
    named.take(said, core.inside & said.has("lead", "kicker"))
    named.give(opens & ~asks, "lead", "position/lead", 0.6)
    named.give(core.inside & prose & ~asks, "body", "core/prose")
    named.give(free & (asks | (~sheet.ends & (at + 1 < pages.ends[pages.of]))), "heading", "core/heading")
    named.give(core.inside, "body", "core/short")


def _leads(named: Naming, said: Naming, sheet: Sheet, core: Core, prose: Bools) -> Bools:
    """A first paragraph is a lead when something parts it from the body, or a headline of its own leads to it."""
    pages, at = sheet.pages, np.arange(len(prose))
    parted = neighbour(~said.unnamed | ~prose, 1, pages) & (at + 1 < core.end[pages.of])
    titled = pages.total(named.has("title").astype(np.int64)) > 0
    return parted | ~titled | neighbour(named.has("heading", "kicker"), -1, pages)
