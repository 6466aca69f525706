"""Find who wrote an article: persons that the page declares, else those that it shows, else whatever it declares."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.metadata import credits  # the interpreter's own `credits` is not wanted here
from pipeline.metadata.credit_words import is_name, people
from pipeline.metadata.dates import find_dates
from pipeline.metadata.publication import is_beside_head, nearby
from pipeline.metadata.rules import Rules
from pipeline.tables import Block, Page


class Author(NamedTuple):
    """A name, the rule that read it, and the block that it was read from, if it was."""

    name: str
    rule: str
    block: Block | None


_ADDRESS = re.compile(r"https?:|@|\.(?:com|org|net)\b")
# An account's name and no person's: no capital, and no second word.
_ACCOUNT = re.compile(r"[a-z0-9._-]+")
# Bylines of several authors stand no farther apart.
_NEXT_BYLINE = 3
# Nor does the date of a name that stands alone.
_TO_DATE = 3
_OWN_ELEMENTS = 3
_LABEL = re.compile(r"(?:(?:[Ww]ritten|[Pp]osted)\s)?[Bb]y:?\s*|[Vv]on\s+|[Pp]ar\s+|[Pp]or\s+")
_NAME = re.compile(r"[^\W\d_][\w .&'’-]{2,60}")
_OWN_PATH = re.compile(r"author|byline|writer|autor|auteur|redakt|contributor", re.IGNORECASE)


def authors(page: Page, blocks: Sequence[Block], head: int, rules: Rules) -> list[Author]:
    """Name the authors; all are read by one rule.

    Visible bylines come second to declared persons: they run into posts and places, and stand under teasers too. What a
    page declares and is no person, its own name or a desk, comes last.
    """
    declared = [*_declared(page, rules)]
    for found in (
        [a for name in declared for a in _persons(*name, rules)],
        [*_bylines(blocks, head, rules)],
        [*_beside(blocks, head, rules)],
        [*_named_by_class(blocks, head, rules)],
        [Author(name, f"{rule}-other", None) for rule, name in declared if not _ACCOUNT.fullmatch(name)],
    ):
        if found:
            first = found[0].rule
            return [author for author in found if author.rule == first]
    return []


def _declared(page: Page, rules: Rules) -> Iterator[tuple[str, str]]:
    for one in page.declarations:
        name = one.value.strip()
        if (
            one.field == "authors"
            and name
            and len(name) <= rules.credits.max_credit_chars
            and not _ADDRESS.search(name)
        ):
            yield f"declared/{one.rule}", name


def _persons(rule: str, name: str, rules: Rules) -> Iterator[Author]:
    found = credits.byline(name, rules.credits) or people(name, rules.credits)
    yield from (Author(person, rule, None) for person in found if is_name(person, rules.credits))


def _bylines(blocks: Sequence[Block], head: int, rules: Rules) -> Iterator[Author]:
    """Read the byline nearest to the headline, behind it rather than above, and those that go on from there."""
    found = {
        at: named
        for at, block in enumerate(blocks)
        if block.role == "byline" and is_beside_head(at, head, blocks, rules) and (named := [*_shown(block, rules)])
    }
    at = min(found, key=lambda at: (at < head, abs(at - head)), default=None)
    while at is not None:
        yield from found[at]
        at = next((after for after in range(at + 1, at + 1 + _NEXT_BYLINE) if after in found), None)


def _shown(block: Block, rules: Rules) -> Iterator[Author]:
    """Read a byline; without a label it must be one name and nothing else."""
    line = block.text
    alone = (line.strip(),) if is_name(line, rules.credits) else ()
    for name in credits.byline(line, rules.credits) or alone:
        yield Author(name, "shown/byline", block)


def _beside(blocks: Sequence[Block], head: int, rules: Rules) -> Iterator[Author]:
    """Read the names beside the headline that a label, the element's class or a date marks."""
    lines = [at for at in nearby(blocks, head, rules) if len(blocks[at].text) <= rules.credits.max_credit_chars]
    for at in lines:
        if names := credits.byline(blocks[at].text, rules.credits):
            yield from (Author(name, "shown/labelled", blocks[at]) for name in names)
            return
    for at in lines:
        if names := _marked(blocks[at], rules):
            yield from (Author(name, "shown/marked", blocks[at]) for name in names)
            return
    story = [block.text for block in blocks if len(block.text) >= rules.min_story_chars]
    for at in lines:
        names = _alone(blocks[at].text, rules) if 0 < at - head <= rules.lines_to_name else ()
        if names and _is_backed(names[0], at, blocks, rules) and not any(names[0] in text for text in story):
            yield from (Author(name, "shown/alone", blocks[at]) for name in names)
            return


def _marked(block: Block, rules: Rules) -> tuple[str, ...]:
    own = _OWN_PATH.search(block.path.rpartition("/")[2]) or find_dates(block.text, rules.dates)
    return people(block.text, rules.credits) if own else ()


def _alone(line: str, rules: Rules) -> tuple[str, ...]:
    """Read a line that is nothing but names."""
    parts = rules.credits.name_joint.split(line.strip())
    return tuple(parts) if all(is_name(part, rules.credits) for part in parts) else ()


def _is_backed(name: str, at: int, blocks: Sequence[Block], rules: Rules) -> bool:
    """Tell whether a date stands close by, or the page names the author once more in an element that is called so.

    Names without either are section titles and buttons as often.
    """
    around = blocks[max(at - _TO_DATE, 0) : at + _TO_DATE + 1]
    if any(len(b.text) <= rules.dates.max_chars and find_dates(b.text, rules.dates) for b in around):
        return True
    others = (b for b in blocks if b.block != blocks[at].block and name in b.text)
    return any(_OWN_PATH.search("/".join(b.path.split("/")[-_OWN_ELEMENTS:])) for b in others)


def _named_by_class(blocks: Sequence[Block], head: int, rules: Rules) -> Iterator[Author]:
    """Read a desk's or an account's name, which only the class of its element, beside the headline, tells."""
    for at in nearby(blocks, head, rules):
        text = _LABEL.sub("", blocks[at].text.strip(), count=1)
        own = _OWN_PATH.search(blocks[at].path.rpartition("/")[2])
        if own and 0 < len(text.split()) <= rules.credits.max_name_words and _NAME.fullmatch(text):
            yield Author(text, "shown/class", blocks[at])
            return
