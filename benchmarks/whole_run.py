"""Time a whole run over copies of the sample corpus, pass by pass, beside a pipeline that keeps no books.

    python benchmarks/whole_run.py [COPIES]

Prints CPU seconds of each pass, documents and megabytes per CPU second, peak memory, and the ratio to the peer in the
same process: decode, BeautifulSoup's text, ftfy, and Parquet, with no roles, no ledger and nothing proved.
"""

import io
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import ftfy
import pyarrow as pa
import pyarrow.parquet as pq
from bs4 import BeautifulSoup, UnicodeDammit

from pipeline import run

SAMPLE = Path(__file__).parent.parent / "data" / "raw"


def make_corpus(folder: Path, copies: int) -> int:
    """Copy the readable pages of the sample, each copy a site of its own; return the bytes written."""
    size = 0
    for page in sorted(p for p in SAMPLE.rglob("*") if p.is_file() and "broken-crawl" not in p.parts[-2]):
        site, *rest = page.relative_to(SAMPLE).parts
        for number in range(copies):
            target = folder.joinpath(f"{number}.{site}", *rest)
            target.parent.mkdir(parents=True, exist_ok=True)
            size += target.write_bytes(page.read_bytes())
    return size


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process for a piece of work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def peer(folder: Path) -> None:
    """Decode, strip the markup, repair, write."""
    rows = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        raw = path.read_bytes()
        if path.suffix == ".html":
            text = BeautifulSoup(raw, "lxml").get_text("\n")
        else:
            text = UnicodeDammit(raw).unicode_markup or ""
        rows.append((path.name, ftfy.fix_text(text)))
    pq.write_table(pa.table(dict(zip(("doc", "text"), zip(*rows, strict=True), strict=True))), io.BytesIO())


def main(copies: int) -> None:
    """Run both and print the table."""
    with tempfile.TemporaryDirectory() as scratch:
        raw, clean = Path(scratch, "raw"), Path(scratch, "clean")
        size = make_corpus(raw, copies)
        job = run.open_job(str(raw), str(clean))
        spent: dict[str, float] = {}
        with run.hold(job):
            parts = run.plan(job)
            for name, each in (("read", run.read_part), ("clean", run.clean_part), ("finish", run.finish_part)):
                spent[name] = cpu(lambda each=each: [each(job, part) for part in parts])
                if name != "finish":
                    gather = run.gather_run if name == "read" else run.link_run
                    spent[gather.__name__] = cpu(lambda gather=gather: gather(job, parts))
            told: dict[str, dict[str, int]] = {}
            spent["close"] = cpu(lambda: told.update(run.close_run(job, parts)))
        total, documents = sum(spent.values()), told["counts"]["documents"]
        other = cpu(lambda: peer(raw))
    print(f"{documents:,} documents, {size / 1e6:.1f} MB")
    for name, seconds in spent.items():
        print(f"  {name:<12} {seconds:7.2f} CPU s  {100 * seconds / total:5.1f} %")
    print(f"  {'all':<12} {total:7.2f} CPU s  {documents / total:7.0f} documents, {size / 1e6 / total:.2f} MB a CPU s")
    print(f"  {'peer':<12} {other:7.2f} CPU s  ratio {total / other:.2f}")
    print(f"  peak memory  {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:7.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
