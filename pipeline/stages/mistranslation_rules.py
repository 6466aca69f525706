"""The rules of mistranslation repair: artefacts, and surnames with the words that a machine makes of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pipeline.lift import RuleError, RuleFiles, refuse_unknown
from pipeline.roles import ROLES


class Artefact(NamedTuple):
    """A pattern whose group `cut` is put right by `after`, in blocks of the roles named (none: all)."""

    id: str
    pattern: re.Pattern[str]
    after: str
    roles: frozenset[str]
    score: float
    fires: tuple[str, ...]
    silent: tuple[str, ...]


class Rendering(NamedTuple):
    """A form that a machine makes of a surname: lower case, its dictionary word, part of speech (v n a r), language."""

    form: str
    word: str
    kind: str
    lang: str


@dataclass(frozen=True)
class Rules:
    """All that mistranslation repair goes by."""

    artefacts: tuple[Artefact, ...]
    surnames: frozenset[str]
    renderings: Mapping[str, tuple[Rendering, ...]]
    titles: frozenset[str]
    speech_verbs: frozenset[str]
    subject_verbs: frozenset[str]
    headline_roles: frozenset[str]
    finite_verb: re.Pattern[str]


_KEYS = ("artefact", "titles", "speech_verbs", "subject_verbs", "headline_roles", "finite_verb")


def parse(files: RuleFiles) -> Rules:
    """Read mistranslation.toml and mistranslation/surnames.tsv.

    Raises:
        RuleError: a key is unknown, a part of speech is none of v n a r, a pattern has no group `cut`.
    """
    table = files["mistranslation.toml"]
    refuse_unknown("mistranslation.toml", table, _KEYS)
    renderings: dict[str, tuple[Rendering, ...]] = {}
    for row in files["mistranslation/surnames.tsv"]:  # A name of two languages has two rows.
        renderings[row["surname"]] = (*renderings.get(row["surname"], ()), *_renderings(row))
    return Rules(
        artefacts=tuple(_artefact(row) for row in table["artefact"]),
        surnames=frozenset(renderings),
        renderings=renderings,
        titles=frozenset(table["titles"]),
        speech_verbs=frozenset(table["speech_verbs"]),
        subject_verbs=frozenset(table["subject_verbs"]),
        headline_roles=frozenset(table["headline_roles"]),
        finite_verb=re.compile(table["finite_verb"]),
    )


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


_ENTRY = re.compile(r"([^/()]+)/([vnar])(?:\(([^()]*)\))?")


def _renderings(row: Mapping[str, str]) -> Sequence[Rendering]:
    """Spell out the English forms of each word: `blink/v` stands for blink, blinks, blinking, blinked.

    Forms in brackets take the place of the regular ones: `wolf/n(wolves)` for wolf, wolves.
    """
    found: dict[str, Rendering] = {}
    for entry in row["renderings"].split():
        read = _ENTRY.fullmatch(entry.replace("_", " "))
        if read is None:
            raise RuleError(f"surnames.tsv, {row['surname']}: {entry!r} names no part of speech (v n a r)")
        word, kind, irregular = read.groups()
        inflected = _forms(word, kind) if irregular is None else [word, *filter(None, irregular.split(","))]
        for form in inflected:
            if form != row["surname"].casefold():
                found.setdefault(form, Rendering(form, word, kind, row["lang"]))
    return list(found.values())


def _forms(word: str, kind: str) -> list[str]:
    """Give the regular English forms of a word.

    >>> _forms("blink", "v"), _forms("marry", "v"), _forms("short", "a")
    (['blink', 'blinks', 'blinking', 'blinked'], ['marry', 'marries', 'marrying', 'married'], ['short'])
    """
    if kind in ("a", "r"):
        return [word]
    sibilant = word.endswith(("s", "x", "z", "ch", "sh"))
    consonant_y = word.endswith("y") and word[-2:-1] not in tuple("aeiou")
    plural = f"{word[:-1]}ies" if consonant_y else f"{word}es" if sibilant else f"{word}s"
    if kind == "n":
        return [word, plural]
    bare = word[:-1] if word.endswith("e") and not word.endswith("ee") else word
    past = f"{word[:-1]}ied" if consonant_y else f"{bare}ed"
    return [word, plural, f"{bare}ing", past]
