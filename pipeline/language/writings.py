"""Find the writing of a text: which script its letters belong to, and which marks stand among them."""

import unicodedata
from collections import Counter
from functools import lru_cache

from pipeline.language.rules import Rules, Writing


def find_writing(letters: Counter[str], rules: Rules) -> tuple[Writing | None, float]:
    """Find the first writing that nearly all letters belong to, and their share."""
    total = letters.total()
    scripts: dict[str, int] = {}
    for letter, count in letters.items():
        script = _script(letter)
        scripts[script] = scripts.get(script, 0) + count
    for writing in rules.writings:
        if writing.scripts.isdisjoint(scripts):
            continue
        own = sum(scripts.get(script, 0) for script in writing.scripts)
        if own < max(writing.min_letters, writing.min_share * total):
            continue
        marked = (sum(scripts.get(mark, 0) + letters.get(mark, 0) for mark in group) for group in writing.marks)
        if all(count >= writing.min_marks * own for count in marked):
            return writing, own / total
    return None, 0.0


@lru_cache(maxsize=1 << 16)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
