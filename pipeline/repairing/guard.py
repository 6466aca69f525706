"""The guard at the door: each proposal is refused, with the name of what it offends, or it may pass.

Every test looks at the whole sentence as it would stand, with what has passed before, so that nothing can be done in
two edits that may not be done in one.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from pipeline.ledger import splice
from pipeline.repairing.protocol import Proposal
from pipeline.repairing.rules import Guard
from pipeline.repairing.sisters import stems
from pipeline.tables import Question

_WORD = re.compile(r"[^\W\d_]+")
_SPOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_FIGURE = re.compile(r"[-+−–±]?\d+(?:[.,:/'’\u00a0\u202f ]\d+)*")
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me"))
_UNITS = frozenset("%‰°℃℉")
_LATIN_END = "\u024f"


class Checked(NamedTuple):
    """A proposal, and the guard that refuses it; None lets it pass."""

    proposal: Proposal
    guard: str | None


class _Case(NamedTuple):
    """A proposal before the guard: the sentence as it is and as it would be."""

    question: Question
    proposal: Proposal
    now: str
    then: str
    known: AbstractSet[str]
    rules: Guard


def words(text: str) -> frozenset[str]:
    """Give the words of a text, as written."""
    return frozenset(_WORD.findall(text))


def check(question: Question, proposals: Sequence[Proposal], document: AbstractSet[str], rules: Guard) -> list[Checked]:
    """Check what is proposed for a sentence; `document` has the words of its document.

    Returns:
        every proposal, in the order of the sentence; those that pass do not overlap.
    """
    around = [
        *(sister.text for sister in question.sisters),
        *question.names,
        *(m.suggestion or "" for m in question.marks),
    ]
    known = document | words(question.text) | {word for text in around for word in words(text)}
    passed: list[Proposal] = []
    checked = []
    for number, proposal in enumerate(sorted(proposals)):
        guard = "too-many" if number >= rules.most_edits else _misplaced(question.text, proposal, passed)
        if guard is None:
            then = splice(question.text, [(p.start, p.end, p.after) for p in [*passed, proposal]])
            case = _Case(question, proposal, question.text, then, known, rules)
            guard = next((name for name, refuses in _GUARDS if refuses(case)), None)
        if guard is None:
            passed.append(proposal)
        checked.append(Checked(proposal, guard))
    return checked


def _misplaced(text: str, proposal: Proposal, passed: Sequence[Proposal]) -> str | None:
    start, end = proposal.start, proposal.end
    if not 0 <= start <= end <= len(text) or text[start:end] != proposal.before:
        return "offsets"
    if proposal.before == proposal.after:
        return "nothing"
    return "overlap" if passed and (start < passed[-1].end or start == passed[-1].start) else None


def _oversized(case: _Case) -> bool:
    before, after = len(case.proposal.before), len(case.proposal.after)
    room, grow = case.rules.room, case.rules.grow
    longer, shorter = max(room, int(before * (grow - 1))), max(room, before - int(before / grow))
    whole = max(room, len(case.now) - int(len(case.now) / grow))
    fits = after - before <= longer and before - after <= shorter and abs(len(case.then) - len(case.now)) <= whole
    return before > case.rules.most_before or not fits


def _unseen(case: _Case) -> bool:
    new = set(case.proposal.after) - set(case.now)
    return any(unicodedata.category(char) in _UNSEEN for char in new)


def _marked_up(case: _Case) -> bool:
    now, then = case.now.casefold(), case.then.casefold()
    return any(then.count(mark) > now.count(mark) for mark in case.rules.markup)


def _instructs(case: _Case) -> bool:
    after = case.proposal.after
    return any(p.search(after) or (p.search(case.then) and not p.search(case.now)) for p in case.rules.instructions)


def _misspaced(case: _Case) -> bool:
    bare = case.then.strip() != case.then or not case.then
    odd = any(char.isspace() and char != " " for char in set(case.proposal.after) - set(case.now))
    return bare or odd or case.then.count("  ") > case.now.count("  ")


def _figures(text: str, rules: Guard) -> list[str]:
    """Give what a text counts, in order: figures with signs, other numerals, units and money, numbers in words.

    That a hyphen joins words to a figure is the figure's, too: COVID-19 stays what it is.
    """
    found = [(match.start(), match[0]) for match in _FIGURE.finditer(text)]
    found += [(at, char) for at, char in enumerate(text) if _counts(char)]
    found += [(m.start(), m[0].casefold()) for m in _WORD.finditer(text) if m[0].casefold() in rules.numbers]
    return [figure for _, figure in sorted(found)]


def _counts(char: str) -> bool:
    return char in _UNITS or unicodedata.category(char) == "Sc" or (char.isnumeric() and not char.isdecimal())


def _miscounts(case: _Case) -> bool:
    return _figures(case.now, case.rules) != _figures(case.then, case.rules)


def _denials(text: str, rules: Guard) -> Counter[str]:
    spoken = (word.casefold().replace("’", "'") for word in _SPOKEN.findall(text))
    said = ["not" if word.endswith("n't") or word == "cannot" else word for word in spoken]
    return Counter(word for word in said if word in rules.denials or word in rules.hedges)


def _denies(case: _Case) -> bool:
    if _denials(case.now, case.rules) != _denials(case.then, case.rules):
        return True
    now, then = ({word.casefold() for word in words(text)} for text in (case.now, case.then))
    return any(_turned(a, b, case.rules) or _turned(b, a, case.rules) for a in then - now for b in now - then)


def _turned(word: str, plain: str, rules: Guard) -> bool:
    """Whether a word turns another round: unlawful, lawful; careless, careful."""
    return any(word == prefix + plain for prefix in rules.prefixes) or (
        word.endswith("less") and plain in (word[:-4], word[:-4] + "ful")
    )


def _is_name(word: str) -> bool:
    """Whether a word may be a name: it has a capital, or a letter of a script that the guard cannot judge."""
    return any(char.isupper() or char.istitle() or char > _LATIN_END for char in word)


def _strange(case: _Case) -> bool:
    opens = _WORD.search(case.then)
    for word in words(case.then) - case.known:
        harmless = opens is not None and opens[0] == word and word.lower() in case.known and word[1:].islower()
        if _is_name(word) and not harmless:
            return True
    return False


def _loses_name(case: _Case) -> bool:
    """Whether a known person goes from the sentence who does not stand in what was flagged."""
    known = {word for name in case.question.names for word in words(name)}
    flagged = [(mark.start, mark.end) for mark in case.question.marks]
    firm = Counter(
        m[0]
        for m in _WORD.finditer(case.now)
        if m[0] in known and not any(a < m.end() and m.start() < b for a, b in flagged)
    )
    left = Counter(_WORD.findall(case.then))
    return any(left[name] < times for name, times in firm.items())


def _drifts(case: _Case) -> bool:
    """Whether too little of the sentence stays, outside of what was flagged, or too much comes from nowhere."""
    flagged = {at for mark in case.question.marks for at in range(mark.start, mark.end)}
    firm = stems("".join(" " if at in flagged else char for at, char in enumerate(case.now)))
    new = {word.casefold() for word in words(case.then)} - {word.casefold() for word in case.known}
    return len(new) > case.rules.most_new or len(firm & stems(case.then)) < case.rules.least_kept * len(firm)


_GUARDS: tuple[tuple[str, Callable[[_Case], bool]], ...] = (
    ("size", _oversized),
    ("control-character", _unseen),
    ("markup", _marked_up),
    ("instruction", _instructs),
    ("spacing", _misspaced),
    ("figures", _miscounts),
    ("negation", _denies),
    ("unknown-name", _strange),
    ("lost-name", _loses_name),
    ("drift", _drifts),
)
