"""Count the paragraphs of sound text that the encoding and spacing stages change, by language, and print each change.

python benchmarks/encoding/sound_text.py ../shared/bench/language/leipzig_dev.parquet

The parquet files have columns lang, kind and text. A text of several lines is taken line by line, as a page is.
"""

import argparse
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import rulebook
from pipeline.ledger import apply
from pipeline.stages import encoding, spacing
from pipeline.tables import BLOCKS, Block, table_of

AROUND = 20
GOAL = 0.001


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--quiet", action="store_true", help="print no single change")
    given = parser.parse_args()
    rules = rulebook.load()
    texts, languages = paragraphs([row for path in given.texts for row in pq.read_table(path).to_pylist()])
    blocks = table_of(
        [Block("d", i, "line", "", i, 0, "\n", None, False, None, None, text) for i, text in enumerate(texts)], BLOCKS
    )
    repairs = encoding.propose(blocks, rules.encoding)
    spaced = apply(blocks, repairs)
    levelled = spacing.propose(spaced, rules.spacing)
    changed: dict[str, set[int]] = {}
    kinds: Counter[tuple[str, str]] = Counter()
    for stage, column, edits in (("encoding", blocks["text"], repairs), ("spacing", spaced["text"], levelled)):
        for edit in edits.to_pylist():
            language = languages[edit["row"]]
            changed.setdefault(language, set()).add(edit["row"])
            kinds[stage, edit["rule"]] += 1
            if not given.quiet:
                print(f"{language} {stage} {edit['rule']}: {shown(column, edit)}")
    total = Counter(languages)
    for (stage, rule), count in kinds.most_common():
        print(f"{count:6} {stage} {rule}")
    for language, rows in sorted(changed.items(), key=lambda item: -len(item[1]) / total[item[0]]):
        print(f"{language}: {len(rows)} of {total[language]} = {len(rows) / total[language]:.2%}")
    over = sum(len(rows) / total[language] > GOAL for language, rows in changed.items())
    print(f"{len(total)} languages, {len(texts):,} paragraphs; {len(changed)} with a change, {over} over {GOAL:.1%}")


def paragraphs(rows: list[dict[str, str]]) -> tuple[list[str], list[str]]:
    """Give the distinct lines and their languages."""
    pairs = dict.fromkeys((line, row["lang"]) for row in rows for line in row["text"].split("\n") if line)
    return [text for text, _ in pairs], [language for _, language in pairs]


def shown(texts: pa.Array, edit: dict[str, object]) -> str:
    text, start, end = texts[edit["row"]].as_py(), int(str(edit["start"])), int(str(edit["end"]))
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return f"{before!r} [{text[start:end]!r} > {edit['after']!r}] {after!r}"


if __name__ == "__main__":
    main()
