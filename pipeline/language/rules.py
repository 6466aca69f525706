"""What `language.toml` says: how much evidence a language needs, what is known of writings, and which back end asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.lift import RuleError, RuleFiles, refuse_unknown

BACKENDS = ("fast", "langdetect")


@dataclass(frozen=True)
class Writing:
    """A way of writing, and the languages that use it.

    `scripts` are first words of Unicode character names (LATIN, CJK); `marks` are groups of scripts or single
    letters: of each group at least `min_marks` (a share of the letters) must be there. `min_share` of all letters
    must be of the scripts. One language needs no back end, for the writing says it; of several, a back end chooses
    among those that it knows. `rare` languages are chosen only on more evidence.
    """

    id: str
    scripts: frozenset[str]
    languages: tuple[str, ...]
    rare: tuple[str, ...]
    marks: tuple[frozenset[str], ...]
    min_marks: float
    min_letters: int
    min_share: float
    fallback: str | None


@dataclass(frozen=True)
class Rules:
    """How much evidence a language needs, and what is known of writings.

    `seed` is langdetect's, `rare_weight` the fast back end's; `min_score` and `tags` (the model's own names, and the
    BCP 47 tags in their place) are those of the back end that was chosen. `function_words` are a language's commonest.
    """

    backend: str
    roles: frozenset[str]
    sample_chars: int
    min_distinct: int
    min_score: float
    tags: tuple[tuple[str, str], ...]
    seed: int
    rare_weight: float
    min_own_chars: int
    min_own_score: float
    min_document_share: float
    min_mixed_share: float
    min_function_words: int
    min_function_share: float
    function_words: Mapping[str, frozenset[str]]
    writings: tuple[Writing, ...]


_KEYS = ("backend", "roles", "sample_chars", "min_distinct", "min_share", "fast", "langdetect", "paragraphs", "writing")
_PARAGRAPH_KEYS = (
    *("min_own_chars", "min_own_score", "min_document_share", "min_mixed_share"),
    *("min_function_words", "min_function_share"),
)
_BACKEND_KEYS = {"fast": ("min_score", "rare_weight", "tags"), "langdetect": ("min_score", "seed", "tags")}
_WRITING_KEYS = (
    *("id", "scripts", "languages", "rare", "marks", "min_marks", "min_letters", "min_share"),
    *("fallback", "fires", "silent"),
)


def parse(files: RuleFiles) -> Rules:
    """Read `language.toml`, and the commonest words of some languages from `linemodel/stopwords.toml`.

    Raises:
        RuleError: a key that nothing reads, a back end that is not there, or a writing without examples.
    """
    table = files["language.toml"]
    refuse_unknown("language.toml", table, _KEYS)
    for name in BACKENDS:
        refuse_unknown(f"language.toml, {name}", table[name], _BACKEND_KEYS[name])
    backend = table["backend"]
    if backend not in BACKENDS:
        raise RuleError(f"language.toml: backend is {backend!r}, not one of {', '.join(BACKENDS)}")
    refuse_unknown("language.toml, paragraphs", table["paragraphs"], _PARAGRAPH_KEYS)
    return Rules(
        backend=backend,
        roles=frozenset(table["roles"]),
        sample_chars=table["sample_chars"],
        min_distinct=table["min_distinct"],
        min_score=table[backend]["min_score"],
        tags=tuple(table[backend]["tags"].items()),
        seed=table["langdetect"]["seed"],
        rare_weight=table["fast"]["rare_weight"],
        **{key: table["paragraphs"][key] for key in _PARAGRAPH_KEYS},
        function_words={tag: frozenset(words.split()) for tag, words in files["linemodel/stopwords.toml"].items()},
        writings=tuple(_parse_writing(writing, table["min_share"]) for writing in table["writing"]),
    )


def _parse_writing(writing: Mapping[str, Any], min_share: float) -> Writing:
    refuse_unknown(f"language.toml, writing {writing.get('id')!r}", writing, _WRITING_KEYS)
    if not (writing["fires"] and writing["silent"]):
        raise RuleError(f"language.toml, writing {writing['id']!r}: needs a text that it takes and one that it leaves")
    return Writing(
        id=writing["id"],
        scripts=frozenset(writing["scripts"]),
        languages=tuple(writing["languages"]),
        rare=tuple(writing.get("rare", ())),
        marks=tuple(frozenset(group) for group in writing.get("marks", ())),
        min_marks=writing.get("min_marks", 0.0),
        min_letters=writing["min_letters"],
        min_share=writing.get("min_share", min_share),
        fallback=writing.get("fallback"),
    )
