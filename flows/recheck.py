"""The flow `recheck`: proves once more, from the published tables alone, that a run lost nothing."""

from prefect import State, flow
from prefect.artifacts import create_markdown_artifact
from prefect.states import Completed, Failed

from pipeline import audit


@flow(flow_run_name="{clean}", persist_result=False)
def recheck(clean: str = "data/clean", run: str | None = None) -> State[dict[str, int]]:
    """Replay, revert and balance a published run.

    Args:
        clean: Folder with the tables.
        run: Name of the run, as under runs/. Leave empty for the latest.
    """
    try:
        counts = audit.recheck(clean, run)
    except audit.AuditError as error:
        return Failed(message=str(error))
    rows = "\n".join(f"| {name} | {number:,} |" for name, number in counts.items())
    create_markdown_artifact(
        f"The books of {run or 'the latest run'} in `{clean}` balance.\n\n| proved | number |\n|---|--:|\n{rows}\n",
        key="recheck",
    )
    return Completed(message=", ".join(f"{number:,} {name}" for name, number in counts.items()), data=counts)
