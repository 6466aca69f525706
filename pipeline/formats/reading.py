"""What every format gives: pages with their blocks, or an error that says why there are none."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.tables import Block, Page


class Reading(NamedTuple):
    """One page as read: what it declares about itself, and its blocks from top to bottom.

    `encoding` is the codec that gives a text file's bytes back. `visible` is an HTML page's visible text without white
    space, gathered apart from the cutting of blocks; for plain text it is empty.
    """

    page: Page
    blocks: tuple[Block, ...]
    encoding: str
    visible: str


class Format(NamedTuple):
    """A way to read raw files.

    `matches(head, name)` looks at a file's first bytes and its name. `read(raw, doc, host, charset)` gives its page;
    `host` and `charset` say what the page does not say itself. `restore(blocks, encoding)` gives back what can be given
    back: a text file's bytes, an HTML page's visible text.
    """

    name: str
    matches: Callable[[bytes, str], bool]
    read: Callable[[bytes, str, str | None, str | None], Reading]
    restore: Callable[[Sequence[Block], str], bytes]


def page_without_head(doc: str, host: str | None) -> Page:
    """Describe a page that declares nothing of itself."""
    return Page(doc, doc, None, host, None, None, None, (), None)
