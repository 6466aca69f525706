"""The pipeline without an orchestrator: python -m pipeline {clean,stage,show,explain,diff,restore,recheck}."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipeline import audit, show, store
from pipeline.job import JobError
from pipeline.ledger import LedgerError
from pipeline.lift import RuleError
from pipeline.run import clean_folder, stage_raw
from pipeline.staging import StagingError

_REFUSALS = (JobError, RuleError, LedgerError, StagingError, store.StoreError, audit.AuditError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 1 refused or failed, 2 misspelt, 130 interrupted."""
    chosen = _parser().parse_args(arguments)
    console = Console(highlight=False)
    try:
        return int(chosen.command(chosen, console) or 0)
    except _REFUSALS as error:
        Console(stderr=True, highlight=False).print(f"copydesk: {error}", style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Clean crawled news into Parquet tables.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    clean = _command(commands, "clean", _clean, "clean a folder of raw files")
    clean.add_argument("raw", nargs="?", default="data/raw", help="folder with the raw files (default: %(default)s)")
    clean.add_argument("clean", nargs="?", default="data/clean", help="folder for the tables (default: %(default)s)")
    clean.add_argument("--source", help="folder, glob, file or archive to bring into RAW first")
    clean.add_argument("--rules", help="folder with rules of one's own, laid over the built-in ones")
    clean.add_argument("--workers", type=int, default=2, help="processes (default: %(default)s)")
    clean.add_argument("--part-mb", type=int, default=64, help="size of a part in megabytes (default: %(default)s)")

    stage = _command(commands, "stage", _stage, "bring a folder, glob, file or archive into the raw folder")
    stage.add_argument("source")
    stage.add_argument("raw", nargs="?", default="data/raw")

    shown = _command(commands, "show", _show, "print a run's figures and a document before and after")
    shown.add_argument("doc", nargs="?", help="document (the end of its name is enough); else the most changed one")
    shown.add_argument("--svg", metavar="FILE", help="write the document before and after as a picture")
    explain = _command(commands, "explain", _explain, "print why a line left or changed")
    explain.add_argument("doc")
    explain.add_argument("block", nargs="?", type=int)
    diff = _command(commands, "diff", _diff, "print a document's clean text as a diff to its raw text")
    diff.add_argument("doc")
    restore = _command(commands, "restore", _restore, "write a run's raw files back from its tables")
    restore.add_argument("run", help="name of the run, or latest")
    restore.add_argument("folder", help="folder to write to")
    recheck = _command(commands, "recheck", _recheck, "prove once more that a run lost nothing")
    for command in (shown, explain, diff, restore, recheck):
        command.add_argument("--clean", default="data/clean", help="folder with the tables (default: %(default)s)")
    for command in (shown, explain, diff, recheck):
        command.add_argument("--run", help="a run other than the latest")
    return parser


def _command(commands: Any, name: str, function: Callable[..., int | None], told: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=told, description=f"{told[0].upper()}{told[1:]}.")
    command.set_defaults(command=function)
    return command


def _clean(chosen: argparse.Namespace, console: Console) -> None:
    columns = (TextColumn("{task.description:>6}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, Any] = {}

        def progress(name: str, done: int, parts: int) -> None:
            tasks.setdefault(name, bars.add_task(name, total=parts) if name not in tasks else None)
            bars.update(tasks[name], completed=done)

        told = clean_folder(
            chosen.raw,
            chosen.clean,
            source=chosen.source,
            rules=chosen.rules,
            workers=chosen.workers,
            part_bytes=chosen.part_mb * 1_000_000,
            progress=progress,
        )
    console.print(show.summary(told))


def _stage(chosen: argparse.Namespace, console: Console) -> int:
    staged = stage_raw(chosen.source, chosen.raw)
    for file in staged:
        console.print(f"{file.outcome:14} {file.path}" + (f"  ({file.reason})" if file.reason else ""), markup=False)
    return int(any(file.outcome == "rejected" for file in staged))


def _show(chosen: argparse.Namespace, console: Console) -> None:
    folder = audit.published(chosen.clean, chosen.run)
    console.print(show.summary(store.read_json(folder / "run.json")))
    doc = chosen.doc or audit.most_changed(folder)
    if doc is not None:
        story = show.before_after(audit.history(folder, doc))
        console.print(story)
        if chosen.svg:
            store.write_text(Path(chosen.svg), show.picture(story, f"{doc} before and after"))
    console.print(
        f"tables and report.html: {Path(chosen.clean, 'latest') if chosen.run is None else folder}", markup=False
    )
    console.print(f"why: python -m pipeline explain {doc} --clean {chosen.clean}", markup=False)


def _explain(chosen: argparse.Namespace, console: Console) -> None:
    folder = audit.published(chosen.clean, chosen.run)
    told = audit.history(folder, chosen.doc)
    if chosen.block is not None and all(block.block != chosen.block for block in told.blocks):
        raise audit.AuditError(f"{told.document.doc} has blocks 0 to {len(told.blocks) - 1}, not {chosen.block}")
    console.print(show.explanation(told, chosen.block))
    if chosen.block is not None:
        copies = audit.cluster(folder, told.document.doc, chosen.block)
        places = {(c.doc, c.block) for c in copies} | {(c.ref_doc, c.ref_block) for c in copies}
        console.print(show.cluster(copies, {place: audit.text_of(folder, *place) for place in places}))


def _diff(chosen: argparse.Namespace, console: Console) -> None:
    told = audit.history(audit.published(chosen.clean, chosen.run), chosen.doc)
    console.print("".join(show.diff(told)), markup=False, end="")


def _restore(chosen: argparse.Namespace, console: Console) -> None:
    run = None if chosen.run == "latest" else chosen.run
    count = 0
    for row, content in audit.restore(audit.published(chosen.clean, run)):
        name = (
            row.name
            if row.sha256 == row.text_sha256
            else f"{row.name}.{'visible' if row.format == 'html' else 'unpacked'}.txt"
        )
        store.write_bytes(store.inside(Path(chosen.folder), name), content)
        count += 1
    console.print(f"{count} pages restored into {chosen.folder}, each proved by its SHA-256", markup=False)


def _recheck(chosen: argparse.Namespace, console: Console) -> None:
    counts = audit.recheck(chosen.clean, chosen.run)
    console.print("nothing is lost: " + ", ".join(f"{count} {name}" for name, count in counts.items()), markup=False)


if __name__ == "__main__":
    sys.exit(main())
