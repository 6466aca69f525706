"""What speaks against a repair of a name, however well the slot fits."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.people import Anchor
from pipeline.people.spellings import folded
from pipeline.stages.mistranslation_look import Look, Slot
from pipeline.stages.mistranslation_places import Place

_LABELS = 2
_NAMED_SLOTS = frozenset(("own-name", "quotation-speaker", "headline-speaker"))


class Case(NamedTuple):
    """A slot that a word fills, and all places of that word on the page."""

    look: Look
    slot: Slot
    same: Sequence[Place]


Guard = Callable[[Case], bool]


def another_bearer(case: Case) -> bool:
    """The page gives the word a bearer of its own: Tim Cook beside Roland Koch."""
    return any(_bears(case.look._replace(place=other), case.look.place.anchor) for other in case.same)


def _bears(look: Look, anchor: Anchor) -> bool:
    """Whether what stands before a word with a capital makes it somebody else's name."""
    place, before = look.place, look.place.previous
    if not place.capital or place.participle or place.before[-1:] not in ("\xa0", " ") or place.line.title_case:
        return False
    if place.before[-2:-1] == "." and place.before[-3:-2].isupper():  # An initial.
        return True
    if not before[:1].isupper() or before in anchor.given or any(folded(before) == folded(g) for g in anchor.given):
        return False
    lower = before.casefold()
    if lower in look.lexicon.titles:
        return look.english and lower not in anchor.titles and lower in look.words.addresses
    if look.lexicon.is_given(before):
        return True
    return lower not in look.words.function | look.words.ordinary


def named_thing(case: Case) -> bool:
    """The page uses the word as a team's, a firm's or a people's name: Wild coach Bruce Boudreau, Russian troops."""
    if case.look.place.word.casefold() in case.look.words.proper:
        return True
    return case.slot.name not in ("own-name", "stranger-name") and any(
        _goes_with_a_noun(case.look, place) for place in case.same
    )


def _goes_with_a_noun(look: Look, place: Place) -> bool:
    """Whether a word with a capital inside a sentence stands before a noun, as no person's name does."""
    if not place.capital or place.participle or place.opens or place.line.title_case or place.previous[:1].isupper():
        return False
    after = place.following
    verbs = look.lexicon.speech_verbs | look.words.subject_verbs | look.words.function | look.words.finite
    return after.islower() and after not in verbs and not after.endswith(("ed", "s", "ly"))


def idiom(case: Case) -> bool:
    """The word belongs to a phrase: in short, for long; with a capital inside a sentence, the others must have one."""
    place = case.look.place
    if case.slot.name in ("own-name", "headline-speaker"):
        return False
    before, after = place.before.replace("-", " ").rstrip(), place.after.replace("-", " ").lstrip()
    for left, right in case.look.words.idioms.get(place.word.casefold(), ()):
        here = before[len(before) - len(left) :], after[: len(right)]
        fits = (here[0].casefold(), here[1].casefold()) == (left, right)
        whole = not before[: len(before) - len(left)][-1:].isalpha() and not after[len(right) :][:1].isalpha()
        lawful = not place.capital or place.opens or " ".join(here).strip().istitle()
        if fits and whole and lawful:
            return True
    return False


def label(case: Case) -> bool:
    """The word opens several lines with a colon behind it, as the labels of a list do."""
    return (
        case.slot.name == "headline-speaker"
        and sum(p.opens_line and p.after.startswith(":") for p in case.same) > _LABELS
    )


def hyphen(case: Case) -> bool:
    """A hyphen joins the word to its neighbour: long-term."""
    return case.look.place.hyphened


def surname_is_a_word(case: Case) -> bool:
    """The surname is an English word too, and may be one here: Winter, Rose."""
    return case.look.lexicon.is_word(case.look.place.anchor.surname)


def role_word(case: Case) -> bool:
    """The word names an office or a trade, and whoever has it: the Judge said.

    A headline or a speaker without an article may be somebody of that name: "Baker: bread is too dear".
    """
    place, word = case.look.place, case.look.place.word.casefold()
    if word in case.look.lexicon.titles:
        return True
    bare = place.capital and not place.determined and case.slot.name in _NAMED_SLOTS
    return word in case.look.words.roles and not bare


def quotation(case: Case) -> bool:
    """The word stands in a quotation, where people say what they like; only their full names are put right there."""
    return case.look.place.quoted and case.slot.name not in ("own-name", "capital")


def figure(case: Case) -> bool:
    """A figure or an ampersand stands beside the word: a rank, a brand."""
    return case.look.place.figured and case.slot.name != "own-name"


GUARDS: dict[str, Guard] = {
    "another-bearer": another_bearer,
    "named-thing": named_thing,
    "idiom": idiom,
    "label": label,
    "hyphen": hyphen,
    "surname-is-a-word": surname_is_a_word,
    "role-word": role_word,
    "quotation": quotation,
    "figure": figure,
}


def refused_by(look: Look, slot: Slot, same: Sequence[Place]) -> str | None:
    """Name the first guard that refuses a slot; `same` are all places of the word on the page."""
    return next((name for name, guard in GUARDS.items() if guard(Case(look, slot, same))), None)
