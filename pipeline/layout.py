"""Where the article lies on a page: its core, and what the lines before, in and after it are.

The core is the run of lines with the most running text, less what is known to be furniture: body text extraction
(Finn, Kushmerick, Smyth 2001) over lines instead of tokens. Thresholds come with the rules.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.lines import Line, is_name_like


class Mark(NamedTuple):
    """What a line is, and the rule and score that say so."""

    role: str
    rule: str
    score: float


@dataclass(frozen=True)
class Layout:
    """Thresholds on lines and zones; words are counted as in `lines.count_words`."""

    prose_min_words: int
    long_prose_words: int
    prose_max_link_density: float
    core_words_cap: int
    core_gap: int
    core_furniture: int
    comments_after_words: int
    title_min_words: int
    title_max_words: int
    title_word_chars: int
    kicker_max_words: int
    heading_max_words: int
    site_name_max_words: int
    page_repeats: int
    head_reach: int


class Core(NamedTuple):
    """The article's first and last line of running text; `start == end` where a page has none."""

    start: int
    end: int


def is_prose(line: Line, layout: Layout) -> bool:
    """Say whether a line is running text: long enough, ended like a sentence, and no bundle of links."""
    if line.link_density > layout.prose_max_link_density:
        return False
    return line.words >= layout.long_prose_words or (line.words >= layout.prose_min_words and line.ends)


def find_core(lines: Sequence[Line], marks: Sequence[Mark | None], repeated: Sequence[bool], layout: Layout) -> Core:
    """Find the run of lines with the most running text: its first line and the one after its last.

    `repeated` says which lines the site repeats from page to page; those are no article's.
    """
    best, at, total, start = 0, Core(0, 0), 0, 0
    read = 0
    for i, (line, mark, again) in enumerate(zip(lines, marks, repeated, strict=True)):
        if total <= 0:
            total, start = 0, i
        worth = -layout.core_furniture if again else _worth(line, mark, layout)
        read += max(0, worth)
        if mark is not None and mark.role == "comments" and read >= layout.comments_after_words:
            break  # What is said under an article may be longer than the article.
        total += worth
        if total > best:
            best, at = total, Core(start, i + 1)
    return _to_last_sentence(lines, marks, repeated, at)


def _to_last_sentence(
    lines: Sequence[Line], marks: Sequence[Mark | None], repeated: Sequence[bool], core: Core
) -> Core:
    """Let short sentences right behind the core, up to the first furniture, belong to it."""
    end = core.end
    while 0 < end < len(lines) and marks[end] is None and not repeated[end]:
        if not lines[end].ends or lines[end].text.endswith("..."):
            break
        end += 1
    return Core(core.start, end)


def _worth(line: Line, mark: Mark | None, layout: Layout) -> int:
    if mark is not None:
        return 0 if mark.role in ("caption", "image_credit", "ui_label") else -layout.core_furniture
    return min(line.words, layout.core_words_cap) if is_prose(line, layout) else -layout.core_gap


def head_roles(
    lines: Sequence[Line], marks: list[Mark | None], repeated: Sequence[bool], core: Core, layout: Layout
) -> None:
    """Name the unmarked lines before the core: title, site name, kicker, heading; `marks` is filled in place."""
    seen = Counter(line.level for line in lines[: core.start])
    for i in range(core.start):
        often = seen[lines[i].level] >= layout.page_repeats
        if marks[i] is None and (often or repeated[i]):
            rule = "repeat/in-head" if often else "repeat/site"
            named = any(mark is not None and mark.role == "site_name" for mark in marks[:i])
            short = lines[i].words <= layout.site_name_max_words and not lines[i].ends
            marks[i] = Mark("site_name" if often or (short and not named) else "navigation", rule, 0.95)
    title = _title(lines, marks, core, layout)
    for i in range(core.start):
        if marks[i] is None:
            marks[i] = _head_role(i, title, lines, marks, core, layout)


