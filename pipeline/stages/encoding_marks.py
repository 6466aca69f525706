"""Find characters that are not seen or not meant: soft hyphens, idle marks, look-alikes, open entities."""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.tables import Edit

_SOFT = re.compile(r"(?<=[^\W\d_])\xad+(?:[ \t]*\r?\n[ \t]*)?(?=[^\W\d_])")
_UNSEEN = re.compile("[\u200b-\u200d\u2060\ufeff]+")
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_NOT_SEEN = re.compile(f"{_UNSEEN.pattern}|{_DIRECTIONS.pattern}")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
# Letters that join by such marks, or words that part at them: Arabic to Tibetan and on to Khmer and Mongolian, Han and
# kana, emoji and their variation selectors. (Unicode 16, chapters 9, 12 to 14, 16, 18; UTS 51.)
_JOINING = re.compile(
    "[\u0600-\u109f\u1780-\u18af\u1900-\u1aaf\u2190-\u2bff\u3000-\uabff\ufe0e\ufe0f\U00010800-\U0001ffff]"
)

# Letters of two alphabets with one shape.
_CYRILLIC = dict(zip("аеорсухіјѕАВЕКМНОРСТХІЈЅ", "aeopcyxijsABEKMHOPCTXIJS", strict=True))
_GREEK = dict(zip("οΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oABEZHIKMNOPTYX", strict=True))
_TO_LATIN = {**_CYRILLIC, **_GREEK}
_ALPHABETS = {
    "LATIN": _TO_LATIN,
    "CYRILLIC": {latin: own for own, latin in _CYRILLIC.items()},
    "GREEK": {latin: own for own, latin in _GREEK.items()},
}
_WORD = re.compile(r"[^\W\d_]{4,}")
_ASCII_LETTER = re.compile("[A-Za-z]")
_OTHER_LETTER = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_FEWEST_OWN = 3

# Entities that lost their semicolon or have spaces inside. Without one only names that are no word and no parameter.
_NAMES = "nbsp|quot|ccedil|szlig|[aeiouAEIOU](?:acute|grave|circ|uml)|[anoANO]tilde|[lr]dquo|[lr]squo|[mn]dash|hellip"
_OPEN = re.compile(
    rf"&(?:{_NAMES})(?![\w;=&])"
    rf"|& ?(?:#[1-9][0-9]{{1,4}}|#x[0-9a-fA-F]{{2,4}}|{_NAMES}|amp) ;|& (?:#[1-9][0-9]{{1,4}}|{_NAMES});"
)
_ADDRESS = re.compile(r"[?=/]\S*\Z")
_CONTROLS = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")


def soft_hyphens(text: str) -> Iterator[Edit]:
    r"""Take soft hyphens out of words.

    >>> [e[:3] for e in soft_hyphens("Donau\xaddampf")]
    [(5, 6, '')]
    """
    for found in _SOFT.finditer(text):
        yield Edit(*found.span(), "", "soft-hyphen", 1.0, evidence="between two letters")


def unseen_marks(text: str) -> Iterator[Edit]:
    r"""Take out zero-width characters and marks of direction where they have no function.

    >>> [e[:3] for e in unseen_marks("zero\u200bwidth \u200eleft")], list(unseen_marks("می\u200cخواهم"))
    ([(4, 5, ''), (11, 12, '')], [])
    """
    right_to_left = _RIGHT_TO_LEFT.search(text) is not None
    for found in _NOT_SEEN.finditer(text):
        if _DIRECTIONS.fullmatch(found[0]):
            if not right_to_left:
                told = f"{_named(found[0])} in a text that runs from left to right"
                yield Edit(*found.span(), "", "invisible", 1.0, evidence=told)
            continue
        around = text[max(0, found.start() - 1) : found.start()] + text[found.end() : found.end() + 1]
        if not _JOINING.search(around) and not _DIRECTIONS.search(around):
            yield Edit(*found.span(), "", "invisible", 1.0, evidence=f"{_named(found[0])} joins and parts nothing here")


def _named(marks: str) -> str:
    return " ".join(f"U+{ord(mark):04X}" for mark in marks[:3])


def look_alikes(text: str) -> Iterator[Edit]:
    """Put letters of another alphabet right that stand inside a word and look like its own.

    >>> [(e[:3]) for e in look_alikes("Pаris, Париж, кВт, SMSка")]
    [(1, 2, 'a')]
    """
    if not _OTHER_LETTER.search(text):
        return
    for word in _WORD.finditer(text):
        if not _OTHER_LETTER.search(word[0]) or not _ASCII_LETTER.search(word[0]):
            continue
        scripts = [unicodedata.name(letter, "").partition(" ")[0] for letter in word[0]]
        own = max(sorted(set(scripts)), key=scripts.count)
        if own in _ALPHABETS and _is_of(own, word[0], scripts):
            for place, script in enumerate(scripts):
                if script != own:
                    told = f"a {script.title()} letter in the {own.title()} word {word[0]}"
                    at = word.start() + place
                    yield Edit(at, at + 1, _ALPHABETS[own][word[0][place]], "look-alike", 0.99, evidence=told)


def _is_of(own: str, word: str, scripts: list[str]) -> bool:
    """Tell whether a word is of one alphabet but for look-alikes; endings of another language on a name are none."""
    table = _ALPHABETS[own]
    strange = [letter for letter, script in zip(word, scripts, strict=True) if script != own]
    if len(word) - len(strange) < max(_FEWEST_OWN, 2 * len(strange)) or not all(letter in table for letter in strange):
        return False
    if re.search("[a-zа-ӿ][A-ZΑ-ΩА-Я]", word):
        return False  # two words without a space
    looks = set(table.values())
    sure = any(letter not in looks for letter, script in zip(word, scripts, strict=True) if script == own)
    return sure and not (own == "LATIN" and scripts[-1] != own)


def open_entities(text: str) -> Iterator[Edit]:
    """Read entities that lost their semicolon, or have a space inside, where they can be nothing else.

    >>> [(e[:3]) for e in open_entities("caf&eacute noir & #8217;")], list(open_entities("R&D, ?a=1&quot=2"))
    ([(3, 10, 'é'), (16, 24, '’')], [])
    """
    for found in _OPEN.finditer(text):
        if _ADDRESS.search(text[max(0, found.start() - 100) : found.start()]):
            continue
        char = html.unescape(found[0].replace(" ", "").rstrip(";") + ";")
        if len(char) == 1 and not _CONTROLS.search(char):
            yield Edit(*found.span(), char, "open-entity", 0.99, evidence=f"no word is spelt {found[0]}")


MARKS: Mapping[str, Callable[[str], Iterator[Edit]]] = {
    "open-entity": open_entities,
    "soft-hyphen": soft_hyphens,
    "invisible": unseen_marks,
    "look-alike": look_alikes,
}

# A text without any of these has nothing to find (for RE2).
_MARKED = (
    r"[\xad\x{200b}-\x{200f}\x{2060}\x{2066}-\x{2069}\x{feff}\x{61c}\x{202a}-\x{202e}]"
    r"|[A-Za-z][\x{370}-\x{52f}]|[\x{370}-\x{52f}][A-Za-z]"
)
_OPENED = r"& ?#|& ?[A-Za-z]{3,6}(?:[^A-Za-z;]|$)|& [A-Za-z]{3,6};"


def marked(texts: pa.Array) -> pa.Array:
    """Say which texts may hold such characters."""
    return pc.or_(pc.match_substring_regex(texts, _MARKED), pc.match_substring_regex(texts, _OPENED))
