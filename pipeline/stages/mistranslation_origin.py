"""How likely it is that a machine translated a page, and from which language: evidence added up in log-odds."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.screens import passing
from pipeline.stages.mistranslation_decisions import REPAIRED, Decision
from pipeline.stages.mistranslation_rules import Origin

_LABEL_CHARS = 300


class Judged(NamedTuple):
    """Likelihood that a page was translated by a machine, 0 to 1, and the language that it was written in, if told."""

    score: float
    source: str | None


def labels(texts: pa.Array, rules: Origin) -> dict[int, list[str]]:
    """Find translated page furniture among lines: by row, the languages that it was translated from."""
    found: dict[int, list[str]] = {}
    for lang, patterns in rules.labels.items():
        for pattern in patterns:
            rows = pc.indices_nonzero(passing(texts, pattern.screen)).to_pylist()
            for row in rows:
                if pattern.search(texts[row].as_py()[:_LABEL_CHARS]):
                    found.setdefault(row, []).append(lang)
    return found


def judge(
    seen: Counter[str], decisions: Sequence[Decision], names: Mapping[str, int], host: str | None,
    texts: Sequence[str], rules: Origin,
) -> Judged:  # fmt: skip
    """Add up what a page's labels, names, phrases, site and quotation marks say.

    Args:
        seen: labels on the page, by language.
        decisions: what was decided about its words.
        names: surnames that stood as words, by language of the surname.
        host: its site.
        texts: its running text.
        rules: the weights.
    """
    repaired = sum(d.action == REPAIRED and d.rule == "name-as-word" for d in decisions)
    phrases = sum(d.rule.startswith("phrase/") for d in decisions)
    artefacts = sum(d.action == REPAIRED and d.slot == "artefact" for d in decisions)
    odds = rules.prior
    odds += rules.site * (host is not None and any(host == site or host.endswith("." + site) for site in rules.sites))
    odds += min(rules.most, rules.label * seen.total())
    odds += min(rules.most, rules.name * repaired + rules.label * artefacts)
    odds += min(rules.most, rules.phrase * phrases)
    odds += rules.quotes * mixed_quotes(texts)
    votes = Counter({**seen})
    votes.update(names)
    votes.pop("", None)
    source = min(votes, key=lambda lang: (-votes[lang], lang)) if votes else None
    score = 1 / (1 + math.exp(-odds))
    return Judged(round(score, 4), source if score >= 0.5 else None)  # noqa: PLR2004


def mixed_quotes(texts: Sequence[str]) -> bool:
    """Whether running text opens quotations in two styles."""
    straight = any(' "' in text or text.startswith('"') for text in texts)
    return straight and any("“" in text for text in texts)
