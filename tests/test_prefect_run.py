"""`prefect run` and `prefect-run`: which flow is meant, with which parameters, and what the shell is told."""

import io
import json
import os
import signal
import subprocess
import sys
import tomllib
from logging import getLogger
from pathlib import Path

import pytest
import serving

from flows import parameters, plugin, run_command, targets
from flows.server import named

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parent.parent
HELLO = '''
from typing import Annotated
from prefect import flow, task
from pydantic import Field

@task
def add(one, two):
    return one + two

@flow
def hello(name: str = "you", number: Annotated[int, Field(ge=1)] = 1, ids: list[int] | None = None, fail: bool = False):
    """Greet.

    Args:
        name: Whom.
    """
    if fail:
        raise ValueError("no greeting today")
    print(f"hello {name!r} {add(number, 1)} {ids}", flush=True)

@flow
async def wait(seconds: float = 0):
    import asyncio
    print("waiting", flush=True)
    await asyncio.sleep(seconds)
'''
FILES = {
    "flows/hello.py": HELLO,
    "flows/pair.py": "from prefect import flow\n@flow\ndef one(): ...\n@flow\ndef two(must: int): ...\n",
    "flows/lone.py": """
import prefect
from flows_elsewhere import other
@prefect.flow(name="x")
def only(model_x: str): ...
""",
    "flows/none.py": "def clean(): ...\n",
    "flows/broken.py": "x = (\n",
    "flows/needs.py": "import not_installed_here\n",
    "flows_elsewhere.py": "from prefect import flow\n@flow\ndef other(): ...\n@flow\ndef free(**more): ...\n",
    "prefect.yaml": json.dumps(
        {"deployments": [{"name": "nightly", "entrypoint": "flows/hello.py:hello", "parameters": {"name": "night"}}]}
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    for name, content in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    (folder / "pyproject.toml").write_text("[tool.prefect.plugins]\nenabled = true\n", "utf-8")
    return folder


@pytest.fixture
def here(project, monkeypatch):
    monkeypatch.chdir(project)


def prefect(project, *words, command="prefect", **more):
    environment = serving.environment(project) | more.pop("env", {})
    return subprocess.run(
        [BIN / command, *words], cwd=project, env=environment, capture_output=True, text=True, check=False, **more
    )


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("hello", "hello"),
        ("hello:wait", "wait"),
        ("nightly", "hello"),
        ("flows/hello.py", "hello"),
        ("flows/hello.py:wait", "wait"),
        ("lone", "x"),
        ("flows_elsewhere:other", "other"),
        ("./flows/pair.py:two", "two"),
    ],
)
def test_finds(here, target, name):
    assert targets.find(target).flow.name == name


def test_a_deployment_brings_its_parameters(here):
    assert targets.find("nightly").parameters == {"name": "night"}


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("helo", "No flow called 'helo'. Known here: nightly, hello, lone, pair."),
        ("flows/helo.py", "No such file: flows/helo.py"),
        ("flows/helo.py:x", "No such file: flows/helo.py"),
        ("pair", "flows/pair.py has several flows; name one: flows/pair.py:one, flows/pair.py:two."),
        ("pair:three", "flows/pair.py has no flow 'three'. It has: one, two."),
        ("none", "flows/none.py has no flow."),
        ("os.path", "os.path has no flow."),
        ("os.no_such", "No flow called 'os.no_such'."),
        ("..", "No flow called '..'."),
        ("", "No flow called ''."),
    ],
)
def test_says_what_there_is(here, target, message):
    with pytest.raises(targets.TargetError) as error:
        targets.find(target)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("target", "cause"), [("broken", SyntaxError), ("needs", ModuleNotFoundError), ("flows/broken.py:x", SyntaxError)]
)
def test_a_file_that_does_not_load_shows_why(here, target, cause):
    with pytest.raises(targets.BrokenTargetError) as error:
        targets.find(target)
    assert isinstance(error.value.__cause__, cause)


def test_a_project_file_that_is_no_yaml_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("prefect.yaml").write_text("a: [", "utf-8")
    with pytest.raises(targets.TargetError, match=r"prefect\.yaml is not valid YAML"):
        targets.find("x")


