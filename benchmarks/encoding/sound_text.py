"""Count the paragraphs of sound text that the encoding and spacing stages change, by language, and print each change.

python benchmarks/encoding/sound_text.py ../shared/bench/language/leipzig_dev.parquet

The parquet files have columns lang, kind and text. A text of several lines is taken line by line, as a page is. Texts
from the web are not all sound: entities, control characters, misread UTF-8, accents beside their letters and several
spaces are damage wherever they stand. What changes anything else is counted apart, as harm; what the rules beyond ftfy
change is marked JUDGE, for a reader to say whether it was damage.
"""

import argparse
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from ftfy.badness import is_bad

from pipeline import rulebook
from pipeline.ledger import apply
from pipeline.stages import encoding, spacing
from pipeline.stages.encoding_forms import LIGATURE
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
        [Block(f"d{i}", i, "line", "", i, 0, "\n", None, False, None, None, text) for i, text in enumerate(texts)],
        BLOCKS,
    )
    repairs = encoding.propose(blocks, rules.encoding)
    spaced = apply(blocks, repairs)
    levelled = spacing.propose(spaced, rules.spacing)
    changed: dict[str, set[int]] = {}
    harmed: dict[str, set[int]] = {}
    beyond: dict[str, set[int]] = {}
    kinds: Counter[tuple[str, str]] = Counter()
    for stage, column, edits in (("encoding", blocks["text"], repairs), ("spacing", spaced["text"], levelled)):
        for edit in edits.to_pylist():
            language = languages[edit["row"]]
            changed.setdefault(language, set()).add(edit["row"])
            kinds[stage, edit["rule"]] += 1
            harm = not damaged(edit, column[edit["row"]].as_py())
            judged = edit["rule"] in encoding.KINDS
            if harm:
                (beyond if judged else harmed).setdefault(language, set()).add(edit["row"])
            if not given.quiet:
                mark = "" if not harm else "JUDGE " if judged else "HARM "
                print(f"{mark}{language} {stage} {edit['rule']}: {shown(column, edit)}")
    total = Counter(languages)
    for (stage, rule), count in kinds.most_common():
        print(f"{count:6} {stage} {rule}")
    for language, rows in sorted(changed.items(), key=lambda item: -len(item[1]) / total[item[0]]):
        harm = len(harmed.get(language, ()))
        n = total[language]
        print(f"{language}: {len(rows)} of {n} = {len(rows) / n:.2%}; harmed {harm} = {harm / n:.2%}")
    told = ", ".join(f"{language} {len(rows)}" for language, rows in sorted(beyond.items(), key=lambda i: -len(i[1])))
    print(f"rules beyond ftfy: {sum(map(len, beyond.values()))} paragraphs changed, each to be judged: {told}")
    over = sum(len(rows) / total[language] > GOAL for language, rows in harmed.items())
    count = sum(map(len, changed.values()))
    print(
        f"{len(total)} languages, {len(texts):,} paragraphs; {count} changed in {len(changed)} languages; "
        f"{sum(map(len, harmed.values()))} harmed, {over} languages over {GOAL:.1%}"
    )


def damaged(edit: dict[str, Any], text: str) -> bool:
    """Tell whether what was changed is damage in any text."""
    if edit["rule"] in encoding.KINDS:
        return False  # each is to be judged by a reader
    before = text[edit["start"] : edit["end"]]
    categories = {unicodedata.category(char) for char in before}
    if edit["rule"] in ("entity", "control-character", "stray-byte", "outer-space") or "Cc" in categories:
        return True
    if edit["rule"] == "mojibake":
        return is_bad(text) or before.startswith("\ufeff")
    if edit["rule"] == "character-form":
        return "Mn" in categories or LIGATURE.search(before) is not None
    return len(before) > 1


def paragraphs(rows: list[dict[str, str]]) -> tuple[list[str], list[str]]:
    """Give the distinct lines and their languages."""
    pairs = dict.fromkeys((line, row["lang"]) for row in rows for line in row["text"].split("\n") if line)
    return [text for text, _ in pairs], [language for _, language in pairs]


def shown(texts: pa.Array, edit: dict[str, Any]) -> str:
    text, start, end = texts[edit["row"]].as_py(), edit["start"], edit["end"]
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return f"{before!r} [{text[start:end]!r} > {edit['after']!r}] {after!r}"


if __name__ == "__main__":
    main()
