"""Cut the event stream of an HTML parser into blocks: every visible text node ends up in exactly one of them."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from pipeline.formats.elements import BLOCK, HIDDEN, LINK, NOTE, PREFORMATTED, ROLES

# Block-level elements that need more than a boundary.
_SPECIAL = PREFORMATTED | {"html"}
# Pages hide themselves whole until their scripts have run.
_NEVER_HIDDEN = frozenset({"html", "body"})
# React streams content in hidden boxes of these names, which its first script puts in place.
_STREAMED = re.compile(r"S:\d+\Z")
_HIDES = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

_PATH_CHARS = 300
_CLASS_CHARS = 60


Attributes = Mapping[str, str]
# A block as cut: the tag and the path of the element that holds it, how much of it is link text, the text.
Piece = tuple[str, str, int, str]


class Note(NamedTuple):
    """An element that tells about the page without being seen, with its text where it has one."""

    tag: str
    attributes: dict[str, str]
    path: str
    text: str


class Cutter:
    """Target for an lxml parser, whose events are strictly nested; `close` gives the cutter itself.

    Hidden, and so in no block, are the elements that `elements` calls so, those with a `hidden` attribute, and those
    whose own `style` says `display: none` or `visibility: hidden`; not the page as a whole, nor what React streams in.
    Style sheets are not read. What is only hidden from screen readers (`aria-hidden`) is visible.
    """

    def __init__(self) -> None:
        """Begin before the first event."""
        self.pieces: list[Piece] = []
        self.notes: list[Note] = []
        self._visible: list[str] = []  # every visible text node, whatever the blocks are
        self._text: list[str] = []  # those of the block under way, and a space for each <br>
        self._linked: list[str] = []  # those of them inside links
        self._links = 0
        self._anchors: list[bool] = []
        self._open: list[tuple[str, Attributes]] = [("html", {})]  # block-level elements, from the root down
        self._paths: list[str] = [""]  # of these, as many as were asked for
        self._hidden = 0  # depth inside the hidden element
        self._note: tuple[str, dict[str, str]] | None = None
        self._heard: list[str] = []
        self._preserved = 0
        self._break = -1  # where in _text the last <br> stands
        self._link_end = -1  # and where the last link ended

    def start(self, tag: str, attributes: Attributes) -> None:
        """Enter an element."""
        if self._hidden:
            self._hidden += 1
            return
        role = ROLES.get(tag)
        if attributes and ("style" in attributes or "hidden" in attributes) and _hides(tag, attributes):
            self._hidden = 1
        elif role is None:
            return
        elif role == BLOCK:
            if self._text:
                self._cut()
            self._open.append((tag, attributes))
            if tag in _SPECIAL:
                self._start_special(tag, attributes)
        elif role == LINK:
            if self._text and self._link_end == len(self._text):
                self._text.append(" ")  # two links side by side are two things, however the page keeps them apart
            linked = "href" in attributes
            self._anchors.append(linked)
            self._links += linked
        else:
            self._start_rare(role, tag, attributes)

    def end(self, tag: str) -> None:
        """Leave an element."""
        if self._hidden:
            self._hidden -= 1
            if self._note and not self._hidden:
                self.notes.append(Note(*self._note, "", "".join(self._heard)))
                self._note = None
                self._heard = []
            return
        role = ROLES.get(tag)
        if role == BLOCK:
            if self._text:
                self._cut()
            self._open.pop()
            if len(self._paths) > len(self._open):
                self._paths.pop()
            if self._preserved and tag in PREFORMATTED:
                self._preserved -= 1
        elif role == LINK:
            self._links -= self._anchors.pop()
            self._link_end = len(self._text)

    def data(self, text: str) -> None:
        """Take in a text node."""
        if self._hidden:
            if self._note:
                self._heard.append(text)
        elif self._text or self._preserved or not text.isspace():
            self._visible.append(text)
            self._text.append(text)
            if self._links:
                self._linked.append(text)

    def close(self) -> "Cutter":
        """Cut what is left at the end of the page."""
        self._cut()
        return self

    def visible(self) -> str:
        """Give all visible text without its white space."""
        return without_space("".join(self._visible))

    def _start_special(self, tag: str, attributes: Attributes) -> None:
        if tag in PREFORMATTED:
            self._preserved += 1
        else:
            self.notes.append(Note(tag, dict(attributes), "", ""))

    def _start_rare(self, role: int, tag: str, attributes: Attributes) -> None:
        if role == HIDDEN:
            self._hidden = 1
            if tag == "title" or (tag == "script" and "ld+json" in attributes.get("type", "")):
                self._note = (tag, dict(attributes))
        elif role == NOTE:
            self.notes.append(Note(tag, dict(attributes), self._path(), ""))
        elif self._preserved:
            self._text.append("\n")
        else:
            self._line_break()

    def _line_break(self) -> None:
        """Take a <br> for a space, and a second one for the end of the block."""
        if 0 <= self._break < len(self._text) and not "".join(self._text[self._break :]).strip():
            self._cut()
        elif self._text:
            self._break = len(self._text)
            self._text.append(" ")

    def _cut(self) -> None:
        raw = "".join(self._text)
        text = raw.strip("\t\n\f\r ") if self._preserved else one_spaced(raw)
        if text and not text.isspace():
            links = len(self._linked) and self._link_chars(len(text))
            self.pieces.append((self._open[-1][0], self._path(), links, text))
        self._text = []
        self._linked = []
        self._break = self._link_end = -1

    def _link_chars(self, most: int) -> int:
        return most if len(self._linked) == len(self._text) else min(len(one_spaced("".join(self._linked))), most)

    def _path(self) -> str:
        """Name the open elements; a page has many that hold no text of their own and are never asked for."""
        paths = self._paths
        for tag, attributes in self._open[len(paths) :]:
            paths.append(_below(paths[-1], tag, attributes))
        return paths[-1]


def one_spaced(text: str) -> str:
    r"""Collapse white space as browsers do: runs of ASCII white space only, for a no-break space is no space to them.

    >>> one_spaced(" a\n  b\xa0 c ")
    'a b\xa0 c'
    """
    return " ".join(text.split()) if text.isascii() else b" ".join(text.encode().split()).decode()


def without_space(text: str) -> str:
    r"""Leave all white space out.

    >>> without_space(" a\n  b\xa0 c ")
    'abc'
    """
    return "".join(text.split())


def _hides(tag: str, attributes: Attributes) -> bool:
    if tag in _NEVER_HIDDEN:
        return False
    if "hidden" in attributes:
        return not _STREAMED.match(attributes.get("id", ""))
    return bool(_HIDES.search(attributes["style"]))


def _below(parent: str, tag: str, attributes: Attributes) -> str:
    """Name an element under its parent as a selector would: html/body/div#main.article.wide."""
    name = tag
    if ident := attributes.get("id"):
        name += "#" + "-".join(ident.split())[:_CLASS_CHARS]
    if classes := attributes.get("class"):
        if len(classes) > _CLASS_CHARS:
            classes = classes[:_CLASS_CHARS].rpartition(" ")[0] or classes[:_CLASS_CHARS]
        name += "." + ".".join(classes.split())
    path = f"{parent}/{name.replace('/', '-')}" if parent else name
    if len(path) > _PATH_CHARS:  # what stands near the text tells more of it than the top of the page does
        path = "…" + path[path.find("/", len(path) - _PATH_CHARS) :]
    return path
