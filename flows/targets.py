"""Finds the flow that a person means by a short name, a file, a module or the name of a deployment."""

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import yaml
from prefect import Flow
from prefect.exceptions import ScriptError
from prefect.utilities.importtools import load_script_as_module

DEPLOYMENTS = Path("prefect.yaml")
FLOWS = Path("flows")


class TargetError(ValueError):
    """No flow, or no single one, can be meant."""


class BrokenTargetError(TargetError):
    """The file was found but does not run; its own exception is the cause."""


class Target(NamedTuple):
    """A flow, and the parameters that its deployment gives it."""

    flow: Flow[..., Any]
    parameters: dict[str, Any]


def find(target: str) -> Target:
    """Find the flow behind `target`, seen from the current folder.

    `target` is the name of a deployment in prefect.yaml, NAME for flows/NAME.py, FILE.py, or package.module; all but
    the first may go on with `:FLOW`. Without it the flow named like the file is meant, or the only one.

    Raises:
        TargetError: nothing fits, or several flows do; the message names what there is.
        BrokenTargetError: the file raised an exception when it was loaded.
    """
    for deployment in deployments():
        if deployment["name"] == target:
            return Target(_load(deployment["entrypoint"]), deployment.get("parameters") or {})
    return Target(_load(target), {})


def deployments() -> list[dict[str, Any]]:
    """Return the deployments of prefect.yaml that have a name and an entry point; none where there is no such file.

    Raises:
        TargetError: the file is no YAML.
    """
    if not DEPLOYMENTS.is_file():
        return []
    try:
        project = yaml.safe_load(DEPLOYMENTS.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise TargetError(f"{DEPLOYMENTS} is not valid YAML: {error}") from error
    listed = project.get("deployments") if isinstance(project, dict) else None
    return [d for d in listed or () if isinstance(d, dict) and d.get("name") and d.get("entrypoint")]


def known() -> list[str]:
    """Return what may be run by a name alone, deployments first."""
    files = (path.stem for path in sorted(FLOWS.glob("*.py")) if any(_flows_written_in(path)))
    return list(dict.fromkeys([*(d["name"] for d in deployments()), *files]))


def _load(target: str) -> Flow[..., Any]:
    place, name = (target, "") if target.endswith(".py") or ":" not in target else target.rsplit(":", 1)
    if (FLOWS / f"{place}.py").is_file():
        place = str(FLOWS / f"{place}.py")
    module = _load_file(place) if place.endswith(".py") else _load_module(place)
    return _choose(module, place, name)


def _load_file(path: str) -> ModuleType:
    if not Path(path).is_file():
        raise TargetError(f"No such file: {path}")
    try:
        return load_script_as_module(path)
    except ScriptError as error:
        raise BrokenTargetError(f"{path} could not be loaded.") from error.user_exc


def _load_module(name: str) -> ModuleType:
    sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and not f"{name}.".startswith(f"{error.name}."):
            raise BrokenTargetError(f"{name} could not be loaded.") from error
    except (TypeError, ValueError):  # what importlib says to `.`, `..x` and the like
        pass
    raise TargetError(f"No flow called {name!r}. Known here: {', '.join(known()) or 'none'}.")


def _choose(module: ModuleType, place: str, name: str) -> Flow[..., Any]:
    flows = {key: value for key, value in vars(module).items() if isinstance(value, Flow) and _is_own(value, module)}
    if not flows:
        raise TargetError(f"{place} has no flow. A flow is a function under `@flow`.")
    if name:
        if name not in flows:
            raise TargetError(f"{place} has no flow {name!r}. It has: {', '.join(flows)}.")
        return flows[name]
    like_the_file = Path(place).stem.rpartition(".")[2] if place.endswith(".py") else place.rpartition(".")[2]
    if like_the_file in flows:
        return flows[like_the_file]
    if len(flows) > 1:
        raise TargetError(f"{place} has several flows; name one: {', '.join(f'{place}:{key}' for key in flows)}.")
    return next(iter(flows.values()))


def _is_own(flow: Flow[..., Any], module: ModuleType) -> bool:
    return flow.fn.__module__ == module.__name__  # and not one that the module imports


def _flows_written_in(path: Path) -> Iterator[str]:
    """Yield the functions under a `flow` decorator, without running the file: a list of names must not cost imports."""
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError:
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(map(_is_flow, node.decorator_list)):
            yield node.name


def _is_flow(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")) == "flow"
