"""The places in a text that only a person fills, and the renderings of a surname that stand in them."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.evidence import Person
from pipeline.stages.mistranslation_rules import Rendering, Rules
from pipeline.tables import Block

_QUOTED = re.compile(r"“[^”\n]{0,2000}”|\"[^\"\n]{0,2000}\"|„[^“”\n]{0,2000}[“”]|«[^»\n]{0,2000}»")
_LETTERS = re.compile(r"[^\W\d_]{4,}")


class Hit(NamedTuple):
    """A rendering that stands where a person should: block position, span, slot, and how sure that is."""

    at: int
    start: int
    end: int
    person: Person
    slot: str
    strong: bool
    rendering: str


def find_hits(page: Sequence[Block], person: Person, rules: Rules) -> Iterator[Hit]:
    """Find the renderings of a person's surname in the slots of a page.

    Another bearer of the word on the page ("Tim Cook" beside the German Koch) silences them all.
    """
    renderings = rules.renderings[person.surname]
    either = "|".join(sorted((re.escape(r.form) for r in renderings), key=len, reverse=True))
    word = re.compile(rf"(?<![\w-])(?:{either})(?![\w-])", re.IGNORECASE)
    if _another_bearer(page, person, either):
        return
    by_form = {r.form: r for r in renderings}
    for at, block in enumerate(page):
        quoted = [match.span() for match in _QUOTED.finditer(block.text)]
        for found in word.finditer(block.text):
            if any(start < found.start() < end for start, end in quoted):
                continue
            rendering = by_form[found[0].casefold()]
            slot = _slot(block, found, rendering, person, rules)
            if slot is not None:
                name, strong = slot
                yield Hit(at, *found.span(), person, name, strong, f"{rendering.lang} {rendering.word}")


def _another_bearer(page: Sequence[Block], person: Person, either: str) -> bool:
    full = re.compile(rf"\b([^\W\d_a-z][^\W\d_]+) ((?i:{either}))(?![\w-])")
    for block in page:
        for match in full.finditer(block.text):
            if match[2][:1].isupper() and match[1] not in person.given | person.titles:
                return True
    return False


def _slot(
    block: Block, found: re.Match[str], rendering: Rendering, person: Person, rules: Rules
) -> tuple[str, bool] | None:
    """Name the slot that a word stands in, and whether it is a strong one; None where it is no person's."""
    before, after = block.text[: found.start()], block.text[found.end() :]
    capital = found[0][0].isupper()
    if _own_name(before, person) and (capital or rendering.kind == "v"):
        return "own-name", True
    if _after_quotation(before, rules) and capital:
        return "quotation-speaker", True
    if re.match(r":\s\S", after) and _opens(before) and block.role in rules.headline_roles:
        return "headline-speaker", True
    return _capital_slot(block, before, after, rendering, rules) if capital else None


def _capital_slot(block: Block, before: str, after: str, rendering: Rendering, rules: Rules) -> tuple[str, bool] | None:
    """Name a slot in which a capital letter is evidence too."""
    if _title_case(block.text):
        return None
    following = re.match(r" ([^\W\d_]+)", after)
    verb = following[1] if following else ""
    if _opens(before) and verb in rules.speech_verbs and rendering.kind in ("v", "a", "r"):
        return "sentence-speaker", True
    if _opens(before) and block.role in rules.headline_roles and _acts(verb, rendering, rules):
        return "headline-subject", False
    return None


def _acts(verb: str, rendering: Rendering, rules: Rules) -> bool:
    if rendering.kind == "v":  # No English sentence begins "Blinking indicates", whatever the verb.
        return rules.finite_verb.fullmatch(verb) is not None
    return verb in rules.subject_verbs


def _own_name(before: str, person: Person) -> bool:
    last = re.search(r"([^\W\d_]+(?:-[^\W\d_]+)*)[ \xa0]$", before)
    return last is not None and last[1] in person.given | person.titles


def _after_quotation(before: str, rules: Rules) -> bool:
    said = re.search(r"[,!?][”\"»] ([^\W\d_]+) $", before)
    return said is not None and said[1] in rules.speech_verbs


def _opens(before: str) -> bool:
    """Whether a text stands at the beginning of a line, a sentence, or what follows a colon."""
    return not before.strip(" “\"‘'") or re.search(r"[:.!?][”\"»]? $", before) is not None


def _title_case(text: str) -> bool:
    """Whether a headline capitalises its words, so that a capital letter says nothing."""
    words = _LETTERS.findall(text)
    return len(words) >= 3 and sum(word[0].isupper() for word in words) > 0.75 * len(words)  # noqa: PLR2004
