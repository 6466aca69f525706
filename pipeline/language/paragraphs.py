"""Say which language each paragraph of a document is in, and which share of the document each language has."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.language.detection import ABSTAINED, Language, detect
from pipeline.language.rules import Rules

# So much of a paragraph shows whether it has function words.
_ENOUGH = 400
_WORD = re.compile(r"[^\W\d_]+")


class Tongues(NamedTuple):
    """The language of a document; of each of its paragraphs, in order; and the share of its letters in each language.

    A share's language is None for what nothing could be said of. The greatest share comes first.
    """

    document: Language
    paragraphs: tuple[str | None, ...]
    shares: tuple[tuple[str | None, float], ...]


def tongues(texts: Sequence[str], votes: Sequence[bool], rules: Rules) -> Tongues:
    """Find the languages of a document from its paragraphs, of which some vote: titles and captions do not.

    A paragraph has a language of its own if it says so by itself, long and clearly enough; else it inherits the
    document's. A document in which no language can be named as a whole has that of most of its letters, if one has
    enough of them.
    """
    voting = [text for text, votes_too in zip(texts, votes, strict=True) if votes_too]
    whole = detect("\n".join(voting), rules)
    own = [_own(text, whole.tag, rules) for text in texts]
    document = whole if whole.tag else _most(texts, votes, own, rules)
    languages = tuple(tag or document.tag for tag in own)
    return Tongues(document, languages, _shares(texts, votes, languages))


def _own(text: str, document: str | None, rules: Rules) -> str | None:
    """Name the language of a paragraph that differs from its document's; None where it inherits."""
    if len(text) < rules.min_own_chars or _has_function_words(text, document, rules):
        return None
    found = detect(text, rules)
    sure = found.score is not None and found.score >= rules.min_own_score
    return found.tag if sure and found.tag != document else None


def _has_function_words(text: str, language: str | None, rules: Rules) -> bool:
    """Tell whether a text has so many function words of a language that no model need be asked."""
    known = rules.function_words.get(language or "")
    if not known:
        return False
    words = _WORD.findall(text[:_ENOUGH].lower())
    seen = [word for word in words if word in known]
    return len(set(seen)) >= rules.min_function_words and len(seen) >= rules.min_function_share * len(words)


def _most(texts: Sequence[str], votes: Sequence[bool], own: Sequence[str | None], rules: Rules) -> Language:
    tag, share = next(iter(_shares(texts, votes, own)), (None, 0.0))
    return Language(tag, share) if tag is not None and share >= rules.min_document_share else ABSTAINED


def _shares(
    texts: Sequence[str], votes: Sequence[bool], languages: Sequence[str | None]
) -> tuple[tuple[str | None, float], ...]:
    letters: Counter[str | None] = Counter()
    for text, votes_too, tag in zip(texts, votes, languages, strict=True):
        if votes_too:
            letters[tag] += sum(map(str.isalpha, text))
    whole = letters.total()
    ordered = sorted(letters.items(), key=lambda item: (-item[1], item[0] or ""))
    return tuple((tag, round(count / whole, 4)) for tag, count in ordered if count)


def is_mixed(shares: Sequence[tuple[str | None, float]], rules: Rules) -> bool:
    """Tell whether a second language has a share of a document that somebody should know of."""
    named: Mapping[str, float] = {tag: share for tag, share in shares if tag is not None}
    return sum(share >= rules.min_mixed_share for share in named.values()) > 1
