"""How likely it is that a machine translated a page, and from which language: evidence added up in log-odds."""

import math
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.screens import passing
from pipeline.stages.mistranslation_decisions import REPAIRED, Decision
from pipeline.stages.mistranslation_rules import Origin

_LABEL_CHARS = 200
_FEW = 500


class Judged(NamedTuple):
    """Likelihood that a page was translated by a machine, 0 to 1, and the language that it was written in, if told."""

    score: float
    source: str | None


def labels(texts: pa.Array, rules: Origin) -> dict[int, str]:
    """Find translated page furniture among short lines: by row, the language that each was translated from."""
    rows = pc.indices_nonzero(pc.less_equal(pc.utf8_length(texts), _LABEL_CHARS))
    codes = texts.take(rows).dictionary_encode()
    different = codes.dictionary  # Each different line is looked at once.
    lines = different.to_pylist()
    told: dict[int, str] = {}
    for lang, patterns in rules.labels.items():
        for pattern in patterns:
            # A screen has to be made ready, which takes longer than to look at a few lines.
            screen = pattern.screen if len(lines) > _FEW else None
            for line in pc.indices_nonzero(passing(different, screen)).to_pylist():
                if pattern.search(lines[line]):
                    told[line] = told.get(line) or lang
    numbered = zip(rows.to_pylist(), codes.indices.to_pylist(), strict=True)
    return {row: told[line] for row, line in numbered if line in told}


def judge(seen: Counter[str], decisions: Sequence[Decision], host: str | None, rules: Origin, *, mixed: bool) -> Judged:
    """Add up what a page's labels, names, phrases, site and quotation marks say.

    Args:
        seen: labels on the page, by language.
        decisions: what was decided about its words.
        host: its site.
        rules: the weights.
        mixed: whether its quotations are marked in two styles.
    """
    repaired = sum(d.action == REPAIRED and d.rule == "name-as-word" for d in decisions)
    phrases = len({d.rule for d in decisions if d.slot == "phrase"})
    odds = rules.prior
    odds += rules.site * _is_of(host, rules.sites)
    odds += min(rules.most_labels, rules.label * seen.total())
    odds += min(rules.most, rules.name * repaired)
    odds += min(rules.most, rules.phrase * phrases)
    odds += rules.quotes * mixed
    score = 1 / (1 + math.exp(-odds))
    return Judged(round(score, 4), _language(seen, decisions) if score >= rules.judged else None)


def _is_of(host: str | None, sites: AbstractSet[str]) -> bool:
    """Whether a host, or one that it belongs to, is among some sites."""
    rest = host or ""
    while rest and rest not in sites:
        rest = rest.partition(".")[2]
    return bool(rest)


def _language(seen: Counter[str], decisions: Sequence[Decision]) -> str | None:
    votes = seen + Counter(_source(decision) for decision in decisions)
    votes.pop("", None)
    return min(votes, key=lambda lang: (-votes[lang], lang)) if votes else None


def _source(decision: Decision) -> str:
    """The language that a decision tells of, or nothing."""
    evidence = decision.evidence or ""
    if decision.rule == "name-as-word" and decision.action == REPAIRED:
        return evidence.rpartition("; ")[2].partition(" ")[0]
    languages = evidence.partition(":")[0].split(", ") if decision.slot == "phrase" else []
    return languages[0] if len(languages) == 1 else ""


def mixed_quotes(texts: Sequence[str]) -> bool:
    """Whether running text opens quotations in two styles."""
    straight = any(' "' in text or text.startswith('"') for text in texts)
    return straight and any("“" in text for text in texts)
