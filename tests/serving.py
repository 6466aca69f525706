"""One `make serve` for all tests that need a Prefect server; started when the first asks, stopped by the last."""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
START_SECONDS = 150


class Served:
    """A copy of the checkout's flows, in a folder of its own, and `python -m flows.serve` at work there."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.mark = f"copydesk-test-{uuid.uuid4().hex}"
        self.log = folder / "serve.log"
        shutil.copytree(ROOT / "flows", folder / "flows", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "prefect.yaml", folder)
        shutil.copytree(ROOT / "data" / "raw" / "globe-brief-24.example", folder / "data" / "raw")
        with self.log.open("wb") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "flows.serve", "--port", str(self.port)],
                cwd=folder,
                env=environment(folder) | {"COPYDESK_TEST": self.mark},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        atexit.register(self.stop, signal.SIGTERM)
        wait_for(lambda: "Ready" in self.told() or self.child.poll() is not None, START_SECONDS)
        assert self.child.poll() is None, self.told()

    def told(self):
        return self.log.read_text("utf-8")

    def stop(self, number):
        if self.child.poll() is None:
            self.child.send_signal(number)
        return self.child.wait(60)

    def left(self):
        """The command lines of all that was started from here, by whomever, and still runs."""
        lines = []
        for place in Path("/proc").glob("[0-9]*"):
            try:
                if f"COPYDESK_TEST={self.mark}".encode() in (place / "environ").read_bytes():
                    lines.append((place / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return [line for line in lines if line]


@cache
def start(folder):
    return Served(folder)


def environment(folder):
    """This environment with a Prefect home under `folder`, and nothing else that belongs to Prefect."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT")}
    return kept | {"PREFECT_HOME": str(folder / ".prefect"), "DO_NOT_TRACK": "1"}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for(ready, seconds):
    """Wait until `ready()` is true; return it."""
    deadline = time.monotonic() + seconds
    while not (result := ready()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return result


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