@pytest.mark.parametrize(
    ("target", "pairs", "blob", "expected"),
    [
        ("hello", [], None, {}),
        ("hello", ["name=a=b"], None, {"name": "a=b"}),
        ("hello", ["name=12", "number=12"], None, {"name": "12", "number": 12}),  # each as its type would have it
        ("hello", ["name=null", "ids=null"], None, {"name": "null", "ids": None}),
        ("hello", ['name="12"', "ids=[1, 2]", "fail=true"], None, {"name": "12", "ids": [1, 2], "fail": True}),
        ("hello", ["number=2"], '{"number": 3, "name": "x"}', {"number": 2, "name": "x"}),
        ("lone", ["model_x={"], None, {"model_x": "{"}),
        ("flows_elsewhere:free", ["any=1"], None, {"any": 1}),
    ],
)
def test_reads_parameters(here, target, pairs, blob, expected):
    flow = targets.find(target).flow
    values = parameters.parse_object(blob) if blob else {}
    assert parameters.resolve(flow, values, parameters.split_pairs(pairs)) == expected


@pytest.mark.parametrize(
    ("target", "pairs", "message"),
    [
        ("hello", ["nme=x"], "Unknown parameter: nme\nFlow 'hello' takes: name, number, ids, fail."),
        ("pair:two", [], "Missing parameter: must\nFlow 'two' takes: must."),
        ("pair:one", ["x=1"], "Unknown parameter: x\nFlow 'one' takes: nothing."),
        ("hello", ["number=0"], "Parameter number: Input should be greater than or equal to 1 (given: 0)"),
        ("hello", ["number=a", "fail=b"], "Parameter number: Input should be a valid integer"),
        ("hello", ["ids=[1"], "Parameter ids: Input should be a valid list"),
        ("hello", ['ids=[1, "a"]'], "Parameter ids: Input should be a valid"),
        ("hello", ["name"], "'name' is no parameter: write key=value."),
        ("hello", ["=x"], "'=x' is no parameter"),
    ],
)
def test_names_every_wrong_parameter(here, target, pairs, message):
    with pytest.raises(parameters.ParameterError) as error:
        parameters.resolve(targets.find(target).flow, {}, parameters.split_pairs(pairs))
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(("text", "message"), [("{", "not JSON"), ("[1]", "one JSON object"), ("", "not JSON")])
def test_params_must_be_a_json_object(text, message):
    with pytest.raises(parameters.ParameterError, match=message):
        parameters.parse_object(text)


def test_the_command_is_listed_and_explains_itself(project):
    listed, explained = prefect(project, "--help"), prefect(project, "run", "--help")
    assert (listed.returncode, explained.returncode) == (0, 0)
    assert "Run a flow here and now" in listed.stdout
    assert all(word in explained.stdout for word in ("TARGET", "--param -p", "--params", "--tag", "Parameters"))


def test_an_error_is_told_in_one_sentence_and_starts_no_server(project):
    for command, words in (("prefect", ["run"]), ("prefect-run", [])):
        ended = prefect(project, *words, "helo", command=command, env={"PREFECT_HOME": str(project / "untouched")})
        assert ended.returncode == 1
        assert ended.stderr == "No flow called 'helo'. Known here: nightly, hello, lone, pair.\n"
    assert not (project / "untouched" / "prefect.db").exists()


def test_a_prefect_that_moved_its_command_line_goes_on_working(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "prefect.cli._app", None)
    monkeypatch.setattr(sys, "argv", ["/usr/bin/prefect", "version"])
    monkeypatch.setattr(getLogger("prefect"), "propagate", True)
    plugin.setup_environment(ctx=plugin.HookContext("9", None, getLogger))
    assert "use `prefect-run`" in caplog.text


