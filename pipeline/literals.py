"""Find the strings one of which must stand in whatever a pattern matches: a screen for many patterns on one text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from importlib import import_module
from typing import Any

_PARSER: Any = import_module("re._parser")  # Python's own reader of patterns; it has no public name.
_SHORTEST = 3
# What a clause asks for: strings of so many letters, not more of them than this, and not more tuples.
_LEAST, _FEW, _MORE = 2, 12, 3
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
# A mark before a string that only ever stands at the head of a word; no pattern looks for it.
_HEAD = "\0"
_SHORT, _LONG = 4, 7
_KEY = re.compile(r"(?<![^\W\d_])[^\W\d_]{3,7}")
_RUN = re.compile(r"[^\W\d_]+")


def needed(pattern: str) -> tuple[str, ...] | None:
    r"""Give strings, in small letters, one of which stands in every match; None where some match needs none.

    A string shorter than three characters is no screen. What stands in a look-around is left out.

    >>> needed(r"(?i)\b(?:sum|claim)s? (?:is|was) in the room\b"), needed(r"^(?:Icon|Symbol): ?close$")
    ((' in the room',), ('close',))
    >>> needed(r"\d+:\d+") is None
    True
    """
    found = _needed(pattern)
    return None if found is None else tuple(literal.lstrip(_HEAD) for literal in found)


@lru_cache(maxsize=1024)  # made when first asked for: to read all patterns takes a second
def clauses(pattern: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    r"""Give screens that fit closer: of one clause at least, a match has a string of each tuple.

    Every alternative of a pattern that is a choice has a clause of its own. Tuples of many strings are left out.

    >>> clauses(r"(?i)\b(?:(?:sum|claim)s? in the room|out of office)\b")
    (((' in the room',), ('sum', 'claim')), (('out of office',),))
    """
    nodes = list(_parsed(pattern))
    choice = next((at for at, (kind, _) in enumerate(nodes) if str(kind) == "BRANCH"), None)
    if choice is None:
        return (_clause(nodes),)
    return tuple(_clause([*nodes[:choice], *branch, *nodes[choice + 1 :]]) for branch in nodes[choice][1][1])


def _clause(nodes: Any) -> tuple[tuple[str, ...], ...]:
    plain = (tuple(text.lstrip(_HEAD) for text in found) for found in _conditions(nodes, head=False))
    telling = [found for found in dict.fromkeys(plain) if len(found) <= _FEW and min(map(len, found)) >= _LEAST]
    return tuple(sorted(telling, key=lambda found: -min(map(_weight, found)))[:_MORE])


def rarity(pattern: str) -> float:
    r"""Say how rarely a text has what a pattern needs: letters of the longest word, of the commonest string.

    >>> rarity(r"(?i)\bunder the table\b") < 6 < rarity(r"(?i)\b(?:polemic|controversy)\b")
    True
    """
    return min(map(_weight, _needed(pattern) or ()), default=0)


def has_any(text: str, literals: tuple[str, ...] | None) -> bool:
    """Whether one of some strings stands in a text of small letters; so it is where nothing is needed."""
    if literals is None:
        return True
    for literal in literals:  # noqa: SIM110 - any() costs twice as much, and this is asked of every rule.
        if literal in text:
            return True
    return False


def heads(text: str) -> set[str]:
    """Give the first seven letters of each word of a text, or what it has of them, and its first four."""
    words = set(_KEY.findall(text))
    return words | {word[:_SHORT] for word in words}


class Index:
    """Many patterns, found by the heads of the words that they need: one look at a text for all of them."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        """Take patterns by name."""
        self.needed = {name: needed(pattern) for name, pattern in patterns.items()}
        self._patterns = patterns
        self._order = {name: number for number, name in enumerate(patterns)}
        self._always: list[str] = []
        self._by_head: dict[str, list[tuple[str, str]]] = {}
        for name, pattern in patterns.items():
            keyed = [(_key(literal), literal.lstrip(_HEAD)) for literal in dict.fromkeys(_needed(pattern) or ("",))]
            if all(key for key, _ in keyed):
                for key, literal in keyed:
                    self._by_head.setdefault(key, []).append((name, literal))
            else:
                self._always.append(name)

    def possible(self, text: str, words: AbstractSet[str]) -> dict[str, Sequence[str] | None]:
        """Name the patterns, in their order, that can match in a text of small letters with such `heads`.

        Each comes with the strings one of which stands in whatever it matches there; None where nothing is needed.
        """
        found: dict[str, Sequence[str] | None] = {}
        mine: dict[str, list[str]] = {}
        for name in self._always:
            literals = self.needed[name]
            if literals is None:
                found[name] = None
            elif here := [literal for literal in literals if literal in text]:
                found[name] = here
        for key in self._by_head.keys() & words:
            for name, literal in self._by_head[key]:
                if literal in text:
                    mine.setdefault(name, []).append(literal)
        found.update(mine)
        return {name: found[name] for name in sorted(found, key=self._order.__getitem__)}

    def fits(self, name: str, line: str) -> bool:
        """Whether a pattern can match in a line of small letters: some clause of it has all that it asks for."""
        for clause in clauses(self._patterns[name]):
            for literals in clause:
                if not has_any(line, literals):
                    break
            else:
                return True
        return False


def _key(literal: str) -> str:
    """The head of the longest word that begins in a string; nothing where none surely does."""
    best = ""
    for run in _RUN.finditer(literal):
        # The first word may begin before the string, and the last may go on behind it.
        whole = run.end() < len(literal)
        key = run[0][:_LONG] if whole or len(run[0]) >= _LONG else run[0][:_SHORT]
        if run.start() > 0 and len(key) >= (_SHORTEST if whole else _SHORT):
            best = max(best, key, key=len)
    return best


@lru_cache(maxsize=1024)
def _parsed(pattern: str) -> Any:
    return _PARSER.parse(pattern)


@lru_cache(maxsize=1024)
def _needed(pattern: str) -> tuple[str, ...] | None:
    found = _of(_parsed(pattern), head=False)
    return found if found and all(len(literal.lstrip(_HEAD)) >= _SHORTEST for literal in found) else None


def _of(nodes: Any, *, head: bool, run: str = "") -> tuple[str, ...]:
    """Of a sequence: the surest of what its pieces need, by the shortest string.

    `head` says that a letter there would be the first one of a word; `run` stands right before it.
    """
    best: tuple[str, ...] = ()
    for found in _conditions(nodes, head=head, run=run):
        best = _better(best, found)
    return best


def _conditions(nodes: Any, *, head: bool, run: str = "") -> Iterator[tuple[str, ...]]:
    """Of a sequence: what each of its pieces needs, in turn; a match has one string of every tuple."""
    for kind, value in [*nodes, (None, None)]:
        name = str(kind)
        if name == "LITERAL" and len(chr(value).lower()) == 1:
            run += (_HEAD if head and not run else "") + chr(value).lower()
            head = not chr(value).isalnum()
            continue
        before, run = run, ""
        if before:
            yield (before,)
        if name == "SUBPATTERN":
            yield from _conditions(value[3], head=head, run=before)
        elif name in _REPEATS and value[0] > 0:
            yield from _conditions(value[2], head=head)
        elif name == "BRANCH":
            branches = [_of(branch, head=head, run=before) for branch in value[1]]
            if all(branches):
                yield tuple(literal for branch in branches for literal in branch)
        head = _then(name, value, head=head)


def _then(name: str, value: Any, *, head: bool) -> bool:
    """Whether a letter right behind a piece of a pattern is the first one of a word."""
    if name == "AT":
        return str(value) != "AT_NON_BOUNDARY"
    if name in ("ASSERT", "ASSERT_NOT"):  # Nothing of a word stands before: (?<!\w).
        return head or (name == "ASSERT_NOT" and value[0] < 0 and str(value[1]) == _NO_WORD)
    if name == "SUBPATTERN":
        return _last(value[3], head=head)
    if name == "BRANCH":
        return all(_last(branch, head=head) for branch in value[1])
    if name in _REPEATS:
        return (head or value[0] > 0) and _last(value[2], head=head)
    return name == "LITERAL" and not chr(value).isalnum()


def _last(nodes: Any, *, head: bool) -> bool:
    for kind, value in nodes:
        head = _then(str(kind), value, head=head)
    return head


_NO_WORD = str(_PARSER.parse(r"(?<!\w)")[0][1][1])


def _better(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return max(one, other, key=lambda found: (min(map(_weight, found), default=0), -len(found)))


def _weight(literal: str) -> float:
    """How much a string says: as much as the longest of its words, for long words are seldom."""
    return max(map(len, _RUN.findall(literal)), default=0) + len(literal) / 100
