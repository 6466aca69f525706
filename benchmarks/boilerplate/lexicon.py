"""Words of lines and of paths with their weights, and the rule files that they are kept in."""

import re
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.linemodel import glyphs

NEGLIGIBLE = 1  # hundredths of a logit
COLUMNS = ("weight", "opens", "closes")
LANGUAGES = ("en", "de")  # those with pages enough to weigh their stop words


class Lexicon(NamedTuple):
    """Weights of words by word, in logits."""

    words: dict[str, tuple[float, ...]]  # for the line, for what follows it, for what goes before it
    outer: dict[str, float]
    inner: dict[str, float]


def is_lexical(name: str) -> bool:
    """Say whether a feature is made of weights of words: blank on a page in a language that no training page is in."""
    return "lexicon" in name or name == "known" or name.startswith(("opens", "closes"))


def foreign_words(stopwords: dict[str, str]) -> set[str]:
    """Give stop words of languages with too few pages: what is seen of them comes from names on other pages."""
    words = {language: set(text.split()) for language, text in stopwords.items()}
    known = set().union(*(words[language] for language in LANGUAGES))
    return set().union(*words.values()) - known


def files_of(lexicon: Lexicon, lists: dict[str, Any]) -> dict[str, Any]:
    """Put a lexicon into the shape of rule files; weights that round to nothing are left out."""
    weight = {word: [round(100 * value) for value in values] for word, values in lexicon.words.items()}
    both = {word: (round(100 * lexicon.outer.get(word, 0)), round(100 * lexicon.inner.get(word, 0)))
            for word in sorted({*lexicon.outer, *lexicon.inner})}  # fmt: skip
    return {
        **lists,
        "linemodel/words.tsv": [
            {"word": word, **{name: str(value) for name, value in zip(COLUMNS, values, strict=True)}}
            for word, values in sorted(weight.items())
            if max(map(abs, values)) > NEGLIGIBLE
        ],
        "linemodel/path_words.tsv": [
            {"word": w, "outer": str(o), "inner": str(i)}
            for w, (o, i) in both.items()
            if max(abs(o), abs(i)) > NEGLIGIBLE
        ],
    }


def words_in(texts: pa.Array) -> dict[int, str]:
    """Name the keys of the words in some texts."""
    found: set[str] = set()
    for text in texts.to_pylist():
        for word in re.findall(r"[^\W_]+", re.sub(r"\d", "0", text.lower())):
            found.add(word)
    parted = [char for word in found for char in word]
    words = sorted({*found, *parted})
    read = glyphs.read(pa.array(words))
    single = np.flatnonzero(np.bincount(read.rows, minlength=len(words)) == 1)
    return {int(read.keys[read.offsets[row]]): words[row] for row in single.tolist()}
