"""Sign and link a workload as the pipeline does: signatures on disk, linked in buckets; write what stays for what."""

import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.json as pj
from numpy.typing import NDArray

from pipeline import rulebook, store
from pipeline.duplicates import clusters, signatures
from pipeline.duplicates.claims import Claims
from pipeline.store_numbers import Shelf
from pipeline.tables import SIGNATURES

# Which kinds of copies an answer counts: what leaves, what says the same, and whatever is told.
ANSWERS = {
    "removed": clusters.REMOVED,
    "same": (*clusters.REMOVED, "reworded"),
    "told": clusters.KINDS[1:],
}
# Rows of a batch: about two million characters, as the pipeline cuts them.
_BATCH = 8192


def sign(items: Path, target: Path, rules: rulebook.Rulebook) -> int:
    """Sign all rows, a batch at a time: documents are the generator's; return the number of rows."""
    rows = 0
    reading = pj.ReadOptions(block_size=4 << 20)
    with store.table_writer(target, SIGNATURES, {}) as out, pj.open_json(items, reading) as lines:
        for lot in lines:
            for start in range(0, lot.num_rows, _BATCH):
                batch = lot.slice(start, _BATCH)
                docs = pa.array([f"{doc:08d}" for doc in batch["doc"].to_pylist()])
                texts = {"doc": docs, "block": batch["id"].cast(pa.int32()), "text": batch["text"]}
                claims = dict.fromkeys(docs.to_pylist(), Claims())
                out.write(signatures.sign(pa.record_batch(texts), {}, claims, rules.signatures))
                rows += batch.num_rows
    return rows


def labels(linked: clusters.Linked, kinds: Sequence[str]) -> NDArray[np.int64]:
    """Give each row the row that stands for it, where only these kinds of copies count."""
    pred = np.arange(len(linked.kind))
    counted = np.isin(linked.kind, [clusters.KINDS.index(kind) for kind in kinds])
    pred[linked.rows.block[counted]] = linked.rows.block[linked.keeper[counted]]
    while not np.array_equal(pred, pred[pred]):
        pred = pred[pred]
    return pred


def main(place: Path) -> None:
    """Link, write `removed.tsv` (exact and near copies), `same.tsv` (reworded too), `told.tsv`, print figures."""
    rules = rulebook.load()
    began = time.process_time()
    with TemporaryDirectory(dir=place) as folder:
        path, shelf = Path(folder, "signatures.parquet"), Path(folder, "shelf")
        shelf.mkdir()
        rows = sign(place / "items.jsonl", path, rules)
        signed = time.process_time()

        def read(columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
            return store.batches(path, columns)

        linked = clusters.link_all(read, Shelf(shelf), rules.duplicate)
        found = sum(batch.num_rows for batch in linked.copies())
    done = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    for name, kinds in ANSWERS.items():
        lines = (f"{at}\t{to}\n" for at, to in enumerate(labels(linked, kinds).tolist()))
        (place / f"{name}.tsv").write_text("".join(lines))
    told = {
        "tool": "ours",
        "rows": rows,
        "cpu": done - began,
        "sign": signed - began,
        "link": done - signed,
        "copies": found,
    }
    print(json.dumps(told | {"peak_mb": peak, "answers": list(ANSWERS)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
