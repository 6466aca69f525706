"""What `make serve` asks of its server: to take the deployments, and to tell of its worker and the runs there."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import yaml
from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Cancelling, Crashed

POOL = "local"
PROJECT = Path("prefect.yaml")
_UNFINISHED = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


class DeployError(RuntimeError):
    """`prefect deploy` failed; the message is what it said."""


def worker_is_online(since: datetime) -> bool:
    """Tell whether the worker has made its pool and reported there; one that is gone is listed for some time."""
    with get_client(sync_client=True) as client:
        if POOL not in {pool.name for pool in client.read_work_pools()}:
            return False
        seen = (worker.last_heartbeat_time for worker in client.read_workers_for_work_pool(POOL))
        return any(at is not None and at >= since for at in seen)


def deploy(settings: Mapping[str, str]) -> None:
    """Put prefect.yaml on the server; the schedules of a deployment that is there already stay as they are.

    `prefect deploy` by itself would reset them: pause them, set their times back, drop those that were added.

    Raises:
        DeployError: the file is not understood, or the server refused it.
    """
    project = yaml.safe_load(PROJECT.read_text(encoding="utf-8"))
    with get_client(sync_client=True) as client:
        there = {deployment.name for deployment in client.read_deployments()}
    for deployment in project["deployments"]:
        if deployment["name"] in there:
            deployment.pop("schedules", None)
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        yaml.safe_dump(project, file)
        file.flush()
        deployed = subprocess.run(  # noqa: S603 - this very Python
            [sys.executable, "-m", "prefect", "deploy", "--all", "--prefect-file", file.name],
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    if deployed.returncode:
        raise DeployError(deployed.stdout)


def end_lost_runs() -> None:
    """Give a final state to what ran when an earlier worker was killed.

    Such a run would be called running for ever, and keep its deployment's only slot: no later run would begin.
    """
    with get_client(sync_client=True) as client:
        for run in _unfinished(client):
            client.set_flow_run_state(run.id, Crashed(message="The worker was gone while this ran."), force=True)


def cancel_runs(seconds: float) -> None:
    """Have the worker cancel what it runs, while it can; at its own end it would leave it as if it ran on."""
    deadline = time.monotonic() + seconds
    with get_client(sync_client=True) as client:
        for run in _unfinished(client):
            client.set_flow_run_state(run.id, Cancelling(message="The server was being stopped."))
        while _unfinished(client) and time.monotonic() < deadline:
            time.sleep(0.3)


def _unfinished(client: SyncPrefectClient) -> list[FlowRun]:
    states = FlowRunFilterState(type=FlowRunFilterStateType(any_=_UNFINISHED))
    pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))
    return client.read_flow_runs(flow_run_filter=FlowRunFilter(state=states), work_pool_filter=pool)
