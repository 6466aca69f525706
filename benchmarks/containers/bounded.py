"""How much time and memory a run takes over one great file of records: JSON lines, or a crawl in WARC.

    python benchmarks/containers/bounded.py jsonl 1000000 [FOLDER]
    python benchmarks/containers/bounded.py warc 40000 [FOLDER]

Each record is an invented article of four sentences on one of 500 sites, and no two are alike. Prints for each pass the
CPU seconds and the greatest memory of the process so far. Passes are done in one process, so that this is the worker's.
"""

import gzip
import hashlib
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.closing import close_run
from pipeline.gathering import gather_run, link_run
from pipeline.job import hold, open_job
from pipeline.parts import clean_part, finish_part, read_part
from pipeline.planning import plan

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
    kind, count = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory(dir=sys.argv[3] if len(sys.argv) > 3 else None) as folder:
        raw = Path(folder, "raw")
        raw.mkdir()
        path = raw / f"all.{kind}"
        (write_jsonl if kind == "jsonl" else write_warc)(path, count)
        print(f"{count} records, {path.stat().st_size / 1e6:.0f} MB")
        job = open_job(str(raw), str(Path(folder, "clean")))
        with hold(job):
            parts = timed("plan", lambda: plan(job))
            timed("read", lambda: [read_part(job, part) for part in parts])
            timed("gather", lambda: gather_run(job, parts))
            timed("clean", lambda: [clean_part(job, part) for part in parts])
            timed("link", lambda: link_run(job, parts))
            timed("finish", lambda: [finish_part(job, part) for part in parts])
            summary = timed("close", lambda: close_run(job, parts))
        print(summary["counts"])


def timed(name: str, work: Callable[[], Any]) -> Any:
    start = time.process_time()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:8} {time.process_time() - start:8.1f} CPU s, {peak:6.0f} MB at most so far", flush=True)
    return result


if __name__ == "__main__":
    main()
