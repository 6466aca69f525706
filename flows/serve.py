"""Starts server, worker and the scheduled flows in one command, and stops them together: python -m flows.serve."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import yaml
from prefect import get_client
from prefect.settings import PREFECT_API_URL, get_current_settings, temporary_settings

HOST = "127.0.0.1"  # the server asks for no password, so nobody but this machine may reach it
POOL = "local"
PROJECT = Path("prefect.yaml")
START_SECONDS = 120  # a new database takes half a minute on a busy machine
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
    except ServeError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        print("Stopped.")  # noqa: T201
    return 0


def serve(port: int) -> None:
    """Run server and worker, put the deployments of prefect.yaml on the server, and watch over them for good.

    Raises:
        ServeError: the port is taken, prefect.yaml is not here, or server or worker failed.
        KeyboardInterrupt: asked to stop; nothing that was started is left.
    """
    if not PROJECT.is_file():
        raise ServeError(f"There is no {PROJECT} here. Start this in the project's folder.")
    if not _is_free(port):
        raise ServeError(
            f"Port {port} is taken, perhaps by another `make serve`. Choose one: make serve PORT={port + 1}"
        )
    settings = _settings(port)
    log = Path(settings["PREFECT_HOME"], "server.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as running, temporary_settings({PREFECT_API_URL: settings["PREFECT_API_URL"]}):
        _say("Starting the server ...")
        server = running.enter_context(
            _command("server", settings, "server", "start", "--host", HOST, "--port", str(port), log=log)
        )
        _wait_until(_server_answers, server, f"The server did not start; see {log}")
        _say("Starting a worker ...")
        since = datetime.now(UTC)
        worker = running.enter_context(
            _command("worker", settings, "worker", "start", "--pool", POOL, "--type", "process", "--name", "copydesk")
        )
        _wait_until(lambda: _worker_is_online(since), worker, "The worker did not start")
        _deploy(settings)
        _say(f"\nReady: http://{HOST}:{port}/deployments\nCtrl-C stops everything; schedules and runs are kept.\n")
        while server.poll() is None and worker.poll() is None:
            time.sleep(1)
        raise ServeError(f"The {'server' if server.poll() is not None else 'worker'} stopped by itself; see {log}")


def _settings(port: int) -> dict[str, str]:
    """Return the settings that every part of it is started with."""
    return {
        "PREFECT_API_URL": f"http://{HOST}:{port}/api",  # or the pages would ask port 4200
        "PREFECT_HOME": str(get_current_settings().home.resolve()),  # a run starts in a folder of its own
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "5",  # how long a run waits at most for the worker to look
        "DO_NOT_TRACK": "1",
    }


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was just left is free
        return probe.connect_ex((HOST, port)) != 0


@contextmanager
def _command(
    name: str, settings: Mapping[str, str], *words: str, log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `prefect WORDS` in a session of its own, which Ctrl-C does not reach, and stop that whole session after."""
    with ExitStack() as files:
        out = files.enter_context(log.open("wb")) if log else None
        child = subprocess.Popen(
            [sys.executable, "-m", "prefect", *words],
            env={**os.environ, **settings},
            stdout=out,
            stderr=subprocess.STDOUT if out else None,
            start_new_session=True,
        )
    try:
        yield child
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # what follows takes seconds; an impatient Ctrl-C would break it
        _say(f"Stopping the {name} ...")
        _stop(child)


def _stop(child: subprocess.Popen[bytes]) -> None:
    """End a session: ask all of it (a worker's runs too, so that they can tell the server), then make it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, number)
        except ProcessLookupError:
            break
        deadline = time.monotonic() + STOP_SECONDS
        while _is_alive(child) and time.monotonic() < deadline:
            time.sleep(0.1)
    child.wait()


def _is_alive(child: subprocess.Popen[bytes]) -> bool:
    child.poll()  # takes the dead child off the list of processes, or its group would live on
    try:
        os.killpg(child.pid, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_until(ready: Callable[[], bool], child: subprocess.Popen[bytes], failure: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if child.poll() is not None or time.monotonic() > deadline:
            raise ServeError(failure)
        time.sleep(0.3)


def _server_answers() -> bool:
    with get_client(sync_client=True) as client:
        return client.api_healthcheck() is None


def _worker_is_online(since: datetime) -> bool:
    """Tell whether the worker has made its pool and reported there; an earlier worker is listed for some time."""
    with get_client(sync_client=True) as client:
        if POOL not in {pool.name for pool in client.read_work_pools()}:
            return False
        seen = (worker.last_heartbeat_time for worker in client.read_workers_for_work_pool(POOL))
        return any(at is not None and at >= since for at in seen)


def _deploy(settings: Mapping[str, str]) -> None:
    """Put prefect.yaml on the server; the schedules of a deployment that is there already stay as they are.

    `prefect deploy` would reset them: switch them off, set their times back, and drop those that were added.
    """
    _say(f"Deploying {PROJECT} ...")
    project = yaml.safe_load(PROJECT.read_text(encoding="utf-8"))
    with get_client(sync_client=True) as client:
        there = {deployment.name for deployment in client.read_deployments()}
    for deployment in project["deployments"]:
        if deployment["name"] in there:
            deployment.pop("schedules", None)
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        yaml.safe_dump(project, file)
        file.flush()
        deployed = subprocess.run(
            [sys.executable, "-m", "prefect", "deploy", "--all", "--prefect-file", file.name],
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    if deployed.returncode:
        raise ServeError(f"Deploying failed:\n{deployed.stdout}")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    raise SystemExit(main())
