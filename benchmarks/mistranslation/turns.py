"""Count the turns of phrase of each page, were it under suspicion, and how likely the stage takes it for a translation.

    python benchmarks/mistranslation/turns.py PAGES...

PAGES as for score.py: every line of a page is taken for text, and no other page is known. Prints a table: pages by how
many different turns they have, pages with a flag or an edit, and pages by mt_score.
"""

import argparse
from collections import Counter
from pathlib import Path

import pyarrow as pa
from planted import texts

from pipeline import rulebook
from pipeline.stages import mistranslation
from pipeline.stages.mistranslation_places import Line
from pipeline.stages.mistranslation_turns import Patterns
from pipeline.tables import Block

STEPS = (0.1, 0.3, 0.5, 0.9)


def measured(text: str, rules: mistranslation.Rules) -> tuple[int, bool, float] | None:
    """Give a page's different turns of phrase, whether anything was flagged or repaired, and its score."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    blocks = [Block("", i, "line", "", i + 1, 0, "\n", "body", True, None, None, line) for i, line in enumerate(lines)]
    if not blocks:
        return None
    decided = mistranslation.decide(pa.array(lines), [blocks], rules, {})
    found = Patterns([Line(at, block) for at, block in enumerate(blocks)], rules).turns(suspected=True)
    acted = any(action != "refused" for action in decided.flags["action"].to_pylist())
    return len({decision.rule for decision in found}), acted, decided.judged[""].score


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path, nargs="+")
    rules = rulebook.load().mistranslation
    for folder in parser.parse_args().pages:
        rows = [row for _, text in texts(folder) if (row := measured(text, rules)) is not None]
        turns = Counter(min(number, 3) for number, _, _ in rows)
        scores = {step: sum(score >= step for _, _, score in rows) for step in STEPS}
        print(f"{folder.name}: {len(rows)} pages, {sum(acted for _, acted, _ in rows)} with a flag or an edit")
        print(f"  different turns: none {turns[0]}, one {turns[1]}, two {turns[2]}, more {turns[3]}")
        print("  mt_score: " + ", ".join(f">= {step} {count}" for step, count in scores.items()))


if __name__ == "__main__":
    main()
