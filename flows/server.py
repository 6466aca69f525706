"""Sees to it that a Prefect server can be reached: one that is up, else a temporary one for the time of a run."""

import atexit
import http.client
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect import get_client
from prefect.context import refresh_global_settings_context
from prefect.logging import get_logger
from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL, get_current_settings, temporary_settings

from flows import child

HOST = "127.0.0.1"  # the server asks for no password, so nobody but this machine may reach it
START_SECONDS = 90  # a new database takes half a minute on a busy machine
STOP_SECONDS = 5
QUIET = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}  # whatever runs here tells nobody


class ServerError(RuntimeError):
    """There is no server to run with."""


@contextmanager
def reachable() -> Iterator[None]:
    """Name a server to all that happens inside: that of PREFECT_API_URL, that of `make serve`, or a temporary one.

    Prefect would start a temporary one by itself, with four faults: Ctrl-C stops that server too, before it has heard
    that the run was interrupted, which the run then tries to tell it for minutes; worker processes, not knowing of
    it, each start one more and leave it behind; so does a run that is killed; and the command imports the whole
    server only to start it, 4 seconds of work.

    Raises:
        ServerError: it did not start, or that of PREFECT_API_URL does not answer.
    """
    if address := PREFECT_API_URL.value():
        if not answers():
            raise ServerError(f"No Prefect server answers at {address}. Start it, or unset PREFECT_API_URL.")
        yield
    elif address := _served():
        with named(address):
            yield
    else:
        with named(_start()), temporary_settings({PREFECT_UI_URL: ""}):  # it has no pages to point at
            yield


@contextmanager
def named(address: str) -> Iterator[None]:
    """Set PREFECT_API_URL for all that happens inside.

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


def answers() -> bool:
    """Tell whether the server that is named is up."""
    with get_client(sync_client=True) as client:
        return client.api_healthcheck() is None


def note() -> Path:
    """Return the file in which `make serve` notes its address, beside the database that it has open."""
    return get_current_settings().home.resolve() / "serve.address"


def _served() -> str | None:
    """Return the address of `make serve`, if it is up: a second server on its database would find that locked."""
    if not note().is_file():
        return None
    address = note().read_text(encoding="utf-8")
    with named(address):
        return address if answers() else None


def _start() -> str:
    """Start a temporary server, which ends with this process; return its address."""
    get_logger().info("Starting a temporary Prefect server ...")
    settings = get_current_settings().to_environment_variables(exclude_unset=True) | QUIET
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1]
        number = listening.fileno()
        server = child.start("flows.temporary_server", [str(number)], settings, keep=[number])
    atexit.register(child.stop, server, STOP_SECONDS)  # not sooner: at its own exit Prefect sends the last of the log
    _wait_for(port, max(START_SECONDS, get_current_settings().server.ephemeral.startup_timeout_seconds))
    return f"http://{HOST}:{port}/api"


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
