"""The rules of mistranslation repair: switches, words that make a slot or a guard, patterns."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pipeline.lift import RuleError, RuleFiles, refuse_unknown
from pipeline.literals import Index, rarity
from pipeline.people import Lexicon
from pipeline.people import parse as parse_lexicon
from pipeline.roles import ROLES
from pipeline.screens import Pattern, pattern_of
from pipeline.stages.mistranslation_phrases import FLAG, REPAIR, Turn, action_of, turns_of

OFF = "off"
KINDS = ("artefact", "calque", "phrase", "name-as-word", "name-variant", "name-order", "agent-reversal", "possessive")


class Artefact(NamedTuple):
    """A pattern whose group `cut` is put right by `after`, in blocks of the roles named (none: all)."""

    id: str
    pattern: re.Pattern[str]
    after: str
    roles: frozenset[str]
    score: float
    fires: tuple[str, ...]
    silent: tuple[str, ...]
    lang: tuple[str, ...] = ()
    action: str = REPAIR


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
    common: frozenset[str]
    roles: frozenset[str]
    proper: frozenset[str]
    finite_verb: re.Pattern[str]
    idioms: Mapping[str, tuple[tuple[str, str], ...]]  # by word: what stands before and after it


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
    most_labels: float
    suspected: float
    judged: float
    sites: frozenset[str]
    labels: Mapping[str, tuple[Pattern, ...]]


@dataclass(frozen=True)
class Rules:
    """All that mistranslation repair goes by."""

    switches: Mapping[str, str]
    artefacts: Mapping[str, Artefact]  # by id, as are the calques and turns
    calques: Mapping[str, Artefact]
    turns: Mapping[str, Turn]
    indexes: Mapping[str, Index]  # of artefacts, calques, and turns with rare words and with frequent ones
    lexicon: Lexicon
    words: Words
    least_common: float
    origin: Origin

    def on(self, kind: str) -> bool:
        """Whether a kind of rule looks at all."""
        return self.switches[kind] != OFF


_WORDS = (
    "headline_roles", "subject_verbs", "labels", "mute", "function", "ordinary", "leading", "finite", "prepositions",
    "addresses", "proper", "common",
)  # fmt: skip
_KEYS = ("switches", "artefact", "finite_verb", "least_common", "rare", "origin", *_WORDS)
_GUARDS = ("english_surnames", "role_words", "homographs", "no_person", "idiom")
_ORIGIN = (
    "prior", "site", "label", "phrase", "name", "quotes", "most", "most_labels", "suspected", "judged", "sites",
    "labels",
)  # fmt: skip


def parse(files: RuleFiles) -> Rules:
    """Read mistranslation.toml, and the names that people.toml and the folder mistranslation/ know.

    Raises:
        RuleError: a key is unknown or missing, a switch is set to none of off, flag, repair, a pattern names no `cut`.
    """
    table, guards = files["mistranslation.toml"], files["mistranslation/guards.toml"]
    refuse_unknown("mistranslation.toml", table, _KEYS)
    refuse_unknown("guards.toml", guards, _GUARDS)
    if missing := sorted(set(_KEYS) - set(table)):
        raise RuleError(f"mistranslation.toml: missing {', '.join(missing)}")
    calques = tuple(_artefact(row) for row in files["mistranslation/calques.toml"]["artefact"])
    kinds: dict[str, Mapping[str, Any]] = {
        "artefacts": _by_id(_artefact(row) for row in table["artefact"]),
        "calques": _by_id(calques),
        "turns": _by_id(turns_of(files)),
    }
    return Rules(
        switches=_switches(table["switches"]),
        **kinds,
        indexes=_indexes(kinds, table["rare"]),
        lexicon=parse_lexicon(files),
        words=Words(
            **{**{name: frozenset(table[name]) for name in _WORDS}, "roles": frozenset(guards["role_words"])},
            finite_verb=re.compile(table["finite_verb"]),
            idioms=_idioms(guards["idiom"]),
        ),
        least_common=table["least_common"],
        origin=_origin(table["origin"], calques),
    )


def _indexes(kinds: Mapping[str, Mapping[str, Any]], rare: float) -> dict[str, Index]:
    """Index each kind; turns by whether they need a word of so many letters, which few texts have."""
    patterns = {kind: {id_: rule.pattern.pattern for id_, rule in rules.items()} for kind, rules in kinds.items()}
    turns = patterns.pop("turns")
    seldom = {id_: pattern for id_, pattern in turns.items() if rarity(pattern) >= rare}
    often = {id_: pattern for id_, pattern in turns.items() if id_ not in seldom}
    return {kind: Index(found) for kind, found in {**patterns, "rare": seldom, "frequent": often}.items()}


def _by_id(rules: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for rule in rules:
        if rule.id in found:
            raise RuleError(f"two rules are called {rule.id!r}")
        found[rule.id] = rule
    return found


def _switches(table: Mapping[str, str]) -> dict[str, str]:
    refuse_unknown("mistranslation.toml, switches", table, KINDS)
    for kind, setting in table.items():
        if setting not in (OFF, FLAG, REPAIR):
            raise RuleError(f"mistranslation.toml, switches: {kind} is {setting!r}, not off, flag or repair")
    return {kind: table.get(kind, FLAG) for kind in KINDS}


def _idioms(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Lay phrases out by each of their words, with what stands before and after it."""
    found: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        refuse_unknown(f"guards.toml, idiom {row.get('id')!r}", row, ("id", "phrases", "fires", "silent"))
        for phrase in row["phrases"]:
            words = phrase.split()
            for at, word in enumerate(words):
                found.setdefault(word, set()).add((" ".join(words[:at]), " ".join(words[at + 1 :])))
    return {word: tuple(sorted(around)) for word, around in found.items()}


def _artefact(row: Mapping[str, Any]) -> Artefact:
    name = f"artefact {row.get('id')!r}"
    refuse_unknown(name, row, Artefact._fields)
    if unknown := sorted(set(row["roles"]) - ROLES):
        raise RuleError(f"{name}: no such role: {', '.join(unknown)}")
    pattern = re.compile(row["pattern"])
    if "cut" not in pattern.groupindex:
        raise RuleError(f"{name}: the pattern names no group `cut`")
    fires, silent, lang = (tuple(row.get(key, ())) for key in ("fires", "silent", "lang"))
    action = action_of(name, row.get("action", REPAIR))
    return Artefact(
        row["id"], pattern, row["after"], frozenset(row["roles"]), row["score"], fires, silent, lang, action
    )


def _origin(table: Mapping[str, Any], calques: Sequence[Artefact]) -> Origin:
    """Page furniture speaks for a machine, too: what `calques` repairs, where it is a line of its own."""
    refuse_unknown("mistranslation.toml, origin", table, _ORIGIN)
    labels: dict[str, list[Pattern]] = {"": [pattern_of(pattern) for pattern in table["labels"]]}
    for calque in (c for c in calques if c.action == REPAIR and c.pattern.pattern.startswith(("^", "(?i)^"))):
        labels.setdefault(calque.lang[0] if len(calque.lang) == 1 else "", []).append(
            pattern_of(calque.pattern.pattern)
        )
    frozen = {lang: tuple(patterns) for lang, patterns in labels.items()}
    return Origin(**{**table, "sites": frozenset(table["sites"]), "labels": frozen})
