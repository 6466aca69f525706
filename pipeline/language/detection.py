"""Say which language a text is written in, or nothing where the text does not say.

The writing (script, marks) is read first and settles most questions; what it leaves open goes to the back end that
`language.toml` names. How the back ends were measured and chosen: docs/language.md.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

from pipeline.language import fast, trials
from pipeline.language.rules import Rules, Writing
from pipeline.language.writings import find_writing


class Language(NamedTuple):
    """A BCP 47 tag and how sure it is, 0 to 1; both None where the text does not say."""

    tag: str | None
    score: float | None


ABSTAINED = Language(None, None)

# A back end names the likeliest of a writing's languages and its probability; None where it knows none of them.
_MOST_LIKELY: Mapping[str, Callable[[str, Writing, Rules], tuple[str | None, float]]] = {
    "fast": fast.most_likely,
    "langdetect": trials.most_likely,
}


def detect(text: str, rules: Rules) -> Language:
    """Name the language of `text`; ABSTAINED on too few letters, mixed scripts or a low probability. Never raises."""
    sample = _sample(text, rules.sample_chars)
    letters = Counter(filter(str.isalpha, sample))
    writing, share = find_writing(letters, rules)
    if writing is None or not (writing.languages or writing.rare) or len(letters) < rules.min_distinct:
        return ABSTAINED
    if len(writing.languages) == 1:
        return Language(writing.languages[0], round(share, 4))
    # Models of lower case say nothing of a headline that is all capitals.
    tag, score = _MOST_LIKELY[rules.backend](sample.lower() if sample.isupper() else sample, writing, rules)
    if tag is None or score < rules.min_score:
        return Language(writing.fallback, round(share, 4)) if writing.fallback else ABSTAINED
    return Language(tag, round(score, 4))


def _sample(text: str, chars: int) -> str:
    """Take a third each from the beginning, the middle and the end of what is longer than `chars` characters."""
    if len(text) <= chars:
        return text
    third, middle = chars // 3, len(text) // 2
    return " ".join((text[:third], text[middle - third // 2 : middle + third // 2], text[-third:]))
