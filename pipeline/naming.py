"""Roles under way: columns of roles, rules and scores that are filled step by step; what is named stays named."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.roles import CONTENT, ROLES

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_NAMES = (*CONTENT, *sorted(ROLES - set(CONTENT)))
_NUMBERS = {name: number for number, name in enumerate(_NAMES)}
_NONE = -1


class Naming:
    """A role for each row of a batch, with the rule that gave it and its score; NaN where none was told."""

    def __init__(self, size: int) -> None:
        """Begin with no row named."""
        self.role = np.full(size, _NONE, np.int16)
        self.rule = np.zeros(size, np.int32)
        self.rule_names: dict[str, int] = {}
        self.score = np.full(size, np.nan, np.float32)

    def give(self, rows: Bools | Ints, role: str, rule: str, score: float = float("nan")) -> None:
        """Give rows a role, those that have none yet."""
        at = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        at = at[self.role[at] == _NONE]
        self.role[at] = _NUMBERS[role]
        self.rule[at] = self.rule_names.setdefault(rule, len(self.rule_names))
        self.score[at] = score

    def take(self, other: "Naming", rows: Bools) -> None:
        """Take over what another says of rows that have no role yet."""
        at = np.flatnonzero(rows & self.unnamed & ~other.unnamed)
        places = np.array(
            [self.rule_names.setdefault(rule, len(self.rule_names)) for rule in other.rule_names], np.int32
        )
        self.role[at], self.score[at] = other.role[at], other.score[at]
        if len(at):
            self.rule[at] = places[other.rule[at]]

    def spread(self, rows: Ints, size: int, onto: Ints) -> "Naming":
        """Lay the roles out again: row `onto[i]` of `size` rows gets what row `rows[i]` has here."""
        found = Naming(size)
        found.rule_names = self.rule_names
        found.role[onto], found.rule[onto] = self.role[rows], self.rule[rows]
        found.score[onto] = self.score[rows]
        return found

    @property
    def unnamed(self) -> Bools:
        """Rows that have no role yet."""
        return np.asarray(self.role == _NONE)

    @property
    def furniture(self) -> Bools:
        """Rows with a role of furniture."""
        return np.asarray(self.role >= len(CONTENT))

    def has(self, *roles: str) -> Bools:
        """Rows that have one of some roles."""
        return np.asarray(np.isin(self.role, [_NUMBERS[role] for role in roles]))

    def ruled(self, *starts: str) -> Bools:
        """Rows whose rule begins with one of some words."""
        numbers = [number for rule, number in self.rule_names.items() if rule.startswith(starts)]
        return np.asarray(np.isin(self.rule, numbers) & ~self.unnamed)

    def role_texts(self) -> pa.Array:
        """Give the names of all rows' roles."""
        return _decoded(self.role, _NAMES)

    def rule_texts(self) -> pa.Array:
        """Give all rows' rules."""
        return _decoded(self.rule, list(self.rule_names), self.unnamed)


def _decoded(numbers: NDArray[np.integer], names: Sequence[str], missing: Bools | None = None) -> pa.Array:
    codes = pa.array(numbers, pa.int32(), mask=numbers < 0 if missing is None else missing)
    return pa.DictionaryArray.from_arrays(codes, pa.array(names, pa.string())).cast(pa.string())
