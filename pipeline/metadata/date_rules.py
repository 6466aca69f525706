"""Turn `rules/dates.toml` into the patterns and words that `dates.py` reads dates with."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.lift import RuleError, RuleFiles, refuse_unknown


@dataclass(frozen=True, eq=False)  # compared by identity, so that what was found by them can be remembered
class Rules:
    """Patterns of dates and times, and the words that they are made of, folded."""

    first_year: int
    last_year: int
    max_chars: int
    max_gap: int
    months: Mapping[str, int]
    zones: Mapping[str, str]
    afternoon: frozenset[str]
    dates: tuple[re.Pattern[str], ...]
    clocks: tuple[re.Pattern[str], ...]
    noise: tuple[re.Pattern[str], ...]
    glued: tuple[re.Pattern[str], ...]
    gap: re.Pattern[str]
    line_words: frozenset[str]
    published: frozenset[str]
    updated: frozenset[str]


WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")

_KEYS = (
    "first_year",
    "last_year",
    "max_chars",
    "max_gap",
    "months",
    "weekdays",
    "zones",
    "words",
    "date",
    "clock",
    "noise",
    "glued",
)
_WORD_KEYS = (
    *("vague_zones", "morning", "afternoon", "ordinal", "of", "suffix", "links"),
    *("published", "updated", "fillers"),
)
_PATTERN_KEYS = ("id", "pattern", "beside_letters", "fires", "silent")

# A month's name in any alphabet: Indic vowel signs are no letters to `re`. A list of all names here would be tried
# word by word at each place; a look into a dictionary afterwards costs nothing.
# It ends where a capital follows a small letter: templates leave blanks out ("Jane DoeMay 3, 2022").
_MONTH = r"[^\s\d.,;:/()|_-](?:(?!(?-i:(?<=[a-zß-öø-ÿ])[A-ZÀ-ÖØ-Þ]))[^\s\d.,;:/()|_-]){1,19}"
# Digits and what joins them must not go on beside a date: 10.1.2022.7 is none. A capital may begin or follow one.
_NOT_BESIDE = (
    r"(?:(?<!\w)|(?-i:(?<=[a-zß-öø-ÿ\d])(?=[A-ZÀ-ÖØ-Þ])))(?<!\d[.,/:-])",
    r"(?:(?!\w)|(?-i:(?=[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ])))(?![./:-]\d)",
)
_NOT_BESIDE_DIGITS = (r"(?<!\d)", "")
_NOT_BESIDE_TIME = (
    r"(?<![\d:.,])(?<![A-Za-z])",
    r"(?![\d:])(?-i:(?![A-Za-z])|(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]))",
)


def fold(word: str) -> str:
    """Level a word's case; Turkish has two letters i, and a dot above that lower case leaves behind.

    >>> fold("HAZİRAN") == fold("haziran")
    True
    """
    return " ".join(word.casefold().replace("ı", "i").replace("\N{COMBINING DOT ABOVE}", "").split())


def either(words: Iterable[str]) -> str:
    """Write a pattern that takes any of `words`, the longest first; a blank in a word takes any white space.

    >>> re.findall(either(["a", "a b"]), "a b, a")
    ['a b', 'a']
    """
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    return "(?:" + "|".join(r"\s".join(map(re.escape, word.split(" "))) for word in longest_first) + ")"


def parse(files: RuleFiles) -> Rules:
    """Read `dates.toml`; RuleError on an unknown key, a pattern without examples or a month's name of two months."""
    table = files["dates.toml"]
    refuse_unknown("dates.toml", table, _KEYS)
    words: Mapping[str, list[str]] = table["words"]
    refuse_unknown("dates.toml, words", words, _WORD_KEYS)
    weekdays = [day for days in table["weekdays"].values() for day in days.split()]
    months = _months(table["months"])
    parts = _parts(months, table["zones"], words)
    line = [word for key in _WORD_KEYS for word in words[key]] + weekdays + list(table["zones"])
    return Rules(
        first_year=table["first_year"],
        last_year=table["last_year"],
        max_chars=table["max_chars"],
        max_gap=table["max_gap"],
        months=months,
        zones=table["zones"],
        afternoon=frozenset(map(fold, words["afternoon"])),
        dates=tuple(_pattern(row, parts, _NOT_BESIDE) for row in table["date"]),
        clocks=tuple(_pattern(row, parts, _NOT_BESIDE_TIME) for row in table["clock"]),
        noise=tuple(_pattern(row, parts, _NOT_BESIDE) for row in table["noise"]),
        glued=tuple(_pattern(row, parts, ("", "")) for row in table["glued"]),
        gap=_gap([*words["links"], *weekdays]),
        line_words=_folded(line),
        published=_folded(words["published"]),
        updated=_folded(words["updated"]),
    )


def _months(languages: Mapping[str, list[str]]) -> dict[str, int]:
    months: dict[str, int] = {}
    for language, names in languages.items():
        if len(names) != 12:  # noqa: PLR2004
            raise RuleError(f"dates.toml, months of {language}: {len(names)} of twelve")
        for number, forms in enumerate(names, 1):
            for form in forms.split():
                name = fold(form.replace("_", " "))
                if months.setdefault(name, number) != number:
                    raise RuleError(f"dates.toml, months of {language}: {form!r} is another month elsewhere")
    return months


def _parts(months: Mapping[str, int], zones: Iterable[str], words: Mapping[str, list[str]]) -> dict[str, str]:
    of_two_words = either(name for name in months if " " in name)
    named = r"(?:UTC|GMT)\s?[+-]\d{1,2}(?::?\d\d)?|" + either(zones) + r"(?!\w)"
    return {
        "month": f"(?:{of_two_words}|{_MONTH})",
        "half": either(words["morning"] + words["afternoon"]),
        "ordinal": either(words["ordinal"]),
        "of": either(words["of"]),
        "suffix": either(words["suffix"]),
        "zone": rf"(?-i:[+-]\d\d:?\d\d|{named})",
        "named_zone": rf"(?-i:\+\d\d:?\d\d|-\d{{4}}|{named})",
    }


def _pattern(row: Mapping[str, Any], parts: Mapping[str, str], not_beside: tuple[str, str]) -> re.Pattern[str]:
    name = f"dates.toml, {row.get('id')!r}"
    refuse_unknown(name, row, _PATTERN_KEYS)
    if not (row["fires"] and row["silent"]):
        raise RuleError(f"{name}: needs a text on which it fires and one on which it is silent")
    before, after = _NOT_BESIDE_DIGITS if row.get("beside_letters") else not_beside
    body = row["pattern"]
    for part, pattern in parts.items():
        body = body.replace("{" + part + "}", pattern)
    try:
        return re.compile(f"{before}(?:{body}){after}", re.IGNORECASE)
    except re.error as error:
        raise RuleError(f"{name}: {error}") from error


def _gap(words: Iterable[str]) -> re.Pattern[str]:
    # One character or one whole word at a time, and no way back (`}+`): linear on any run of marks.
    return re.compile(rf"(?:[\s.,;|·•–—()\[\]-]|(?<!\w){either(words)}(?!\w)){{0,24}}+", re.IGNORECASE)


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(part) for word in words for part in WORD.findall(word))
