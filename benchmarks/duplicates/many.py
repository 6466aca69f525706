"""Link many times the paragraphs of a workload: replicas of its signatures in which half of the words are others.

    python benchmarks/duplicates/many.py WORK/text-1000000-11 --times 10 [--scratch FOLDER]

Making ten million texts takes longer than linking them, so the rows of one workload are signed once and replicated:
in replica n every second word (by its hash) and every name is another word, so that replicas share common words,
figures and few runs of words, and no paragraph of one repeats a paragraph of another. Prints rows per CPU second of the
linking, peak memory, and the number of copies: that of one replica, times n, give or take what rarity decides.
"""

import argparse
import json
import resource
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ours import sign

from pipeline import rulebook, store
from pipeline.duplicates import clusters
from pipeline.store_numbers import Shelf
from pipeline.tables import SIGNATURES

_SHIFT = 0x9E3779B97F4A7C15


def replica(batch: pa.RecordBatch, number: int) -> pa.RecordBatch:
    """Give the same rows with other documents, every second word another, and the words' hash made anew."""
    if number == 0:
        return batch
    words, mark = batch["words"], np.uint64(number * _SHIFT % (1 << 64))
    values = words.flatten().to_numpy()
    other = pa.array(np.where(values >> np.uint64(13) & np.uint64(1), values ^ mark, values))
    facts = batch["facts"]
    texts = facts.flatten().dictionary_encode()
    renamed = pc.if_else(
        pc.match_substring_regex(texts.dictionary, r"\d"),
        texts.dictionary,
        pc.binary_join_element_wise(texts.dictionary, f"x{number}", ""),
    )
    columns = dict(zip(batch.schema.names, batch.columns, strict=True)) | {
        "doc": pc.binary_join_element_wise(f"{number:02d}", batch["doc"], "/"),
        "exact": pa.array(batch["exact"].to_numpy() ^ mark),
        "words": pa.ListArray.from_arrays(words.offsets, other),
        "facts": pa.ListArray.from_arrays(facts.offsets, renamed.take(texts.indices)),
    }
    return pa.record_batch(columns, schema=SIGNATURES)


def main() -> None:
    """Sign once, link the replicas, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", type=Path)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--scratch", help="folder for what lies on disk meanwhile; the workload's where none is given")
    chosen = parser.parse_args()
    rules = rulebook.load()
    with TemporaryDirectory(dir=chosen.scratch or chosen.workload) as folder:
        once, shelf = Path(folder, "once.parquet"), Path(folder, "shelf")
        shelf.mkdir()
        rows = sign(chosen.workload / "items.jsonl", once, rules) * chosen.times

        def read(columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
            for number in range(chosen.times):
                for batch in store.batches(once):
                    yield replica(batch, number).select(columns)

        began, started = time.process_time(), time.monotonic()
        linked = clusters.link_all(read, Shelf(shelf), rules.duplicate)
        copies = sum(batch.num_rows for batch in linked.copies())
        cpu, wall = time.process_time() - began, time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(json.dumps({"rows": rows, "rows_per_cpu_s": rows / cpu, "wall": wall, "peak_mb": peak, "copies": copies}))


if __name__ == "__main__":
    main()
