"""Plant surnames into clean text beside lawful uses of the words that a machine would make of them: no word may change.

    python benchmarks/mistranslation/planted.py PAGES [--uses 3000] [--capital]

PAGES as for score.py. A page is taken for each word of it that some surname of the lexicon would be rendered by; the
bearer of such a surname is introduced in the first paragraph, speaks in it, and is named again in the last. Uses that
have a capital come first, for they are the hard ones; `--capital` takes no others. Every repair is false and printed.
"""

import argparse
import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline import rulebook
from pipeline.people import Rendering
from pipeline.stages import mistranslation
from pipeline.tables import Block, Told

_WORD = re.compile(r"[^\W\d_]+")
_HEADING = 70
INTRODUCTIONS = (
    "Minister {given} {surname} was the first to speak. {surname} said that little had changed.",
    "“Little has changed,” said {given} {surname}, who came first. Nobody contradicted {surname}.",
    "{surname} was the first to speak, and {surname} said that little had changed.",
)
GIVEN = ("Sebastian", "Hubertus", "Pablo", "Giorgia", "Marine", "Ekaterina", "Daniel", "Mehmet")


class Use(NamedTuple):
    """A word of a page, and the surname that it could be taken for."""

    doc: str
    paragraphs: tuple[str, ...]
    rendering: Rendering
    surname: str
    times: int
    capital: bool


def texts(pages: Path) -> Iterator[tuple[str, str]]:
    """Read the pages."""
    if pages.is_dir():
        yield from ((path.name, path.read_text("utf-8")) for path in sorted(pages.rglob("*.txt")))
        return
    with gzip.open(pages, "rt", encoding="utf-8") as lines:
        yield from ((row.get("doc") or row["id"], row["text"]) for row in map(json.loads, lines))


def uses(pages: Path, rules: mistranslation.Rules) -> Iterator[Use]:
    """Find the lawful uses, one for each word and surname of a page."""
    for doc, text in texts(pages):
        paragraphs = tuple(line.strip() for line in text.splitlines() if line.strip())
        words = [word for paragraph in paragraphs for word in _WORD.findall(paragraph)]
        inside = {m[1] for p in paragraphs for m in re.finditer(r"[a-z,] ([^\W\d_a-z][^\W\d_]+)", p)}
        for form in sorted({word.casefold() for word in words}):
            for surname in rules.lexicon.surnames_of.get(form, ()):
                if surname not in words:
                    rendering = rules.lexicon.renderings[surname][form]
                    mine = sum(word.casefold() == form for word in words)
                    yield Use(doc, paragraphs, rendering, surname, mine, form.capitalize() in inside)


def page(use: Use, number: int) -> tuple[list[Block], mistranslation.Known]:
    """Plant the bearer of a surname into a page."""
    given = GIVEN[number % len(GIVEN)]
    kind = number % len(INTRODUCTIONS)
    planted = INTRODUCTIONS[kind].format(given=given, surname=use.surname)
    first, *rest = use.paragraphs
    lines = [first, planted, *rest, f"The last word was left to {use.surname}."]
    roles = ["title", *("body" if len(line) > _HEADING else "heading" for line in lines[1:])]
    told = (Told(use.doc, "elsewhere", 0, "name", use.surname, given, 3),)
    blocks = [
        Block(use.doc, i, "line", "", i + 1, 0, "\n", role, True, None, None, line)
        for i, (line, role) in enumerate(zip(lines, roles, strict=True))
    ]
    return blocks, mistranslation.Known(told=told if kind == len(INTRODUCTIONS) - 1 else ())


def false_repairs(chosen: Sequence[Use], rules: mistranslation.Rules) -> Iterator[str]:
    """Give each repair of a word, with the words around it."""
    for number, use in enumerate(chosen):
        blocks, known = page(use, number)
        for at, edit in mistranslation.correct(blocks, rules, known):
            text = blocks[at].text
            around = (
                text[max(0, edit.start - 40) : edit.start] + "[" + text[edit.start : edit.end] + f" -> {edit.after}]"
            )
            yield f"{use.doc[:12]} {use.surname}: {around}{text[edit.end : edit.end + 30]} ({edit.evidence})"


def main() -> None:
    """Plant, run, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--uses", type=int, default=3000)
    parser.add_argument("--capital", action="store_true")
    args = parser.parse_args()
    rules = rulebook.load().mistranslation
    found = [use for use in uses(args.pages, rules) if use.capital or not args.capital]
    order = hashlib.sha256
    found.sort(key=lambda u: (not u.capital, order(f"{u.doc} {u.surname} {u.rendering.form}".encode()).digest()))
    chosen = found[: args.uses]
    false = list(false_repairs(chosen, rules))
    print("\n".join(false))
    capital = sum(use.capital for use in chosen)
    print(f"{len(chosen)} pages with a planted name, {capital} beside a use with a capital inside a sentence,")
    print(f"{sum(use.times for use in chosen)} lawful uses; false repairs {len(false)}")


if __name__ == "__main__":
    main()
