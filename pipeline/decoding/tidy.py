"""Choose among readings of the same bytes in Latin letters: the one in which letters and signs stand where they belong.

A detector knows letters' frequencies, and has little to go by where a text is ASCII but for some quotation marks and
dashes. Yet a dash read in the wrong codec is a capital inside a word, and a letter becomes a sign there.
"""

import re
from collections.abc import Sequence

_CAPITALS = "\u00c0-\u00d6\u00d8-\u00de\u0152\u0160\u0178\u017d\u0102\u0104\u0106\u010c\u010e\u0110\u0118\u011a\u0141"
_SMALL = "\u00df-\u00f6\u00f8-\u00ff\u0153\u0161\u017e\u0103\u0105\u0107\u010d\u010f\u0111\u0119\u011b\u0142"
# Signs that stand in no word. Apostrophes, hyphens, the middle dot of Catalan, ª and º do; dashes and ellipses may.
_SIGNS = "\u00a1-\u00a9\u00ab\u00ac\u00ae-\u00b3\u00b5\u00b6\u00b8\u00b9\u00bb-\u00bf\u00d7\u00f7\u0192\u02c6\u02dc"
_SIGNS += "\u02c7\u02d8-\u02db\u02dd\u2044\u2200-\u22ff\u25ca\uf8ff"
_SIGNS += "\u201a\u201c-\u201e\u2020-\u2022\u2030\u2039\u203a\u20ac\u2122"
_UNTIDY = re.compile(
    f"[a-z{_SMALL}][{_CAPITALS}]"  # a capital inside a word; McDonald's are ASCII
    f"|[{_SMALL}][A-Z]"
    f"|[^\\W\\d_][{_SIGNS}](?=[^\\W\\d_])"  # a sign inside a word
    f"|\\d[{_CAPITALS}{_SMALL}\u00a1\u00bf]|(?<![^\\W_])[{_CAPITALS}{_SMALL}](?=\\d)"  # a letter beside a figure
    "|(?<![^\\W_])[\u00ca\u00d1-\u00d3\u00d5\u00d0\u00db](?![^\\W_])"  # letters that are no words
    "|\u0178(?=[a-z])"  # no word begins with it
    "|[^\\W_]\u00a1|\u00a1(?!\\w)|\u00bf(?!\\w)"  # Spanish marks stand before a word
    "|[\x80-\x9f]"
)

# Untidy places for each byte beyond ASCII in a text that is damaged, but read rightly.
_CHANCE = 0.2
# Bytes beyond ASCII with two neighbours on either side, which is as far as the pattern looks.
_PLACES = re.compile(rb"(?:[\0-\x7f]{0,2}[\x80-\xff])+[\0-\x7f]{0,2}")
_HIGH_BYTES = bytes(range(0x80, 0x100))
# Codecs of Western and Central Europe, and those that a page is hardly ever written in undeclared.
_LATIN = frozenset({"cp1250", "cp1252", "cp1254", "cp1257", "iso8859-2", "iso8859-9", "iso8859-15", "iso8859-16"})
_DATED = frozenset({"cp437", "cp775", "cp850", "cp852", "cp858", "cp860", "cp863", "cp865", "mac-roman"})


def untidiness(text: str) -> int:
    """Count the places where a letter or a sign stands in a way that no language writes.

    >>> untidiness("“Señor”, 41°F — Çà et là"), untidiness("ÒSeñorÓ, 41¡F Ñ Ch‡vez")
    (0, 4)
    """
    return sum(1 for _ in _UNTIDY.finditer(text))


def tidiest(raw: bytes, codecs: Sequence[str]) -> str:
    """Name the codec that reads `raw` best; the first unless another is clearly tidier.

    A byte that a codec does not know counts as untidy.

    >>> tidiest("don’t – “stop”".encode("mac-roman"), ["cp1252", "mac-roman"])
    'mac-roman'
    """
    places = b"\n".join(_PLACES.findall(raw))
    counts = {codec: untidiness(places.decode(codec, "replace").replace("\ufffd", "\x80")) for codec in codecs}
    best = min(counts, key=counts.__getitem__)
    high = len(raw) - len(raw.translate(None, _HIGH_BYTES))
    return best if counts[codecs[0]] - counts[best] > _CHANCE * high else codecs[0]


def rivals(codec: str) -> tuple[str, ...]:
    """Name the codecs that a detector takes for one another, the likelier first; none but itself outside Latin.

    >>> rivals("cp437"), rivals("cp1250"), rivals("cp1251")
    (('cp1252', 'cp437', 'mac-roman'), ('cp1250', 'mac-roman'), ('cp1251',))
    """
    if codec in _DATED:
        return tuple(dict.fromkeys(("cp1252", codec, "mac-roman")))
    return (codec, "mac-roman") if codec in _LATIN else (codec,)
