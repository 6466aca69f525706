"""Choose the headline of a page: what it shows and what it declares vote, each with its weight."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.metadata.rules import Rules
from pipeline.metadata.sites import JOINT, Site, letters, without_site
from pipeline.tables import Block, Page


class Headline(NamedTuple):
    """A headline, the rule that chose it, and the position of the block that shows it, if one does."""

    value: str
    rule: str
    at: int | None


@dataclass
class _Wording:
    """A wording of the headline, whatever its punctuation: who votes for it, where it is shown, how it is declared."""

    votes: dict[str, float] = field(default_factory=dict)
    shown: dict[int, str] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)


_FIRST_LINE = "first-line"
# Behind so many paragraphs no headline stands.
_STORY = 3
# A page's menus take more lines than stand between a headline and its story.
_MENU = 6
_WORD = re.compile(r"\w+")
_MARK = re.compile(r"[^\w\s]")

Found = dict[str, _Wording]


def headline(
    page: Page, blocks: Sequence[Block], texts: Mapping[int, str], site: Site, rules: Rules
) -> Headline | None:
    """Choose the headline of a page.

    An HTML page shows it in an `h1`, or in the line with the role of a title, and declares it in up to four places. A
    page's text begins with what its browser tab said, the headline and often the site's name, and shows the headline
    once more above the story. The wording with most votes wins; one that is shown is taken as it is shown.
    """
    told = [(one.rule, one.value) for one in page.declarations if one.field == "title"]
    shown = {
        at: texts.get(b.block, b.text).strip() for at, b in enumerate(blocks) if len(b.text) <= rules.max_title_chars
    }
    plain = not told and 0 in shown and not blocks[0].path and _is_heading(blocks[0], rules)
    if plain:
        told = [(_FIRST_LINE, shown.pop(0))]
    found = _headings(blocks, shown, site, rules)
    _vote_lines(found, shown, {key for _, value in told for key, _ in _wordings(value, site)}, rules)
    if plain and not any("line" in wording.votes for wording in found.values()):
        _vote_alike(found, shown, without_site(told[0][1], site), blocks, rules)
    for rule, value in told:
        key, text = _told_wording(value, found, site)
        if key:
            wording = found.setdefault(key, _Wording())
            wording.votes[rule] = rules.title_votes[rule]
            wording.told.append((rule, text))
    best = max(found.values(), key=lambda wording: sum(wording.votes.values()), default=None)
    return _chosen(best, blocks, rules) if best else None


def _headings(blocks: Sequence[Block], shown: Mapping[int, str], site: Site, rules: Rules) -> Found:
    """Collect the headings of first rank, and the line that has the role of a title."""
    found: Found = {}
    tops = {
        at: text for at, text in shown.items() if blocks[at].kind == "h1" and letters(text) and not site.is_name(text)
    }
    kind = "only-h1" if len(set(map(letters, tops.values()))) == 1 else "h1"
    role = next((at for at, text in shown.items() if blocks[at].role == "title" and letters(text)), None)
    named = [(kind, at, text) for at, text in tops.items()]
    if role is not None:
        named.append(("role", role, without_site(shown[role], site)))
    for witness, at, text in named:
        wording = found.setdefault(letters(text), _Wording())
        wording.votes[witness] = rules.title_votes[witness]
        wording.shown[at] = text
    return found


def _vote_lines(found: Found, shown: Mapping[int, str], wordings: Collection[str], rules: Rules) -> None:
    """Give a wording that another line repeats that line's vote."""
    heads = {key[:1] for key in wordings}
    for at, text in shown.items():
        first = _WORD.search(text)
        if first is None or first[0].casefold()[:1] not in heads:
            continue  # nearly every line of a page is asked
        key = letters(text)
        if key in wordings and len(key) >= rules.min_title_letters:
            wording = found.setdefault(key, _Wording())
            wording.votes["line"] = rules.title_votes["line"]
            wording.shown.setdefault(at, text)


