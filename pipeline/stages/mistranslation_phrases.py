"""Turns of phrase that translation leaves in English: read from the rules, whose shorthand is spelt out here."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pipeline.lift import RuleError, RuleFiles, refuse_unknown
from pipeline.people.lexicon import forms

FLAG, REPAIR = "flag", "repair"
_FOLDER = "mistranslation/turns/"
_COLUMNS = ("id", "lang", "pattern", "gloss", "fires", "silent")
_VERB = re.compile(r"(?<!\(\?)(?<!\(\?P)<([a-z]+(?:,[a-z]+)*)>")
_WORD = re.compile(r"\{([a-z]+)\}")


class Turn(NamedTuple):
    """A turn of phrase that translation leaves: where it comes from, what is meant, what is put there."""

    id: str
    lang: tuple[str, ...]
    pattern: re.Pattern[str]
    action: str
    gloss: str
    fires: tuple[str, ...]
    silent: tuple[str, ...]
    after: str | None = None


def turns_of(files: RuleFiles) -> tuple[Turn, ...]:
    """Read phrases.toml, and every table of the folder turns/ with the words of shorthand.toml.

    Raises:
        RuleError: a key is unknown or missing, a word of the shorthand is unknown, or a pattern does not compile.
    """
    table = files.get("mistranslation/phrases.toml", {})
    spelt = files.get("mistranslation/shorthand.toml", {})
    rows = (row for name in sorted(files) if name.startswith(_FOLDER) for row in files[name])
    return (*(_turn(row) for row in table.get("phrase", ())), *(_short(row, spelt) for row in rows))


def action_of(name: str, action: str) -> str:
    """Check a rule's action.

    Raises:
        RuleError: it is neither flag nor repair.
    """
    if action not in (FLAG, REPAIR):
        raise RuleError(f"{name}: action is {action!r}, not flag or repair")
    return action


def _turn(row: Mapping[str, Any]) -> Turn:
    name = f"phrase {row.get('id')!r}"
    refuse_unknown(name, row, Turn._fields)
    lists = {key: tuple(row[key]) for key in ("lang", "fires", "silent")}
    return Turn(**{**row, **lists, "pattern": re.compile(row["pattern"]), "action": action_of(name, row["action"])})


def _short(row: Mapping[str, str], spelt: Mapping[str, str]) -> Turn:
    name = f"turn {row.get('id')!r}"
    refuse_unknown(name, row, _COLUMNS)
    pattern = _VERB.sub(lambda verb: "(?:" + "|".join(_inflected(verb[1].split(","))) + ")", row["pattern"])
    if unknown := sorted(set(_WORD.findall(pattern)) - set(spelt)):
        raise RuleError(f"{name}: no such shorthand: {', '.join(unknown)}")
    whole = _WORD.sub(lambda word: spelt[word[1]], pattern)
    try:
        compiled = re.compile(rf"(?i)(?<!\w)(?:{whole})(?!\w)")
    except re.error as wrong:
        raise RuleError(f"{name}: {wrong}") from None
    if compiled.search("") or compiled.search("? !"):
        raise RuleError(f"{name}: the pattern matches nothing at all")
    fires, silent = (tuple(_parted(row[key])) for key in ("fires", "silent"))
    return Turn(row["id"], tuple(row["lang"].split()), compiled, FLAG, row["gloss"], fires, silent)


def _inflected(verb: Sequence[str]) -> list[str]:
    """Give the forms of a verb; irregular ones stand behind its infinitive, and take the place of the past.

    >>> _inflected(["walk"]), _inflected(["take", "took", "taken"])
    (['walk', 'walks', 'walking', 'walked'], ['take', 'takes', 'taking', 'took', 'taken'])
    """
    regular = list(forms(verb[0], "v"))
    return regular if len(verb) == 1 else [*regular[:-1], *verb[1:]]


def _parted(examples: str) -> Iterator[str]:
    yield from (example.strip() for example in examples.split("//"))
