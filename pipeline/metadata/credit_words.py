"""Tell names, agencies and places from prose in what a credit line holds."""

import re
from typing import NamedTuple

from pipeline.metadata.agencies import agency_of
from pipeline.metadata.credit_rules import FIRST_WORD, Frame, Rules
from pipeline.metadata.date_rules import fold


class Credit(NamedTuple):
    """Authors, or their initials, and agencies by their usual names."""

    authors: tuple[str, ...]
    agencies: tuple[str, ...]


NOBODY = Credit((), ())

_TOKEN_JOINT = re.compile(r"[\s/,;|()\[\]&+•·–—:]+|\s-+\s")
_PART_JOINT = re.compile(r"\s*[/,;|]\s*|\s+(?:via|and|und)\s+")
_ADDRESS = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-zA-Z]{2,}(?:/\S*)?")
_PLACE_JOINT = re.compile(r"[\s/,]+")


def items(text: str, rules: Rules, *, sure: bool) -> Credit:
    """Read initials and agencies; an empty credit when anything else stands among them.

    Unless `sure`, one agency whose name is a common word too ("MAP", "Petra") is not enough.
    """
    head = FIRST_WORD.search(text)
    # Nearly every line of a page is asked, and nearly every one is out with its first word.
    if head is None or not (fold(head[0]) in rules.item_heads or rules.initials.fullmatch(head[0])):
        return NOBODY
    named = [item for item in rules.item_joint.split(text) if item and fold(item) not in rules.agency_fillers]
    if len(named) > rules.max_tokens:
        return NOBODY
    found = [agency_of(item, rules.agencies) for item in named]
    initials = tuple(item for item, agency in zip(named, found, strict=True) if agency is None)
    agencies = [agency for agency in found if agency is not None]
    sure = sure or len(agencies) > 1 or any(agency.alone for agency in agencies)
    if (
        not sure
        or any(agency.kind != "news" for agency in agencies)
        or not all(map(rules.initials.fullmatch, initials))
    ):
        return NOBODY
    names = tuple(dict.fromkeys(agency.name for agency in agencies))
    return Credit(initials, names) if names else NOBODY


def people(text: str, rules: Rules) -> tuple[str, ...]:
    """Read the persons of a byline; empty when it does not begin with one, or with an agency."""
    line = _clip(text, rules.name_end)
    parts = [_without_agency(_clip(part, rules.name_end), rules) for part in rules.name_joint.split(line)]
    persons = [part for part in parts if is_name(part, rules)]
    if persons and persons[0] == parts[0]:
        return tuple(persons)
    agencies = tuple(part for part in parts if agency_of(part, rules.agencies))
    return agencies if agencies and agencies[0] == parts[0] else ()


def _clip(text: str, end: re.Pattern[str]) -> str:
    return end.split(text, maxsplit=1)[0].strip().rstrip(":.")


def _without_agency(name: str, rules: Rules) -> str:
    """Take off the agency that a person's name runs into: "Jane Doe The Associated Press"."""
    for match in rules.agencies.anywhere.finditer(name):
        person = name[: match.start()].rstrip()
        if match.end() == len(name) and is_name(person, rules):
            return person
    return name


def is_name(text: str, rules: Rules) -> bool:
    """Tell whether `text` can be a person's name: two words or more, capitals, no place, no post, no agency."""
    words = text.split()
    if not rules.min_name_words <= len(words) <= rules.max_name_words or fold(words[0]) in rules.not_first:
        return False
    if fold(text) in rules.places or agency_of(text, rules.agencies):
        return False
    return all(_is_capital(word) or fold(word) in rules.particles for word in words) and not any(
        fold(word) in rules.not_names or any(not (c.isalpha() or c in "-.'’") for c in word) for word in words
    )


def _is_capital(word: str) -> bool:
    """Tell whether a word has a capital, or is written in letters that have none."""
    return word != word.lower() or (word == word.upper() and any(c.isalpha() for c in word))


def passes(credit: str, frame: Frame, rules: Rules) -> bool:
    """Check that a credit is made of names, with an agency where the frame wants one."""
    if frame.check in ("names", "word"):
        return _is_credit(credit, rules)
    parts = [part for part in _PART_JOINT.split(credit) if part]
    agencies = [agency for part in parts if (agency := agency_of(part, rules.agencies))]
    if not agencies:
        return False
    if frame.check == "mixed":
        others = [part for part in parts if not agency_of(part, rules.agencies)]
        if not others:
            return any(agency.kind == "picture" for agency in agencies)
        return all(is_name(part, rules) or fold(part) in rules.agency_fillers for part in others)
    return _is_credit(credit, rules)


def _is_credit(credit: str, rules: Rules) -> bool:
    # A name of several words, such as "picture alliance", is one name and needs no capitals.
    credit = rules.agencies.anywhere.sub("Agency", credit)
    tokens = [token for part in _TOKEN_JOINT.split(credit) if (token := part.strip(".,'\"“”©"))]
    if len(tokens) > rules.max_tokens:
        return False
    names = [token for token in tokens if _is_capital(token) or _ADDRESS.fullmatch(token)]
    others = (token for token in tokens if token not in names)
    return bool(names) and all(token.isdecimal() or fold(token) in rules.credit_words for token in others)


def is_source(source: str, frame: Frame, rules: Rules) -> bool:
    """Tell whether `source` can be a publication: an address or a name, and no day."""
    words = source.split()
    if not words or words[0].isdecimal() or all(fold(word) in rules.date_words for word in words):
        return False
    if _ADDRESS.fullmatch(source) or (frame.check == "word" and len(words) == 1):
        return True
    return passes(source, frame, rules)


def is_place(place: str, frame: Frame, rules: Rules, spoken: frozenset[str]) -> bool:
    """Tell whether `place` can head a report.

    Where the frame says so it must be all capitals, or a known place: the rules' own, or one that the page speaks of.
    """
    words = [word for word in _PLACE_JOINT.split(place) if word]
    if not words or fold(words[0]) in rules.not_first or (frame.capitals and place != place.upper()):
        return False
    if frame.known:
        parts = {fold(part) for part in (place, *re.split(r"\s*[/,]\s*", place))}
        return not parts.isdisjoint(rules.places | spoken)
    return all(_is_capital(word) or fold(word) in rules.particles for word in words)