def test_the_checkout_keeps_its_prefect_to_itself(tmp_path):
    """A person's own Prefect profile, a cloud account perhaps, does not reach into the project."""
    (tmp_path / ".prefect").mkdir()
    (tmp_path / ".prefect" / "profiles.toml").write_text(
        'active = "work"\n[profiles.work]\nPREFECT_API_URL = "https://prefect.invalid/api"\n', "utf-8"
    )
    plain = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT")}
    told = subprocess.run(
        [BIN / "prefect", "config", "view"],
        cwd=ROOT, env=plain | {"HOME": str(tmp_path)}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "prefect.invalid" not in told
    assert "PREFECT_HOME='.prefect'" in told
    assert "PREFECT_SERVER_ANALYTICS_ENABLED='False'" in told


def test_what_the_lock_pins_can_start_a_server():
    """Prefect 3.8 breaks silently with newer FastAPI (no server) and newer SQLAlchemy (no scheduled run)."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    assert any(line.startswith("fastapi") and "<" in line for line in wanted)
    assert any(line.startswith("sqlalchemy") and "<2.1" in line for line in wanted)


class TestOnAServer:
    pytestmark = pytest.mark.e2e

    @pytest.fixture(autouse=True)
    def server(self, tmp_path_factory, project, monkeypatch):
        monkeypatch.chdir(project)
        served = serving.start(tmp_path_factory.getbasetemp() / "served")
        with named(f"{served.url}/api"):
            yield

    def call(self, *words):
        try:
            run_command.app(list(words), result_action="return_value")
        except SystemExit as left:
            return left.code
        return 0

    def test_a_run_that_completes_is_0(self, capfd):
        assert self.call("hello", "-p", "name=Ann", "--params", '{"number": 2, "ids": [1]}', "--tag", "t") == 0
        assert "hello 'Ann' 3 [1]" in capfd.readouterr().out

    def test_a_run_that_fails_is_1_and_says_why(self, capfd):
        assert self.call("nightly", "-p", "fail=true") == 1
        assert "ended in state Failed: Flow run encountered an exception: ValueError: no greeting today" in (
            capfd.readouterr().err.replace("\n", " ")
        )

    def test_parameters_come_from_standard_input(self, capfd, monkeypatch):
        monkeypatch.setattr(sys, "stdin", io.StringIO('{"name": "Bo"}'))
        assert self.call("hello", "--params", "-") == 0
        assert "hello 'Bo' 2 None" in capfd.readouterr().out


GUARD = """
import os, sys

def allowed(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host not in ("127.0.0.1", "::1", "localhost", None):
        with open(os.environ["GUARD_LOG"], "a") as log:
            log.write(f"{event} {host}\\n")

sys.addaudithook(allowed)
"""


@pytest.mark.e2e
class TestOnItsOwn:
    """With the temporary server: slower, hence few."""

    def test_a_fresh_home_needs_nothing_but_this_machine(self, project, tmp_path):
        (tmp_path / "sitecustomize.py").write_text(GUARD, "utf-8")
        guard = {"PYTHONPATH": str(tmp_path), "GUARD_LOG": str(tmp_path / "log"), "DO_NOT_TRACK": "0"}
        control = "import socket\nsocket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 9))"
        subprocess.run([sys.executable, "-c", control], env=os.environ | guard, check=True)
        assert (tmp_path / "log").read_text("utf-8") == "socket.connect 192.0.2.1\n"

        ended = prefect(project, "run", "flows/hello.py:wait", "--flow-run-name", "a fine name", env=guard)
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout == "waiting\n"
        assert "Flow run 'a fine name' - Finished in state Completed()" in ended.stderr
        assert (tmp_path / "log").read_text("utf-8") == "socket.connect 192.0.2.1\n"

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
    def test_however_it_ends_no_server_stays(self, project, number, code):
        with subprocess.Popen(
            [BIN / "prefect", "run", "hello:wait", "-p", "seconds=60"],
            cwd=project, env=serving.environment(project), start_new_session=True, text=True, stdout=subprocess.PIPE,
        ) as child:  # fmt: skip
            assert child.stdout.readline() == "waiting\n"
            servers = serving.children_of(child.pid)
            assert len(servers) == 1
            os.killpg(child.pid, number)  # as a terminal does
            assert child.wait(20) == code
        assert serving.wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in servers), 10)
