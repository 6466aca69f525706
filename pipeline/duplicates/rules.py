"""The rules of linking: when a block is a copy of another, and which of the two stays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipeline.duplicates import candidates, facts, prints, verdicts
from pipeline.duplicates.claims import known_claims
from pipeline.duplicates.linked import SpreadRules
from pipeline.lift import RuleError, RuleFiles, refuse_unknown

# Tables of duplicate.toml that only the linking reads.
TABLES = ("blocks", "spread", "candidates", "prints", "likeness", "names")


@dataclass(frozen=True)
class Rules:
    """When a block is a copy of another."""

    min_words: int  # a block with fewer is a copy only in its own document, or where the whole document is one
    within_words: int  # ... and in its own document only with as many as this
    beside_words: int  # ... or with as many as this, right behind the block that it repeats
    whole: float  # share of a document's blocks that must repeat another document for it to be a copy
    revision: float  # share of a document's blocks that must stand in an earlier one of its site for it to be a version
    spread: SpreadRules
    keeper: tuple[str, ...]  # what decides who stays, the first first; then the path
    sentence_words: int  # a sentence with fewer covers nothing, and is not covered
    candidates: candidates.Rules
    prints: prints.Rules
    verdicts: verdicts.Rules


def parse(files: RuleFiles) -> Rules:
    """Read the TABLES of duplicate.toml."""
    table = files["duplicate.toml"]
    known: dict[str, Iterable[str]] = {
        "blocks": ("min_words", "within_words", "beside_words", "whole", "revision", "keeper", "sentence_words"),
        "spread": SpreadRules._fields,
        "candidates": candidates.Rules._fields,
        "prints": prints.Rules._fields,
        "likeness": set(verdicts.Rules._fields) - {"names"},
        "names": (*set(facts.Rules._fields) - {"stand_ins"}, "guard", "guards"),
    }
    for name, keys in known.items():
        refuse_unknown(f"duplicate.toml [{name}]", table[name], keys)
    names = _names(table["names"])
    likeness = verdicts.Rules(**table["likeness"], names=names)
    blocks = table["blocks"] | {"keeper": tuple(table["blocks"]["keeper"])}
    unknown = set(blocks["keeper"]) - known_claims()
    if unknown:
        raise RuleError(f"duplicate.toml [blocks] keeper: unknown {sorted(unknown)}")
    return Rules(
        **blocks,
        spread=SpreadRules(**table["spread"]),
        candidates=candidates.Rules(**table["candidates"]),
        prints=prints.Rules(**table["prints"]),
        verdicts=likeness,
    )


def _names(table: Mapping[str, Any]) -> facts.Rules:
    """Read `[names]`: how names are compared, by the guard that is chosen there."""
    guards = table["guards"]
    if table["guard"] not in guards:
        raise RuleError(f"duplicate.toml [names] guard: {table['guard']!r} is none of {sorted(guards)}")
    chosen = guards[table["guard"]]
    refuse_unknown(f"duplicate.toml [names.guards.{table['guard']}]", chosen, ("stand_ins",))
    plain = {key: value for key, value in table.items() if not key.startswith("guard")}
    sets = {"endings": frozenset(table["endings"]), "stand_ins": frozenset(chosen["stand_ins"])}
    return facts.Rules(**plain | sets)


def of_sentences(rules: Rules) -> Rules:
    """Give the rules by which sentences are linked."""
    return replace(rules, min_words=rules.sentence_words)
