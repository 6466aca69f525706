"""The command `prefect run`, also installed as `prefect-run`: runs a flow in this process and waits for it."""

import asyncio
import inspect
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Annotated, Any, NoReturn

from cyclopts import App, Group, Parameter
from prefect import Flow, State, tags
from prefect.exceptions import TerminationSignal
from rich.console import Console

from flows import parameters, server, targets
from flows.plugin import HELP

INTERRUPTED, TERMINATED = 128 + signal.SIGINT, 128 + signal.SIGTERM  # as shells have it

# An App and not a function: a function that is registered by name loses its own --help under cyclopts 5.
# The group is named, or the parameters stand among Prefect's session parameters.
app = App(name="run", help=HELP, help_flags=["--help"], version_flags=[], group_parameters=Group("Parameters"))

Place = Annotated[str, Parameter(name="TARGET", help="NAME, FILE.py, package.module or a deployment; with :FLOW.")]
Pairs = Annotated[
    list[str] | None,
    Parameter(name=["--param", "-p"], negative="", help="A parameter, key=value; the value may be JSON. Repeatable."),
]
Json = Annotated[
    str | None,
    Parameter(
        name="--params", allow_leading_hyphen=True, help="Parameters as one JSON object; - reads standard input."
    ),
]
Tags = Annotated[list[str] | None, Parameter(name="--tag", negative="", help="A tag for the run. Repeatable.")]
Name = Annotated[str | None, Parameter(name="--flow-run-name", help="A name for the run.")]


@app.default
def run(
    target: Place, *, param: Pairs = None, params: Json = None, tag: Tags = None, flow_run_name: Name = None
) -> None:
    """Find the flow, check its parameters, run it, and leave with an exit code as HELP tells.

    Raises:
        SystemExit: it could not start, or did not complete.
    """
    try:
        flow, given = targets.find(target)
        values = given | (parameters.parse_object(sys.stdin.read() if params == "-" else params) if params else {})
        values = parameters.resolve(flow, values, parameters.split_pairs(param or ()))
    except targets.BrokenTargetError as error:
        _fail(f"{_traceback_of(error.__cause__)}{error}")
    except (targets.TargetError, parameters.ParameterError) as error:
        _fail(str(error))
    if flow_run_name:
        flow = flow.with_options(flow_run_name=flow_run_name)
    signal.signal(signal.SIGTERM, _exit)
    try:
        with server.reachable(), tags(*(tag or ())):
            state = _finish(flow, values)
    except KeyboardInterrupt:
        _fail("Interrupted.", INTERRUPTED)
    except TerminationSignal:
        _fail("Terminated.", TERMINATED)
    except server.ServerError as error:
        _fail(str(error))
    if not state.is_completed():
        _fail(f"The run of {flow.name!r} ended in state {state.name}: {state.message or 'no reason was given'}")


def main() -> None:
    """Run the same command as `prefect-run`, which needs neither the plug-in nor the setting that switches it on."""
    alone = App(name="prefect-run", help=HELP, help_flags=["--help"], version_flags=[])
    alone.default(run)
    alone()


def _exit(_number: int, _frame: FrameType | None) -> NoReturn:
    """Leave through Python's own exit, which stops the server; by default a SIGTERM would leave it behind."""
    raise SystemExit(TERMINATED)


def _finish(flow: Flow[..., Any], values: dict[str, Any]) -> State[Any]:
    call: Callable[..., State[Any] | Awaitable[State[Any]]] = flow
    outcome = call(**values, return_state=True)
    return asyncio.run(_await(outcome)) if inspect.isawaitable(outcome) else outcome


async def _await(outcome: Awaitable[State[Any]]) -> State[Any]:
    return await outcome


def _traceback_of(error: BaseException | None) -> str:
    if not error:
        return ""
    told = traceback.TracebackException.from_exception(error)
    told.stack[:] = [frame for frame in told.stack if not frame.filename.startswith("<frozen")]
    return "".join(told.format())


def _fail(message: str, code: int = 1) -> NoReturn:
    Console(stderr=True, soft_wrap=True).print(message, style="red", markup=False, highlight=False)
    raise SystemExit(code)
