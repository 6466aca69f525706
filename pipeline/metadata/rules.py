"""Read the rules that `metadata.py` and `publication.py` go by."""

from dataclasses import dataclass

from pipeline.lift import RuleError, RuleFiles
from pipeline.metadata import credits, dates  # the interpreter's own `credits` is not wanted here
from pipeline.roles import ROLES


@dataclass(frozen=True)
class Rules:
    """Rules for dates and for credits, and which roles bear what."""

    dates: dates.Rules
    credits: credits.Rules
    text_roles: frozenset[str]
    body_roles: frozenset[str]
    foreign_roles: frozenset[str]
    max_zone_hours: int
    min_title_overlap: float


def parse(files: RuleFiles) -> Rules:
    """Read `metadata.toml`, `dates.toml` and `agencies.tsv`; RuleError on what is not understood."""
    table = files["metadata.toml"]
    roles = {key: frozenset(table[key]) for key in ("text_roles", "body_roles", "foreign_roles")}
    for key, named in roles.items():
        if unknown := sorted(named - ROLES):
            raise RuleError(f"metadata.toml, {key}: no such role: {', '.join(unknown)}")
    return Rules(
        dates=dates.parse(files),
        credits=credits.parse(files),
        max_zone_hours=table["max_zone_hours"],
        min_title_overlap=table["min_title_overlap"],
        **roles,
    )
