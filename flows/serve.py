"""Starts server, worker and the scheduled flows in one command, and stops them together: python -m flows.serve."""

import argparse
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from prefect.settings import get_current_settings

from flows import child, deployments
from flows.child import Child
from flows.deployments import POOL, PROJECT, DeployError
from flows.server import HOST, QUIET, answers, named, note

START_SECONDS = 120  # a new database takes half a minute on a busy machine
CANCEL_SECONDS = 20
STOP_SECONDS = 15


class ServeError(RuntimeError):
    """Something did not start, or stopped by itself."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C, SIGTERM or SIGHUP; return the exit code: 0 when stopped so, 1 when something failed."""
    parser = argparse.ArgumentParser(prog="python -m flows.serve", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=4200, help="port of the server and its pages (default: %(default)s)"
    )
    port = parser.parse_args(arguments).port
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        serve(port)
    except (ServeError, DeployError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        _say("Stopped.")
    return 0


def serve(port: int) -> None:
    """Run server and worker, put the deployments of prefect.yaml on the server, and watch over them for good.

    Raises:
        ServeError: the port is taken, prefect.yaml is not here, or server or worker failed.
        DeployError: prefect.yaml was refused.
        KeyboardInterrupt: asked to stop; nothing that was started is left.
    """
    if not PROJECT.is_file():
        raise ServeError(f"There is no {PROJECT} here. Start this in the project's folder.")
    if not 0 < port < 1 << 16:
        raise ServeError(f"{port} is no port: choose one from 1 to 65535.")
    if not _is_free(port):
        raise ServeError(f"Port {port} is taken, perhaps by another `make serve`. Another port: make serve PORT=4300")
    settings = _settings(port)
    log = Path(settings["PREFECT_HOME"], "server.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    with named(settings["PREFECT_API_URL"]), ExitStack() as running:
        _say("Starting the server ...")
        words = ["server", "start", "--host", HOST, "--port", str(port)]
        server = running.enter_context(_prefect(words, settings, log))
        _wait_until(answers, server, f"The server did not start; see {log}")
        running.enter_context(_noted(settings["PREFECT_API_URL"]))
        deployments.end_lost_runs()
        _say("Starting a worker ...")
        since = datetime.now(UTC)
        words = ["worker", "start", "--pool", POOL, "--type", "process", "--name", "copydesk"]
        worker = running.enter_context(_prefect(words, settings))
        running.callback(_cancel_runs, server, worker)
        _wait_until(lambda: deployments.worker_is_online(since), worker, "The worker did not start.")
        _say(f"Deploying {PROJECT} ...")
        deployments.deploy(settings)
        _say(f"\nReady: http://{HOST}:{port}/deployments\nCtrl-C stops everything; schedules and runs are kept.\n")
        while server.poll() is None and worker.poll() is None:
            time.sleep(1)
        raise ServeError(f"The {'worker' if server.poll() is None else 'server'} stopped by itself; see {log}")


def _settings(port: int) -> dict[str, str]:
    """Return the settings that server, worker and runs are started with."""
    return {
        "PREFECT_API_URL": f"http://{HOST}:{port}/api",  # or the pages would ask port 4200
        "PREFECT_HOME": str(get_current_settings().home.resolve()),  # a run starts in a folder of its own
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_PLUGINS_ENABLED": "false",  # `prefect run` is not needed, and would log errors in a worker
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "5",  # how long a run waits at most for the worker to look
        **QUIET,
    }


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0


@contextmanager
def _prefect(words: Sequence[str], settings: Mapping[str, str], log: Path | None = None) -> Iterator[Child]:
    """Run `prefect WORDS`, and stop it and all that it started afterwards."""
    started = child.start("prefect", words, settings, log=log)
    try:
        yield started
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # an impatient second Ctrl-C would leave processes behind
        _say(f"Stopping the {words[0]} ...")
        child.stop(started, STOP_SECONDS)


@contextmanager
def _noted(address: str) -> Iterator[None]:
    """Note the address for `prefect run`."""
    note().write_text(address, encoding="utf-8")
    try:
        yield
    finally:
        note().unlink(missing_ok=True)


def _cancel_runs(server: Child, worker: Child) -> None:
    if server.poll() is None and worker.poll() is None:
        deployments.cancel_runs(CANCEL_SECONDS)


def _wait_until(ready: Callable[[], bool], started: Child, failure: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if started.poll() is not None or time.monotonic() > deadline:
            raise ServeError(failure)
        time.sleep(0.3)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    raise SystemExit(main())
