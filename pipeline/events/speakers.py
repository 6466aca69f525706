"""Say who speaks a quotation, as the page names the speaker."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from pipeline import sentences
from pipeline.events.quotations import Span, spans
from pipeline.lift import RuleFiles, refuse_unknown

_TOKEN = re.compile(r"[^\W_](?:[^\W_]|[.'’‐-](?=[^\W_]))*|,")
_STOP = re.compile(r"[.!?…][\"'’”»)]{0,2}\s+(?=\W?[^\W\d_])|[。！？;]")
_POSSESSIVE = re.compile(r"['’]s$")
_CLOSERS = "”“\"»«’‘'›‹」』"


@dataclass(frozen=True)
class Rules:
    """Words that name a speaker, and how far from a quotation they are looked for."""

    min_words: int
    reach: int
    near: int
    behind: int
    name_words: int
    verbs: frozenset[str]
    pronouns: frozenset[str]
    no_names: frozenset[str]
    stops: frozenset[str]
    joints: frozenset[str]
    offices: frozenset[str]
    particles: frozenset[str]
    attributions: frozenset[str]
    sentences: sentences.Rules


class Said(NamedTuple):
    """A sentence of a quotation: in which of some texts, from where to where, and who says it, if anybody is named."""

    text: int
    start: int
    end: int
    speaker: str | None


class _Named(NamedTuple):
    """What the words around a quotation say of its speaker: a name, or somebody who was named before."""

    name: str | None


def parse(files: RuleFiles) -> Rules:
    """Read quotes.toml."""
    table = files["quotes.toml"]
    numbers = ("min_words", "reach", "near", "behind", "name_words")
    words = ("verbs", "pronouns", "no_names", "stops", "joints", "offices", "particles", "attributions")
    refuse_unknown("quotes.toml", table, ("speech", "alignment", "example", *words))
    refuse_unknown("quotes.toml [speech]", table["speech"], numbers)
    values: dict[str, Any] = table["speech"] | {name: _all(table[name]) for name in words}
    return Rules(**values, sentences=sentences.parse(files))


def _all(by_language: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(chain.from_iterable(by_language.values()))


def said(texts: Sequence[str], rules: Rules) -> list[Said]:
    """Find what is said in the paragraphs of a page, sentence by sentence, and by whom.

    A speaker is the name beside a verb of speech, behind the quotation or before it in the same sentence; "she said"
    is whoever spoke last; a quotation that follows another, with nothing but its attribution between, has its speaker.
    """
    found: list[Said] = []
    last: tuple[Span, str | None] | None = None
    for span in spans(texts):
        if len(texts[span.text][span.start : span.end].split()) < rules.min_words and not span.follows:
            continue
        speaker = _speaker(texts, span, last, rules)
        last = span, speaker
        found += [Said(span.text, *piece, speaker) for piece in _sentences(texts[span.text], span, rules)]
    return found


def _sentences(text: str, span: Span, rules: Rules) -> Iterator[tuple[int, int]]:
    """Cut a quotation into its sentences, without the comma before who says it."""
    for start, end in sentences.split(text, rules.sentences, span.start, span.end):
        if kept := text[start:end].rstrip(", "):
            yield start, start + len(kept)


def _speaker(texts: Sequence[str], span: Span, last: tuple[Span, str | None] | None, rules: Rules) -> str | None:
    text = texts[span.text]
    named = (span.follows and _Named(last[1] if last else None)) or _behind(text, span, rules)
    named = named or _before(text, span, rules)
    if named is None and last is not None and _goes_on(texts, last[0], span):
        return last[1]
    if named is None or named.name:
        return named.name if named else None
    earlier = [*texts[max(0, span.text - 2) : span.text], text[: span.start]]
    return next((who for t in reversed(earlier) if (who := _last_named(t, rules))), last[1] if last else None)


def _goes_on(texts: Sequence[str], last: Span, span: Span) -> bool:
    """Say whether a quotation goes on from the one before: in the next sentence, or as the whole next paragraph."""
    if last.text == span.text:
        return len(_STOP.findall(texts[span.text][last.end : span.start])) <= 1
    alone = not texts[span.text][: span.start].strip(_CLOSERS + "„ ") and not texts[span.text][span.end + 1 :].strip()
    return span.text == last.text + 1 and alone


def _behind(text: str, span: Span, rules: Rules) -> _Named | None:
    """Read `…,” said Marchuk` and `…,” Marchuk told reporters`."""
    rest = text[span.end + 1 : span.end + 1 + rules.reach].lstrip(_CLOSERS)
    ended = text[span.end - 1 : span.end] == "."
    if ended and not rest.lstrip()[:1].islower():
        return None
    if rest[:1] in ".。":
        return None
    comma = rest[:1] in ",–—-" or text[span.end - 1 : span.end] in ",!?"
    stop = _STOP.search(rest)
    words = _TOKEN.findall((rest[: stop.start()] if stop else rest).lstrip(","))[: 2 * rules.near]
    for at, word in enumerate(words):
        if word.casefold() in rules.verbs or (at == 0 and word in rules.attributions):
            return (_left(words, at, rules) or _right(words, at, rules)) if comma or at < rules.behind else None
    return None


def _before(text: str, span: Span, rules: Rules) -> _Named | None:
    """Read `Marchuk said: “…` and `Marchuk called it “…`: the last verb of the sentence before the quotation."""
    head = text[max(0, span.start - 1 - rules.reach) : max(0, span.start - 1)]
    opens = head.rstrip()[-1:] in (":", ",")
    stops = [*_STOP.finditer(head)]
    words = _TOKEN.findall(head[stops[-1].end() :] if stops else head)
    for at in range(len(words) - 1, -1, -1):
        if words[at].casefold() in rules.verbs:
            named = _left(words, at, rules) or (_right(words, at, rules) if opens else None)
            if named is not None:
                return named
    if head.rstrip()[-1:] == ":":
        names = [*_names(words, rules)]
        return _Named(next((name for name in names if " " in name), names[-1])) if names else None
    return None


def _last_named(text: str, rules: Rules) -> str | None:
    """Find who spoke last in a text: the name at its last verb of speech, else its last name of two words."""
    words = _TOKEN.findall(text[-4 * rules.reach :])
    for at in range(len(words) - 1, -1, -1):
        if words[at].casefold() in rules.verbs:
            named = _left(words, at, rules) or _right(words, at, rules)
            if named is not None and named.name:
                return named.name
    return None


def _left(words: Sequence[str], verb: int, rules: Rules) -> _Named | None:
    """Read the subject before a verb: a name or a pronoun, not more than `near` words away."""
    if verb and words[verb - 1] in rules.joints:
        return None
    for at in range(verb - 1, max(-1, verb - 1 - rules.near), -1):
        if words[at].casefold() in rules.pronouns:
            return _Named(None)
        if _is_name(words[at], rules):
            start = at
            while start and at - start < rules.name_words - 1 and _belongs(words, start - 1, rules):
                start -= 1
            if not start or words[start - 1].casefold() not in rules.stops:
                return _Named(_spelt(words[start : at + 1], rules))
    return None


def _right(words: Sequence[str], verb: int, rules: Rules) -> _Named | None:
    """Read the subject behind a verb, the words of an office between them; none behind "in", "to" or "that"."""
    for at in range(verb + 1, min(len(words), verb + 1 + rules.near)):
        folded = words[at].casefold()
        if folded in rules.pronouns:
            return _Named(None)
        if _is_name(words[at], rules):
            end = at + 1
            while end < len(words) and end - at < rules.name_words and _belongs(words, end, rules):
                end += 1
            office = end < len(words) and words[end] in rules.offices
            return _Named(None if office else _spelt(words[at:end], rules))
        if folded in rules.stops:
            return None
    return None


def _names(words: Sequence[str], rules: Rules) -> Iterator[str]:
    """Give the names among some words, in order."""
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and end - at < rules.name_words and _is_name(words[end], rules):
            end += 1
        if end > at:
            yield _spelt(words[at:end], rules)
        at = end + 1


def _belongs(words: Sequence[str], at: int, rules: Rules) -> bool:
    return _is_name(words[at], rules) or words[at] in rules.particles


def _is_name(word: str, rules: Rules) -> bool:
    return word[0].isupper() and word.casefold() not in rules.no_names and word.casefold() not in rules.offices


def _spelt(words: Sequence[str], rules: Rules) -> str:
    """Put a name together, without particles at its ends and a possessive's s."""
    kept = list(words)
    while kept and kept[0] in rules.particles:
        kept.pop(0)
    while kept and kept[-1] in rules.particles:
        kept.pop()
    return _POSSESSIVE.sub("", " ".join(kept))
