"""Measure the encoding stage with and without its gate, and that the repairs are the same.

python benchmarks/encoding/gate.py ../shared/bench/language/*_dev.parquet [--identity 100000]

The parquet files have columns lang, kind (sentence, paragraph, document ...) and text. Figures are megabytes of UTF-8 a
CPU second, one core; "ungated" shows every text to ftfy.
"""

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import rulebook
from pipeline.lift import each_text
from pipeline.stages import encoding
from pipeline.tables import BLOCKS, Block, table_of

MEGABYTES = 2
ROUNDS = 3
BATCH = 2_000
CODECS = ("latin-1", "cp1252", "cp1250", "cp1251", "mac-roman", "cp437", "cp1253", "cp1257", "cp1254")
DIRT = (
    *("&eacute;", "&amp;amp;", "\x85", "“x” ", "’", "ﬁ", "\r\n", "\n", "\x1b[36;44m", "\ufeff", "ＡＢＣ", "\ufffd"),
    *("\xa0", "Ã ", "œ", "а", "вЂ™", "…", "e\u0301", "<b>", "😀", "\uf7e9", "°", "€5", "\u0301", "\x07"),
)

ungated = each_text(encoding.repair)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--identity", type=int, default=0, metavar="N", help="compare N damaged strings instead")
    given = parser.parse_args()
    rows = [row for path in given.texts for row in pq.read_table(path).to_pylist()]
    if given.identity:
        compare(rows, given.identity)
    else:
        race(rows)


def race(rows: list[dict[str, str]]) -> None:
    """Print MB/s of both."""
    prose = ("sentence", "paragraph")  # as long as blocks are
    by_language: dict[str, list[str]] = {}
    for row in rows:
        if row["kind"] in prose:
            by_language.setdefault(row["lang"], []).append(row["text"])
    english = by_language["en"]
    samples = {
        "English, curly quotes": [curly(text) for text in english],
        "English, plain ASCII": [curly(text).encode("ascii", "ignore").decode() for text in english],
        "English, 5 % damaged": [misread(curly(text)) if i % 20 == 0 else text for i, text in enumerate(english)],
    }
    names = {"de": "German", "es": "Spanish", "fr": "French", "pl": "Polish", "ru": "Russian", "hi": "Hindi"}
    names |= {"vi": "Vietnamese", "ja": "Japanese", "zh": "Chinese", "ko": "Korean", "ar": "Arabic"}
    samples |= {name: by_language[lang] for lang, name in names.items()}
    print(f"{'MB/s':24}{'gated':>10}{'ungated':>10}{'times':>8}{'let through':>13}")
    for name, texts in samples.items():
        size = sum(len(text.encode()) for text in texts) / 1e6
        often = round(MEGABYTES / size)
        many = column(texts * often)
        slow, fast = size / spent(ungated, column(texts)), size * often / spent(encoding.propose, many)
        share = encoding.suspect(many["text"], RULES).true_count / many.num_rows
        print(f"{name:24}{fast:10.1f}{slow:10.1f}{fast / slow:8.1f}{share:13.1%}")


def compare(rows: list[dict[str, str]], wanted: int) -> None:
    """Print how many of N generated strings come out otherwise: any language, any chain of misreadings, any dirt."""
    rng, texts = random.Random(5), [row["text"][:300] for row in rows]  # noqa: S311
    differ = changed = held = 0
    for first in range(0, wanted, BATCH):
        blocks = column([damaged(rng.choice(texts), rng) for _ in range(min(BATCH, wanted - first))])
        gated, full = encoding.by_text(blocks, RULES), ungated(blocks, RULES)
        ours, theirs = (set(map(str, edits.to_pylist())) for edits in (gated, full))
        differ += len(ours ^ theirs)
        changed += len(set(full["row"].to_pylist()))
        held += blocks.num_rows - encoding.suspect(blocks["text"], RULES).true_count
    print(f"{wanted:,} strings, {changed:,} changed, {held:,} held back by the gate: {differ} edits differ")


def damaged(text: str, rng: random.Random) -> str:
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
        text = text.encode("utf-8").decode(rng.choice(CODECS), rng.choice(("replace", "ignore")))
    for _ in range(rng.choice((0, 0, 1, 2))):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(DIRT) + text[at:]
    return text


def curly(text: str) -> str:
    for pair in ((" '", " ‘"), ("'", "’"), (' "', " “"), ('"', "”")):
        text = text.replace(*pair)
    return text


def misread(text: str) -> str:
    return text.encode().decode("cp1252", "replace")


def column(texts: list[str]) -> pa.RecordBatch:
    rows = [Block("d", i, "line", "", i, 0, "\n", None, False, None, None, text) for i, text in enumerate(texts)]
    return table_of(rows, BLOCKS)


def spent(propose: Callable[..., object], blocks: pa.RecordBatch) -> float:
    """Give the CPU seconds of the best of some rounds."""
    found = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        propose(blocks, RULES)
        found.append(time.process_time() - begin)
    return min(found)


RULES = rulebook.load().encoding

if __name__ == "__main__":
    main()
