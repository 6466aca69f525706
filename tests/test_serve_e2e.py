"""`make serve` from start to end: deploy, run with other parameters, let a schedule fire, stop, leave nothing."""

import re
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import serving
from prefect import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.states import Running, Scheduled

from flows import deployments, serve
from flows.server import named

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    return serving.start(tmp_path_factory.getbasetemp() / "served")


@pytest.fixture
def client(served):
    with named(f"{served.url}/api"), get_client(sync_client=True) as client:
        yield client


def deployment_of(client, name="clean/clean"):
    return client.read_deployment_by_name(name)


def finished(client, run, seconds=120):
    """The state that a run ends in."""
    one = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
    final = serving.wait_for(
        lambda: [r.state for r in client.read_flow_runs(flow_run_filter=one) if r.state.is_final()], seconds
    )
    return final[0] if final else None


def test_both_deployments_are_there_with_their_schedules_paused(client):
    for name, slug in (("clean/clean", "every-night"), ("recheck/recheck", "every-week")):
        deployment = deployment_of(client, name)
        assert [(s.slug, s.active) for s in deployment.schedules] == [(slug, False)]
        assert deployment.global_concurrency_limit.limit == 1
        assert deployment.work_pool_name == "local"


def test_a_run_that_was_lost_with_its_worker_gets_an_end(client):
    """Or its deployment's only slot stays taken, and no later run begins."""
    later = Scheduled(scheduled_time=datetime.now(UTC) + timedelta(days=1))
    run = client.create_flow_run_from_deployment(deployment_of(client, "recheck/recheck").id, state=later)
    client.set_flow_run_state(run.id, Running(), force=True)
    deployments.end_lost_runs()
    assert finished(client, run, 5).is_crashed()


def test_a_run_takes_the_parameters_that_it_is_given(client, served):
    run = client.create_flow_run_from_deployment(deployment_of(client).id, parameters={"clean": "elsewhere"})
    state = finished(client, run)
    assert state.is_completed(), (state, served.told())
    assert (served.folder / "elsewhere" / "latest" / "documents" / "part-00000.parquet").is_file()
    assert not (served.folder / "data" / "clean").exists()


def test_a_schedule_fires_and_outlives_a_new_deployment(client, served, monkeypatch):
    deployment = deployment_of(client)
    night = CronSchedule(cron="30 3 * * *", timezone="Europe/Berlin")
    client.update_deployment_schedule(deployment.id, deployment.schedules[0].id, active=True, schedule=night)
    often = DeploymentScheduleCreate(schedule=IntervalSchedule(interval=10), parameters={"clean": "scheduled"})
    client.create_deployment_schedules(deployment.id, [often])
    before = sorted((s.slug or "", str(s.schedule), s.active) for s in deployment_of(client).schedules)

    monkeypatch.chdir(served.folder)
    deployments.deploy({})
    after = sorted((s.slug or "", str(s.schedule), s.active) for s in deployment_of(client).schedules)
    assert after == before
    assert serving.wait_for((served.folder / "scheduled" / "latest" / "run.json").is_file, 120), served.told()


def test_a_second_server_says_that_the_port_is_taken(served, monkeypatch, capsys):
    monkeypatch.chdir(served.folder)
    assert serve.main(["--port", str(served.port)]) == 1
    assert f"Port {served.port} is taken" in capsys.readouterr().err


def test_serving_needs_the_project_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert serve.main([]) == 1
    assert "There is no prefect.yaml here" in capsys.readouterr().err


def test_ctrl_c_stops_everything(served):
    """While the schedule above starts a run every few seconds."""
    assert serving.wait_for(lambda: any("prefect.engine" in line for line in served.left()), 60), served.told()
    assert served.stop(signal.SIGINT) == 0, served.told()
    assert serving.wait_for(lambda: not served.left(), 10), served.left()
    assert "Fatal Python error" not in served.told()
    # Prefect itself refuses a run that was just starting, with a traceback.
    refused = "prefect.exceptions.UnfinishedRun: Run is in CANCELLING state, its result is not available."
    assert set(re.findall(r"^Traceback .*\n(?: .*\n)+(.*)", served.told(), re.MULTILINE)) <= {refused}
    with sqlite3.connect(served.folder / ".prefect" / "prefect.db") as database:
        states = {name for (name,) in database.execute("select state_name from flow_run")}
        (slots,) = database.execute("select max(active_slots) from concurrency_limit_v2").fetchone()
    database.close()
    assert not states & {"Running", "Pending", "Cancelling"}
    assert slots == 0


def test_help_is_given():
    told = subprocess.run([sys.executable, "-m", "flows.serve", "--help"], capture_output=True, text=True, check=True)
    assert "--port" in told.stdout
