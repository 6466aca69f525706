"""Align what the reports of one event quote: the same words, or the same said in another translation."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from pipeline.duplicates.facts import spelling
from pipeline.duplicates.words import is_name, level
from pipeline.lift import RuleFiles, refuse_unknown
from pipeline.tables import Quotation, Quote

_Words = tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """When two quotations are one, said once and worded twice."""

    min_score: float
    most_letters: int
    min_common: int
    max_wordings: int
    min_piece: int
    negations: frozenset[str]


def parse(files: RuleFiles) -> Rules:
    """Read `[alignment]` of quotes.toml, and the words that deny of duplicate.toml."""
    table = files["quotes.toml"]["alignment"]
    refuse_unknown("quotes.toml [alignment]", table, set(Rules.__annotations__) - {"negations"})
    denying = files["duplicate.toml"]["words"]["negations"].values()
    return Rules(**table, negations=frozenset(chain.from_iterable(denying)))


def align(event: str, found: Sequence[Quotation], rules: Rules) -> Iterator[Quote]:
    """Number what two documents of an event or more quote, and say how each of them words it.

    Each quotation is a sentence or a piece of one. Of its wordings the one that most documents have (then the
    longest, then the first) is what the others are compared with: `same` where the words are the same, or a
    piece of it in the same order, `translated` where they differ. The order of `found` makes no difference.
    """
    rows = sorted(found)
    wordings = [_words(row.text) for row in rows]
    by_words: defaultdict[_Words, list[int]] = defaultdict(list)
    for number, words in enumerate(wordings):
        if words:
            by_words[words].append(number)
    names = list(by_words)
    homes = _join(names, _edges(names, [[rows[n] for n in by_words[words]] for words in names], rules))
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for at, words in enumerate(names):
        groups[homes[at]] += by_words[words]
    told = [sorted(group) for group in groups.values() if len({rows[n].doc for n in group}) > 1]
    for quote, group in enumerate(sorted(told), 1):
        reference = _reference([(rows[n], wordings[n]) for n in group])
        for n in group:
            same = wordings[n] == reference or bool(_piece(wordings[n], reference, rules))
            score = 1.0 if same else round(_likeness(wordings[n], reference, rules), 3)
            yield Quote(event, quote, *rows[n], "same" if same else "translated", score)


def _words(text: str) -> _Words:
    return tuple(word for token in text.split() for word in level(token).words)


def _reference(group: Sequence[tuple[Quotation, _Words]]) -> _Words:
    docs: defaultdict[_Words, set[str]] = defaultdict(set)
    for row, words in group:
        docs[words].add(row.doc)
    first = {words: at for at, (_, words) in reversed(list(enumerate(group)))}
    return min(docs, key=lambda words: (-len(docs[words]), -len(words), first[words]))


def _edges(
    names: Sequence[_Words], owners: Sequence[Sequence[Quotation]], rules: Rules
) -> list[tuple[float, int, int]]:
    """Compare the wordings that have rare words in common; give those that say one thing, the most alike first."""
    having: defaultdict[str, list[int]] = defaultdict(list)
    for at, words in enumerate(names):
        for word in set(words):
            having[word].append(at)
    common: Counter[tuple[int, int]] = Counter()
    for some in having.values():
        if len(some) <= rules.max_wordings:
            common.update(combinations(some, 2))
    edges = []
    for (a, b), count in common.items():
        if count >= rules.min_common and (score := _say_the_same(names[a], names[b], rules)):
            strangers = {_key(row.speaker) for row in owners[a]}.isdisjoint(_key(row.speaker) for row in owners[b])
            unnamed = any(row.speaker is None for row in (*owners[a], *owners[b]))
            if score >= 1 or unnamed or not strangers:
                edges.append((-score, a, b))
    return sorted(edges)


def _key(speaker: str | None) -> str:
    """What spellings of one speaker share: that of the last name."""
    return spelling(speaker.rsplit(maxsplit=1)[-1].casefold()) if speaker else ""


def _say_the_same(one: _Words, other: _Words, rules: Rules) -> float:
    """Score two wordings: 1 where one is a piece of the other, 0 where they say different things."""
    if _piece(one, other, rules):
        return 1.0
    if _stated(one, rules) != _stated(other, rules):
        return 0.0
    score = _likeness(one, other, rules)
    return score if score >= rules.min_score else 0.0


def _stated(words: _Words, rules: Rules) -> tuple[Counter[str], bool]:
    """The figures that stand in it, and whether it denies."""
    figures = Counter(word for word in words if any(c.isdigit() for c in word) and not is_name(word))
    return figures, bool(rules.negations.intersection(words))


def _likeness(one: _Words, other: _Words, rules: Rules) -> float:
    """Share of the letters of both that are in common words, a long word counting no more than `most_letters`."""
    counts = Counter(one), Counter(other)
    both = sum(min(len(word), rules.most_letters) * count for word, count in (counts[0] & counts[1]).items())
    every = sum(min(len(word), rules.most_letters) for word in (*one, *other))
    return 2 * both / max(every, 1)


def _piece(one: _Words, other: _Words, rules: Rules) -> bool:
    """Say whether the shorter stands in the longer, word by word."""
    short, long = sorted((one, other), key=len)
    if len(short) < rules.min_piece:
        return short == long
    return any(long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1))


def _join(names: Sequence[_Words], edges: Sequence[tuple[float, int, int]]) -> list[int]:
    """Join wordings that say one thing; give the first of its group for each."""
    home = list(range(len(names)))

    def root(at: int) -> int:
        while home[at] != at:
            home[at] = home[home[at]]
            at = home[at]
        return at

    for _, a, b in edges:
        low, high = sorted((root(a), root(b)))
        home[high] = low
    return [root(at) for at in range(len(names))]
