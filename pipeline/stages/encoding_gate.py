"""Pick from a column the texts that ftfy would change, or that hold letters taken apart from their accents.

The gate is written from ftfy's own tables. ftfy works in rounds and ends with the first that changes nothing, and a
round changes a text only where one of its steps finds what it looks for: an entity, a sequence that its badness
pattern calls bad, a ligature, a control character. A text without any of these comes out as it went in.
"""

import re
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
from ftfy import TextFixerConfig
from ftfy.badness import BADNESS_RE
from ftfy.chardata import CONTROL_CHARS, HTML_ENTITY_RE

from pipeline.decoding.stray import STRAY
from pipeline.screens import passing, screen_of
from pipeline.stages.encoding_forms import LIGATURE, MARK, composed

# Quotation marks stay curly and full-width letters wide, for those are no damage; nor are ŉ and ĳ, which are
# letters of Afrikaans and Dutch (`encoding_forms` takes the ligatures of type apart). White space is another stage's.
# A step that is switched on here needs its trigger in the screen.
CONFIG = TextFixerConfig(
    unescape_html=True,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    remove_terminal_escapes=True,
    remove_control_chars=True,
    normalization=None,
    explain=False,
)

# What a verbose pattern means (group 1: classes and escapes) between the white space and comments that it does not.
_LAYOUT = re.compile(r"(\\.|\[(?:\\.|[^\]])*\])|\s+|#.*")


def one_of(chars: Iterable[int]) -> str:
    r"""Write a class of characters for RE2.

    >>> one_of([9, 0xFEFF])
    '[\\x{9}\\x{feff}]'
    """
    return "[" + "".join(f"\\x{{{char:x}}}" for char in chars) + "]"


def tight(pattern: re.Pattern[str]) -> re.Pattern[str]:
    r"""Write a verbose pattern without its layout.

    >>> tight(re.compile("[ab] [ ] c  # comment\n  | d", re.VERBOSE)).pattern
    '[ab][ ]c|d'
    """
    return re.compile(_LAYOUT.sub(lambda piece: piece[1] or "", pattern.pattern))


def _triggers() -> str | None:
    """Join what ftfy's steps look for. Terminal escapes and C1 controls are among the others."""
    bad, entity = screen_of(tight(BADNESS_RE)), screen_of(HTML_ENTITY_RE)
    if bad is None or entity is None:
        return None  # RE2 cannot say it: all texts go through ftfy.
    return "|".join((bad, entity, LIGATURE.pattern, one_of(CONTROL_CHARS), STRAY.pattern))


_TRIGGERS = _triggers()


def changeable(texts: pa.Array) -> pa.Array:
    r"""Say which texts ftfy (with `CONFIG`) or `encoding_forms` may change, or have stray bytes.

    >>> changeable(pa.array(["“Schön”, sagte sie", "schÃ¶n", "R&amp;D", "ﬁn", "e\u0301"])).to_pylist()
    [False, True, True, True, True]
    """
    found = passing(texts, _TRIGGERS)
    marked = pc.and_not(pc.match_substring_regex(texts, MARK.pattern), found)
    if marked.true_count == 0:
        return found
    apart = [composed(text) != text for text in texts.filter(marked).to_pylist()]
    return pc.replace_with_mask(found, marked, pa.array(apart, pa.bool_()))
