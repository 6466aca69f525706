"""Turn `metadata.toml` and `agencies.tsv` into the patterns and words that `credits.py` reads credits with."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pipeline.lift import RuleError, RuleFiles, refuse_unknown
from pipeline.metadata import date_rules
from pipeline.metadata.agencies import Agencies, parse_agencies
from pipeline.metadata.date_rules import either, fold


class Frame(NamedTuple):
    """A pattern for a whole line, or for the head of a paragraph, and what is asked of what it captures."""

    id: str
    pattern: re.Pattern[str]
    check: str
    known: bool
    capitals: bool


@dataclass(frozen=True)
class Rules:
    """Frames of credit lines, and the words that may stand in them, folded."""

    max_credit_chars: int
    max_source_chars: int
    max_dateline_chars: int
    max_caption_tail: int
    max_tokens: int
    min_name_words: int
    max_name_words: int
    initials: re.Pattern[str]
    agencies: Agencies
    agency_frames: tuple[Frame, ...]
    image_frames: tuple[Frame, ...]
    caption_frames: tuple[Frame, ...]
    byline_frames: tuple[Frame, ...]
    source_frames: tuple[Frame, ...]
    dateline_frames: tuple[Frame, ...]
    agency_fillers: frozenset[str]
    credit_words: frozenset[str]
    particles: frozenset[str]
    not_names: frozenset[str]
    not_first: frozenset[str]
    places: frozenset[str]
    spoken_place: re.Pattern[str]
    name_end: re.Pattern[str]
    name_joint: re.Pattern[str]
    item_joint: re.Pattern[str]
    item_heads: frozenset[str]
    months: frozenset[str]
    date_words: frozenset[str]


# Up to what may part an agency from the next.
FIRST_WORD = re.compile(r"[^\s/,;|&+()\[\]]+")
FRAMES = ("agency", "image", "caption", "byline", "source", "dateline")
CHECKS = ("names", "word", "agency", "mixed")
# Read by `rules.py`.
DOCUMENT_KEYS = (
    *("text_roles", "body_roles", "foreign_roles", "title_votes", "scores"),
    *("max_zone_hours", "max_title_chars", "min_title_letters", "min_story_chars", "min_title_likeness"),
    *("lines_above_title", "lines_below_title", "lines_to_name", "max_beside_words"),
)
_NUMBERS = (
    *("max_credit_chars", "max_source_chars", "max_dateline_chars", "max_caption_tail", "max_tokens"),
    *("min_name_words", "max_name_words"),
)
_LABELS = ("agency_lead", "image_label", "image_by", "byline_label", "source_label")
_WORD_LISTS = (
    *("agency_filler", "credit_words", "particles", "joins", "tails"),
    *("not_names", "not_first", "byline_places", "places", "locatives"),
)
_FRAME_KEYS = ("id", "pattern", "check", "known", "capitals", "fires", "silent")


def parse(files: RuleFiles) -> Rules:
    """Read `metadata.toml` and `agencies.tsv`; RuleError on what is not understood or has no examples."""
    table = files["metadata.toml"]
    refuse_unknown("metadata.toml", table, (*_NUMBERS, "initials", "words", *FRAMES, *DOCUMENT_KEYS))
    words: Mapping[str, list[str]] = table["words"]
    refuse_unknown("metadata.toml, words", words, (*_LABELS, *_WORD_LISTS))
    labels = {label: either(words[label]) for label in _LABELS}
    frames = {kind: tuple(_frame(kind, row, labels) for row in table[kind]) for kind in FRAMES}
    dates = date_rules.parse(files)
    agencies = parse_agencies(files["agencies.tsv"])
    return Rules(
        **{number: table[number] for number in _NUMBERS},
        initials=re.compile(table["initials"]),
        agencies=agencies,
        agency_frames=frames["agency"],
        image_frames=frames["image"],
        caption_frames=frames["caption"],
        byline_frames=frames["byline"],
        source_frames=frames["source"],
        dateline_frames=frames["dateline"],
        agency_fillers=_folded(words["agency_filler"]),
        credit_words=_folded([*words["credit_words"], *words["particles"]]),
        particles=_folded(words["particles"]),
        not_names=_folded(words["not_names"]),
        not_first=_folded(words["not_first"]),
        places=_folded([*words["places"], *words["byline_places"]]),
        spoken_place=re.compile(rf"\b{either(words['locatives'])}\s([^\W\d_a-z][\w’'-]+(?:\s[^\W\d_a-z][\w’'-]+)?)"),
        name_end=re.compile(rf"\s*[|•·—–/]|\s-\s|\s{either(words['tails'])}\s|{_when(dates.months)}"),
        name_joint=re.compile(rf"\s*[,;&+]\s*|\s+{either(words['joins'])}\s+", re.IGNORECASE),
        item_joint=re.compile(rf"\s*[/,;|&+()\[\]]\s*|\s+(?:{either(words['joins'])}|[-–—])\s+"),
        item_heads=_heads([*agencies.exact, *words["agency_filler"]]),
        months=frozenset(dates.months),
        date_words=dates.line_words | frozenset(dates.months),
    )


def _frame(kind: str, row: Mapping[str, Any], labels: Mapping[str, str]) -> Frame:
    name = f"metadata.toml, {kind} {row.get('id')!r}"
    refuse_unknown(name, row, _FRAME_KEYS)
    if not (row["fires"] and row["silent"]):
        raise RuleError(f"{name}: needs a text on which it fires and one on which it is silent")
    if (check := row.get("check", "names")) not in CHECKS:
        raise RuleError(f"{name}: unknown check {check!r}")
    pattern = row["pattern"]
    for label, words in labels.items():
        pattern = pattern.replace("{" + label + "}", words)
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise RuleError(f"{name}: {error}") from error
    return Frame(row["id"], compiled, check, row.get("known", False), row.get("capitals", False))


def _when(months: Iterable[str]) -> str:
    """Write a pattern for where a byline goes over to its date; some pages leave out the blank: "Jane DoeMay 3"."""
    return rf"(?:,?\s|(?<=[a-zß-ÿ])(?=[A-Z\d]))(?:(?i:{either(months)})\.?\s)?\d"


def _heads(items: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(head[0]) for item in items if (head := FIRST_WORD.search(item)))


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, words))
