"""Score decoding: the share of files whose text is equal to gold, by sample, and the failures one by one.

python benchmarks/encoding/decoding.py ../shared/bench/encoding ../shared/bench/boilerplate/wet_dev.jsonl.gz

The folder holds detect_real_dev.parquet and detect_synth_dev.parquet (columns data, codec, path). The damaged files are
made from the gold texts of the second file: UTF-8 cut inside its last character beyond ASCII, with one bad byte, or
with one line in windows-1252; and the same texts whole in MacRoman and windows-1252. A damaged file is scored as
decoded (stray bytes stand for themselves) and, where a line is in windows-1252, after the encoding stage.
"""

import argparse
import gzip
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import chardet
import pyarrow.parquet as pq
from bs4.dammit import EncodingDetector

from pipeline import rulebook
from pipeline.decoding.decode import decode
from pipeline.decoding.stray import STRAY
from pipeline.ledger import splice
from pipeline.stages import encoding

RULES = rulebook.load().encoding
LEAST = 800


class File(NamedTuple):
    kind: str
    name: str
    raw: bytes
    gold: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--failures", action="store_true", help="print each failure")
    given = parser.parse_args()
    for files in ([*labelled(given.folder, "real")], [*labelled(given.folder, "synth")], [*damaged(given.texts)]):
        for kind in dict.fromkeys(file.kind for file in files):
            score([file for file in files if file.kind == kind], given.failures)


def score(files: list[File], failures: bool) -> None:
    right, seconds = 0, 0.0
    for file in files:
        declared = EncodingDetector.find_declared_encoding(file.raw[:8192], is_html=True, search_entire_document=True)
        begin = time.process_time()
        found = decode(file.raw, declared)
        seconds += time.process_time() - begin
        same = repaired(found.text, file.kind).lstrip("\ufeff") == file.gold.lstrip("\ufeff")
        right += same
        if failures and not same:
            print(
                f"  {file.name}: {found.encoding} ({found.method}, {found.confidence});",
                differing(found.text, file.gold),
            )
    size = sum(len(file.raw) for file in files) / 1e6
    peer = sum(by_chardet(file.raw) == file.gold for file in files)
    n = len(files)
    print(
        f"{files[0].kind:28}{right:6} of {n:5} = {right / n:6.1%}   chardet {peer / n:6.1%} {size / seconds:8.1f} MB/s"
    )


def repaired(text: str, kind: str) -> str:
    """Carry out what the encoding stage does with stray bytes, where the kind of damage has a repair."""
    if "line" not in kind:
        return STRAY.sub("\ufffd", text)
    lines = text.split("\n")
    return "\n".join(
        splice(line, [(e.start, e.end, e.after) for e in encoding.repair(line, RULES)]) if STRAY.search(line) else line
        for line in lines
    )


def by_chardet(raw: bytes) -> str | None:
    name = chardet.detect(raw)["encoding"]
    try:
        return raw.decode(name) if name else None
    except (LookupError, UnicodeDecodeError):
        return None


def differing(ours: str, gold: str) -> str:
    at = next((i for i, (a, b) in enumerate(zip(ours, gold, strict=False)) if a != b), min(len(ours), len(gold)))
    return f"{ours[max(0, at - 15) : at + 15]!r} for {gold[max(0, at - 15) : at + 15]!r}"


def labelled(folder: Path, name: str) -> Iterator[File]:
    for row in pq.read_table(folder / f"detect_{name}_dev.parquet").to_pylist():
        yield File(name, f"{row['codec']} {row['path']}", row["data"], row["data"].decode(row["codec"]))


def damaged(path: Path) -> Iterator[File]:
    """Damage texts of English news in the ways that files are damaged."""
    rng = random.Random(3)  # noqa: S311
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        pages = [json.loads(line) for line in lines]
    for page in pages:
        text = page["gold"].encode("cp1252", "ignore").decode("cp1252")
        if page["lang"] != "en" or len(text) <= LEAST:
            continue
        if text.isascii():
            text = text.replace("'", "’").replace('"', "”")
        if text.isascii():
            continue
        name, raw = page["id"], text.encode()
        yield File("whole, windows-1252", name, text.encode("cp1252"), text)
        roman = text.encode("mac-roman", "ignore")
        yield File("whole, MacRoman", name, roman, roman.decode("mac-roman"))
        last = max(at for at, byte in enumerate(raw) if byte >= 0xC2)
        for length in range(1, 2 + (raw[last] >= 0xE0)):
            yield File("cut in a character", name, raw[: last + length], raw[:last].decode() + "\ufffd" * length)
        at = rng.randrange(len(raw) // 2)
        while 0x80 <= raw[at] < 0xC0:
            at += 1
        bad = raw[:at] + b"\xff" + raw[at:]
        yield File("one bad byte", name, bad, raw[:at].decode() + "\ufffd" + raw[at:].decode())
        rows = text.split("\n")
        beyond = [n for n, row in enumerate(rows) if not row.isascii()]
        if len(beyond) > 1:
            strange = rng.choice(beyond)
            mixed = b"\n".join(row.encode("cp1252" if n == strange else "utf-8") for n, row in enumerate(rows))
            yield File("one windows-1252 line", name, mixed, text)


if __name__ == "__main__":
    main()
