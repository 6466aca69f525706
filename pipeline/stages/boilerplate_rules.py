"""The rules of boilerplate removal, read from boilerplate.toml, the credits and dates, and the line model."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import pyarrow as pa

from pipeline import linemodel
from pipeline.firsts import Firsts, firsts
from pipeline.layout import Layout
from pipeline.lift import RuleError, RuleFiles, refuse_unknown
from pipeline.metadata import credits, dates
from pipeline.roles import ROLES
from pipeline.screens import Pattern, pattern_of, screen_of

# Patterns that take any words and then ask for an agency among them.
_AGENCY_FRAMES = ("items", "person-agency", "name-agency")


class Phrase(NamedTuple):
    """A pattern on a line's text, and the role of a line that has it; `tail` rules count behind the article only.

    `firsts` are the characters that a line with it can begin with (see `firsts.first_of`), None where any can.
    """

    id: str
    role: str
    lang: str
    pattern: Pattern
    firsts: Firsts
    max_chars: int
    tail: bool
    fires: tuple[str, ...]
    silent: tuple[str, ...]


class PathRule(NamedTuple):
    """A pattern on an element (tag#id.class), the role of a block inside one, and what must not be around it."""

    id: str
    role: str
    pattern: Pattern
    outside: Pattern | None
    fires: tuple[str, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True)
class Scores:
    """How sure each kind of evidence is that a line is furniture: shares found right on labelled pages."""

    phrase: float
    shape: float
    menu: float
    path: float
    site: float
    site_prose: float
    comments: float


@dataclass(frozen=True)
class Rules:
    """All that boilerplate removal goes by."""

    layout: Layout
    keep: frozenset[str]
    max_guessed_share: float
    site_min_docs: int
    site_min_share: float
    link_max_density: float
    phrases: tuple[Phrase, ...]
    paths: tuple[PathRule, ...]
    kinds: Mapping[str, str]
    nav_words: pa.Array
    nav_min_share: float
    menu_joint: Pattern
    menu_chars: int
    menu_min_parts: int
    menu_part_chars: int
    scores: Scores
    dates: dates.Rules
    credits: credits.Rules
    credit_screens: tuple[str | None, ...]
    model: linemodel.Model

    @property
    def head_phrases(self) -> tuple[Phrase, ...]:
        """Phrases that count anywhere on a page."""
        return tuple(phrase for phrase in self.phrases if not phrase.tail)

    @property
    def tail_phrases(self) -> tuple[Phrase, ...]:
        """Phrases that count behind the article only."""
        return tuple(phrase for phrase in self.phrases if phrase.tail)

    @property
    def longest(self) -> int:
        """Characters of the longest line that any rule on lines looks at."""
        return max([self.menu_chars, self.dates.max_chars, self.credits.max_credit_chars]
                   + [phrase.max_chars for phrase in self.phrases])  # fmt: skip


_KEYS = {
    "layout", "keep", "max_guessed_share", "site_min_docs", "site_min_share", "link_max_density",
    "phrase", "path", "kind", "nav_words", "nav_min_share", "menu_joint", "menu_min_parts", "menu_part_chars",
    "menu_chars", "scores",
}  # fmt: skip


def parse(files: RuleFiles) -> Rules:
    """Read boilerplate.toml and the rules on dates and credits that lines are recognised by.

    Raises:
        RuleError: a key is unknown or missing, a role is none of the closed set, a pattern does not compile.
    """
    table = files["boilerplate.toml"]
    refuse_unknown("boilerplate.toml", table, _KEYS)
    if missing := sorted(_KEYS - set(table)):
        raise RuleError(f"boilerplate.toml: {', '.join(missing)} missing")
    for name, kind in (("layout", Layout), ("scores", Scores)):
        refuse_unknown(f"boilerplate.toml [{name}]", table[name], [f.name for f in fields(kind)])
    _check_roles("keep", table["keep"])
    _check_roles("kind", table["kind"].values())
    phrases = tuple(_phrase(row) for row in [*table["phrase"], *_phrases_by_language(files)])
    return Rules(
        layout=Layout(**table["layout"]),
        keep=frozenset(table["keep"]),
        max_guessed_share=table["max_guessed_share"],
        site_min_docs=table["site_min_docs"],
        site_min_share=table["site_min_share"],
        link_max_density=table["link_max_density"],
        phrases=phrases,
        paths=tuple(_path(row) for row in table["path"]),
        kinds=dict(table["kind"]),
        nav_words=pa.array(sorted({word for words in table["nav_words"].values() for word in words})),
        nav_min_share=table["nav_min_share"],
        menu_joint=_compile("menu_joint", table["menu_joint"]),
        menu_chars=table["menu_chars"],
        menu_min_parts=table["menu_min_parts"],
        menu_part_chars=table["menu_part_chars"],
        scores=Scores(**table["scores"]),
        dates=dates.parse(files),
        credits=(credited := credits.parse(files)),
        credit_screens=tuple(_credit_screens(credited)),
        model=linemodel.parse(files),
    )


def _credit_screens(rules: credits.Rules) -> Iterator[str | None]:
    """Give screens of which any credit passes one: the agencies' names, and the patterns that ask for other words."""
    names = "|".join(re.escape(name) for name in sorted(rules.agencies.exact))
    yield rf"(?i)(?:^|[^\pL\pN_])(?:{names})(?:$|[^\pL\pN_])"
    frames = (*rules.agency_frames, *rules.image_frames, *rules.byline_frames, *rules.source_frames)
    for frame in frames:
        if frame.id not in _AGENCY_FRAMES:
            screen = screen_of(frame.pattern)
            yield None if screen is None else rf"^[\s\pZ(\[（]*(?:{screen})"


def _phrases_by_language(files: RuleFiles) -> Iterator[Mapping[str, Any]]:
    for name in sorted(files):
        if name.startswith("phrases/"):
            refuse_unknown(name, files[name], ["phrase"])
            yield from files[name]["phrase"]


def _phrase(row: Mapping[str, Any]) -> Phrase:
    name = f"phrase {row.get('id')!r}"
    refuse_unknown(name, row, Phrase._fields)
    _check_roles(name, [row["role"]])
    first = firsts(row["pattern"])
    pattern = _compile(name, row["pattern"], screened=first is None)
    return Phrase(
        row["id"], row["role"], row["lang"], pattern, first, row["max_chars"], row.get("tail", False),
        tuple(row["fires"]), tuple(row["silent"]),
    )  # fmt: skip


def _path(row: Mapping[str, Any]) -> PathRule:
    name = f"path {row.get('id')!r}"
    refuse_unknown(name, row, PathRule._fields)
    _check_roles(name, [row["role"]])
    pattern = _compile(name, row["pattern"])
    outside = _compile(name, row["outside"]) if "outside" in row else None
    return PathRule(row["id"], row["role"], pattern, outside, tuple(row["fires"]), tuple(row["silent"]))


def _compile(name: str, pattern: str, *, screened: bool = True) -> Pattern:
    try:
        return pattern_of(pattern, screened=screened)
    except re.error as error:
        raise RuleError(f"{name}: {error}") from None


def _check_roles(name: str, roles: Sequence[str] | Any) -> None:
    if unknown := sorted(set(roles) - ROLES):
        raise RuleError(f"{name}: no such role: {', '.join(unknown)}")
