"""Read what a page says of itself: title, date, authors, agencies, place, credit, source and site.

Each value is taken from a block that its role vouches for, or from what the page declares in its head. A value that
cannot be read for certain is left out: absent is better than wrong.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.metadata import credits  # the interpreter's own `credits` is not wanted here
from pipeline.metadata.agencies import agencies_in, agency_of
from pipeline.metadata.authors import Author, authors
from pipeline.metadata.notes import Notes
from pipeline.metadata.publication import published
from pipeline.metadata.rules import Rules, parse
from pipeline.metadata.sites import Site, letters
from pipeline.metadata.titles import Headline, headline
from pipeline.tables import Block, Page, Reading

__all__ = ["Metadata", "Rules", "parse", "read"]


class Metadata(NamedTuple):
    """What is known of a document besides its text; None and () where the page does not say.

    `sources` tells of every value by which rule it was read, how sure that is, and where it stands: a title's place is
    in its final text, the others' in the block's text with its encoding repaired.
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
    sources: tuple[Reading, ...]


# Lines that were signed, each with what the signature says; the paragraph that a dateline heads.
Signed = Sequence[tuple[Block, credits.Credit]]
Dated = tuple[Block, credits.Dateline]


def read(page: Page, blocks: Sequence[Block], texts: Mapping[int, str], rules: Rules) -> Metadata:
    """Read the metadata of a document.

    Args:
        page: what the page declares outside its visible text.
        blocks: all blocks of the document, encoding repaired, each with its role.
        texts: the final text of each block that stayed, by number.
        rules: see `parse`.
    """
    notes = Notes(page.doc, rules)
    site = _site_name(page, blocks, notes)
    names = frozenset(filter(None, map(letters, (site or "", page.site_name or ""))))
    title = headline(page, blocks, texts, Site(names, page.host), rules)
    head = _head(title, blocks, rules)
    if title is not None:
        _note_title(title, blocks, texts, notes)
    when = published(page, blocks, head, rules)
    if when is not None:
        span = (None, None, None) if when.block is None else (when.block, when.dated.start, when.dated.end)
        notes.put("published", when.dated.value, when.rule, *span)
    dateline = _dateline(blocks, notes, rules)
    credit, source = _picture(blocks, notes, rules), _source(blocks, notes, rules)
    named = authors(page, blocks, head, rules)
    signed = [(b, s) for b in blocks if b.role == "agency_credit" and (s := _signature(b.text, rules))]
    return Metadata(
        title=title.value if title else None,
        published=when.dated.value if when else None,
        published_text=when.text if when else None,
        published_precision=when.dated.precision if when else None,
        authors=_persons(named, signed, blocks, notes, rules),
        agencies=_agencies(named, signed, dateline, notes, rules),
        dateline=dateline[1].place if dateline else None,
        credit=credit,
        source=source,
        site_name=site,
        sources=tuple(notes.reads),
    )


def _note_title(title: Headline, blocks: Sequence[Block], texts: Mapping[int, str], notes: Notes) -> None:
    if title.at is None or title.rule.startswith("declared/"):
        notes.add("title", title.value, title.rule)
    else:
        block = blocks[title.at]
        notes.add("title", title.value, title.rule, block, texts.get(block.block, block.text))


def _head(title: Headline | None, blocks: Sequence[Block], rules: Rules) -> int:
    """Find the position of the headline, or of the first paragraph where the page shows none."""
    if title is not None and title.at is not None:
        return title.at
    titles = (at for at, block in enumerate(blocks) if block.role == "title")
    bodies = (at for at, block in enumerate(blocks) if block.role in rules.body_roles)
    return next(titles, next(bodies, 0))


def _site_name(page: Page, blocks: Sequence[Block], notes: Notes) -> str | None:
    """Take the name that the site shows most often, of several the first; else the one that the page declares."""
    named = [block for block in blocks if block.role == "site_name" and block.text.strip()]
    shown = Counter(block.text.strip() for block in named)
    for block in sorted(named, key=lambda block: -shown[block.text.strip()])[:1]:
        return notes.add("site_name", block.text.strip(), "shown/site-name", block)
    return notes.add("site_name", page.site_name, "declared/site-name") if page.site_name else None


def _picture(blocks: Sequence[Block], notes: Notes, rules: Rules) -> str | None:
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
            return notes.add("credit", credit, f"shown/{block.role.replace('_', '-')}", block)
    return None


def _source(blocks: Sequence[Block], notes: Notes, rules: Rules) -> str | None:
    for block in blocks:
        if block.role == "source_attribution" and (source := credits.source_line(block.text, rules.credits)):
            return notes.add("source", source, "shown/source", block)
    return None


def _dateline(blocks: Sequence[Block], notes: Notes, rules: Rules) -> Dated | None:
    """Read the place that the first paragraph, or the first but the lead, is dated from, and the agencies there."""
    body = [block for block in blocks if block.role in rules.body_roles]
    spoken = credits.spoken_places("\n".join(block.text for block in body), rules.credits)
    seen: set[str | None] = set()
    for block in body:
        if block.role not in seen:
            seen.add(block.role)
            if found := credits.dateline(block.text, rules.credits, spoken):
                notes.add("dateline", found.place, "shown/dateline", block)
                return block, found
    return None


def _signature(text: str, rules: Rules) -> credits.Credit | None:
    return credits.agency_credit(text, rules.credits) or credits.initials(text, rules.credits)


def _persons(
    named: Sequence[Author], signed: Signed, blocks: Sequence[Block], notes: Notes, rules: Rules
) -> tuple[str, ...]:
    """Note the authors that are no agencies, or else the initials of those who signed."""
    persons = [author for author in named if agency_of(author.name, rules.credits.agencies) is None]
    persons = persons or [
        Author(name, "shown/initials", block)
        for block, credit in signed
        if credit.agencies or _ends_story(block, blocks, rules)
        for name in credit.authors
    ]
    once = {author.name: author for author in reversed(persons)}
    kept = _unique(author.name for author in persons)
    return tuple(notes.add("authors", name, once[name].rule, once[name].block) for name in kept)


def _ends_story(line: Block, blocks: Sequence[Block], rules: Rules) -> bool:
    """Tell whether a line stands right behind a paragraph; elsewhere a short word is a menu's."""
    at = next((at for at, block in enumerate(blocks) if block.block == line.block), 0)
    return at > 0 and blocks[at - 1].role in rules.body_roles


def _agencies(
    named: Sequence[Author], signed: Signed, dateline: Dated | None, notes: Notes, rules: Rules
) -> tuple[str, ...]:
    """Note the agencies that signatures, the dateline, bylines, the source and the picture's credit name, each once."""
    known = rules.credits.agencies
    found: list[tuple[str, str, Block | None]] = [
        (name, "shown/signature", block) for block, credit in signed for name in credit.agencies
    ]
    if dateline is not None:
        found += [(name, "shown/dateline", dateline[0]) for name in dateline[1].agencies]
    for author in named:
        rule = "declared/byline" if author.block is None else "shown/byline"
        found += [(name, rule, author.block) for name in agencies_in(author.name, known)]
    for field in ("source", "credit"):
        found += [(name, f"shown/{field}", notes.block(field)) for name in agencies_in(notes.value(field), known)]
    first = {name: (rule, block) for name, rule, block in reversed(found)}
    return tuple(notes.add("agencies", name, *first[name]) for name in _unique(name for name, _, _ in found))


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
