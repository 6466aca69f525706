"""Tell paragraphs whose lines were broken at a fixed width from lines that stand for themselves."""

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise

# Widths that mail programs, typewriters and formatters break lines at.
_NARROWEST, _WIDEST = 45, 100
# A page must break this many lines, and most of those that follow one another, where the next word did not fit: a
# headline above its teaser does so by chance now and then.
_FEWEST_BREAKS = 3
_SHARE_OF_BREAKS = 0.5
# Prose goes on in lower case after most breaks, in German after a third of them; in lists and verses of even length
# nearly every line begins with a capital.
_MOST_CAPITALS = 0.75

_ITEM = re.compile(r"\s*(?:[-*•·‣▪>|]|\(?\d{1,2}[.)]|[a-z]\))\s")


class Wrapping:
    """The width that a page breaks its lines at, if it does."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        """Look at all groups of lines that follow one another without a blank line."""
        breaks = [pair for group in groups for pair in pairwise(group) if not _begins_anew(*pair)]
        self._width = _width(breaks)

    def joins(self, line: str, following: str) -> bool:
        """Tell whether `following` goes on with the paragraph of `line`: its first word had no room before."""
        return self._width > 0 and not _begins_anew(line, following) and _is_full(line, following, self._width)


def _width(breaks: Sequence[tuple[str, str]]) -> int:
    """Find the width that most line breaks are explained by; 0 where the evidence does not suffice."""
    change = [0] * (_WIDEST + 2)
    for line, following in breaks:
        shortest, longest = _explained(line, following)
        if shortest <= longest:
            change[shortest] += 1
            change[longest + 1] -= 1
    counts = list(accumulate(change))
    best = max(counts)
    width = counts.index(best)
    if best < max(_FEWEST_BREAKS, _SHARE_OF_BREAKS * len(breaks)):
        return 0
    full = [following for line, following in breaks if _is_full(line, following, width)]
    capitals = sum(following.lstrip()[:1].isupper() for following in full)
    return width if capitals <= _MOST_CAPITALS * len(full) else 0


def _explained(line: str, following: str) -> tuple[int, int]:
    """Give the least and the greatest width that would have broken the line where it is broken."""
    length = len(line.rstrip())
    word = following.split(None, 1)[0] if following.strip() else ""
    return max(length, _NARROWEST), min(length + len(word), _WIDEST)


def _is_full(line: str, following: str, width: int) -> bool:
    shortest, longest = _explained(line, following)
    return shortest <= width <= longest or (shortest > width and len(line.split()) == 1)


def _begins_anew(line: str, following: str) -> bool:
    """Tell list items and indented first lines from lines that go on."""
    return bool(_ITEM.match(following)) or (_indent(following) > _indent(line) and not _ITEM.match(line))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
