"""What the label of a charset stands for: the codecs that read it as browsers do, best first."""

import codecs
import re

from pipeline.decoding.variants import CP932_WEB

# The web reads a label as the superset that is really meant (https://encoding.spec.whatwg.org/#names-and-labels). After
# it stand codecs that read the same text and can be undone where the first cannot: Big5 and Shift JIS have two codes
# for some characters. A codec that stands nowhere here (utf-7, unicode_escape, punycode) is no page's.
_MULTI_BYTE = {
    "shift_jis": ("cp932", CP932_WEB, "shift_jis_2004", "shift_jis"),
    "cp932": ("cp932", CP932_WEB, "shift_jis_2004", "shift_jis"),
    "shift_jis_2004": ("shift_jis_2004", "cp932", CP932_WEB),
    "euc_jp": ("euc_jp", "euc_jis_2004"),
    "euc_jis_2004": ("euc_jis_2004", "euc_jp"),
    "iso2022_jp": ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_ext"),
    "iso2022_jp_2": ("iso2022_jp_2", "iso2022_jp_ext"),
    "iso2022_kr": ("iso2022_kr",),
    "gb2312": ("gb18030",),
    "gbk": ("gb18030",),
    "gb18030": ("gb18030",),
    "big5": ("big5hkscs", "cp950", "big5"),
    "big5hkscs": ("big5hkscs", "cp950", "big5"),
    "cp950": ("cp950", "big5hkscs"),
    "euc_kr": ("cp949",),
    "cp949": ("cp949",),
    "johab": ("johab",),
}
_ONE_BYTE = {
    "ascii": ("cp1252",),
    "iso8859-1": ("cp1252",),
    "iso8859-9": ("cp1254", "iso8859-9"),
    "iso8859-11": ("cp874", "iso8859-11"),
    "tis-620": ("cp874", "iso8859-11"),
}
_ONE_BYTE_NAME = re.compile(r"cp(?!65|9)\d+|iso8859-\d+|koi8-[rtu]|mac-[a-z]+|kz1048|ptcp154")
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})

# Labels of the web, and of chardet, that Python does not know.
_ALIASES = {
    "windows-31j": "cp932",
    "x-sjis": "cp932",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gbk",
    "gb_2312-80": "gbk",
    "cn-big5": "big5",
    "x-x-big5": "big5",
    "windows-949": "cp949",
    "dos-874": "cp874",
    "windows-874": "cp874",
    "iso-8859-8-i": "cp1255",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-6-e": "iso8859-6",
    "iso-8859-6-i": "iso8859-6",
    "koi": "koi8-r",
    "koi8": "koi8-r",
    "koi8-ru": "koi8-u",
    "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-ukrainian": "mac-cyrillic",
    "maccyrillic": "mac-cyrillic",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
}


def codecs_of(label: str) -> tuple[str, ...]:
    """Name the codecs that a charset's label may stand for, best first; none for one that no page is written in.

    UTF-8 is not among them: it is tried before any label is believed.

    >>> codecs_of("ISO-8859-1"), codecs_of("gb2312"), codecs_of("unicode_escape")
    (('cp1252',), ('gb18030',), ())
    """
    name = _canonical(label)
    if name in _MULTI_BYTE:
        return _MULTI_BYTE[name]
    if name in _ONE_BYTE:
        return _ONE_BYTE[name]
    return (name,) if name in _WIDE or _ONE_BYTE_NAME.fullmatch(name) else ()


def is_one_byte(codec: str) -> bool:
    """Tell whether a codec has one byte a character, and so takes nearly any bytes for text.

    >>> is_one_byte("cp1252"), is_one_byte("cp932"), is_one_byte("utf-8")
    (True, False, False)
    """
    return _canonical(codec) not in _MULTI_BYTE and bool(_ONE_BYTE_NAME.fullmatch(_canonical(codec)))


def _canonical(label: str) -> str:
    plain = label.strip().lower()
    try:
        return codecs.lookup(_ALIASES.get(plain, plain)).name
    except (LookupError, ValueError):  # ValueError: a label with a NUL in it
        return ""
