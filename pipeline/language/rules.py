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
    BCP 47 tags in their place) are those of the back end that was chosen.
    """

    backend: str
    roles: frozenset[str]
    sample_chars: int
    min_distinct: int
    min_score: float
    tags: tuple[tuple[str, str], ...]
    seed: int
    rare_weight: float
    writings: tuple[Writing, ...]


_KEYS = ("backend", "roles", "sample_chars", "min_distinct", "min_share", "fast", "langdetect", "writing")
_BACKEND_KEYS = {"fast": ("min_score", "rare_weight", "tags"), "langdetect": ("min_score", "seed", "tags")}
_WRITING_KEYS = (
    *("id", "scripts", "languages", "rare", "marks", "min_marks", "min_letters", "min_share"),
    *("fallback", "fires", "silent"),
)


def parse(files: RuleFiles) -> Rules:
    """Read `language.toml`.

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
    return Rules(
        backend=backend,
        roles=frozenset(table["roles"]),
        sample_chars=table["sample_chars"],
        min_distinct=table["min_distinct"],
        min_score=table[backend]["min_score"],
        tags=tuple(table[backend]["tags"].items()),
        seed=table["langdetect"]["seed"],
        rare_weight=table["fast"]["rare_weight"],
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
