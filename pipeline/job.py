"""What a run has to know: its folders, its parts, and the names of the work that is done."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from pipeline import rulebook, store, store_source
from pipeline.tables import PAGES, Declaration, Page, rows_of

# Modules that decide what a raw file's blocks are: when one changes, files are read again.
_READING = ("containers/", "decoding/", "formats/", "tables", "reading")
_CODE = Path(__file__).parent
ASKED = "asked.json"
_RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class JobError(ValueError):
    """A run that cannot begin, or a pass that cannot go on, as asked."""


class Job(NamedTuple):
    """Everything a pass has to know; small, so that it travels to other processes.

    `state` names the rules and the code as they were when the run began; `cleaning` the code, and what of the rules the
    passes up to cleaning read.
    """

    raw: str
    clean: str
    run: str
    rules: str | None
    part_bytes: int
    max_bytes: int
    keep_runs: int
    state: str
    cleaning: str

    def work(self, name: str, key: str = "") -> Path:
        """Place of a pass's finished work."""
        return Path(self.clean, "work", name, key) if key else Path(self.clean, "work", name)


class Part(NamedTuple):
    """A share of the raw files, for one worker; the key names its files and their state."""

    number: int
    key: str
    files: int
    bytes: int

    def __str__(self) -> str:
        files = "1 file" if self.files == 1 else f"{self.files:,} files"
        return f"part {self.number}: {files}, {self.bytes / 1e6:.1f} MB"


def open_job(
    raw: str,
    clean: str,
    *,
    rules: str | None = None,
    part_bytes: int = 64_000_000,
    max_bytes: int = 8_000_000,
    keep_runs: int = 10,
    run: str | None = None,
) -> Job:
    """Name a run over the folder `raw` that publishes into `clean`.

    Args:
        raw: folder with the raw files, or an address that fsspec opens (s3://...).
        clean: folder for the tables; made where it is not there.
        rules: folder with rules of one's own, laid over the built-in ones.
        part_bytes: size of a part, in bytes; it changes who does the work, never its result.
        max_bytes: a page beyond this many bytes is rejected as too large, be it a file or a record.
        keep_runs: how many published runs stay; older ones are taken away.
        run: name of the run; the time of day where none is given.

    Raises:
        JobError: a folder is not there, one lies in the other, or a number is out of range.
        RuleError: the rules are not understood.
    """
    if problem := store_source.problem(raw):
        raise JobError(problem)
    if store_source.is_address(clean):
        raise JobError(f"clean ({clean}) must be a folder: its files are renamed and linked")
    inside, outside = Path(clean).resolve(), Path(raw).resolve()
    beside = store_source.is_address(raw) or not (
        inside == outside or outside in inside.parents or inside in outside.parents
    )
    if not beside:
        raise JobError(f"raw ({raw}) and clean ({clean}) must lie side by side, not one in the other")
    if min(part_bytes, max_bytes, keep_runs) < 1:
        raise JobError("part_bytes, max_bytes and keep_runs must be 1 or more")
    if run is not None and not _RUN_NAME.fullmatch(run):
        raise JobError(f"a run's name has letters, digits, dot, dash and underscore, not {run!r}")
    rulebook.load(rules)
    now = datetime.now(UTC)
    name = run or f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z"
    cleaning = store.digest(rulebook.cleaning_digest(rules), code())
    return Job(raw, clean, name, rules, part_bytes, max_bytes, keep_runs, _state(rules), cleaning)


def load_rules(job: Job) -> rulebook.Rulebook:
    """Read the run's rules.

    Raises:
        JobError: the rules or the code are no longer what they were when the run began.
    """
    if _state(job.rules) != job.state:
        raise JobError("the rules, or the code, changed while the run was going on: start it again")
    return rulebook.load(job.rules)


def _state(rules: str | None) -> str:
    return store.digest(rulebook.digest(rules), code())


@contextmanager
def hold(job: Job) -> Iterator[None]:
    """Hold the clean folder for one run, and clear away what a killed run left half done.

    Raises:
        JobError: another run is at work there.
    """
    try:
        with store.hold(Path(job.clean, "work", "lock")):
            store.sweep(Path(job.clean))
            yield
    except store.StoreError as error:
        raise JobError(str(error)) from None


def page_batches(job: Job, part: Part) -> Iterator[dict[str, Page]]:
    """Read what the pages of a part declare of themselves, by document, in the batches that they were read in."""
    for batch in store.batches(job.work("read", part.key) / "pages.parquet"):
        pages = rows_of(batch, Page)
        yield {page.doc: page._replace(declarations=tuple(map(_declaration, page.declarations))) for page in pages}


def hosts_of(job: Job, part: Part) -> dict[str, str | None]:
    """Read the host of each document of a part."""
    columns = pa.schema([PAGES.field("doc"), PAGES.field("host")])
    pages = store.table([job.work("read", part.key) / "pages.parquet"], columns)
    return dict(zip(pages["doc"].to_pylist(), pages["host"].to_pylist(), strict=True))


def _declaration(row: Any) -> Declaration:
    """Make a row again of what a list column gives as a dictionary."""
    return Declaration(**row)


@cache
def reading_code() -> str:
    """Name the state of the code that reads raw files."""
    chosen = [p for p in _sources() if p.relative_to(_CODE).as_posix().startswith(_READING)]
    return store.digest_of_files(chosen, _CODE)


@cache
def code() -> str:
    """Name the state of all the pipeline's code."""
    return store.digest_of_files(_sources(), _CODE)


def _sources() -> list[Path]:
    return sorted(_CODE.rglob("*.py"))


def mend_key(job: Job, part: Part) -> str:
    """Name the work of repairing a part's encoding."""
    return store.digest("mend", part.key, job.cleaning)


def clean_key(job: Job, part: Part) -> str:
    """Name the work of cleaning a part: what it is made of, and what the run knows of its sites, what a model said."""
    asked = [_noted(job, ASKED, part)] if rulebook.load(job.rules).repairer.open else []
    return store.digest("clean", mend_key(job, part), _noted(job, "gathered.json", part), *asked)


def question_key(job: Job, part: Part) -> str:
    """Name the work of finding what to ask a model about a part."""
    return store.digest("questions", mend_key(job, part), _noted(job, "gathered.json", part))


def finish_key(job: Job, part: Part) -> str:
    """Name the work of finishing a part: the cleaned part, and what the run knows of its copies and events."""
    return store.digest("finish", clean_key(job, part), _noted(job, "linked.json", part))


def note(job: Job, name: str, key: str, digests: Mapping[int, str]) -> None:
    """Write down where a gathering pass put its work, and what each part will see of it."""
    store.write_json(job.work(name), {"key": key, "parts": {str(number): digest for number, digest in digests.items()}})


def noted_key(job: Job, name: str) -> str:
    """Find the work of a gathering pass."""
    return str(_note(job, name)["key"])


def _noted(job: Job, name: str, part: Part) -> str:
    try:
        return str(_note(job, name)["parts"][str(part.number)])
    except KeyError:
        raise JobError(f"part {part.number} was not there when {name} was written") from None


def _note(job: Job, name: str) -> Any:
    path = job.work(name)
    if not path.exists():
        raise JobError(f"{name} is missing: the pass that writes it has not run")
    return store.read_json(path)
