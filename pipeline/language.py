"""Say which language a text is written in, or nothing where the text does not say."""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from langdetect import LangDetectException
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

from pipeline.lift import RuleError, RuleFiles, refuse_unknown


class Language(NamedTuple):
    """A BCP 47 tag and how sure it is, 0 to 1; both None where the text does not say."""

    tag: str | None
    score: float | None


@dataclass(frozen=True)
class Writing:
    """A way of writing, and the languages that use it.

    `scripts` are first words of Unicode character names (LATIN, CJK); `marks` are groups of scripts or single
    letters: of each group at least `min_marks` (a share of the letters) must be there. One language needs no
    detector, for the writing says it; none means that langdetect knows none of its languages.
    """

    id: str
    scripts: frozenset[str]
    languages: tuple[str, ...]
    marks: tuple[frozenset[str], ...]
    min_marks: float
    min_letters: int
    fallback: str | None


@dataclass(frozen=True)
class Rules:
    """How much evidence a language needs, and what is known of writings."""

    seed: int
    roles: frozenset[str]
    sample_chars: int
    min_distinct: int
    min_share: float
    min_score: float
    tags: Mapping[str, str]
    writings: tuple[Writing, ...]


ABSTAINED = Language(None, None)


def detect(text: str, rules: Rules) -> Language:
    """Name the language of `text`; ABSTAINED on too few letters, mixed scripts or a low probability. Never raises.

    This is the door for other back ends: whatever names languages stands behind `_most_likely`.
    """
    sample = _sample(text, rules.sample_chars)
    letters = Counter(letter for letter in sample if letter.isalpha())
    writing, share = _writing(letters, rules)
    if writing is None or not writing.languages or len(letters) < rules.min_distinct:
        return ABSTAINED
    if len(writing.languages) == 1:
        return Language(writing.languages[0], round(share, 4))
    # langdetect passes over words in capitals, and so finds nothing in a headline that is all capitals.
    name, score = _most_likely(sample.lower() if sample.isupper() else sample, writing.languages, rules.seed)
    if name is None or score < rules.min_score:
        return Language(writing.fallback, round(share, 4)) if writing.fallback else ABSTAINED
    return Language(rules.tags.get(name, name), round(score, 4))


def _sample(text: str, chars: int) -> str:
    """Take a third each from the beginning, the middle and the end of what is longer than `chars` characters."""
    if len(text) <= chars:
        return text
    third, middle = chars // 3, len(text) // 2
    return " ".join((text[:third], text[middle - third // 2 : middle + third // 2], text[-third:]))


def _writing(letters: Counter[str], rules: Rules) -> tuple[Writing | None, float]:
    """Find the first writing that nearly all letters belong to, and their share."""
    total = letters.total()
    scripts: Counter[str] = Counter()
    for letter, count in letters.items():
        scripts[unicodedata.name(letter, "").partition(" ")[0]] += count
    for writing in rules.writings:
        own = sum(scripts[script] for script in writing.scripts)
        if own < max(writing.min_letters, rules.min_share * total):
            continue
        marked = (sum(scripts[mark] + letters[mark] for mark in group) for group in writing.marks)
        if all(count >= writing.min_marks * own for count in marked):
            return writing, own / total
    return None, 0.0


def _most_likely(text: str, languages: tuple[str, ...], seed: int) -> tuple[str | None, float]:
    detector = _factory(seed).create()
    detector.set_prior_map(dict.fromkeys(languages, 1.0))
    detector.append(text)
    try:
        found = detector.get_probabilities()
    except LangDetectException:  # no character sequence that any profile knows
        return None, 0.0
    return (found[0].lang, float(found[0].prob)) if found else (None, 0.0)


class _SortedFactory(DetectorFactory):  # type: ignore[misc]  # langdetect is not typed
    """langdetect's factory with its profiles in the order of their names.

    langdetect takes them in the order in which the file system lists them, and its sums of floats hang on that order.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        # On the instance, not on the class as langdetect's manual has it: other users of the library keep their own.
        self.seed = seed
        self.profiles: dict[str, Any] = {}

    def add_profile(self, profile: Any, index: int, langsize: int) -> None:  # noqa: ARG002
        """Keep a profile until all are there."""
        self.profiles[profile.name] = profile

    def take_profiles(self) -> None:
        """Add the profiles that were kept, by name."""
        for index, name in enumerate(sorted(self.profiles)):
            super().add_profile(self.profiles[name], index, len(self.profiles))
        self.profiles.clear()


@cache
def _factory(seed: int) -> DetectorFactory:
    """Load langdetect's profiles once a process (half a second); detectors made from it share nothing that changes."""
    factory = _SortedFactory(seed)
    factory.load_profile(PROFILES_DIRECTORY)
    factory.take_profiles()
    return factory


_KEYS = ("seed", "roles", "sample_chars", "min_distinct", "min_share", "min_score", "tags", "writing")
_WRITING_KEYS = ("id", "scripts", "languages", "marks", "min_marks", "min_letters", "fallback", "fires", "silent")


def parse(files: RuleFiles) -> Rules:
    """Read `language.toml`; RuleError on a key that nothing reads and on a writing without examples."""
    table = files["language.toml"]
    refuse_unknown("language.toml", table, _KEYS)
    return Rules(
        seed=table["seed"],
        roles=frozenset(table["roles"]),
        sample_chars=table["sample_chars"],
        min_distinct=table["min_distinct"],
        min_share=table["min_share"],
        min_score=table["min_score"],
        tags=table["tags"],
        writings=tuple(_parse_writing(writing) for writing in table["writing"]),
    )


def _parse_writing(writing: Mapping[str, Any]) -> Writing:
    refuse_unknown(f"language.toml, writing {writing.get('id')!r}", writing, _WRITING_KEYS)
    if not (writing["fires"] and writing["silent"]):
        raise RuleError(f"language.toml, writing {writing['id']!r}: needs a text that it takes and one that it leaves")
    return Writing(
        id=writing["id"],
        scripts=frozenset(writing["scripts"]),
        languages=tuple(writing["languages"]),
        marks=tuple(frozenset(group) for group in writing.get("marks", ())),
        min_marks=writing.get("min_marks", 0.0),
        min_letters=writing["min_letters"],
        fallback=writing.get("fallback"),
    )