def _title(lines: Sequence[Line], marks: Sequence[Mark | None], core: Core, layout: Layout) -> int | None:
    """Choose the headline: the first line marked as one, else the first that the article takes up again.

    A headline's longer words stand in the article; those of a site's name or of a menu seldom do.
    """
    for i in range(core.start):
        mark = marks[i]
        if mark is not None and mark.role == "title":
            return i
    article = {word for line in lines[core.start : core.end] for word in line.level.split()}
    taken_up = {
        i: sum(word in article for word in set(lines[i].level.split()) if len(word) >= layout.title_word_chars)
        for i in range(core.start)
        if marks[i] is None and lines[i].words <= layout.title_max_words
    }
    long_enough = {i: words for i, words in taken_up.items() if lines[i].words >= layout.title_min_words}
    most = max(long_enough.values(), default=0)
    short = (i for i, words in taken_up.items() if words > 0)
    return next((i for i, words in long_enough.items() if 2 * words >= most), next(short, None))


def _head_role(
    i: int, title: int | None, lines: Sequence[Line], marks: Sequence[Mark | None], core: Core, layout: Layout
) -> Mark:
    if i == title:
        return Mark("title", "position/title", 0.8)
    if title is None or i < title:
        return _above_title(lines[i], marks[:i], layout)
    return _below_title(i, title, lines, marks, core, layout)


def _above_title(line: Line, above: Sequence[Mark | None], layout: Layout) -> Mark:
    named = any(mark is not None and mark.role == "site_name" for mark in above)
    short = line.words <= layout.site_name_max_words and not line.ends
    return Mark("site_name" if short and not named else "navigation", "position/above-title", 0.6)


def _below_title(
    i: int, title: int, lines: Sequence[Line], marks: Sequence[Mark | None], core: Core, layout: Layout
) -> Mark:
    line = lines[i]
    if line.level == lines[title].level:
        return Mark("repeated_title", "repeat/title", 0.99)
    if min(i - title, core.start - i) > layout.head_reach:
        return Mark("navigation", "position/below-title", 0.6)
    if _role(marks, i + 1) == "timestamp" and is_name_like(line.text):
        return Mark("byline", "position/name-beside-date", 0.8)
    if line.words <= layout.kicker_max_words and i + 1 < core.start and not line.ends:
        return Mark("kicker", "position/kicker", 0.6)
    led = any(mark is not None and mark.role == "kicker" for mark in marks[title:i])
    return Mark("heading" if led else "lead", "position/under-title", 0.6)


def core_role(i: int, lines: Sequence[Line], marks: Sequence[Mark | None], core: Core, layout: Layout) -> Mark:
    """Name an unmarked line of the core: caption, heading, lead or body."""
    line = lines[i]
    before, after = _role(marks, i - 1), _role(marks, i + 1)
    asks = line.text.endswith("?") and ":" not in line.text and line.words <= layout.heading_max_words
    asks = asks and i + 1 < core.end
    if is_prose(line, layout) and not asks:
        if i == core.start and _opens_as_lead(i, lines, marks, core, layout):
            return Mark("lead", "position/lead", 0.6)
        return Mark("body", "core/prose", 0.9)
    if before == "ui_label" or after == "image_credit":
        return Mark("caption", "position/caption", 0.8)
    if asks or (line.words <= layout.heading_max_words and not line.ends and i + 1 < len(lines)):
        return Mark("heading", "core/heading", 0.7)
    return Mark("body", "core/short", 0.6)


def _opens_as_lead(i: int, lines: Sequence[Line], marks: Sequence[Mark | None], core: Core, layout: Layout) -> bool:
    """A first paragraph is a lead when something parts it from the body, or a headline of its own leads to it."""
    following = i + 1 < core.end and (marks[i + 1] is not None or not is_prose(lines[i + 1], layout))
    untitled = not any(mark is not None and mark.role == "title" for mark in marks[:i])
    return following or untitled or _role(marks, i - 1) in ("heading", "kicker")


def tail_role(i: int, lines: Sequence[Line], marks: Sequence[Mark | None], title: str | None) -> Mark:
    """Name an unmarked line after the core from what it repeats and from the furniture above it."""
    if title is not None and lines[i].level == title:
        return Mark("repeated_title", "repeat/title", 0.99)
    for above in range(i - 1, -1, -1):
        mark = marks[above]
        if mark is not None and mark.role in ("comments", "related_links"):
            return Mark(mark.role, f"position/under-{mark.role.replace('_', '-')}", 0.8)
        if mark is not None and mark.role not in ("timestamp", "byline", "navigation", "site_name", "other"):
            break
    return Mark("other", "position/after-core", 0.6)


def _role(marks: Sequence[Mark | None], i: int) -> str | None:
    mark = marks[i] if 0 <= i < len(marks) else None
    return mark.role if mark is not None else None
