"""The rules of boilerplate removal, and what a line is by its own words, shape and element path."""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from pipeline.layout import Layout, Mark
from pipeline.lift import RuleError, RuleFiles, refuse_unknown
from pipeline.lines import Line
from pipeline.metadata import credits, dates
from pipeline.roles import CONTENT, FURNITURE, ROLES
from pipeline.tables import Block


class Phrase(NamedTuple):
    """A pattern on a line's text, and the role of a line that has it; `tail` rules count behind the article only."""

    id: str
    role: str
    lang: str
    pattern: re.Pattern[str]
    max_chars: int
    tail: bool
    fires: tuple[str, ...]
    silent: tuple[str, ...]


class PathRule(NamedTuple):
    """A pattern on an HTML block's element path, and the role of a block that has it."""

    id: str
    role: str
    pattern: re.Pattern[str]
    fires: tuple[str, ...]
    silent: tuple[str, ...]


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
    nav_words: frozenset[str]
    nav_min_share: float
    menu_joint: re.Pattern[str]
    menu_min_parts: int
    menu_part_chars: int
    dates: dates.Rules
    credits: credits.Rules


_KEYS = {
    "layout", "keep", "max_guessed_share", "site_min_docs", "site_min_share", "link_max_density",
    "phrase", "path", "kind", "nav_words", "nav_min_share", "menu_joint", "menu_min_parts", "menu_part_chars",
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
    refuse_unknown("boilerplate.toml [layout]", table["layout"], [f.name for f in fields(Layout)])
    _check_roles("keep", table["keep"])
    _check_roles("kind", table["kind"].values())
    return Rules(
        layout=Layout(**table["layout"]),
        keep=frozenset(table["keep"]),
        max_guessed_share=table["max_guessed_share"],
        site_min_docs=table["site_min_docs"],
        site_min_share=table["site_min_share"],
        link_max_density=table["link_max_density"],
        phrases=tuple(_phrase(row) for row in table["phrase"]),
        paths=tuple(_path(row) for row in table["path"]),
        kinds=dict(table["kind"]),
        nav_words=frozenset(word for words in table["nav_words"].values() for word in words),
        nav_min_share=table["nav_min_share"],
        menu_joint=_compile("menu_joint", table["menu_joint"]),
        menu_min_parts=table["menu_min_parts"],
        menu_part_chars=table["menu_part_chars"],
        dates=dates.parse(files),
        credits=credits.parse(files),
    )


def _phrase(row: Mapping[str, Any]) -> Phrase:
    name = f"phrase {row.get('id')!r}"
    refuse_unknown(name, row, Phrase._fields)
    _check_roles(name, [row["role"]])
    return Phrase(
        row["id"], row["role"], row["lang"], _compile(name, row["pattern"]), row["max_chars"], row.get("tail", False),
        tuple(row["fires"]), tuple(row["silent"]),
    )  # fmt: skip


def _path(row: Mapping[str, Any]) -> PathRule:
    name = f"path {row.get('id')!r}"
    refuse_unknown(name, row, PathRule._fields)
    _check_roles(name, [row["role"]])
    pattern = _compile(name, row["pattern"])
    return PathRule(row["id"], row["role"], pattern, tuple(row["fires"]), tuple(row["silent"]))


def _compile(name: str, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise RuleError(f"{name}: {error}") from None


def _check_roles(name: str, roles: Sequence[str] | Any) -> None:
    if unknown := sorted(set(roles) - ROLES):
        raise RuleError(f"{name}: no such role: {', '.join(unknown)}")


def recognise(block: Block, line: Line, above: Mark | None, rules: Rules) -> Mark | None:
    """Say what a line is by itself, or None; `above` is what the line above it was recognised as."""
    if not line.level:
        return Mark("other", "shape/no-words", 0.9)
    return (
        by_phrase(line, rules, tail=False)
        or _by_path(block, rules, FURNITURE)
        or _by_shape(line, above, rules)
        or _by_path(block, rules, CONTENT)
        or _by_navigation(block, line, rules)
        or (
            Mark("title", "element/h1", 0.9)
            if block.kind == "h1" and line.words >= rules.layout.title_min_words
            else None
        )
    )


def by_phrase(line: Line, rules: Rules, *, tail: bool) -> Mark | None:
    """Say what a line is by its words; `tail` asks for the rules that count behind the article only."""
    for phrase in rules.phrases:
        if phrase.tail == tail and len(line.text) <= phrase.max_chars and phrase.pattern.search(line.text):
            return Mark(phrase.role, f"phrase/{phrase.id}", 0.98)
    return None


def _by_path(block: Block, rules: Rules, roles: Container[str]) -> Mark | None:
    if block.path:
        for rule in rules.paths:
            if rule.role in roles and rule.pattern.search(block.path):
                return Mark(rule.role, f"path/{rule.id}", 0.95)
    return None


def _by_shape(line: Line, above: Mark | None, rules: Rules) -> Mark | None:
    """Recognise dates, credits and sources, which are nothing but that."""
    if dates.only_date(line.text, rules.dates) is not None:
        return Mark("timestamp", "shape/date", 0.95)
    if credits.image_credit(line.text, rules.credits) is not None:
        return Mark("image_credit", "shape/image-credit", 0.95)
    credit = credits.agency_credit(line.text, rules.credits)
    if credit is not None:
        return _credited(credit, above)
    if credits.source_line(line.text, rules.credits) is not None:
        return Mark("source_attribution", "shape/source", 0.95)
    signed = credits.byline(line.text, rules.credits) is not None
    return Mark("byline", "shape/byline", 0.9) if signed else None


def _credited(credit: credits.Credit, above: Mark | None) -> Mark:
    """Tell the picture's agency (a bare name under a caption) from the article's, and reporters from initials."""
    if not credit.agencies and any(" " in author for author in credit.authors):
        return Mark("byline", "shape/reporters", 0.95)
    pictured = above is not None and above.role in ("caption", "ui_label") and not credit.authors
    return Mark("image_credit" if pictured else "agency_credit", "shape/agencies", 0.95)


def _by_navigation(block: Block, line: Line, rules: Rules) -> Mark | None:
    if line.link_density > rules.link_max_density and not line.ends:
        return Mark("navigation", "shape/links", 0.8) if block.kind not in ("h1", "title") else None
    parts = rules.menu_joint.split(line.text)
    if len(parts) >= rules.menu_min_parts and not line.ends and max(map(len, parts)) <= rules.menu_part_chars:
        return Mark("navigation", "shape/menu-bar", 0.85)
    words = line.level.split()
    if words and not line.ends and sum(word in rules.nav_words for word in words) >= rules.nav_min_share * len(words):
        return Mark("navigation", "shape/menu", 0.85)
    return None
