"""Read what a page says of itself: title, date, authors, agencies, place, credit, source and site.

Each value is taken from a block that its role vouches for, or from what the page declares in its head. A value that
cannot be read for certain is left out: absent is better than wrong.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.metadata import credits  # the interpreter's own `credits` is not wanted here
from pipeline.metadata.agencies import agencies_in, agency_of
from pipeline.metadata.credit_words import is_name, people
from pipeline.metadata.publication import is_beside_head, published
from pipeline.metadata.rules import Rules, parse
from pipeline.tables import Block, Page

__all__ = ["Metadata", "Read", "Rules", "parse", "read"]


class Read(NamedTuple):
    """A value, the field that it is for, and where it stands: characters start to end of a block's text."""

    field: str
    value: str
    block: int
    start: int
    end: int


class Metadata(NamedTuple):
    """What is known of a document besides its text; None and () where the page does not say.

    `sources` tells where values were read that were read from blocks; a title's place is in its final text, the
    others' in the block's text with its encoding repaired.
    """

    title: str | None
    published: str | None
    published_text: str | None
    published_precision: str | None
    authors: tuple[str, ...]
    agencies: tuple[str, ...]
    dateline: str | None
    credit: str | None
    source: str | None
    site_name: str | None
    sources: tuple[Read, ...]


_SITE_JOINT = re.compile(r"\s+[|–—·•»«:/-]+\s+|\s?[｜：]\s?")
_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(r"https?:|@|\.(?:com|org|net)\b")


def read(page: Page, blocks: Sequence[Block], texts: Mapping[int, str], rules: Rules) -> Metadata:
    """Read the metadata of a document.

    Args:
        page: what the page declares outside its visible text.
        blocks: all blocks of the document, encoding repaired, each with its role.
        texts: the final text of each block that stayed, by number.
        rules: see `parse`.
    """
    head = _head(blocks, rules)
    sites = [*_site_name(blocks)]
    told_title = _without_site(page.title or "", [*(s.value for s in sites), page.site_name or ""], page.host)
    reads = [*_title(blocks, texts, told_title, rules), *sites, *_picture(blocks, rules), *_source(blocks, rules)]
    when = published(page, blocks, head, rules)
    if when is not None and when.block is not None:
        reads.append(Read("published", when.dated.value, when.block, when.dated.start, when.dated.end))
    place = next(_datelines(blocks, rules), None)
    if place is not None:
        reads.append(place[0])
    values = {found.field: found.value for found in reversed(reads)}
    site = values.get("site_name") or page.site_name
    signed = [s for b in blocks if b.role == "agency_credit" and (s := _signature(b.text, rules))]
    names = _authors(page, blocks, head, rules)
    persons = [name for name in names if agency_of(name, rules.credits.agencies) is None]
    credited = [name for found in signed for name in found.agencies] + list(place[1] if place else ())
    for text in (*names, values.get("source", ""), values.get("credit", "")):
        credited += agencies_in(text, rules.credits.agencies)
    return Metadata(
        title=values.get("title") or told_title or None,
        published=when.dated.value if when else None,
        published_text=when.text if when else None,
        published_precision=when.dated.precision if when else None,
        authors=_unique(persons or (name for found in signed for name in found.authors)),
        agencies=_unique(credited),
        dateline=values.get("dateline"),
        credit=values.get("credit"),
        source=values.get("source"),
        site_name=site,
        sources=tuple(reads),
    )


def _signature(text: str, rules: Rules) -> credits.Credit | None:
    return credits.agency_credit(text, rules.credits) or credits.initials(text, rules.credits)


def _head(blocks: Sequence[Block], rules: Rules) -> int:
    """Find the position of the title, or of the first paragraph where there is none."""
    titles = (at for at, block in enumerate(blocks) if block.role == "title")
    bodies = (at for at, block in enumerate(blocks) if block.role in rules.body_roles)
    return next(titles, next(bodies, 0))


def _title(blocks: Sequence[Block], texts: Mapping[int, str], told: str, rules: Rules) -> Iterator[Read]:
    """Read the first title, unless it has next to nothing in common with the one that the page declares."""
    block = next((b for b in blocks if b.role == "title" and texts.get(b.block, b.text).strip()), None)
    if block is not None:
        text = texts.get(block.block, block.text)
        words, declared = _words(text), _words(told)
        if len(words & declared) >= rules.min_title_overlap * min(len(words), len(declared)):
            yield _span("title", text, text.strip(), block)


