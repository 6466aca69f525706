"""Score decoding: the share of files whose text is equal to gold, by sample, and the failures one by one.

python benchmarks/encoding/decoding.py ../shared/bench/encoding ../shared/bench/boilerplate/wet_dev.jsonl.gz

The folder holds detect_real_dev.parquet and detect_synth_dev.parquet (columns data, codec, path). The damaged files are
made from the gold texts of the second file: UTF-8 cut inside its last character beyond ASCII, with one bad byte, or
with one line in windows-1252; and the same texts whole in MacRoman and windows-1252. A damaged file is scored as
decoded (stray bytes stand for themselves) and, where a line is in windows-1252, after the encoding stage.

Beside it stand chardet, charset-normalizer, Beautiful Soup's UnicodeDammit, resiliparse and faust-cchardet, those of
them that `--peers PYTHON` can import (`pip install charset-normalizer resiliparse faust-cchardet beautifulsoup4`).
A peer that is told the declared charset (UnicodeDammit) reads it from the page, as we do.
"""

import argparse
import base64
import gzip
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

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
    parser.add_argument("--peers", metavar="PYTHON", default=sys.executable, help="a Python that has the peers")
    given = parser.parse_args()
    for files in ([*labelled(given.folder, "real")], [*labelled(given.folder, "synth")], [*damaged(given.texts)]):
        for kind in dict.fromkeys(file.kind for file in files):
            score([file for file in files if file.kind == kind], given.failures, given.peers)


def score(files: list[File], failures: bool, python: str) -> None:
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
    n = len(files)
    print(f"{files[0].kind:28}{right:6} of {n:5} = {right / n:6.1%}{size / seconds:8.1f} MB/s", end="", flush=True)
    told = json.loads(by_peers(files, python))
    shares = (f"{name} {sum(same) / n:6.1%}" for name, same in told.items())
    print("".join(f"   {share}" for share in shares))


# Runs in the peers' own Python: from lines of base64 (raw, gold) to a list of hits by peer.
PEERS = """
import base64, json, logging, sys, warnings
warnings.filterwarnings("ignore"); logging.disable(50)
readers = {}
def reader(name):
    def keep(make):
        try: readers[name] = make()
        except ImportError: pass
    return keep
def read(raw, name):
    try: return raw.decode(name) if name else None
    except (LookupError, UnicodeError): return None
@reader("chardet")
def _():
    import chardet
    return lambda raw: read(raw, chardet.detect(raw)["encoding"])
@reader("charset-normalizer")
def _():
    from charset_normalizer import from_bytes
    return lambda raw: read(raw, getattr(from_bytes(raw).best(), "encoding", None))
@reader("UnicodeDammit")
def _():
    sys.modules["cchardet"] = None  # it would be asked before chardet, which knows more
    from bs4.dammit import UnicodeDammit
    del sys.modules["cchardet"]
    return lambda raw: UnicodeDammit(raw, is_html=True).unicode_markup
@reader("resiliparse")
def _():
    from resiliparse.parse.encoding import detect_encoding
    return lambda raw: read(raw, detect_encoding(raw))
@reader("faust-cchardet")
def _():
    import cchardet
    return lambda raw: read(raw, cchardet.detect(raw)["encoding"])
hits = {name: [] for name in readers}
for line in sys.stdin:
    raw, gold = (base64.b64decode(part) for part in line.split())
    for name, reads in readers.items():
        try: text = reads(raw)
        except Exception: text = None
        hits[name].append((text or "").lstrip("\\ufeff") == gold.decode().lstrip("\\ufeff"))
print(json.dumps(hits))
"""


def by_peers(files: list[File], python: str) -> str:
    lines = (f"{_plain(file.raw)} {_plain(file.gold.encode('utf-8', 'surrogatepass'))}" for file in files)
    done = subprocess.run([python, "-c", PEERS], input="\n".join(lines), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def _plain(raw: bytes) -> str:
    return base64.b64encode(raw).decode() or "=="


def repaired(text: str, kind: str) -> str:
    """Carry out what the encoding stage does with stray bytes, where the kind of damage has a repair."""
    if "line" not in kind:
        return STRAY.sub("\ufffd", text)
    lines = text.split("\n")
    return "\n".join(
        splice(line, [(e.start, e.end, e.after) for e in encoding.repair(line, RULES)]) if STRAY.search(line) else line
        for line in lines
    )


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
