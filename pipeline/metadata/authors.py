"""Find who wrote an article: persons that the page declares, else those that it shows, else whatever it declares."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.metadata import credits  # the interpreter's own `credits` is not wanted here
from pipeline.metadata.credit_words import is_name, people
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
_OWN_PATH = re.compile(r"author|byline|writer|autor|auteur|redakt|contributor", re.IGNORECASE)


def authors(page: Page, blocks: Sequence[Block], head: int, rules: Rules) -> list[Author]:
    """Name the authors; all are read by one rule.

    Visible bylines come second to declared persons: they run into posts and places, and stand under teasers too. What a
    page declares and is no person, its own name or a desk, comes last.
    """
    declared = [*_declared(page, rules)]
    for found in (
        [a for name in declared for a in _persons(*name, rules)],
        [a for b in _bylines(blocks, head, rules) for a in _shown(b, rules)],
        [*_beside(blocks, head, rules)],
        [Author(name, f"{rule}-other", None) for rule, name in declared if not _ACCOUNT.fullmatch(name)],
    ):
        if found:
            first = found[0].rule
            return [author for author in found if author.rule == first]
    return []


def _declared(page: Page, rules: Rules) -> Iterator[tuple[str, str]]:
    for one in page.declarations:
        name = one.value.strip()
        if one.field == "authors" and name and len(name) <= rules.credits.max_credit_chars and not _ADDRESS.search(name):
            yield f"declared/{one.rule}", name


def _persons(rule: str, name: str, rules: Rules) -> Iterator[Author]:
    found = credits.byline(name, rules.credits) or people(name, rules.credits)
    yield from (Author(person, rule, None) for person in found if is_name(person, rules.credits))


def _bylines(blocks: Sequence[Block], head: int, rules: Rules) -> Iterator[Block]:
    for at, block in enumerate(blocks):
        if block.role == "byline" and is_beside_head(at, head, blocks, rules):
            yield block


def _shown(block: Block, rules: Rules) -> Iterator[Author]:
    """Read a byline; without a label it must be one name and nothing else."""
    line = block.text
    alone = (line.strip(),) if is_name(line, rules.credits) else ()
    for name in credits.byline(line, rules.credits) or alone:
        yield Author(name, "shown/byline", block)


def _beside(blocks: Sequence[Block], head: int, rules: Rules) -> Iterator[Author]:
    """Read a name beside the headline that a label or the element's class marks as the author's."""
    for at in nearby(blocks, head, rules):
        block = blocks[at]
        if len(block.text) > rules.credits.max_credit_chars:
            continue
        if found := credits.byline(block.text, rules.credits):
            yield from (Author(name, "shown/label", block) for name in found)
            return
        if _OWN_PATH.search(block.path.rpartition("/")[2]):
            if found := people(block.text, rules.credits):
                yield from (Author(name, "shown/class", block) for name in found)
                return