def _site_name(blocks: Sequence[Block]) -> Iterator[Read]:
    """Take the name that the site shows most often; of several the first."""
    named = [block for block in blocks if block.role == "site_name" and block.text.strip()]
    shown = Counter(block.text.strip() for block in named)
    for block in sorted(named, key=lambda block: -shown[block.text.strip()])[:1]:
        yield _span("site_name", block.text, block.text.strip(), block)


def _picture(blocks: Sequence[Block], rules: Rules) -> Iterator[Read]:
    """Read the first picture's credit, from its own line or from the end of its caption."""
    for block in blocks:
        if block.role == "image_credit":
            credit = credits.image_credit(block.text, rules.credits)
            # The name of an agency alone credits the picture that it stands under.
            if credit is None and credits.agency_credit(block.text, rules.credits):
                credit = block.text.strip().strip("()[]")
        elif block.role == "caption":
            credit = credits.caption_credit(block.text, rules.credits)
        else:
            continue
        if credit:
            yield _span("credit", block.text, credit, block)
            return


def _source(blocks: Sequence[Block], rules: Rules) -> Iterator[Read]:
    for block in blocks:
        if block.role == "source_attribution" and (source := credits.source_line(block.text, rules.credits)):
            yield _span("source", block.text, source, block)
            return


def _datelines(blocks: Sequence[Block], rules: Rules) -> Iterator[tuple[Read, tuple[str, ...]]]:
    """Read the place that the first paragraph, or the first but the lead, is dated from, and the agencies there."""
    body = [block for block in blocks if block.role in rules.body_roles]
    spoken = credits.spoken_places("\n".join(block.text for block in body), rules.credits)
    seen: set[str | None] = set()
    for block in body:
        if block.role not in seen:
            seen.add(block.role)
            if found := credits.dateline(block.text, rules.credits, spoken):
                yield _span("dateline", block.text, found.place, block), found.agencies


def _authors(page: Page, blocks: Sequence[Block], head: int, rules: Rules) -> tuple[str, ...]:
    """Take the persons that the page declares, else those of its byline, else whatever it declares.

    Visible bylines come second: they run into posts and places, and stand under teasers too.
    """
    longest = rules.credits.max_credit_chars
    declared = [n.strip() for n in page.authors if 0 < len(n.strip()) <= longest and not _ADDRESS.search(n)]
    named = [person for name in declared for person in _declared_persons(name, rules)]
    lines = [b.text for at, b in enumerate(blocks) if b.role == "byline" and is_beside_head(at, head, blocks, rules)]
    return tuple(named or [person for line in lines for person in _shown_persons(line, rules)] or declared)


def _declared_persons(name: str, rules: Rules) -> Iterator[str]:
    found = credits.byline(name, rules.credits) or people(name, rules.credits)
    yield from (person for person in found if is_name(person, rules.credits))


def _shown_persons(line: str, rules: Rules) -> tuple[str, ...]:
    """Read a byline; without a label it must be one name and nothing else."""
    alone = (line.strip(),) if is_name(line, rules.credits) else ()
    return credits.byline(line, rules.credits) or alone


def _without_site(title: str, sites: Sequence[str], host: str | None) -> str:
    """Take the site's name off the end or the beginning of a declared title."""
    joints = list(_SITE_JOINT.finditer(title))
    for joint in joints[-1:] + joints[:1]:
        before, after = title[: joint.start()].strip(), title[joint.end() :].strip()
        if _is_site(after, sites, host):
            return before
        if _is_site(before, sites, host):
            return after
    return title.strip()


def _is_site(text: str, sites: Sequence[str], host: str | None) -> bool:
    level = _letters(text)
    labels = {_letters(label) for label in (host or "").split(".")[:-1]} - {"www", ""}
    return level != "" and (level in map(_letters, sites) or any(level in (label, f"the{label}") for label in labels))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _span(field: str, text: str, value: str, block: Block) -> Read:
    start = max(text.find(value), 0)
    return Read(field, value, block.block, start, start + len(value))


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
