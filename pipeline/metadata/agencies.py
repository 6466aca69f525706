"""Know the world's news agencies by their names, and find them in credits."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.lift import RuleError


class Agency(NamedTuple):
    """An agency: its usual name, its kind, and whether its name alone on a line credits it."""

    name: str
    kind: str
    alone: bool


@dataclass(frozen=True)
class Agencies:
    """Agencies by each of their names as written, and by the longer ones with case levelled."""

    exact: Mapping[str, Agency]
    levelled: Mapping[str, Agency]
    anywhere: re.Pattern[str]


# Up to this length a name in the wrong case is more likely a word: "map", "Tap".
_SHORT = 3
KINDS = ("news", "picture", "release")
_COLUMNS = {"name", "aliases", "country", "kind", "alone"}


def agency_of(name: str, agencies: Agencies) -> Agency | None:
    """Look up an agency by name; None when there is none of that name."""
    name = " ".join(name.split())
    return agencies.exact.get(name) or agencies.levelled.get(name.casefold())


def agencies_in(credit: str, agencies: Agencies) -> tuple[str, ...]:
    """Name the news agencies that a credit mentions, each once and by its usual name, in the order of the credit.

    Meant for lines that are known to be credits: in prose "map" and "Petra" are words.
    """
    found = (agency_of(match[0], agencies) for match in agencies.anywhere.finditer(credit))
    return tuple(dict.fromkeys(agency.name for agency in found if agency and agency.kind == "news"))


def parse_agencies(rows: Iterable[Mapping[str, str]]) -> Agencies:
    """Read the rows of `agencies.tsv`; RuleError on an unknown column or kind and on a name that two agencies bear."""
    exact: dict[str, Agency] = {}
    for row in rows:
        if set(row) != _COLUMNS or row["kind"] not in KINDS or row["alone"] not in ("yes", "no"):
            raise RuleError(f"agencies.tsv: not understood: {dict(row)}")
        agency = Agency(row["name"], row["kind"], row["alone"] == "yes")
        for alias in (row["name"], *filter(None, row["aliases"].split("|"))):
            if exact.setdefault(alias, agency) is not agency:
                raise RuleError(f"agencies.tsv: {alias!r} is both {exact[alias].name} and {agency.name}")
    levelled = {alias.casefold(): agency for alias, agency in exact.items() if len(alias) > _SHORT}
    return Agencies(exact, levelled, _anywhere(exact))


def _anywhere(aliases: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(aliases, key=lambda alias: (-len(alias), alias))
    long = "|".join(re.escape(alias) for alias in longest_first if len(alias) > _SHORT)
    short = "|".join(re.escape(alias) for alias in longest_first if len(alias) <= _SHORT)
    return re.compile(rf"(?<!\w)(?:(?i:{long})|{short})(?!\w)")
