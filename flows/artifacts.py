"""What a run of the flow `clean` shows on its page: how far it is, what came of it, which files were rejected."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from prefect import get_run_logger
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.futures import PrefectFuture

if TYPE_CHECKING:
    from uuid import UUID

LISTED = 1_000  # rejected files in the table; run.json and the table of files have them all
LOGGED = 20  # rejected files in the log
RULES = 25  # rules in the summary, those with the most entries


class Progress:
    """A bar that moves with each step."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.done = 0
        self.bar = cast("UUID", create_progress_artifact(0, key="clean-progress", description="planned"))

    def step(self, told: str, work: PrefectFuture[Any] | None = None) -> None:
        """Move on by one step, once `work` is done.

        Raises:
            Exception: whatever the work raised.
        """
        if work is not None:
            work.result()
        self.done += 1
        update_progress_artifact(self.bar, 100 * self.done / self.steps, description=told)


def publish_summary(summary: Mapping[str, Any]) -> str:
    """Put what `close_run` returned on the run's page, log the rejected files, and sum it up in a sentence."""
    create_markdown_artifact(_page(summary), key="clean-summary", description=f"run {summary['run']}")
    rejected: Mapping[str, str] = summary["rejected"]
    if rejected:
        rows = [{"file": file, "reason": reason} for file, reason in list(rejected.items())[:LISTED]]
        create_table_artifact(rows, key="clean-rejected", description=f"{len(rejected):,} rejected files")
    log = get_run_logger()
    for file, reason in list(rejected.items())[:LOGGED]:
        log.warning("rejected %s: %s", file, reason)
    if len(rejected) > LOGGED:
        log.warning("and %d more; run.json lists them all", len(rejected) - LOGGED)
    counts = summary["counts"]
    return (
        f"{counts['files']:,} files, {counts['rejected']:,} of them rejected; {counts['documents']:,} documents, "
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
