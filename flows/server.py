"""Sees to it that a Prefect server can be reached: the one that is set, else a temporary one for the time of a run."""

import atexit
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from prefect import get_client
from prefect.context import refresh_global_settings_context
from prefect.logging import get_logger
from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL, get_current_settings, temporary_settings

HOST = "127.0.0.1"  # the server asks for no password, so nobody but this machine may reach it
START_SECONDS = 90  # a new database takes half a minute on a busy machine
STOP_SECONDS = 5
QUIET = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}  # whatever runs here tells nobody


class ServerError(RuntimeError):
    """There is no server to run with."""


@contextmanager
def reachable() -> Iterator[None]:
    """Start a temporary server, unless PREFECT_API_URL names one, and name it to all that happens inside.

    The server ends with this process.

    Prefect would start one by itself, with four faults: Ctrl-C stops that server too, before it has heard that the
    run was interrupted, which the run then tries to tell it for minutes; worker processes, not knowing of it, each
    start one more and leave it behind; so does a run that is killed; and the command imports the whole server only
    to start it, 4 seconds of work.

    Raises:
        ServerError: it did not start, or the one that is named does not answer.
    """
    if there := PREFECT_API_URL.value():
        with get_client(sync_client=True) as client:
            if client.api_healthcheck() is not None:
                raise ServerError(f"No Prefect server answers at {there}. Start it, or unset PREFECT_API_URL.")
        yield
        return
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1]
        atexit.register(_stop, _start(listening))  # not sooner: at its own exit Prefect sends the last of the log
    _wait_for(port, max(START_SECONDS, get_current_settings().server.ephemeral.startup_timeout_seconds))
    with named(f"http://{HOST}:{port}/api"), temporary_settings({PREFECT_UI_URL: ""}):  # it has no pages to point at
        yield


@contextmanager
def named(address: str) -> Iterator[None]:
    """Name a server to all that happens inside.

    The setting alone holds in this thread only: a thread of Prefect's own would not find the server, and start one.
    """
    before = os.environ.get("PREFECT_API_URL")
    os.environ["PREFECT_API_URL"] = address
    refresh_global_settings_context()
    try:
        with temporary_settings({PREFECT_API_URL: address}):
            yield
    finally:
        os.environ.pop("PREFECT_API_URL")
        if before is not None:
            os.environ["PREFECT_API_URL"] = before
        refresh_global_settings_context()


def _start(listening: socket.socket) -> subprocess.Popen[bytes]:
    get_logger().info("Starting a temporary Prefect server ...")
    return subprocess.Popen(  # noqa: S603 - this very Python
        [sys.executable, "-m", "flows.server", str(listening.fileno())],
        env={**os.environ, **get_current_settings().to_environment_variables(exclude_unset=True), **QUIET},
        stdin=subprocess.PIPE,
        pass_fds=[listening.fileno()],
        start_new_session=True,
    )


def _wait_for(port: int, seconds: float) -> None:
    """Wait for the first answer: a connection waits until the server takes it up, and breaks when the server dies."""
    connection = http.client.HTTPConnection(HOST, port, timeout=seconds)
    try:
        connection.request("GET", "/api/health")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        home = get_current_settings().home
        raise ServerError(f"Prefect's server did not start ({error}). Its database is in {home}.") from error
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        raise ServerError(f"Prefect's server is not well: it answered {status}.")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.communicate(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.communicate()


def main() -> None:
    """Serve on the listening socket whose number is the argument, for as long as standard input stays open."""
    from prefect.server.api.server import create_app  # noqa: PLC0415 - what makes the server slow to import

    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    with socket.socket(fileno=int(sys.argv[1])) as listening:
        config = uvicorn.Config(create_app(ephemeral=True, final=True), log_level="error", lifespan="on")
        uvicorn.Server(config).run([listening])


def _end_with_the_parent() -> None:
    sys.stdin.buffer.read()  # returns when the parent is gone, however it went
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
