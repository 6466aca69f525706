"""Recognise lines that credit: authors, agencies, pictures, sources and the place of a dateline."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.metadata.agencies import agencies_in, agency_of
from pipeline.metadata.credit_rules import Frame, Rules, parse
from pipeline.metadata.credit_words import Credit, is_place, is_source, items, passes, people
from pipeline.metadata.date_rules import fold

__all__ = [
    "Credit",
    "Dateline",
    "Rules",
    "agencies_in",
    "agency_credit",
    "byline",
    "caption_credit",
    "dateline",
    "image_credit",
    "parse",
    "source_line",
]


class Dateline(NamedTuple):
    """The place that heads a report, the agencies named with it, and where all of it stands."""

    place: str
    agencies: tuple[str, ...]
    start: int
    end: int


def agency_credit(text: str, rules: Rules) -> Credit | None:
    """Read a line that is nothing but initials and agencies, or a reporter's sign-off."""
    line, bracketed = _unwrap(text)
    for frame, match in _matches(line, rules.agency_frames, rules.max_credit_chars):
        groups = match.groupdict()
        if "names" in groups:
            credit = Credit(people(groups["names"], rules), ())
        else:
            credit = items(groups["items"], rules, sure=bracketed or frame.check == "agency")
        if any(credit):
            return credit
    return None


def image_credit(text: str, rules: Rules) -> str | None:
    """Read a line that credits a picture, without its label ("Photo:") and brackets."""
    line, _ = _unwrap(text)
    for frame, match in _matches(line, rules.image_frames, rules.max_credit_chars):
        if _agency_is_sound(match, rules) and passes(match["credit"], frame, rules):
            return match["credit"].strip()
    return None


def caption_credit(text: str, rules: Rules) -> str | None:
    """Read the credit that ends a caption: "The mayor opens the bridge. (AP Photo/Jane Doe)"."""
    tail = text.rstrip()[-rules.max_caption_tail :]
    for _, match in _matches(tail, rules.caption_frames, rules.max_caption_tail):
        if credit := image_credit(f"({match['image']})", rules):
            return credit
    return None


def byline(text: str, rules: Rules) -> tuple[str, ...] | None:
    """Read the names of a byline ("By Jane Doe and John Roe, Staff Writers"); an agency's where no person is named."""
    line, _ = _unwrap(text)
    for _, match in _matches(line, rules.byline_frames, rules.max_credit_chars):
        if _agency_is_sound(match, rules) and (names := people(match["names"], rules)):
            return names
    return None


def source_line(text: str, rules: Rules) -> str | None:
    """Read where a line says that the article was taken from."""
    line, _ = _unwrap(text)
    for frame, match in _matches(line, rules.source_frames, rules.max_credit_chars):
        source = match["source"].strip().rstrip(" .;")
        if len(source) <= rules.max_source_chars and is_source(source, frame, rules):
            return source
    return None


def spoken_places(text: str, rules: Rules) -> frozenset[str]:
    """Collect the places that a text speaks of ("in Trieste", "off Hesmark"), folded."""
    found = (name for match in rules.spoken_place.finditer(text) for name in (match[1], match[1].split()[0]))
    return frozenset(map(fold, found))


def initials(text: str, rules: Rules) -> Credit | None:
    """Read a line that is nothing but initials, such as "asc" or "wd/sms"; only its place tells them from words."""
    names = re.split(r"\s?[/,]\s?", text.strip().strip("()"))
    return Credit(tuple(names), ()) if all(map(rules.initials.fullmatch, names)) else None


def dateline(text: str, rules: Rules, spoken: frozenset[str] = frozenset()) -> Dateline | None:
    """Read the place at the head of a paragraph: "BERLIN (Reuters) - ", "GENEVA: "; the span covers its dash.

    A bare "PLACE:" must be known: by the rules, or among the places that the page speaks of (`spoken`, folded).
    """
    start = len(text) - len(text.lstrip())
    head = text[: start + rules.max_dateline_chars]
    for frame in rules.dateline_frames:
        match = frame.pattern.match(head, start)
        if match is None or not is_place(match["place"], frame, rules, spoken):
            continue
        groups = match.groupdict()
        month = groups.get("month") or groups.get("month_2")
        if month and fold(month) not in rules.months:
            continue
        named = items(groups["agency"], rules, sure=True) if groups.get("agency") else None
        if named is None or named.agencies:
            return Dateline(match["place"].strip(), named.agencies if named else (), start, match.end())
    return None


def _matches(line: str, frames: Sequence[Frame], max_chars: int) -> Iterator[tuple[Frame, re.Match[str]]]:
    """Try frames on a whole line; one that is longer than a credit is prose and is not looked at."""
    if 1 < len(line) <= max_chars:
        for frame in frames:
            if match := frame.pattern.fullmatch(line):
                yield frame, match


def _agency_is_sound(match: re.Match[str], rules: Rules) -> bool:
    """Check what a frame captured for an agency, where it has such a group."""
    agency = match.groupdict().get("agency")
    return agency is None or agency_of(agency, rules.agencies) is not None


def _unwrap(text: str) -> tuple[str, bool]:
    """Take off white space, and brackets that stand around the whole line; tell whether there were any."""
    line = text.strip()
    inner = line[1:-1]
    if line[:1] + line[-1:] in ("()", "[]", "（）") and not set(inner) & set("()[]（）"):
        return inner.strip(), True
    return line, False
