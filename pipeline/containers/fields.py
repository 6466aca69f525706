"""Which fields of a record hold its text, its address, its headline: the rules for tables and JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.lift import RuleError, RuleFiles, refuse_unknown

FIELDS = ("text", "html", "id", "url", "title", "published", "authors", "site_name", "language")


@dataclass(frozen=True)
class Fields:
    """Names of fields by what they hold, in order of trust; compared without case, a dot leads into an object."""

    names: Mapping[str, tuple[str, ...]]

    def columns(self) -> frozenset[str]:
        """Give every top-level name, in lower case."""
        return frozenset(name.partition(".")[0] for names in self.names.values() for name in names)

    def texts(self, record: Mapping[str, Any], field: str) -> Iterator[str]:
        """Give what a levelled record's fields say, the most trusted first; lists give each of their texts."""
        for name in self.names[field]:
            if (value := _at(record, name)) is not None:
                yield from _texts(value)

    def content(self, record: Mapping[str, Any], field: str) -> str | bytes | None:
        """Give the first text of a field that says something; bytes stay as they are."""
        for name in self.names[field]:
            value = _at(record, name)
            if isinstance(value, bytes) and value.strip():
                return value
            if text := next((text for text in _texts(value) if text.strip()), None):
                return text
        return None

    def first(self, record: Mapping[str, Any], field: str) -> str | None:
        """Give the first text of a field that says something."""
        return next((text for text in self.texts(record, field) if text.strip()), None)


def parse(files: RuleFiles) -> Fields:
    """Read records.toml.

    Raises:
        RuleError: a field is unknown or missing, or its names are no list of texts.
    """
    table = files["records.toml"]
    refuse_unknown("records.toml", table, ("fields",))
    named = table["fields"]
    refuse_unknown("records.toml, fields", named, FIELDS)
    for field in FIELDS:
        if not isinstance(named.get(field), list) or not all(isinstance(name, str) for name in named[field]):
            raise RuleError(f"records.toml, fields: {field} is no list of names")
    return Fields({field: tuple(name.casefold() for name in named[field]) for field in FIELDS})


def levelled(record: Mapping[str, Any]) -> dict[str, Any]:
    """Write the names of a record's fields in lower case; of two that become one, the first stays."""
    lower = {key.casefold(): value for key, value in record.items()}
    return lower if len(lower) == len(record) else {k.casefold(): v for k, v in reversed(list(record.items()))}


def _at(record: Mapping[str, Any], name: str) -> Any:
    """Follow a dotted name into a levelled record; a field whose own name has the dot comes first."""
    if name in record:
        return record[name]
    head, dot, rest = name.partition(".")
    inner = record.get(head) if dot else None
    return _at(levelled(inner), rest) if isinstance(inner, dict) else None


def _texts(value: Any) -> Iterator[str]:
    """Write a value as text: numbers as they stand, of a list each element, of a person the name."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict) and isinstance(value.get("name"), str):
        yield value["name"]
    elif hasattr(value, "isoformat"):
        yield value.isoformat()
