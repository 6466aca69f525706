"""Read the rules that `metadata.py` and `publication.py` go by."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pipeline.lift import RuleError, RuleFiles, refuse_unknown
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
    max_title_chars: int
    min_title_letters: int
    min_story_chars: int
    min_title_likeness: float
    lines_above_title: int
    lines_below_title: int
    lines_to_name: int
    max_beside_words: int
    title_votes: Mapping[str, float]
    scores: Mapping[str, Mapping[str, float]]


NUMBERS = (
    *("max_zone_hours", "max_title_chars", "min_title_letters", "min_story_chars", "min_title_likeness"),
    *("lines_above_title", "lines_below_title", "lines_to_name", "max_beside_words"),
)
VOTES = ("only-h1", "h1", "role", "line", "alike", "record", "json-ld", "og", "twitter", "title", "first-line")
# The rules that read each field's values.
READINGS = {
    "title": (
        *("shown/declared", "shown/title", "shown/repeated", "shown/alike", "shown/first-line"),
        *("declared/shown", "declared/agreed", "declared/json-ld", "declared/og", "declared/twitter", "declared/title"),
        "declared/record",
    ),
    "published": (
        *("declared/shown", "declared/meta", "declared/json-ld", "declared/time", "declared/only-time"),
        "declared/record",
        *("shown/timestamp", "shown/byline", "shown/beside-title", "shown/update", "glued/first-paragraph"),
    ),
    "authors": (
        *("declared/json-ld", "declared/json-ld-organisation", "declared/meta"),
        *("declared/record", "declared/record-other"),
        *("declared/json-ld-other", "declared/json-ld-organisation-other", "declared/meta-other"),
        *("shown/byline", "shown/labelled", "shown/marked", "shown/alone", "shown/class", "shown/initials"),
    ),
    "agencies": (
        *("shown/signature", "shown/dateline", "shown/byline", "shown/source", "shown/credit", "declared/byline"),
    ),
    "dateline": ("shown/dateline",),
    "credit": ("shown/image-credit", "shown/caption"),
    "source": ("shown/source",),
    "site_name": ("shown/site-name", "declared/site-name"),
}


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
        text_roles=roles["text_roles"],
        body_roles=roles["body_roles"],
        foreign_roles=roles["foreign_roles"],
        title_votes=_complete("title_votes", table["title_votes"], VOTES),
        scores={field: _complete(f"scores.{field}", table["scores"][field], READINGS[field]) for field in READINGS},
        **{number: table[number] for number in NUMBERS},
    )


def _complete(name: str, table: Mapping[str, float], keys: Collection[str]) -> Mapping[str, float]:
    """Check that a table has a number for each of its keys and no other."""
    refuse_unknown(f"metadata.toml, {name}", table, keys)
    if missing := sorted(set(keys) - set(table)):
        raise RuleError(f"metadata.toml, {name}: no number for {', '.join(missing)}")
    return table
