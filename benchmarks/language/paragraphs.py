"""Score the languages of paragraphs: in documents of one language, of two, and on labelled pages.

    python benchmarks/language/paragraphs.py DATA [--pages ../shared/bench/boilerplate/wet_dev.jsonl.gz]

Documents are put together from the paragraphs of news: eight of one language, or six of one and two of another in
their midst. Printed: paragraphs named rightly, called a wrong language, left open; whether a mixed document is flagged.
With --pages, the content of English pages: paragraphs that are called another language, each printed.
"""

import argparse
import gzip
import json
import random
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from pipeline import language, rulebook

SAME = {"nb": "no", "nn": "no", "zh-Hans": "zh", "zh-Hant": "zh"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pages", type=Path)
    given = parser.parse_args()
    rules = rulebook.load().language
    texts = by_language(given.data)
    chance = random.Random(0)  # noqa: S311
    for name, others in (("one language", 0), ("two languages", 2)):
        counts: Counter[str] = Counter()
        confused: Counter[str] = Counter()
        for first in sorted(texts):
            for _ in range(40):
                second = chance.choice([tag for tag in sorted(texts) if tag != first])
                gold = [first] * 3 + [second] * others + [first] * (5 - others + 2)
                told = language.tongues([chance.choice(texts[tag]) for tag in gold], [True] * len(gold), rules)
                for tag, found in zip(gold, told.paragraphs, strict=True):
                    right = short(found) == short(tag)
                    counts["right" if right else "open" if found is None else "wrong"] += 1
                    confused[f"{tag} as {found}"] += not right
                counts["documents"] += 1
                counts["flagged"] += language.is_mixed(told.shares, rules)
        print(name, dict(counts), [pair for pair in confused.most_common(8) if pair[1]])
    if given.pages:
        score_pages(given.pages, rules)


def by_language(folder: Path) -> dict[str, list[str]]:
    rows = pq.read_table(folder / "news_and_ui_dev.parquet").to_pylist()
    texts: dict[str, list[str]] = {}
    for row in rows:
        if row["source"] == "pud" and row["kind"] == "sentence" and len(row["text"]) >= 60:
            texts.setdefault(row["lang"], []).append(row["text"])
    return texts


def score_pages(path: Path, rules: language.Rules) -> None:
    counts: Counter[str] = Counter()
    with gzip.open(path, "rt") as pages:
        for page in map(json.loads, pages):
            if page["lang"] != "en":
                continue
            labelled = zip(page["text"].split("\n"), page["labels"], strict=False)
            lines = [line for line, label in labelled if label == "c"]
            told = language.tongues(lines, [True] * len(lines), rules)
            for line, tag in zip(lines, told.paragraphs, strict=True):
                counts["paragraphs"] += 1
                if tag not in ("en", None):
                    counts["other"] += 1
                    print(f"  {tag}: {line[:150]}")
    print("English pages", dict(counts))


def short(tag: str | None) -> str | None:
    return SAME.get(tag, tag.partition("-")[0]) if tag else None


if __name__ == "__main__":
    main()
