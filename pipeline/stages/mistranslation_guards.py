"""What speaks against a repair of a name, however well the slot fits."""

from collections.abc import Callable, Sequence

from pipeline.people import Anchor
from pipeline.people.spellings import folded
from pipeline.stages.mistranslation_places import Place
from pipeline.stages.mistranslation_slots import Look, Slot

_LABELS = 2
Guard = Callable[[Look, Slot, "Sequence[Place]"], bool]


def another_bearer(look: Look, slot: Slot, same: Sequence[Place]) -> bool:
    """The page gives the word a bearer of its own: Tim Cook beside Roland Koch."""
    return any(_bears(look._replace(place=other), look.place.anchor) for other in same)


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


def named_thing(look: Look, slot: Slot, same: Sequence[Place]) -> bool:
    """The page uses the word as a team's, a firm's or a people's name: Wild coach Bruce Boudreau, Russian troops."""
    if look.place.word.casefold() in look.words.proper:
        return True
    return slot.name not in ("own-name", "stranger-name") and any(_goes_with_a_noun(look, place) for place in same)


def _goes_with_a_noun(look: Look, place: Place) -> bool:
    """Whether a word with a capital inside a sentence stands before a noun, as no person's name does."""
    if not place.capital or place.participle or place.opens or place.line.title_case or place.previous[:1].isupper():
        return False
    after = place.following
    verbs = look.lexicon.speech_verbs | look.words.subject_verbs | look.words.function | look.words.finite
    return after.islower() and after not in verbs and not after.endswith(("ed", "s", "ly"))


def idiom(look: Look, slot: Slot, same: Sequence[Place]) -> bool:
    """The word belongs to a phrase: in short, for long; with a capital inside a sentence, the others must have one."""
    place = look.place
    if slot.name in ("own-name", "headline-speaker"):
        return False
    before, after = place.before.replace("-", " ").rstrip(), place.after.replace("-", " ").lstrip()
    for left, right in look.words.idioms.get(place.word.casefold(), ()):
        here = before[len(before) - len(left) :], after[: len(right)]
        fits = (here[0].casefold(), here[1].casefold()) == (left, right)
        whole = not before[: len(before) - len(left)][-1:].isalpha() and not after[len(right) :][:1].isalpha()
        lawful = not place.capital or place.opens or " ".join(here).strip().istitle()
        if fits and whole and lawful:
            return True
    return False


def label(look: Look, slot: Slot, same: Sequence[Place]) -> bool:
    """The word opens several lines with a colon behind it, as the labels of a list do."""
    return slot.name == "headline-speaker" and sum(p.opens_line and p.after.startswith(":") for p in same) > _LABELS


def hyphen(look: Look, slot: Slot, same: Sequence[Place]) -> bool:
    """A hyphen joins the word to its neighbour: long-term."""
    return look.place.hyphened


def surname_is_a_word(look: Look, slot: Slot, same: Sequence[Place]) -> bool:
    """The surname is an English word too, and may be one here: Winter, Rose."""
    return look.lexicon.is_word(look.place.anchor.surname)


def role_word(look: Look, slot: Slot, same: Sequence[Place]) -> bool:
    """The word names an office, and whoever holds it: Judge, King."""
    return look.place.word.casefold() in look.words.roles | look.lexicon.titles


def quotation(look: Look, slot: Slot, same: Sequence[Place]) -> bool:
    """The word stands in a quotation, where people say what they like; only their full names are put right there."""
    return look.place.quoted and slot.name not in ("own-name", "capital")


def figure(look: Look, slot: Slot, same: Sequence[Place]) -> bool:
    """A figure or an ampersand stands beside the word: a rank, a brand."""
    return look.place.figured and slot.name != "own-name"


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
    return next((name for name, guard in GUARDS.items() if guard(look, slot, same)), None)
