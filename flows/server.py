"""Sees to it that a Prefect server can be reached: the one that is set, else a temporary one of Prefect's own."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from prefect import get_client
from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL, temporary_settings


@contextmanager
def reachable() -> Iterator[None]:
    """Start the temporary server, unless PREFECT_API_URL names one, and name it to all that happens inside.

    Prefect would start it by itself, with two faults. Ctrl-C in a terminal goes to the server as well, which is then
    gone before it hears that the run was interrupted, while the run tries to tell it for minutes; so SIGINT is
    blocked as long as the server is being started: a new process inherits that. And worker processes, not knowing
    of it, would each start one more and leave it behind; so its address becomes a setting, which they are given.
    """
    if PREFECT_API_URL.value():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with get_client(sync_client=True) as client:
            address = str(client.api_url)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    with temporary_settings({PREFECT_API_URL: address, PREFECT_UI_URL: ""}):  # it has no pages to point at
        yield
