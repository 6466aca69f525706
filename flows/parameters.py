"""Reads the parameters of a flow from the command line and checks them before anything is started."""

import inspect
import json
from collections.abc import Iterable, Mapping
from typing import Any, get_type_hints

from prefect import Flow
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_core import ErrorDetails


class ParameterError(ValueError):
    """A parameter is unknown, missing, or of the wrong type."""


def split_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """Split `key=value` pairs; a later pair replaces an earlier one of the same key.

    >>> split_pairs(["raw=a=b", "workers=2"])
    {'raw': 'a=b', 'workers': '2'}

    Raises:
        ParameterError: a pair has no key or no `=`.
    """
    values = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise ParameterError(f"{pair!r} is no parameter: write key=value.")
        values[key] = value
    return values


def parse_object(text: str) -> dict[str, Any]:
    """Parse the JSON object that holds parameters.

    Raises:
        ParameterError: the text is not JSON, or no object.
    """
    try:
        values = json.loads(text)
    except ValueError as error:
        raise ParameterError(f"--params is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise ParameterError("--params must be one JSON object, such as '{\"workers\": 2}'.")
    return values


def resolve(flow: Flow[..., Any], values: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters to call `flow` with: `values` as they are, over them `texts`, still to be understood.

    A text is read as JSON where the parameter's type takes what that gives, else as it stands: `run=20240101` stays a
    text for a text parameter.

    Raises:
        ParameterError: what is unknown, missing or ill-typed, all of it in one message.
    """
    model = _model_of(flow)
    parsed = {key: _json_or_text(text) for key, text in texts.items()}
    wrong = {str(error["loc"][0]) for error in _errors(model, {**values, **parsed})}
    understood = {**values, **{key: texts[key] if key in wrong else value for key, value in parsed.items()}}
    if errors := _errors(model, understood):
        raise ParameterError(_describe(flow, errors))
    return understood


def _model_of(flow: Flow[..., Any]) -> type[BaseModel]:
    """Build a model with a field for each parameter, named by its alias: a field's own name could not be `model_x`."""
    parameters = inspect.signature(flow.fn).parameters.values()
    hints = get_type_hints(flow.fn, include_extras=True) if flow.should_validate_parameters else {}
    fields: dict[str, Any] = {
        f"parameter_{number}": (hints.get(p.name, Any), Field(... if p.default is p.empty else p.default, alias=p.name))
        for number, p in enumerate(parameters)
        if p.kind not in {p.VAR_POSITIONAL, p.VAR_KEYWORD}
    }
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
    config = ConfigDict(extra="allow" if takes_any else "forbid", arbitrary_types_allowed=True)
    return create_model("Parameters", __config__=config, **fields)


def _errors(model: type[BaseModel], values: Mapping[str, Any]) -> list[ErrorDetails]:
    try:
        model.model_validate(values)
    except ValidationError as error:
        return error.errors(include_url=False, include_context=False)
    return []


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _describe(flow: Flow[..., Any], errors: Iterable[ErrorDetails]) -> str:
    """Say what is wrong, the unknown and the missing first, and what the flow takes where a name was wrong."""
    by_type: dict[str, list[str]] = {"extra_forbidden": [], "missing": []}
    ill_typed: dict[str, str] = {}
    for error in errors:
        place = ".".join(str(step) for step in error["loc"])
        if error["type"] in by_type:
            by_type[error["type"]].append(place)
        else:
            ill_typed.setdefault(str(error["loc"][0]), f"{error['msg']} (given: {error['input']})")
    lines = [f"Unknown parameter: {name}" for name in by_type["extra_forbidden"]]
    lines += [f"Missing parameter: {name}" for name in by_type["missing"]]
    lines += [f"Parameter {name}: {message}" for name, message in ill_typed.items()]
    if by_type["extra_forbidden"] or by_type["missing"]:
        lines.append(f"Flow {flow.name!r} takes: {', '.join(inspect.signature(flow.fn).parameters) or 'nothing'}.")
    return "\n".join(lines)
