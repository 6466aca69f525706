"""Where a rendering of a surname stands: the words around it, the sentence and line that it opens, quotations."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from pipeline.people import Anchor, Rendering
from pipeline.tables import Block

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_BEFORE = re.compile(r"([^\W\d_]+(?:[-'’][^\W\d_]+)*)[ \xa0]+$")
_AFTER = re.compile(r"[ \xa0]+([^\W\d_]+)")
_QUOTED = re.compile(
    r"“[^”\n]{0,2000}”|\"[^\"\n]{0,2000}\"|„[^“”\n]{0,2000}[“”]|«[^»\n]{0,2000}»|(?<!\w)[‘'][^’'\n]{3,400}[’'](?!\w)"
)
_LETTERS = re.compile(r"[^\W\d_]{4,}")
_OPENS = re.compile(r"(?:[:.!?–—][”\"»’]?|[”\"»])[ \xa0]+[“\"„«‘]?$")
_REACH = 60
_FEW, _LONG = 4, 120


class Line:
    """A block's text, its words by form, and what is quoted in it."""

    def __init__(self, at: int, block: Block) -> None:
        self.at = at
        self.text = block.text
        self.role = block.role

    @cached_property
    def quoted(self) -> list[tuple[int, int]]:
        """Spans of quotations, marks included."""
        return [match.span() for match in _QUOTED.finditer(self.text)]

    @cached_property
    def title_case(self) -> bool:
        """Whether the line capitalises its words, so that a capital letter says nothing."""
        words = _LETTERS.findall(self.text)
        return len(words) >= 3 and sum(word[0].isupper() for word in words) > 0.75 * len(words)  # noqa: PLR2004

    @cached_property
    def running(self) -> bool:
        """Whether the line is a sentence, or long enough to be one: in a heading a capital letter says little."""
        ended = self.text.rstrip('”"»’) ')[-1:] in (".", "?", "!", ":")
        return (ended and self.text.count(" ") >= _FEW) or len(self.text) >= _LONG


class Place:
    """A rendering of a person's surname in a line."""

    def __init__(self, line: Line, start: int, end: int, rendering: Rendering, anchor: Anchor) -> None:
        self.line, self.start, self.end = line, start, end
        self.rendering, self.anchor = rendering, anchor
        self.word = line.text[start:end]
        self.capital = self.word[0].isupper()
        self.before = line.text[max(0, start - _REACH) : start]
        self.after = line.text[end : end + _REACH]

    @property
    def kind(self) -> str:
        """Part of speech: v n a r."""
        return self.rendering.kind

    @property
    def participle(self) -> bool:
        """Whether the word is a participle, which no English surname is."""
        return self.rendering.participle

    @cached_property
    def previous(self) -> str:
        """The word right before, or nothing."""
        found = _BEFORE.search(self.before)
        return found[1] if found is not None else ""

    @cached_property
    def following(self) -> str:
        """The word right after, or nothing."""
        found = _AFTER.match(self.after)
        return found[1] if found is not None else ""

    @cached_property
    def determined(self) -> bool:
        """Whether `the` stands before it."""
        return self.previous in ("the", "The")

    @property
    def from_article(self) -> int:
        """Where the word begins, its article included."""
        return self.start - 4 if self.determined and self.line.text[self.start - 1] == " " else self.start

    @cached_property
    def opens_line(self) -> bool:
        """Whether nothing but an article and marks stand before it in the line."""
        return not self.line.text[: self.from_article].strip(" “”\"‘'«„")

    @cached_property
    def opens(self) -> bool:
        """Whether it opens a line, a sentence, or what follows a colon; its article may stand before."""
        return (
            self.opens_line
            or _OPENS.search(self.line.text[max(0, self.from_article - 6) : self.from_article]) is not None
        )

    @cached_property
    def quoted(self) -> bool:
        """Whether it stands in a quotation."""
        return any(start < self.start < end - 1 for start, end in self.line.quoted)

    @cached_property
    def hyphened(self) -> bool:
        """Whether a hyphen or another letter joins it to its neighbour."""
        return self.before[-1:] in ("-", "‑") or self.after[:1] in ("-", "‑")

    @cached_property
    def figured(self) -> bool:
        """Whether a figure or an ampersand stands beside it: a brand, a rank, a title."""
        return re.match(r"\s*[&\d]", self.after) is not None or re.search(r"[&\d]\.?\s*$", self.before) is not None


def places(
    lines: Sequence[Line], anchors: Mapping[str, Anchor], by_form: Mapping[str, Sequence[tuple[str, Rendering]]]
) -> Iterator[Place]:
    """Find the renderings of the surnames in `anchors`, one pass over the words.

    Args:
        lines: the document.
        anchors: its people.
        by_form: the renderings that may stand there, by form: of one word, or of two.
    """
    firsts = {form.partition(" ")[0] for form in by_form}
    for line in lines:
        folded = line.text.casefold()
        if not any(first in folded for first in firsts):
            continue
        words = [
            (match[0].casefold().removesuffix("’s").removesuffix("'s"), match.start())
            for match in WORD.finditer(line.text)
        ]
        for word, start in words:
            for surname, rendering in by_form.get(word, ()):
                yield Place(line, start, start + len(word), rendering, anchors[surname])
        for (first, start), (second, at) in pairwise(words):
            for surname, rendering in by_form.get(f"{first} {second}", ()):
                yield Place(line, start, at + len(second), rendering, anchors[surname])
