"""Answers of models, kept on disk by what was asked and of whom, so that nothing is asked twice."""

from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import store
from pipeline.job import Job
from pipeline.repairing import prompt
from pipeline.repairing.rules import Rules
from pipeline.tables import REPLIES, Question, Reply, rows_of, table_of

_FILES = 20  # small files are laid together from here on


def kept(job: Job, wanted: Iterable[str]) -> dict[str, str]:
    """Read the answers to some questions, by key."""
    rows = store.table(sorted(job.work("answers").glob("*.parquet")), REPLIES)
    mine = rows.filter(pc.is_in(rows["key"], value_set=pa.array(sorted(wanted), pa.string())))
    return {reply.key: reply.answer for reply in rows_of(mine, Reply)}


def keep(job: Job, told: Mapping[str, tuple[Question, str]], rules: Rules) -> None:
    """Write questions and their answers down, by key."""
    if told:
        rows = [
            Reply(key, rules.repairer, prompt.messages(question, rules)[-1]["content"], answer)
            for key, (question, answer) in told.items()
        ]
        name = f"{store.digest('answers', sorted(told))}.parquet"
        store.write_table(job.work("answers") / name, REPLIES, [table_of(rows, REPLIES)])


def lay_together(job: Job) -> None:
    """Make one file of many small ones; the old go when the new one is whole."""
    files = sorted(job.work("answers").glob("*.parquet"))
    if len(files) >= _FILES:
        rows = {reply.key: reply for reply in rows_of(store.table(files, REPLIES), Reply)}
        store.write_table(files[0], REPLIES, [table_of([rows[key] for key in sorted(rows)], REPLIES)])
        for path in files[1:]:
            path.unlink()
