"""Starts processes that end when this one does, however it ends, and that Ctrl-C in a terminal does not reach."""

import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

Child = subprocess.Popen[bytes]


def start(
    module: str, words: Sequence[str], settings: Mapping[str, str], *, log: Path | None = None, keep: Sequence[int] = ()
) -> Child:
    """Run `python -m MODULE WORDS` in a session of its own.

    Args:
        module: what to run.
        words: its arguments.
        settings: environment variables, laid over those of this process.
        log: file for what it prints; here, where none is given.
        keep: numbers of open files that it is to have as well.
    """
    with ExitStack() as files:
        output = files.enter_context(log.open("wb")) if log else None
        return subprocess.Popen(  # noqa: S603 - this very Python
            [sys.executable, "-P", "-m", "flows.child", module, *words],  # -P: not a folder `flows` that lies here
            env={**os.environ, **settings},
            stdin=subprocess.PIPE,  # written to by nobody: it closes when this process is gone
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            pass_fds=keep,
            start_new_session=True,
        )


def stop(child: Child, seconds: float) -> None:
    """End a child and its whole session: ask it, wait so long, then make it, and wait as long again."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not _is_alive(child):
            break
        os.killpg(child.pid, number)
        deadline = time.monotonic() + seconds
        while _is_alive(child) and time.monotonic() < deadline:
            time.sleep(0.05)
    if child.stdin:
        child.stdin.close()


def _is_alive(child: Child) -> bool:
    child.poll()  # takes it off the list of processes once it is dead, or its group would seem to live on
    try:
        os.killpg(child.pid, 0)
    except ProcessLookupError:
        return False
    return True


def main() -> None:
    """Run the module that the arguments name, and end as soon as standard input does."""

    def end_with_the_parent() -> None:
        while os.read(0, 1):  # not by sys.stdin: its lock, held here for good, would fail the interpreter's end
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end_with_the_parent, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
