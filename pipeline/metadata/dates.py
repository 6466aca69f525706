"""Read dates as pages write them, and no more precisely than they are written."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date, time
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from pipeline.metadata.date_rules import WORD, Rules, fold, parse

__all__ = ["Dated", "Glued", "Rules", "find_dates", "glued_date", "is_period", "is_update", "only_date", "parse"]


class Dated(NamedTuple):
    """A date found in a text: ISO 8601, its precision (day, minute, second, subsecond) and where it stands."""

    value: str
    precision: str
    start: int
    end: int


class Glued(NamedTuple):
    """A date that stands glued to the head of a sentence, and where the sentence begins."""

    dated: Dated
    end: int


_FOUR_DIGITS = re.compile(r"\d{4}")
_PERIOD = re.compile(r"\s*(?:[-–—]|to|bis|au|al|until|a)\s*")
_FARTHEST = 14 * 60
_OFFSET = re.compile(r"(?:UTC|GMT)?\s?([+-])(\d{1,2}):?(\d\d)?")


@lru_cache(maxsize=32_768)  # a batch of pages has so many lines, and several rules ask of each
def find_dates(text: str, rules: Rules) -> tuple[Dated, ...]:
    """Find every date in `text` that is written in full and can be read in one way, in the order of the text.

    Nothing is guessed: 03/04/2022 may be March or April and is left out, and so is a day that no calendar has.
    """
    if not _FOUR_DIGITS.search(text):
        return ()
    clocks = _spans(rules.clocks, text)
    found = (_read(match, clocks, rules) for match in _spans(rules.dates, text))
    return tuple(dated for dated in found if dated is not None)


def only_date(text: str, rules: Rules) -> Dated | None:
    """Read a line that says nothing but when; of several dates the first that is not an update.

    Labels ("Posted on", "Veröffentlicht am"), weekdays and zones may stand beside it.
    """
    if len(text) > rules.max_chars:
        return None
    found = find_dates(text, rules)
    if not found:
        return None
    rest = _cut_out(text, found)
    for pattern in (*rules.clocks, *rules.noise):
        rest = pattern.sub(" ", rest)
    if not all(fold(word) in rules.line_words for word in WORD.findall(rest)):
        return None
    starts = [0, *(dated.end for dated in found)]
    fresh = (d for d, start in zip(found, starts, strict=False) if not is_update(text[start : d.start], rules))
    return next(fresh, found[0])


def is_period(text: str, rules: Rules) -> bool:
    """Tell whether a text names the first and the last day of something: "12 May 2022 - 17 May 2022"."""
    found = find_dates(text, rules)
    days = pairwise(found)
    return any(a.value[:10] < b.value[:10] and _PERIOD.fullmatch(text, a.end, b.start) for a, b in days)


def is_update(text: str, rules: Rules) -> bool:
    """Tell whether the words of `text` speak of a change and not of the first publication."""
    words = {fold(word) for word in WORD.findall(text)}
    return not words.isdisjoint(rules.updated) and words.isdisjoint(rules.published)


def glued_date(text: str, rules: Rules) -> Glued | None:
    """Read a date that a page's template left glued to the head of the first sentence."""
    for pattern in rules.glued:
        if match := pattern.match(text):
            for found in find_dates(match["date"], rules):
                start = match.start("date")
                return Glued(found._replace(start=start + found.start, end=start + found.end), match.end())
    return None


def _spans(patterns: Sequence[re.Pattern[str]], text: str) -> list[re.Match[str]]:
    """Find all matches that overlap no other; of two that do, the earlier and then the longer one stays."""
    matches = sorted((m for p in patterns for m in p.finditer(text)), key=lambda m: (m.start(), -m.end()))
    kept: list[re.Match[str]] = []
    for match in matches:
        if not kept or match.start() >= kept[-1].end():
            kept.append(match)
    return kept


def _read(match: re.Match[str], clocks: Sequence[re.Match[str]], rules: Rules) -> Dated | None:
    day = _day(match.groupdict(), rules)
    if day is None:
        return None
    start, end = match.span()
    clock: re.Match[str] | None = match
    if match.groupdict().get("hour") is None:
        clock = _nearest(match, clocks, rules)
    moment = _moment(clock.groupdict(), rules) if clock else None
    if clock is None or moment is None:
        return Dated(day.isoformat(), "day", start, end)
    clock_text, precision = moment
    return Dated(f"{day.isoformat()}T{clock_text}", precision, min(start, clock.start()), max(end, clock.end()))


def _day(groups: Mapping[str, str | None], rules: Rules) -> date | None:
    year, day = int(groups["year"] or 0), int(groups.get("day") or 0)
    if not rules.first_year <= year <= rules.last_year:
        return None
    if name := groups.get("name"):
        month = rules.months.get(("." if groups.get("dot") else "") + fold(name)) or rules.months.get(fold(name), 0)
    elif first := groups.get("first"):
        day, month = sorted((int(first), int(groups["second_number"] or 0)), reverse=True)
        if day <= 12 and day != month:  # noqa: PLR2004  # both can be a month
            return None
    else:
        month = int(groups.get("month") or groups.get("month_2") or 0)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(match: re.Match[str], clocks: Sequence[re.Match[str]], rules: Rules) -> re.Match[str] | None:
    """Find the time of day that belongs to a date: the next one after it, else the one before it."""
    text = match.string
    after = bisect_left(clocks, match.end(), key=lambda clock: clock.start())
    if after < len(clocks) and _is_gap(text, match.end(), clocks[after].start(), rules):
        return clocks[after]
    before = after - 1
    if before >= 0 and _is_gap(text, clocks[before].end(), match.start(), rules):
        return clocks[before]
    return None


def _is_gap(text: str, start: int, end: int, rules: Rules) -> bool:
    return 0 <= end - start <= rules.max_gap and rules.gap.fullmatch(text, start, end) is not None


def _moment(groups: Mapping[str, str | None], rules: Rules) -> tuple[str, str] | None:
    """Write a time of day as ISO 8601, with its precision; None for one that no clock shows."""
    hour, minute, second = (int(groups.get(name) or 0) for name in ("hour", "minute", "second"))
    half = groups.get("half") or groups.get("early_half")
    # "14:14pm" contradicts itself; templates print it where they mean 14:14.
    if half and hour <= 12:  # noqa: PLR2004
        hour = hour % 12 + (12 if fold(half) in rules.afternoon else 0)
    try:
        clock = time(hour, minute, second)
    except ValueError:
        return None
    zone = _offset(groups.get("zone"), rules)
    if fraction := groups.get("fraction"):
        digits = "".join(str(int(digit)) for digit in fraction)
        return f"{clock.isoformat('seconds')}.{digits}{zone}", "subsecond"
    precision = "second" if groups.get("second") else "minute"
    return f"{clock.isoformat(precision + 's')}{zone}", precision


def _offset(zone: str | None, rules: Rules) -> str:
    if zone is None:
        return ""
    if match := _OFFSET.fullmatch(zone):
        hours, minutes = int(match[2]), int(match[3] or 0)
        # No zone lies farther from Greenwich; what does is no offset but a second number.
        return f"{match[1]}{hours:02}:{minutes:02}" if hours * 60 + minutes <= _FARTHEST else ""
    return rules.zones.get(zone, "")


def _cut_out(text: str, found: Sequence[Dated]) -> str:
    for dated in reversed(found):
        text = f"{text[: dated.start]} {text[dated.end :]}"
    return text
