"""The rules of the door: whether it is open and to whom, how long is waited, what goes out, and what the guard asks."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from pipeline import sentences
from pipeline.lift import RuleError, RuleFiles, refuse_unknown

OFF, ENDPOINT, CALLABLE = "off", "endpoint", "callable"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_CALLABLE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


@dataclass(frozen=True)
class Guard:
    """What an edit must keep to; words in lower case."""

    most_edits: int
    most_before: int
    room: int
    grow: float
    least_kept: float
    most_new: int
    markup: tuple[str, ...]
    numbers: frozenset[str]
    denials: frozenset[str]
    hedges: frozenset[str]
    prefixes: tuple[str, ...]
    instructions: tuple[re.Pattern[str], ...] = ()


@dataclass(frozen=True)
class Rules:
    """All that the door goes by; the keys are explained in repairer.toml."""

    kind: str
    name: str
    model: str
    version: str
    callable: str
    base_url: str
    elsewhere: bool
    key_from: str
    max_tokens: int
    timeout: float
    start_timeout: float
    attempts: int
    pause: float
    at_once: int
    open_after: int
    most_seconds: float
    most_bytes: int
    rules: frozenset[str]
    most_chars: int
    most_sisters: int
    most_names: int
    least_common: int
    least_share: float
    sentences: sentences.Rules
    score: float
    prompt: str
    guard: Guard

    @property
    def open(self) -> bool:
        """Whether anything is asked at all."""
        return self.kind != OFF

    @property
    def rule(self) -> str:
        """What the ledger and the flags call the repairer."""
        return f"model/{self.name}"

    @property
    def repairer(self) -> str:
        """The model and its version, as the evidence has it."""
        model = self.model if self.kind == ENDPOINT else self.callable
        return f"{model} {self.version}".strip()


def parse(files: RuleFiles) -> Rules:
    """Read repairer.toml.

    Raises:
        RuleError: a key is unknown, missing or out of range; an endpoint is named that is on another machine.
    """
    table = dict(files["repairer.toml"])
    instructions = table.pop("instruction", [])
    guard = _only(Guard, {**table.pop("guard", {}), "instructions": ()}, "repairer.toml, guard")
    rules = _only(Rules, {**table, "guard": None, "sentences": sentences.parse(files)}, "repairer.toml")
    patterns = tuple(re.compile(row["pattern"]) for row in instructions)
    made = Rules(**{**rules, "guard": Guard(**{**guard, "instructions": patterns})})
    if made.kind not in (OFF, ENDPOINT, CALLABLE):
        raise RuleError(f"repairer.toml: kind is {made.kind!r}, not off, endpoint or callable")
    if not _NAME.fullmatch(made.name):
        raise RuleError(f"repairer.toml: a name has letters, digits, dot, dash and underscore, not {made.name!r}")
    if made.kind == ENDPOINT:
        _check_endpoint(made)
    if made.kind == CALLABLE and not _CALLABLE.fullmatch(made.callable):
        raise RuleError(f"repairer.toml: callable is package.module:function, not {made.callable!r}")
    return made


def _only(shape: type[Any], table: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Check keys, types and ranges against a dataclass, and freeze lists."""
    wanted = {field.name: field.type for field in fields(shape)}
    refuse_unknown(name, table, wanted)
    if missing := sorted(set(wanted) - set(table)):
        raise RuleError(f"{name}: missing {', '.join(missing)}")
    return {key: _fitting(f"{name}: {key}", wanted[key], table[key]) for key in table}


def _fitting(name: str, kind: Any, value: Any) -> Any:
    if kind in (int, float):
        least = 1 if kind is int else 0
        if isinstance(value, bool) or not isinstance(value, int | kind) or value < least:
            raise RuleError(f"{name} is {value!r}, not a number of {least} or more")
        return kind(value)
    if kind in (str, bool) and not isinstance(value, kind):
        raise RuleError(f"{name} is {value!r}, not {'text' if kind is str else 'true or false'}")
    if isinstance(value, list):
        return frozenset(value) if kind == frozenset[str] else tuple(value)
    return value


def _check_endpoint(rules: Rules) -> None:
    address = urlsplit(rules.base_url)
    if address.scheme not in ("http", "https") or not address.hostname or address.query or address.username:
        raise RuleError(f"repairer.toml: base_url is http(s)://host[:port]/path, not {rules.base_url!r}")
    if not rules.model:
        raise RuleError("repairer.toml: an endpoint needs a model")
    if not rules.elsewhere and not _on_this_machine(address.hostname):
        raise RuleError(
            f"repairer.toml: {address.hostname} is another machine; `elsewhere = true` lets flagged sentences leave"
        )


def _on_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
