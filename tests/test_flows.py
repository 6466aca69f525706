"""The flows on a real server: what a run returns, shows, tries again and refuses."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import serving
from prefect import flow, get_client, task
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, FlowRunFilter, FlowRunFilterId
from prefect.states import Failed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.callables import parameter_schema
from test_asking import PAGES

from flows import clean as clean_module
from flows.clean import choose_runner, clean, may_pass
from flows.recheck import recheck
from flows.server import named
from flows.workers import Processes, WorkerDiedError, Workers
from pipeline import pairing, run, store
from pipeline.run import JobError, Part
from pipeline.tables import PUBLISHED

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    return serving.start(tmp_path_factory.getbasetemp() / "served")


@pytest.fixture(autouse=True)
def server(served):
    with named(f"{served.url}/api"):
        yield


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "a.txt").write_text("The bridge opens\n\nThe mayor opened the new bridge on Monday morning.\n", "utf-8")
    (folder / "b.txt").touch()
    return folder


def artifacts_of(state):
    with get_client(sync_client=True) as client:
        own = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[state.state_details.flow_run_id]))
        return {artifact.key: artifact for artifact in client.read_artifacts(artifact_filter=own)}


def test_a_run_publishes_and_shows_what_it_did(raw, tmp_path):
    state = clean(str(raw), str(tmp_path / "clean"), return_state=True)
    summary = state.result()
    shown = artifacts_of(state)

    assert state.is_completed()
    assert "2 files, 1 of them rejected" in state.message
    assert (tmp_path / "clean" / "latest" / "run.json").is_file()
    assert shown["clean-progress"].data == 100
    assert summary["run"] in shown["clean-summary"].data
    assert "b.txt" in shown["clean-left-out"].data


def test_a_run_that_asks_a_model_shows_that_it_does(tmp_path):
    raw, rules = tmp_path / "raw", tmp_path / "rules"
    for name, text in PAGES.items():
        (raw / name).parent.mkdir(parents=True)
        (raw / name).write_text(text)
        (raw / name).with_suffix(".log").write_text(f"{name} said nothing. " * 40_000)  # so that there are parts
    rules.mkdir()
    (rules / "repairer.toml").write_text('kind = "callable"\ncallable = "answering:swap"\n')
    state = clean(str(raw), str(tmp_path / "clean"), rules=str(rules), workers=2, part_mb=1, return_state=True)
    assert state.is_completed()
    assert state.result()["model"]["answered"] == 1
    assert state.result()["entries"]["mistranslation/model/local"] == 2
    assert artifacts_of(state)["clean-progress"].data == 100


def test_what_staging_leaves_out_is_shown_too(raw, tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "big.txt").write_text("x" * 1_200_000, "utf-8")
    state = clean(str(raw), str(tmp_path / "clean"), source=str(tmp_path / "more"), max_mb=1, return_state=True)

    assert state.is_completed()
    assert "big.txt" in artifacts_of(state)["clean-left-out"].data


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"raw": "nowhere"}, "no folder of raw files"),
        ({"raw": "empty"}, "no raw files"),
        ({"raw": "raw", "rules": "nowhere"}, "nowhere"),
        ({"raw": "raw", "source": "nowhere"}, "nowhere"),
        ({"raw": "raw", "engine": "dask"}, "pip install prefect-dask"),
    ],
)
def test_what_cannot_begin_fails_with_one_sentence(raw, tmp_path, monkeypatch, parameters, message):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "prefect_dask", None)
    state = clean(clean="clean", return_state=True, **parameters)

    assert state.is_failed()
    assert message in state.message
    assert "Traceback" not in state.message
    assert not (tmp_path / "clean" / "latest").exists()


def test_a_run_that_lost_something_is_no_success(raw, tmp_path, monkeypatch):
    close = run.close_run
    monkeypatch.setattr(run, "close_run", lambda job, parts: close(job, parts) | {"ok": False})
    state = clean(str(raw), str(tmp_path / "clean"), return_state=True)

    assert state.is_failed()
    assert "lost" in state.message


def test_two_runs_do_not_share_a_folder(raw, tmp_path):
    with run.hold(run.open_job(str(raw), str(tmp_path / "clean"))):
        state = clean(str(raw), str(tmp_path / "clean"), return_state=True)

    assert state.is_failed()
    assert "another run" in state.message


def test_a_pass_is_tried_again_where_that_can_help(raw, tmp_path, monkeypatch):
    calls = []

    def read_part(job, part):
        calls.append(part)
        if len(calls) < 3:
            raise OSError("the disk is away")
        return {}

    monkeypatch.setattr(clean_module.read_part, "retry_delay_seconds", [0, 0])
    real = run.read_part
    monkeypatch.setattr(run, "read_part", lambda job, part: read_part(job, part) or real(job, part))
    assert clean(str(raw), str(tmp_path / "clean"), return_state=True).is_completed()
    assert len(calls) == 3


@pytest.mark.parametrize("error", [JobError("wrong"), RuntimeError("the books do not balance")])
def test_a_pass_is_not_tried_again_where_it_cannot(raw, tmp_path, monkeypatch, error):
    calls = []

    def read_part(job, part):
        calls.append(part)
        raise error

    monkeypatch.setattr(run, "read_part", read_part)
    state = clean(str(raw), str(tmp_path / "clean"), return_state=True)
    assert state.is_failed()
    assert str(error) in state.message
    assert len(calls) == 1


def test_only_the_outside_world_may_pass():
    assert may_pass(None, None, Failed(data=ConnectionError()))
    assert not may_pass(None, None, Failed(data=JobError()))


def test_parts_on_two_processes_give_the_same_tables(corpus, sample, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "open_job", _with_small_parts(run.open_job))
    monkeypatch.setattr(pairing, "TEXTS_AT_ONCE", 300)
    judged = []
    monkeypatch.setattr(run, "buckets_of", lambda *of: judged.extend(pairing.buckets_of(*of)) or judged)
    summary = clean(str(corpus), str(tmp_path / "clean"), workers=2)

    assert summary["parts"] > 1
    assert len(judged) > 2
    for name, schema in PUBLISHED.items():
        order = [
            (field.name, "ascending") for field in schema if field.name in ("doc", "block", "step", "start", "file")
        ]
        one, other = (
            store.table(sorted((folder / "latest" / name).glob("*.parquet")), schema).sort_by(order)
            for folder in (sample, tmp_path / "clean")
        )
        hidden = [field for field in ("part", "run") if field in schema.names]
        assert one.drop_columns(hidden) == other.drop_columns(hidden), name


def _with_small_parts(open_job):
    return lambda raw, clean, **options: open_job(raw, clean, **options | {"part_bytes": 120_000})


@task
def frail(job, part):
    """Die at part 1: the first time only, where `job` is a file that can be written."""
    if part.number == 1 and not Path(job).exists():
        if job != "always":
            Path(job).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return part.number


class Steps:
    def step(self, told, steps):
        pass


@flow
def on_a_frail_worker(job):
    parts = [Part(number, "", 1, 1) for number in range(3)]
    with Workers(Processes(max_workers=1), Steps()) as workers:
        return sorted(future.result() for future in workers.each(frail, job, parts))


def test_a_run_gets_over_the_death_of_a_worker(tmp_path):
    assert on_a_frail_worker(str(tmp_path / "died")) == [0, 1, 2]


def test_a_part_that_kills_its_worker_twice_fails_the_run():
    with pytest.raises(WorkerDiedError, match="part 1"):
        on_a_frail_worker("always")


def test_a_program_ends_whose_worker_died_with_a_lock():
    command = [sys.executable, str(Path(__file__).with_name("dying.py"))]
    assert subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout == "died\n"


def test_one_worker_is_a_thread_and_several_are_processes():
    assert isinstance(choose_runner("local", 1), ThreadPoolTaskRunner)
    assert isinstance(choose_runner("local", 3), Processes)


@pytest.mark.parametrize("of", [clean, recheck])
def test_the_form_explains_each_field(of):
    fields = parameter_schema(of).properties
    assert not [name for name, field in fields.items() if not field.get("description")]


def test_recheck_proves_a_published_run(sample):
    state = recheck(str(sample), return_state=True)
    assert state.is_completed()
    assert "balance" in artifacts_of(state)["recheck"].data


def test_recheck_fails_without_a_run(tmp_path):
    state = recheck(str(tmp_path), return_state=True)
    assert state.is_failed()
    assert "no run is published" in state.message


def test_task_runs_are_named_after_their_part_and_joined_in_the_graph(raw, tmp_path):
    state = clean(str(raw), str(tmp_path / "clean"), return_state=True)
    with get_client(sync_client=True) as client:
        own = FlowRunFilter(id=FlowRunFilterId(any_=[state.state_details.flow_run_id]))

        def named_runs():
            runs = {run.name: run for run in client.read_task_runs(flow_run_filter=own)}
            return runs if len(runs) == 6 else None

        runs = serving.wait_for(named_runs, 20)
        assert runs
        assert "read part 0: 2 files, 0.0 MB" in runs
        assert runs["clean part 0: 2 files, 0.0 MB"].task_inputs["part"][0].id == runs["gather"].id
        assert runs["publish"].task_inputs["wait_for"][0].id == runs["finish part 0: 2 files, 0.0 MB"].id
        assert client.read_flow_run(state.state_details.flow_run_id).name == f"{raw} to {tmp_path / 'clean'}"
