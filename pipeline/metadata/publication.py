"""Find when a page was published: from what it shows near its headline, and from what it declares."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from pipeline.metadata.dates import Dated, find_dates, glued_date, is_update, only_date
from pipeline.metadata.rules import Rules
from pipeline.tables import Block, Page

_PRECISIONS = ("day", "minute", "second", "subsecond")
# Zones lie whole quarters of an hour apart.
_ZONE_STEP = timedelta(minutes=15)


class When(NamedTuple):
    """A date, the words that it was read from, and whether they speak of a later change.

    `block` is the number of the block that it stands in; None for a declared date.
    """

    dated: Dated
    text: str
    update: bool
    block: int | None


def published(page: Page, blocks: Sequence[Block], head: int, rules: Rules) -> When | None:
    """Find the date of publication; `head` is the position of the title, or of the first paragraph.

    What the page declares wins where it says more precisely what the page shows, and where the shown date speaks of an
    update or is later: templates show the day of the last change, or of the visit. Else what the page shows wins.
    A date in the story, in a teaser or in a comment is never taken.
    """
    shown, told = _shown(blocks, head, rules), _told(page, rules)
    if shown is None or told is None:
        return shown or told
    if _agree(shown.dated, told.dated, rules):
        return told if _fineness(told.dated) > _fineness(shown.dated) else shown
    return told if shown.update or shown.dated.value[:10] > told.dated.value[:10] else shown


def is_beside_head(at: int, head: int, blocks: Sequence[Block], rules: Rules) -> bool:
    """Tell whether nothing between the head and the block at `at` belongs to another article."""
    between = blocks[min(at, head) : max(at, head)]
    return not any(block.role in rules.foreign_roles for block in between)


def _shown(blocks: Sequence[Block], head: int, rules: Rules) -> When | None:
    end = max((at for at, block in enumerate(blocks) if block.role in rules.body_roles), default=len(blocks))
    nearby = [
        ((when.update, blocks[at].role != "timestamp", abs(at - head), at < head), when)
        for at in range(end)
        if (when := _stamp(blocks[at], rules)) is not None and is_beside_head(at, head, blocks, rules)
    ]
    if nearby:
        return min(nearby, key=lambda ranked: ranked[0])[1]
    return next(_glued(blocks, rules), None)


def _stamp(block: Block, rules: Rules) -> When | None:
    """Read the date of a line that is there to give it, or that gives it after an author's name."""
    if block.role not in ("timestamp", "byline"):
        return None
    dated = only_date(block.text, rules.dates) or next(iter(find_dates(block.text, rules.dates)), None)
    if dated is None:
        return None
    text = block.text[dated.start : dated.end]
    return When(dated, text, is_update(block.text[: dated.start], rules.dates), block.block)


def _glued(blocks: Sequence[Block], rules: Rules) -> Iterator[When]:
    """Read a date that a template left glued to the first paragraph."""
    first = next((block for block in blocks if block.role in rules.body_roles), None)
    if first is not None and (glued := glued_date(first.text, rules.dates)):
        yield When(glued.dated, first.text[glued.dated.start : glued.dated.end], update=False, block=first.block)


def _told(page: Page, rules: Rules) -> When | None:
    text = (page.published or "").strip()
    found = find_dates(text, rules.dates) if len(text) <= rules.dates.max_chars else []
    return When(found[0], text, update=False, block=None) if found else None


def _fineness(dated: Dated) -> tuple[int, bool]:
    moment = datetime.fromisoformat(dated.value)
    return _PRECISIONS.index(dated.precision), moment.tzinfo is not None


def _agree(shown: Dated, told: Dated, rules: Rules) -> bool:
    """Tell whether two dates can mean one moment, once written in the reader's zone and once in another."""
    if shown.value[:10] == told.value[:10]:
        return True
    if told.precision == "day":
        return False
    moment, zone = datetime.fromisoformat(told.value).replace(tzinfo=None), timedelta(hours=rules.max_zone_hours)
    if shown.precision == "day":
        return (moment - zone).date() <= date.fromisoformat(shown.value) <= (moment + zone).date()
    apart = abs(_on_the_minute(datetime.fromisoformat(shown.value)) - _on_the_minute(moment))
    return apart <= zone and not apart % _ZONE_STEP


def _on_the_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0, tzinfo=None)