def _vote_alike(found: Found, shown: Mapping[int, str], told: str, blocks: Sequence[Block], rules: Rules) -> None:
    """Give its vote to the line that has most words in common with the first: tabs and pages word one thing twice."""
    story = [at for at, block in enumerate(blocks) if len(block.text) >= rules.min_story_chars][:_STORY]
    if story and story[0] < _MENU:
        return  # no menu stands between: the first line is the headline itself
    last = story[-1] if story else len(blocks)
    likeness = {at: _likeness(text, told) for at, text in shown.items() if at < last and not text.endswith(".")}
    at = max(likeness, key=lambda at: likeness[at], default=None)
    if at is not None and likeness[at] >= rules.min_title_likeness:
        wording = found.setdefault(letters(shown[at]), _Wording())
        wording.votes["alike"] = rules.title_votes["alike"]
        wording.shown.setdefault(at, shown[at])


def _likeness(one: str, other: str) -> float:
    """Give the share of words that two texts have in common (Dice)."""
    a, b = set(_WORD.findall(one.casefold())), set(_WORD.findall(other.casefold()))
    return 2 * len(a & b) / max(1, len(a) + len(b))


def _is_heading(line: Block, rules: Rules) -> bool:
    return line.role not in rules.body_roles and not line.text.rstrip().endswith((".", "。"))


def _wordings(value: str, site: Site) -> Iterator[tuple[str, str]]:
    """Give what of a declared title may be the headline, likely wordings first.

    It may be all of it, what stands before a joint, or, where that is more, what stands behind one.
    """
    parts = [value, without_site(value, site)]
    joints = list(JOINT.finditer(value))
    parts += [value[: joint.start()].strip() for joint in reversed(joints)]
    parts += [value[joint.end() :].strip() for joint in joints if len(value) - joint.end() > joint.start()]
    yield from ((letters(part), part) for part in parts if not site.bears(part))


def _told_wording(value: str, found: Found, site: Site) -> tuple[str, str]:
    """Take what of a declared title the page shows, else all of it but the site's name."""
    parts = ((key, text) for key, text in _wordings(value, site) if key in found and found[key].shown)
    text = without_site(value, site)
    return next(parts, (letters(text), text))


def _chosen(best: _Wording, blocks: Sequence[Block], rules: Rules) -> Headline | None:
    witnesses = {rule for rule, _ in best.told}
    rule, value = best.told[0] if best.told else ("", "")
    if rule == _FIRST_LINE and blocks[0].role == "title":
        best.shown.setdefault(0, value)
    if not best.shown:
        if rule == _FIRST_LINE:
            return None  # a menu's first entry as often as a headline
        return Headline(value, "declared/agreed" if len(witnesses) > 1 else f"declared/{rule}", None)
    at = min(best.shown, key=lambda position: _to_story(position, blocks, rules))
    shown = best.shown[at]
    if not witnesses:
        return Headline(shown, "shown/alike" if "alike" in best.votes else "shown/title", at)
    if rule == _FIRST_LINE:
        return Headline(shown, "shown/repeated" if "line" in best.votes else "shown/first-line", at)
    better = next((text for _, text in best.told if _is_better(text, shown)), None)
    return Headline(better or shown, "declared/shown" if better else "shown/declared", at)


def _to_story(at: int, blocks: Sequence[Block], rules: Rules) -> tuple[bool, int]:
    """Tell how far it is from a line to the first paragraph behind it."""
    for after in range(at + 1, len(blocks)):
        if len(blocks[after].text) >= rules.min_story_chars:
            return blocks[at].kind != "h1", after - at
    return True, len(blocks)


def _is_better(told: str, shown: str) -> bool:
    """Tell whether the same words are set better: not all in capitals, or a kicker parted from its headline."""
    if shown.isupper() != told.isupper():
        return shown.isupper()
    return len(_MARK.findall(told)) == len(_MARK.findall(shown)) + 1
