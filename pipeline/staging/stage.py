"""Bring files into the raw folder: from a folder, a glob, a single file or an archive.

Rules: a file that is there already with the same content stays as it is; one with other content is replaced, and the
manifest says so. A name that would leave the folder, or that means another file on another system, is refused, and so
is a name that differs from an earlier one by case or Unicode form alone. Links and pipes are not opened. Archives in a
folder, or in an archive, are files like others. Every file seen is a row of the manifest, whatever became of it.
"""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from pipeline import store_raw
from pipeline.containers import container_of
from pipeline.containers.archives import is_archive, members
from pipeline.containers.streams import buffered, packing_of
from pipeline.decoding.sniff import sniff
from pipeline.formats import format_of
from pipeline.staging.names import plain, refused, same_file_key, skipped
from pipeline.store_raw import FormatError

_MAGIC = re.compile(r"[*?[]")
_HEAD = 4096
# No file is too large to be read record by record.
_ANY_SIZE = 2**63


class StagingError(ValueError):
    """A source that is not there, or that cannot be brought into this folder."""


class Member(NamedTuple):
    """A file of the source: its path, its size (0 where not known), why it is refused, its content piece by piece."""

    path: str
    size: int
    reason: str | None
    content: Iterator[bytes]


class StagedFile(NamedTuple):
    """A file of the source and what became of it.

    `outcome` is `staged`, `already-there`, `replaced`, `skipped` or `rejected`; the last two have a `reason`. `format`
    is what the first bytes are taken for, a format that is read or the kind of binary content; None for neither.
    """

    path: str
    bytes: int
    sha256: str | None
    format: str | None
    outcome: str
    reason: str | None


def stage_raw(source: str, raw: str, max_bytes: int = 8_000_000) -> list[StagedFile]:
    """Bring the files of `source` into the folder `raw`, and write a manifest to its hidden folder `.staging`.

    Args:
        source: a folder, a glob (`*`, `?`, `[...]`, `**`), a file, or an archive (zip, tar, gz, bz2, xz, tar.gz ...).
        raw: the raw folder; made where it is not there.
        max_bytes: a file beyond this many bytes is rejected.

    Returns:
        A row for each file of the source, in its order.

    Raises:
        StagingError: the source is not there or matches nothing, or it and `raw` lie one in the other.
    """
    folder = Path(raw)
    files = _files_of(source, folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(_staged(files, Path(source).name, folder, max_bytes))
    store_raw.write_manifest(folder, (row._asdict() for row in rows))
    return rows


def _staged(files: Iterator[Member], source: str, raw: Path, max_bytes: int) -> Iterator[StagedFile]:
    taken = {same_file_key(file.path): file.path for file in store_raw.raw_files(raw)}
    try:
        for member in files:
            yield _stage(member, raw, taken, max_bytes)
    except FormatError as error:  # the archive as a whole: what came before stays
        yield _rejected(source, 0, f"{error.reason}: {error}")


def _stage(member: Member, raw: Path, taken: dict[str, str], max_bytes: int) -> StagedFile:
    path = plain(member.path)
    shown = store_raw.printable(path)
    if reason := skipped(shown):
        return StagedFile(shown, member.size, None, None, "skipped", reason)
    if reason := member.reason or refused(path):
        return _rejected(shown, member.size, reason)
    if (twin := taken.get(same_file_key(path), path)) != path:
        return _rejected(shown, member.size, f"same-name: {twin}")
    try:
        first = next(member.content, b"")
        most = _ANY_SIZE if _holds_records(first[:_HEAD], path) else max_bytes
        if member.size > most:
            return _rejected(shown, member.size, f"too-large: more than {max_bytes} bytes")
        kept = store_raw.keep(raw, path, chain([first], member.content), most)
    except FormatError as error:
        if error.reason == "bomb":
            raise
        return _rejected(shown, member.size, f"{error.reason}: {error}")
    taken[same_file_key(path)] = path
    return StagedFile(path, kept.size, kept.sha256, _format(kept.head, path), kept.outcome, None)


def _holds_records(head: bytes, path: str) -> bool:
    """Tell whether a file is read record by record, or unpacked, so that its own size is no bound."""
    return container_of(head, path) is not None or packing_of(head) is not None


def _rejected(path: str, size: int, reason: str) -> StagedFile:
    return StagedFile(store_raw.printable(path), size, None, None, "rejected", reason)


def _format(head: bytes, path: str) -> str | None:
    try:
        container = container_of(head, path)
        return container.name if container else format_of(head, path).name
    except FormatError:
        return sniff(head)


def _files_of(source: str, raw: Path) -> Iterator[Member]:
    """Find what a source is; whatever is wrong with it as a whole is said before anything is written."""
    path = Path(source)
    if source and path.is_dir():
        return _in_folder(path, raw)
    if path.is_file() and is_archive(path.name):
        return _in_archive(path)
    if path.is_file():
        return iter([_one(path.resolve(), path.name, path.stat().st_size, None)])
    if source and path.exists():
        raise StagingError(f"{source} is no file and no folder")
    if not _MAGIC.search(source):
        raise StagingError(f"there is no {source!r}")
    return _matching(source, raw)


def _in_archive(path: Path) -> Iterator[Member]:
    with store_raw.open_raw(path.resolve()) as stream:
        for member in members(stream, path.name):
            content = store_raw.chunks_of(buffered(member.content)) if member.content else iter(())
            yield Member(member.path, member.size, member.reason, content)


def _in_folder(folder: Path, raw: Path) -> Iterator[Member]:
    here, there = folder.resolve(), raw.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise StagingError(f"{folder} and {raw} must lie side by side, not one in the other")
    return (_one(folder / f.path, f.path, f.bytes, f.reason) for f in store_raw.all_files(folder))


def _matching(pattern: str, raw: Path) -> Iterator[Member]:
    """Give the files that a glob matches, and those in folders that it matches, named below its fixed part."""
    parts = Path(pattern).parts
    fixed = next(i for i, part in enumerate(parts) if _MAGIC.search(part))
    root = Path(*parts[:fixed])
    if not root.is_dir():
        raise StagingError(f"there is no {root}")
    found = [member for member in _in_folder(root, raw) if _fits(member.path.split("/"), parts[fixed:])]
    if not found:
        raise StagingError(f"nothing matches {pattern}")
    return iter(found)


def _fits(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Match a path with a glob, part by part: `**` stands for any folders; what lies in a matching folder fits, too.

    >>> _fits(["2022", "a.txt"], ["2022", "*.txt"]), _fits(["2022", "a.txt"], ["*.txt"])
    (True, False)
    """
    if not pattern:
        return True
    if pattern[0] == "**":
        return any(_fits(parts[i:], pattern[1:]) for i in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])


def _one(path: Path, name: str, size: int, reason: str | None) -> Member:
    return Member(name, size, reason, _content(path))


def _content(path: Path) -> Iterator[bytes]:
    with store_raw.open_raw(path) as stream:
        yield from store_raw.chunks_of(stream)
