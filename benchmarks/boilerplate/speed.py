"""Measure the line model's speed on one core: features, trees and decoding, in megabytes of text a CPU second.

python benchmarks/boilerplate/speed.py ../shared/bench/boilerplate [--kind html]
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from labelled import as_columns, read_html, read_plain

from pipeline import linemodel, rulebook
from pipeline.linemodel import features
from pipeline.stages import boilerplate

BATCH_CHARS = 2_000_000
ROUNDS = 5


def main() -> None:
    """Print the best of some rounds: other work on the machine only ever adds time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with wet_dev.jsonl.gz and html_dev.jsonl.gz")
    parser.add_argument("--kind", choices=["plain", "html"], default="plain")
    given = parser.parse_args()
    data = as_columns((read_plain if given.kind == "plain" else read_html)(given.data))
    rules = rulebook.load().boilerplate
    model, sites = rules.model, {page.id: boilerplate.Site() for page in data.pages}
    batches = cut(data.blocks)
    size = pc.sum(pc.binary_length(data.blocks["text"])).as_py() / 1e6
    steps: dict[str, Callable[[pa.RecordBatch], object]] = {
        "features": lambda batch: features.features(batch, model.rules),
        "weighing": lambda batch: linemodel.weigh(batch, model),
        "weighing and labels": lambda batch: linemodel.decode(
            linemodel.weigh(batch, model).logits, batch["doc"], model.decoding
        ),
        "the whole stage": lambda batch: boilerplate.judge(batch, rules, sites),
    }
    for name, step in steps.items():
        seconds = min(spent(step, batches) for _ in range(ROUNDS))
        print(
            f"{name:24}{seconds:6.2f} s {size / seconds:6.1f} MB/s {len(data.blocks) / seconds:9,.0f} blocks/s "
            f"{len(data.pages) / seconds:6,.0f} pages/s"
        )


def cut(blocks: pa.RecordBatch) -> list[pa.RecordBatch]:
    """Cut a batch at page ends, as a run does."""
    found, first, chars = [], 0, 0
    lengths, documents = pc.utf8_length(blocks["text"]).to_pylist(), blocks["doc"].to_pylist()
    for row, length in enumerate(lengths):
        if chars > BATCH_CHARS and documents[row] != documents[row - 1]:
            found.append(blocks.slice(first, row - first))
            first, chars = row, 0
        chars += length
    return [*found, blocks.slice(first)]


def spent(step: Callable[[pa.RecordBatch], object], batches: list[pa.RecordBatch]) -> float:
    """Give the CPU seconds of one step over all batches."""
    begin = time.process_time()
    for batch in batches:
        step(batch)
    return time.process_time() - begin


if __name__ == "__main__":
    main()
