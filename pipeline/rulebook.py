"""Read the rules that are kept as data: the built-in folder, and a user's own laid over it."""

import csv
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pipeline import events, language, metadata, sentences
from pipeline.containers import Fields, fields
from pipeline.duplicates import clusters, signatures
from pipeline.lift import RuleError
from pipeline.repairing import rules as repairing
from pipeline.stages import boilerplate, encoding, mistranslation, spacing, typography
from pipeline.store import digest as digest_of
from pipeline.store import digest_of_files

BUILT_IN = Path(__file__).parent / "rules"
# Tables that only the passes behind cleaning read: when they change, nothing is cleaned again.
LINKING = {"duplicate.toml": clusters.TABLES, "quotes.toml": ("alignment",)}


class Rulebook(NamedTuple):
    """Every module's rules, and the digest of the files that they were read from."""

    encoding: encoding.Rules
    spacing: spacing.Rules
    boilerplate: boilerplate.Rules
    mistranslation: mistranslation.Rules
    typography: typography.Rules
    repairer: repairing.Rules
    duplicate: clusters.Rules
    signatures: signatures.Rules
    sentences: sentences.Rules
    metadata: metadata.Rules
    language: language.Rules
    events: events.Rules
    records: Fields
    digest: str


def load(own: str | None = None) -> Rulebook:
    """Read the built-in rules with the user's folder `own` laid over them.

    In a .toml file of the user's, a value takes the place of the built-in one, and a rule (a table with an `id`) that
    of the rule with its id; `off = true` takes a rule out. Rows of a .tsv replace those with the same first column,
    lines of a .txt are added.

    Raises:
        RuleError: a rule is not understood, or the folder is not there.
    """
    return _load(own, digest(own))


@lru_cache(maxsize=4)  # each pass over each part asks; the digest tells when the files have changed
def _load(own: str | None, name: str) -> Rulebook:
    return compile_rules(read_files(_folders(own)), name)


def compile_rules(files: Mapping[str, Any], name: str) -> Rulebook:
    """Let each module read its own files; those behind the cleaning alone see the LINKING tables."""
    before = without_linking(files)
    return Rulebook(
        encoding=encoding.parse(before),
        spacing=spacing.parse(before),
        boilerplate=boilerplate.parse(before),
        mistranslation=mistranslation.parse(before),
        typography=typography.parse(before),
        repairer=repairing.parse(before),
        duplicate=clusters.parse(files),
        signatures=signatures.parse(before),
        sentences=sentences.parse(before),
        metadata=metadata.parse(before),
        language=language.parse(before),
        events=events.parse(files),
        records=fields.parse(before),
        digest=name,
    )


def digest(own: str | None = None) -> str:
    """Name the state of the rules by what stands in their files."""
    return "-".join(digest_of_files(_rule_files(folder), folder) for folder in _folders(own))


def _folders(own: str | None) -> list[Path]:
    return [BUILT_IN] if own is None else [BUILT_IN, Path(own)]


def cleaning_digest(own: str | None = None) -> str:
    """Name what the rules say to the passes up to cleaning: what stands in the files, without the LINKING tables."""
    return digest_of(without_linking(read_files(_folders(own))))


def without_linking(files: Mapping[str, Any]) -> dict[str, Any]:
    """Leave the LINKING tables out."""
    cut = {
        name: {key: table for key, table in files[name].items() if key not in tables}
        for name, tables in LINKING.items()
    }
    return {**files, **cut}


def read_files(folders: Iterable[Path]) -> dict[str, Any]:
    """Read rule folders into tables (.toml), rows (.tsv) and lines (.txt), by relative path."""
    files: dict[str, Any] = {}
    for folder in folders:
        for path in _rule_files(folder):
            name = path.relative_to(folder).as_posix()
            content = _read(path)
            files[name] = _laid_over(files[name], content, name) if name in files else content
    return files


def _rule_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise RuleError(f"no rule folder at {folder}")
    return sorted(p for p in folder.rglob("*") if p.suffix in (".toml", ".tsv", ".txt"))


def _read(path: Path) -> Any:
    try:
        text = path.read_text("utf-8")
        if path.suffix == ".toml":
            return tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleError(f"{path.name}: {error}") from None
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return lines if path.suffix == ".txt" else _rows(path.name, lines)


def _rows(name: str, lines: list[str]) -> list[dict[str, str]]:
    rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        if None in row or None in row.values():
            raise RuleError(f"{name}: a row has more or fewer columns than the head: {list(row.values())}")
    return rows


def _laid_over(base: Any, own: Any, name: str) -> Any:
    if isinstance(base, dict) and isinstance(own, dict):
        return {**base, **{key: _value_over(base.get(key), value, f"{name} {key}") for key, value in own.items()}}
    if name.endswith(".tsv"):
        key = next(iter(base[0]))
        replaced = {row[key] for row in own}
        return [*(row for row in base if row[key] not in replaced), *own]
    return [*base, *own]


def _value_over(base: Any, own: Any, name: str) -> Any:
    if isinstance(base, dict) and isinstance(own, dict):
        return {**base, **own}
    if isinstance(base, list) and isinstance(own, list) and all(isinstance(row, dict) for row in [*base, *own]):
        merged = {row["id"]: row for row in base}
        for row in own:
            if "id" not in row:
                raise RuleError(f"{name}: a rule has no id")
            merged[row["id"]] = row
        return [row for row in merged.values() if not row.get("off", False)]
    return own
