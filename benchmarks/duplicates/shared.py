"""Link a workload as a run does, blocks and sentences, shared out among processes; print wall and CPU time and memory.

    python benchmarks/duplicates/shared.py WORK/text-200000-11 --workers 1 2

Signing is done once and not counted. Each number of workers links anew; the digest of the copies must be the same.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.json as pj

from pipeline import pairing, rulebook, store
from pipeline.duplicates import covers, sentence_rows, signatures
from pipeline.duplicates.claims import Claims
from pipeline.job import Job, open_job
from pipeline.tables import BLOCKS, COPIES, SENTENCES, SIGNATURES, table_of

# Rows of a batch: about two million characters, as the pipeline cuts them.
_BATCH = 8192


def sign(items: Path, place: Path, rules: rulebook.Rulebook) -> None:
    """Sign all rows and their sentences, as cleaning does."""
    reading = pj.ReadOptions(block_size=4 << 20)
    with (
        store.table_writer(place / "signatures.parquet", SIGNATURES) as out,
        store.table_writer(place / "sentences.parquet", SENTENCES) as cut,
        pj.open_json(items, reading) as lines,
    ):
        for blocks in (blocks for lot in lines for blocks in _batches(lot)):
            claims = dict.fromkeys(blocks["doc"].to_pylist(), Claims())
            out.write(signatures.sign(blocks, {}, claims, rules.signatures))
            cut.write(
                signatures.sign(sentence_rows.cut(blocks, rules.sentences), {}, claims, rules.signatures, SENTENCES)
            )


def _batches(lot: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    for start in range(0, lot.num_rows, _BATCH):
        rows = zip(*(lot.slice(start, _BATCH)[name].to_pylist() for name in ("doc", "id", "text")), strict=True)
        blocks = ((f"{doc:08d}", at, "p", "", 0, 0, "", None, True, None, None, text) for doc, at, text in rows)
        yield table_of(blocks, BLOCKS)


def measured(work: Callable[[Job, Any], Any], job: Job, share: Any) -> tuple[float, int]:
    """Do a share; return CPU seconds and the peak memory of the process, in MB."""
    began = time.process_time()
    work(job, share)
    return time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def close(job: Job, texts: list[pairing.Signed]) -> None:
    """Put together what was judged, and write the copies."""
    blocks, cut = (pairing.linked(job, each, rulebook.load()) for each in texts)
    covers.cover(blocks, cut)
    store.write_table(job.work("copies.parquet"), COPIES, blocks.copies())


def link(job: Job, workers: int) -> dict[str, Any]:
    """Link what was signed; return what it took."""
    texts = [pairing.Signed(kind, ("once",), pairing.TEXTS_AT_ONCE, f"{kind}-{workers}") for kind in pairing.UNITS]
    told: dict[str, Any] = {"workers": workers}
    with (
        ProcessPoolExecutor(workers, get_context("spawn")) as pool,
        ProcessPoolExecutor(1, get_context("spawn")) as own,
    ):
        list(pool.map(measured, [_nothing] * workers, [job] * workers, range(workers)))  # a run's processes are up
        list(own.map(measured, [_nothing], [job], range(1)))
        began = time.monotonic()
        for name, work, where in (
            ("lay", pairing.lay_texts, pool),
            ("judge", pairing.judge_bucket, pool),
            ("close", close, own),
        ):
            shares = {"lay": texts, "close": [texts]}.get(name) or pairing.buckets_of(job, texts)
            started = time.monotonic()
            spent = list(where.map(measured, [work] * len(shares), [job] * len(shares), shares))
            wall, cpu = time.monotonic() - started, sum(seconds for seconds, _ in spent)
            peak = max(megabytes for _, megabytes in spent)
            told[name] = {"shares": len(shares), "wall": round(wall, 1), "cpu": round(cpu, 1), "peak_mb": peak}
    told["wall"] = round(time.monotonic() - began, 1)
    return told | {"copies": store.digest_of_table(store.table([job.work("copies.parquet")], COPIES))}


def _nothing(_job: Job, _share: object) -> None:
    """Start a process, and load what it needs."""


def main() -> None:
    """Sign once, link with each number of workers, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", type=Path)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    chosen = parser.parse_args()
    with TemporaryDirectory(dir=chosen.workload) as folder:
        raw = Path(folder, "raw")
        raw.mkdir()
        job = open_job(str(raw), str(Path(folder, "clean")))
        place = job.work("clean", "once")
        place.mkdir(parents=True)
        sign(chosen.workload / "items.jsonl", place, rulebook.load())
        for workers in chosen.workers:
            print(json.dumps(link(job, workers)), flush=True)


if __name__ == "__main__":
    main()
