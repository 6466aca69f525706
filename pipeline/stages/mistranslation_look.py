"""A slot that a word may fill, how sure that is, and what a place is judged by."""

from typing import NamedTuple

from pipeline.people import Lexicon
from pipeline.stages.mistranslation_places import Place
from pipeline.stages.mistranslation_rules import Words

DOUBT, WEAK, MEDIUM, STRONG = range(4)


class Slot(NamedTuple):
    """A slot that a word fills: its name, how sure that is, and what is to stand in place of which characters."""

    name: str
    grade: int
    start: int
    end: int
    after: str


class Look(NamedTuple):
    """What a slot is judged by."""

    place: Place
    lexicon: Lexicon
    words: Words

    def slot(self, name: str, grade: int, start: int | None = None) -> Slot:
        """Fill the slot with the surname."""
        place = self.place
        return Slot(name, grade, place.start if start is None else start, place.end, place.anchor.surname)

    @property
    def mute(self) -> bool:
        """Whether the word cannot speak or act: no noun for a person, a beast or a body of people."""
        rendering = self.place.rendering
        return rendering.kind in ("v", "a", "r") or rendering.word in self.words.mute

    @property
    def english(self) -> bool:
        """Whether the word is a surname that English speakers bear."""
        return self.place.word.capitalize() in self.lexicon.english
