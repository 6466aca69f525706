"""Put letters and accents together that some systems take apart, and take apart the ligatures of type.

Not Unicode's whole NFC: of two equal spellings it has its favourite in every script, and so would change sound
Bengali, Hindi, Punjabi, Arabic and Thai, where neither spelling is damage.
"""

import re
import unicodedata

# Marks that may have been taken from their letters: accents, kana's voice marks, the later parts of Korean syllables.
MARK = re.compile("[\u0300-\u036f\u3099\u309a\u1161-\u1175\u11a8-\u11c2]")
_APART = re.compile(
    "[A-Za-z\u00c0-\u052f\u1e00-\u1fff][\u0300-\u036f]+"
    "|[\u3041-\u30ff][\u3099\u309a]"
    "|[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?"
    "|[\uac00-\ud7a3][\u11a8-\u11c2]"
)
# Of type alone: ﬀ to ﬆ. The letters ŉ, ĳ, ǆ, ǉ, ǌ are their languages' own.
LIGATURE = re.compile("[\ufb00-\ufb06]")


def composed(text: str) -> str:
    r"""Put each letter and its marks together (NFC), in Latin, Greek, Cyrillic, kana and Hangul.

    >>> composed("Cafe\u0301") == "Caf\u00e9", composed("\u09df") == "\u09df"
    (True, True)
    """
    return _APART.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)


def in_form(text: str) -> str:
    """Put letters together and ligatures apart.

    >>> in_form("eﬃzient")
    'effizient'
    """
    return composed(LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text))
