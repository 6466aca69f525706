"""The names that the rules know: surnames that are words and what a machine makes of them, given names, titles."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.lift import RuleError, RuleFiles, refuse_unknown


class Rendering(NamedTuple):
    """A form that a machine makes of a surname: lower case, its dictionary word, part of speech (v n a r), language."""

    form: str
    word: str
    kind: str
    lang: str

    @property
    def participle(self) -> bool:
        """Whether the form is a participle, which no English surname is: married, hammered, blinking."""
        return self.kind in ("v", "a") and self.form.endswith(("ed", "ing")) and len(self.form) > _SHORT_FORM


_SHORT_FORM = 4


@dataclass(frozen=True)
class Lexicon:
    """Names, and the words that introduce people or let them speak; all words in lower case, names as written."""

    renderings: Mapping[str, Mapping[str, Rendering]]  # of each surname, by form
    surnames_of: Mapping[str, tuple[str, ...]]  # the surnames that a form may stand for
    given: frozenset[str]
    telling: frozenset[str]  # given names, and the surnames that have renderings
    english: frozenset[str]  # surnames that are common in English, and words
    homographs: frozenset[str]  # surnames of the lexicon that English text is full of
    no_person: frozenset[str]  # places, clubs, wines that look like a name and a surname
    titles: frozenset[str]
    speech_verbs: frozenset[str]
    accusing: frozenset[str]
    owned: frozenset[str]  # what may be said to be his or hers: government, country, party
    owning: re.Pattern[str]  # lets through every text that says so of one of these
    venues: frozenset[str]  # with a capital: Hotel, Palace
    fewest_sisters: int
    least_share: float
    carried_over: re.Pattern[str]  # how surnames end that come from another script

    def is_given(self, word: str) -> bool:
        """Whether a word with a capital is a given name, or two with a hyphen."""
        return word in self.given or ("-" in word and word.partition("-")[0] in self.given)

    def is_word(self, surname: str) -> bool:
        """Whether a surname is itself an English word that stands for another (Wolf, Winter): no sign of a person."""
        return surname.casefold() in self.surnames_of

    def is_carried_over(self, surname: str) -> bool:
        """Whether a surname comes from another script, so that several spellings are lawful."""
        return self.carried_over.search(surname) is not None or not surname.isascii()


_KEYS = ("titles", "speech_verbs", "accusing", "owned", "venues", "fewest_sisters", "least_share", "carried_over")


def parse(files: RuleFiles) -> Lexicon:
    """Read people.toml, and of mistranslation/: surnames.tsv, given_names.tsv and the names of guards.toml.

    Raises:
        RuleError: a key is unknown or missing, or a part of speech is none of v n a r.
    """
    table = files["people.toml"]
    refuse_unknown("people.toml", table, _KEYS)
    if missing := sorted(set(_KEYS) - set(table)):
        raise RuleError(f"people.toml: missing {', '.join(missing)}")
    renderings: dict[str, dict[str, Rendering]] = {}
    for row in files["mistranslation/surnames.tsv"]:  # A name of two languages has two rows.
        renderings[row["surname"]] = {**_renderings(row), **renderings.get(row["surname"], {})}
    surnames_of: dict[str, list[str]] = {}
    for surname, forms in renderings.items():
        for form in forms:
            surnames_of.setdefault(form, []).append(surname)
    guards = files["mistranslation/guards.toml"]
    given = frozenset(row["given"] for row in files["mistranslation/given_names.tsv"])
    words = {name: frozenset(table[name]) for name in ("titles", "speech_verbs", "accusing", "owned")}
    return Lexicon(
        renderings=renderings,
        surnames_of={form: tuple(surnames) for form, surnames in surnames_of.items()},
        given=given,
        telling=given.union(renderings),
        english=frozenset(guards["english_surnames"]),
        homographs=frozenset(guards["homographs"]),
        no_person=frozenset(guards["no_person"]),
        fewest_sisters=table["fewest_sisters"],
        least_share=table["least_share"],
        owning=re.compile(rf"[Hh](?:is|er)[ \xa0](?:{'|'.join(sorted(map(re.escape, table['owned'])))})(?![a-z])"),
        venues=frozenset(venue.capitalize() for venue in table["venues"]),
        carried_over=re.compile(table["carried_over"]),
        **words,
    )


_ENTRY = re.compile(r"([^/()]+)/([vnar])(?:\(([^()]*)\))?")


def _renderings(row: Mapping[str, str]) -> dict[str, Rendering]:
    """Spell out the English forms of each word: `blink/v` stands for blink, blinks, blinking, blinked.

    Forms in brackets take the place of the regular ones: `wolf/n(wolves)` for wolf, wolves.
    """
    found: dict[str, Rendering] = {}
    for entry in row["renderings"].split():
        read = _ENTRY.fullmatch(entry.replace("_", " "))
        if read is None:
            raise RuleError(f"surnames.tsv, {row['surname']}: {entry!r} names no part of speech (v n a r)")
        word, kind, irregular = read.groups()
        inflected = forms(word, kind) if irregular is None else [word, *filter(None, irregular.split(","))]
        for form in inflected:
            if form != row["surname"].casefold():
                found.setdefault(form, Rendering(form, word, kind, row["lang"]))
    return found


def forms(word: str, kind: str) -> Iterable[str]:
    """Give the regular English forms of a word.

    >>> forms("blink", "v"), forms("marry", "v"), forms("short", "a"), forms("church", "n")
    (['blink', 'blinks', 'blinking', 'blinked'], ['marry', 'marries', 'marrying', 'married'], ['short'], \
['church', 'churches'])
    """
    if kind in ("a", "r"):
        return [word]
    consonant_y = word.endswith("y") and word[-2:-1] not in tuple("aeiou")
    sibilant = word.endswith(("s", "x", "z", "ch", "sh"))
    plural = f"{word[:-1]}ies" if consonant_y else f"{word}es" if sibilant else f"{word}s"
    if kind == "n":
        return [word, plural]
    bare = word[:-1] if word.endswith("e") and not word.endswith("ee") else word
    past = f"{word[:-1]}ied" if consonant_y else f"{bare}ed"
    return [word, plural, f"{bare}ing", past]
