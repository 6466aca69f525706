"""What a run of the flow `clean` shows on its page: how far it is, what came of it, which files were rejected."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from prefect import get_run_logger
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from pipeline.staging import StagedFile

if TYPE_CHECKING:
    from uuid import UUID

LISTED = 10_000  # files left out, in the artifact; the published table of files and the staging manifest have all
LOGGED = 20  # files left out, in the log
RULES = 25  # rules in the summary, those with the most entries


class Progress:
    """A bar that moves with each step."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.done = 0
        self.bar = cast("UUID", create_progress_artifact(0, key="clean-progress", description="planned"))

    def step(self, told: str, steps: int = 1) -> None:
        """Move on by one step, and say which; by none for what is a share of a step."""
        self.done += steps
        update_progress_artifact(self.bar, 100 * self.done / self.steps, description=told)


def publish_summary(summary: Mapping[str, Any], staged: Sequence[StagedFile] = ()) -> str:
    """Put what `close_run` returned on the run's page, with each file that was left out; sum it up in a sentence."""
    create_markdown_artifact(_page(summary), key="clean-summary", description=f"run {summary['run']}")
    left_out = [{"file": row.path, "left out": row.outcome, "reason": row.reason} for row in staged if row.reason]
    left_out += [{"file": file, "left out": "rejected", "reason": why} for file, why in summary["rejected"].items()]
    if left_out:
        create_table_artifact(left_out[:LISTED], key="clean-left-out", description=f"{len(left_out):,} files left out")
    log = get_run_logger()
    for row in left_out[:LOGGED]:
        log.warning("%s %s: %s", row["left out"], row["file"], row["reason"])
    if len(left_out) > LOGGED:
        log.warning("and %d more; the artifact clean-left-out lists them", len(left_out) - LOGGED)
    counts = summary["counts"]
    records = f"{counts['records']:,} records in them, {counts['rejected_records']:,} rejected; "
    return (
        f"{counts['files']:,} files, {counts['rejected']:,} of them rejected; {records if counts['records'] else ''}"
        f"{counts['documents']:,} documents, "
        f"{sum(summary['entries'].values()):,} ledger entries: {summary['folder']}"
    )


def _page(summary: Mapping[str, Any]) -> str:
    counts = "\n".join(f"| {name} | {number:,} |" for name, number in summary["counts"].items())
    entries = list(summary["entries"].items())
    rules = "\n".join(f"| {name} | {number:,} |" for name, number in entries[:RULES])
    more = f"\n\nand {len(entries) - RULES} more" if len(entries) > RULES else ""
    return (
        f"## Run {summary['run']}\n\nTables and report.html: `{summary['folder']}`\n\n"
        f"| | number |\n|---|--:|\n{counts}\n\n"
        f"### Ledger, by rule\n\n| rule | entries |\n|---|--:|\n{rules}{more}\n"
    )
