"""Gather events among very many generated documents, and say how long it takes and how much memory.

    python benchmarks/events/many.py 100000 1000000

A thousand documents a day, a quarter of them in events of two to six reports; one in ten gives no date. A
document mentions 22 names (as unequal as names are: the commonest is in every tenth document), 5 figures
and 20 pieces of quotations.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline import events, rulebook, store
from pipeline.tables import MENTIONS

A_DAY = 1000
BATCH = 5000
NAMES, FIGURES, QUOTES = 22, 5, 20
SYLLABLES = np.array([c + v for c in "bdfgklmnprstvz" for v in "aeiou"])


def words(numbers: NDArray[np.int64]) -> NDArray[np.str_]:
    """Spell numbers as words of four syllables."""
    spelt = SYLLABLES[numbers % 70]
    for power in (70, 70**2, 70**3):
        spelt = np.char.add(spelt, SYLLABLES[numbers // power % 70])
    return spelt


def batch_of(first: int, count: int) -> pa.RecordBatch:
    """Generate what some documents mention: those of one event follow each other."""
    dice = np.random.default_rng(first)
    number = np.arange(first, first + count)
    event = np.where(dice.random(count) < 0.25, number // 4 * 4, number)  # the seed of what it shares with its sisters
    columns = {"doc": [], "name": [], "slot": []}

    def add(slot: str, owners: NDArray[np.int64], names: NDArray[np.str_]) -> None:
        columns["doc"].append(owners)
        columns["name"].append(names)
        columns["slot"].append(np.full(len(owners), slot))

    for slot, each, most in (("name", NAMES, 3_000_000), ("figure", FIGURES, 60_000), ("quote", QUOTES, 20_000_000)):
        owners = np.repeat(number, each)
        source = np.where(dice.random(len(owners)) < 0.6, np.repeat(event, each), owners)
        place = np.tile(np.arange(each), count)
        mixed = (source.astype(np.uint64) * np.uint64(64) + place.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ mixed >> np.uint64(29)) * np.uint64(0xBF58476D1CE4E5B9)
        share = (mixed ^ mixed >> np.uint64(32)).astype(np.float64) / 2.0**64
        chosen = np.exp(share * np.log(most)).astype(np.int64) if slot == "name" else (share * most).astype(np.int64)
        spelt = words(chosen) if slot != "figure" else (chosen + 100).astype(str)
        add(slot, owners, np.char.add(spelt, " and so on") if slot == "quote" else spelt)
    dated = number[dice.random(count) < 0.9]
    days = np.array([str(date(2000, 1, 1) + timedelta(days=int(n) // A_DAY)) for n in dated])
    add("published", dated, days)
    doc, name, slot = (np.concatenate(columns[key]) for key in ("doc", "name", "slot"))
    docs = np.char.add("site.example/", doc.astype(str))
    arrays = [pa.array(docs), pa.array(np.zeros(len(doc), np.int32)), pa.array(name), pa.array(slot)]
    return pa.record_batch(arrays, schema=MENTIONS)


def gathered(folder: Path, size: int) -> None:
    """Gather the events of the documents under `folder`; print one row."""
    files = sorted(folder.glob("*.parquet"))

    def batches() -> Iterator[pa.RecordBatch]:
        for path in files:
            yield from store.batches(path, ["doc", "name", "slot"])

    rules = rulebook.load().events
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began, wall = time.process_time(), time.perf_counter()
    found = events.gather(batches, rules)
    took, passed = time.process_time() - began, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{size:>9,} {found.num_rows:>9,} {took:>8.1f} {passed:>8.1f} {before:>8.0f} {peak:>8.0f}", flush=True)


def main() -> None:
    """Measure each size in a process of its own."""
    if sys.argv[1] == "--gather":
        gathered(Path(sys.argv[2]), int(sys.argv[3]))
        return
    print("documents    linked    CPU s   wall s  MB before  MB peak", flush=True)
    for size in map(int, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as folder:
            for first in range(0, size, 100_000):
                parts = (batch_of(at, min(BATCH, size - at)) for at in range(first, min(size, first + 100_000), BATCH))
                store.write_table(Path(folder, f"{first:09d}.parquet"), MENTIONS, parts)
            subprocess.run([sys.executable, __file__, "--gather", folder, str(size)], check=True)


if __name__ == "__main__":
    main()
