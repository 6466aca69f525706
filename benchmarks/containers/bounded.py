"""How much time and memory a run takes over one great file of records: JSON lines, or a crawl in WARC.

    python benchmarks/containers/bounded.py jsonl 1000000
    python benchmarks/containers/bounded.py warc 40000 --only-read

Each record is an invented article of four sentences on one of 500 sites, and no two are alike. Prints for each pass the
CPU seconds and the greatest memory of the process so far. Passes are done in one process, so that this is the worker's.
With --only-read the file is read into batches of blocks, and nothing else is done.
"""

import argparse
import gzip
import hashlib
import json
import random
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.closing import close_run
from pipeline.gathering import gather_run
from pipeline.job import Job, Part, hold, open_job
from pipeline.linking import link_run
from pipeline.parts import clean_part, finish_part, read_part
from pipeline.planning import plan
from pipeline.reading import read_batches

SUBJECTS = ["The harbour council", "A ferry captain", "The school board", "Two divers", "A night nurse"]
VERBS = ["counted", "repaired", "sold", "painted", "measured", "mapped", "moved", "praised", "questioned"]
THINGS = ["lanterns", "nets", "benches", "tide tables", "signal lamps", "wooden gulls", "brass bells"]
PLACES = ["in Hesmark", "by the Velm dam", "on the Alder quay", "near Lundmark", "below the mill"]
FURNITURE = "Home | News | Weather | Archive\nSubscribe to our newsletter"


def article(number: int) -> str:
    chance = random.Random(number)  # noqa: S311
    mark = hashlib.sha256(str(number).encode()).hexdigest()
    sentences = [
        f"{chance.choice(SUBJECTS)} {chance.choice(VERBS)} {chance.randint(2, 9999)} {chance.choice(THINGS)} "
        f"{chance.choice(PLACES)} and noted lot {mark[8 * i : 8 * i + 8]} for the {chance.choice(THINGS)} of the year."
        for i in range(4)
    ]
    return "\n".join([f"Report {mark[:6]} from the coast", *sentences])


def write_jsonl(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            url = f"https://site-{number % 500}.example/{number}"
            record = {"id": str(number), "url": url, "text": article(number)}
            out.write(json.dumps(record) + "\n")


def write_warc(path: Path, count: int) -> None:
    """Write pages of about 25 kB, as crawled ones are: most of a page is markup."""
    filling = "<div class='item'><span style='color:#123'></span></div>" * 400
    with path.open("wb") as out:
        for number in range(count):
            lines = "".join(f"<p>{line}</p>" for line in article(number).split("\n"))
            page = f"<html><body><nav>{FURNITURE}</nav>{filling}<article>{lines}</article></body></html>".encode()
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page) + page
            head = (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
                f"WARC-Target-URI: https://site-{number % 500}.example/{number}\r\n"
                f"Content-Type: application/http\r\nContent-Length: {len(answer)}\r\n\r\n"
            )
            record = head.encode() + answer + b"\r\n\r\n"
            out.write(gzip.compress(record, 1) if path.suffix == ".gz" else record)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["jsonl", "warc"])
    parser.add_argument("count", type=int)
    parser.add_argument("--folder", help="where to work; the system's folder for temporary files if not given")
    parser.add_argument("--only-read", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        raw = Path(folder, "raw")
        raw.mkdir()
        path = raw / f"all.{given.kind}"
        (write_jsonl if given.kind == "jsonl" else write_warc)(path, given.count)
        print(f"{given.count} records, {path.stat().st_size / 1e6:.0f} MB", flush=True)
        job = open_job(str(raw), str(Path(folder, "clean")))
        with hold(job):
            parts = timed("plan", lambda: plan(job))
            print(timed("read only", lambda: read_only(job, parts)) if given.only_read else run(job, parts))


def read_only(job: Job, parts: list[Part]) -> dict[str, int]:
    counts = dict.fromkeys(("files", "pages", "blocks"), 0)
    for part in parts:
        for batch in read_batches(job, part):
            for name, rows in batch._asdict().items():
                counts[name] += len(rows)
    return counts


def run(job: Job, parts: list[Part]) -> Any:
    timed("read", lambda: [read_part(job, part) for part in parts])
    timed("gather", lambda: gather_run(job, parts))
    timed("clean", lambda: [clean_part(job, part) for part in parts])
    timed("link", lambda: link_run(job, parts))
    timed("finish", lambda: [finish_part(job, part) for part in parts])
    return timed("close", lambda: close_run(job, parts))["counts"]


def timed(name: str, work: Callable[[], Any]) -> Any:
    start = time.process_time()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:9} {time.process_time() - start:8.1f} CPU s, {peak:6.0f} MB at most so far", flush=True)
    return result


if __name__ == "__main__":
    main()
