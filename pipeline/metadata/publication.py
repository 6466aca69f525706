"""Find when a page was published: from what it shows near its headline, and from what it declares."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from pipeline.metadata.dates import Dated, find_dates, glued_date, is_period, is_update, only_date
from pipeline.metadata.rules import Rules
from pipeline.tables import Block, Page

_PRECISIONS = ("day", "minute", "second", "subsecond")
# Zones lie whole quarters of an hour apart.
_ZONE_STEP = timedelta(minutes=15)
# Digits of a time counted from 1970 in seconds, and in milliseconds.
_SECONDS, _MILLISECONDS = 10, 13
# So many days within so many lines are a list's, unless the first of them stands close to the headline.
_LISTED, _LISTED_WITHIN, _CLOSE = 4, 40, 4
# What the class of an element says that shows the day of a change.
_CHANGE = ("modified", "updated", "type-changed", "name-changed")
_CELLS = frozenset({"td", "th"})


class When(NamedTuple):
    """A date, the words that it was read from, whether they speak of a later change, and the rule that read it.

    `block` is the number of the block that it stands in; None for a declared date.
    """

    dated: Dated
    text: str
    update: bool
    block: int | None
    rule: str


def published(page: Page, blocks: Sequence[Block], head: int, rules: Rules) -> When | None:
    """Find the date of publication; `head` is the position of the title, or of the first paragraph.

    What the page declares wins over what it shows: templates show the day of the last change, of the visit, of a
    teaser. Where both are of one day, the more precise one wins. A date in the story, in a teaser or in a comment is
    never taken.
    """
    shown, told = _shown(blocks, head, rules), next(_told(page, rules), None)
    if shown is None or told is None:
        return shown or told
    if _agree(shown.dated, told.dated, rules):
        return told._replace(rule="declared/shown") if _fineness(told.dated) > _fineness(shown.dated) else shown
    return told


def is_beside_head(at: int, head: int, blocks: Sequence[Block], rules: Rules) -> bool:
    """Tell whether nothing between the head and the block at `at` belongs to another article."""
    between = blocks[min(at, head) + 1 : max(at, head)]
    return not any(block.role in rules.foreign_roles for block in between)


def nearby(blocks: Sequence[Block], head: int, rules: Rules) -> Iterator[int]:
    """Give the positions of the lines around the headline, as far as the story's second paragraph, nearest first."""
    first, last, paragraphs = max(head - rules.lines_above_title, 0), head, 0
    for at in range(head + 1, min(head + 1 + rules.lines_below_title, len(blocks))):
        paragraphs += len(blocks[at].text) >= rules.min_story_chars
        if paragraphs > 1:
            break
        last = at
    around = (at for at in range(first, last + 1) if at != head and blocks[at].role != "title")
    around = (at for at in around if is_beside_head(at, head, blocks, rules))
    yield from sorted(around, key=lambda at: (abs(at - head), at < head))


def _shown(blocks: Sequence[Block], head: int, rules: Rules) -> When | None:
    end = max((at for at, block in enumerate(blocks) if block.role in rules.body_roles), default=len(blocks))
    own = {
        at: when
        for at in range(end)
        if (when := _stamp(blocks[at], rules)) is not None and is_beside_head(at, head, blocks, rules)
    }
    found = {at: when for at in nearby(blocks, head, rules) if (when := _line(blocks[at], rules)) is not None} | own
    if found:
        at = min(found, key=lambda at: _rank(at, found[at], head))
        days = {when.dated.value[:10] for other, when in own.items() if at <= other <= at + _LISTED_WITHIN}
        if abs(at - head) <= _CLOSE or len(days) < _LISTED:
            return found[at]
    return next(_glued(blocks, rules), None)


def _rank(at: int, when: When, head: int) -> tuple[bool, int, int, bool]:
    order = ("shown/timestamp", "shown/byline", "shown/beside-title")
    kind = order.index(when.rule) if when.rule in order else len(order)
    return when.update, kind, abs(at - head), at < head


def _stamp(block: Block, rules: Rules) -> When | None:
    """Read the date of a line that is there to give it, or that gives it after an author's name."""
    if block.role not in ("timestamp", "byline") or block.kind in _CELLS or is_period(block.text, rules.dates):
        return None
    dated = only_date(block.text, rules.dates) or next(iter(find_dates(block.text, rules.dates)), None)
    return _when(block, dated, f"shown/{block.role}", rules) if dated else None


def _line(block: Block, rules: Rules) -> When | None:
    """Read the date of a short line beside the headline, whatever its role: an author, a section may stand with it."""
    text = block.text.rstrip()
    if len(text) > rules.dates.max_chars or text.endswith((".", "!", "?")) or is_period(text, rules.dates):
        return None
    dated = only_date(block.text, rules.dates)
    if dated is None and len(block.text.split()) <= rules.max_beside_words:
        dated = next(iter(find_dates(block.text, rules.dates)), None)
    return _when(block, dated, "shown/beside-title", rules) if dated else None


def _when(block: Block, dated: Dated, rule: str, rules: Rules) -> When:
    element = block.path.rpartition("/")[2].lower()
    changed = any(word in element for word in _CHANGE) and "publish" not in element
    update = changed or is_update(block.text[: dated.start], rules.dates)
    text = block.text[dated.start : dated.end]
    return When(dated, text, update, block.block, "shown/update" if update else rule)


def _glued(blocks: Sequence[Block], rules: Rules) -> Iterator[When]:
    """Read a date that a template left glued to the first paragraph."""
    first = next((block for block in blocks if block.role in rules.body_roles), None)
    if first is not None and (glued := glued_date(first.text, rules.dates)):
        yield When(
            glued.dated, first.text[glued.dated.start : glued.dated.end], False, first.block, "glued/first-paragraph"
        )


def _told(page: Page, rules: Rules) -> Iterator[When]:
    for one in page.declarations:
        text = one.value.strip()
        if one.field == "published" and len(text) <= rules.dates.max_chars:
            found = find_dates(_counted(text) or text, rules.dates)
            if found:
                yield When(found[0], text, update=False, block=None, rule=f"declared/{one.rule}")


def _counted(text: str) -> str | None:
    """Write a time that is counted in seconds or milliseconds from 1970 as ISO 8601."""
    if not (text.isascii() and text.isdecimal() and len(text) in (_SECONDS, _MILLISECONDS)):
        return None
    moment = datetime.fromtimestamp(int(text[:_SECONDS]), UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


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
