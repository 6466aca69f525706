"""The rules of mistranslation repair: switches, the words that make a slot or a guard, and what crawlers leave in text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pipeline.lift import RuleError, RuleFiles, refuse_unknown
from pipeline.people import Lexicon
from pipeline.people import parse as parse_lexicon
from pipeline.roles import ROLES

OFF, FLAG, REPAIR = "off", "flag", "repair"
KINDS = ("artefact", "name-as-word", "name-variant", "name-order", "agent-reversal", "possessive")


class Artefact(NamedTuple):
    """A pattern whose group `cut` is put right by `after`, in blocks of the roles named (none: all)."""

    id: str
    pattern: re.Pattern[str]
    after: str
    roles: frozenset[str]
    score: float
    fires: tuple[str, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """Words that make a slot of a place in a sentence, or a guard against one; in lower case."""

    headline_roles: frozenset[str]
    subject_verbs: frozenset[str]
    labels: frozenset[str]
    mute: frozenset[str]
    function: frozenset[str]
    ordinary: frozenset[str]
    leading: frozenset[str]
    finite: frozenset[str]
    prepositions: frozenset[str]
    addresses: frozenset[str]
    roles: frozenset[str]
    proper: frozenset[str]
    finite_verb: re.Pattern[str]
    idioms: re.Pattern[str]


@dataclass(frozen=True)
class Origin:
    """What speaks for a translation machine, in log-odds: before anything is known, for a kind of evidence, at most."""

    prior: float
    site: float
    label: float
    phrase: float
    name: float
    quotes: float
    most: float
    sites: frozenset[str]
    labels: Mapping[str, tuple[re.Pattern[str], ...]]


@dataclass(frozen=True)
class Rules:
    """All that mistranslation repair goes by."""

    switches: Mapping[str, str]
    artefacts: tuple[Artefact, ...]
    lexicon: Lexicon
    words: Words
    origin: Origin

    def on(self, kind: str) -> bool:
        """Whether a kind of rule looks at all."""
        return self.switches[kind] != OFF


_WORDS = (
    "headline_roles", "subject_verbs", "labels", "mute", "function", "ordinary", "leading", "finite", "prepositions",
    "addresses", "roles", "proper",
)  # fmt: skip
_KEYS = ("switches", "artefact", "finite_verb", "idioms", "origin", *_WORDS)
_ORIGIN = ("prior", "site", "label", "phrase", "name", "quotes", "most", "sites", "labels")


def parse(files: RuleFiles) -> Rules:
    """Read mistranslation.toml, and the names that people.toml and the folder mistranslation/ know.

    Raises:
        RuleError: a key is unknown or missing, a switch is set to none of off, flag, repair, a pattern names no `cut`.
    """
    table = files["mistranslation.toml"]
    refuse_unknown("mistranslation.toml", table, _KEYS)
    if missing := sorted(set(_KEYS) - set(table)):
        raise RuleError(f"mistranslation.toml: missing {', '.join(missing)}")
    return Rules(
        switches=_switches(table["switches"]),
        artefacts=tuple(_artefact(row) for row in table["artefact"]),
        lexicon=parse_lexicon(files),
        words=Words(
            **{name: frozenset(table[name]) for name in _WORDS},
            finite_verb=re.compile(table["finite_verb"]),
            idioms=re.compile("|".join(table["idioms"]), re.IGNORECASE),
        ),
        origin=_origin(table["origin"]),
    )


def _switches(table: Mapping[str, str]) -> dict[str, str]:
    refuse_unknown("mistranslation.toml, switches", table, KINDS)
    for kind, setting in table.items():
        if setting not in (OFF, FLAG, REPAIR):
            raise RuleError(f"mistranslation.toml, switches: {kind} is {setting!r}, not off, flag or repair")
    return {kind: table.get(kind, FLAG) for kind in KINDS}


def _artefact(row: Mapping[str, Any]) -> Artefact:
    name = f"artefact {row.get('id')!r}"
    refuse_unknown(name, row, Artefact._fields)
    if unknown := sorted(set(row["roles"]) - ROLES):
        raise RuleError(f"{name}: no such role: {', '.join(unknown)}")
    pattern = re.compile(row["pattern"])
    if "cut" not in pattern.groupindex:
        raise RuleError(f"{name}: the pattern names no group `cut`")
    fires, silent = tuple(row["fires"]), tuple(row["silent"])
    return Artefact(row["id"], pattern, row["after"], frozenset(row["roles"]), row["score"], fires, silent)


def _origin(table: Mapping[str, Any]) -> Origin:
    refuse_unknown("mistranslation.toml, origin", table, _ORIGIN)
    labels = {lang: tuple(re.compile(p) for p in patterns) for lang, patterns in table["labels"].items()}
    return Origin(**{**table, "sites": frozenset(table["sites"]), "labels": labels})
