"""Tell a site's name from a headline, where a title bears both."""

import re
from typing import NamedTuple
from unicodedata import combining, normalize

# What parts a headline from the site's name, a section or a kicker.
JOINT = re.compile(r"\s+[|–—·•»«:/›-]+\s+|\s?[｜：|]\s?")
_BAR = re.compile(r"\s?[|｜]\s?")
_NO_LETTERS = re.compile(r"[\W_]+")
_NAME_WORDS = 6
# From so many letters on a host's label is a name wherever it stands: "heise" in "heise online".
_SPELT = 4


class Site(NamedTuple):
    """What a site is called, letters only, and its host."""

    names: frozenset[str]
    host: str | None

    def is_name(self, text: str) -> bool:
        """Tell whether `text` is the site's name, or the part of its host that spells it."""
        level = letters(text)
        return level != "" and (level in self.names or any(level in (label, f"the{label}") for label in self._labels()))

    def bears(self, text: str) -> bool:
        """Tell whether a short part of a title names the site: its name or host stands in it, or it in the host."""
        words = text.split()
        if self.is_name(text) or not 0 < len(words) <= _NAME_WORDS:
            return self.is_name(text)
        level = letters(text)
        plain = letters("".join(c for c in normalize("NFKD", text) if not combining(c)))
        if any(len(name) >= _SPELT and name in level for name in self.names):
            return True
        named = {*map(letters, words), plain}
        return any(
            label in named or (len(label) >= _SPELT and label in plain) or (len(plain) > _SPELT and plain in label)
            for label in self._labels()
        )

    def _labels(self) -> set[str]:
        """Give the parts of the host but the last, without what every host has."""
        host = (self.host or "").lower()
        labels = {letters(label) for label in host.split(".")[:-1]} | {letters(host.removeprefix("www."))}
        return {label for label in labels if len(label) > 1} - {"www", "com", "co", "org", "blog", "news"}


def without_site(title: str, site: Site) -> str:
    """Take the site's name off the end or the beginning of a title, and what a bar parts from it."""
    joints = list(JOINT.finditer(title))
    for joint in [*joints[::-1], *joints]:
        before, after = title[: joint.start()].strip(), title[joint.end() :].strip()
        if before and (site.is_name(after) or (site.bears(after) and len(before) > len(after))):
            return without_site(before, site)
        if after and (site.is_name(before) or (site.bears(before) and len(after) > len(before))):
            return without_site(after, site)
    for bar in list(_BAR.finditer(title))[-1:]:
        before, after = title[: bar.start()].strip(), title[bar.end() :].strip()
        if len(before) > len(after):
            return before
    return title.strip()


def letters(text: str) -> str:
    """Level a text to its letters and digits."""
    return _NO_LETTERS.sub("", text.casefold())
