"""The two passes that ask a model, where the rules open the door: find the questions of each part, then ask them all.

Answers are kept, under work/answers, by what was asked and of whom; a question that has its answer is not asked again.
A run whose questions are all answered there asks nothing and publishes the same tables.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import cleaning, replies, sightings, store
from pipeline.gathering import GATHERED, site_lines, sites_of, told_to
from pipeline.job import (
    ASKED,
    Job,
    Part,
    hosts_of,
    load_rules,
    mend_key,
    note,
    noted_key,
    page_batches,
    question_key,
)
from pipeline.ledger import replay
from pipeline.repairing import circuit, prompt
from pipeline.repairing.questions import names_of, questions
from pipeline.repairing.rules import Rules
from pipeline.repairing.sisters import sisters_of
from pipeline.tables import EVENTS, QUESTIONS, Event, Mark, Question, Sister, rows_of, table_of

_AT_A_TIME = 20  # answers that a killed run may lose


def is_open(job: Job) -> bool:
    """Whether the run's rules name a model to ask."""
    return load_rules(job).repairer.open


def question_part(job: Job, part: Part) -> dict[str, int]:
    """Find the sentences of a part in which a rule flagged something.

    Returns:
        questions; `fresh` is 0 when it was done before.
    """
    place = job.work("questions", question_key(job, part))
    fresh = not place.is_dir()
    if fresh:
        with store.folder(place) as draft:
            rows = store.write_table(draft / "questions.parquet", QUESTIONS, _questions(job, part))
            store.write_json(draft / "counts.json", {"questions": rows})
    return {**store.read_json(place / "counts.json"), "fresh": int(fresh)}


def _questions(job: Job, part: Part) -> Iterator[pa.RecordBatch]:
    rules = load_rules(job)
    lines, told = site_lines(job, part), told_to(job, part)
    read, mended = job.work("read", part.key), job.work("mend", mend_key(job, part))
    side_by_side = [store.batches(mended / f"{name}.parquet") for name in ("ledger", "people")]
    read_before = (store.batches(read / "blocks.parquet"), page_batches(job, part))
    for blocks, pages, first, seen in zip(*read_before, *side_by_side, strict=True):
        people = sightings.people_of(pages, seen, told)
        names = {doc: names_of(known.own or (), known.told) for doc, known in people.items()}
        made = cleaning.correct(replay(blocks, first), sites_of(pages, lines), people, rules)
        found = questions(made.left, made.decided.flags, made.corrections, names, rules.repairer)
        yield table_of(found, QUESTIONS)


def ask_run(job: Job, parts: Sequence[Part]) -> dict[str, int]:
    """Ask the questions of all parts that have no answer yet; one that gets none is left as it is.

    Returns:
        questions, kept (answered before this run), asked, answered, and of the failures how many of each kind.
    """
    rules = load_rules(job).repairer
    found = [_read(job.work("questions", question_key(job, part)) / "questions.parquet") for part in parts]
    found = _with_sisters(job, parts, found, rules)
    found = [[question._replace(key=prompt.key_of(question, rules)) for question in part] for part in found]
    by_key = {str(question.key): question for part in found for question in part}
    answers = replies.kept(job, by_key)
    counts = Counter(questions=sum(map(len, found)), kept=len(answers), asked=len(by_key) - len(answers), answered=0)
    missing = [question for key, question in by_key.items() if key not in answers]
    for outcomes in _chunks(circuit.ask_all(missing, rules)):
        fresh = {str(o.question.key): (o.question, o.answer) for o in outcomes if o.answer is not None}
        answers |= {key: answer for key, (_, answer) in fresh.items()}
        replies.keep(job, fresh, rules)
        counts.update(answered=len(fresh))
        counts.update(f"failed: {outcome.failure}" for outcome in outcomes if outcome.failure is not None)
    complete = [[question._replace(answer=answers.get(str(question.key))) for question in part] for part in found]
    tables = [table_of(part, QUESTIONS) for part in complete]
    digests = [store.digest_of_table(table) for table in tables]
    place = job.work("asked", store.digest("asked", [part.number for part in parts], digests))
    if not place.is_dir():
        with store.folder(place) as draft:
            for part, table in zip(parts, tables, strict=True):
                store.write_table(_answers(draft, part), QUESTIONS, [table])
    note(job, ASKED, place.name, {part.number: digest for part, digest in zip(parts, digests, strict=True)})
    store.write_json(job.work("asking.json"), dict(sorted(counts.items())))
    replies.lay_together(job)
    return dict(counts)


def answers_of(job: Job, part: Part) -> dict[str, list[Question]]:
    """Read what a model was asked about each document of a part, with its answers; nothing where the door is closed."""
    found: dict[str, list[Question]] = {}
    if is_open(job):
        for question in _read(_answers(job.work("asked", noted_key(job, ASKED)), part)):
            found.setdefault(question.doc, []).append(question)
    return found


def told(job: Job) -> dict[str, Any] | None:
    """Say for run.json who was asked, and what came of it; None where the door is closed."""
    rules = load_rules(job).repairer
    return {"repairer": rules.repairer, **store.read_json(job.work("asking.json"))} if rules.open else None


def _answers(place: Path, part: Part) -> Path:
    return place / f"part-{part.number:05d}.parquet"


def _read(path: Path) -> list[Question]:
    return [
        row._replace(
            marks=tuple(Mark(**mark) for mark in _rows(row.marks)),
            sisters=tuple(Sister(**s) for s in _rows(row.sisters)),
        )
        for row in rows_of(store.table([path], QUESTIONS), Question)
    ]


def _rows(column: Any) -> Iterable[Mapping[str, Any]]:
    """Give the rows of a list column, which come as dictionaries."""
    return column or ()


def _with_sisters(job: Job, parts: Sequence[Part], found: list[list[Question]], rules: Rules) -> list[list[Question]]:
    """Lay beside each question the sentences of its event's other reports."""
    sisters = _sisters(job, {question.doc for part in found for question in part})
    wanted = {doc for docs in sisters.values() for doc in docs}
    texts = {doc: blocks for part in parts for doc, blocks in _texts(job, part, wanted)}
    return [
        [q._replace(sisters=sisters_of(q, ((doc, texts[doc]) for doc in sisters.get(q.doc, ())), rules)) for q in part]
        for part in found
    ]


def _sisters(job: Job, docs: set[str]) -> dict[str, list[str]]:
    """Name the other reports of each document's event."""
    rows = rows_of(store.table([job.work("gather", noted_key(job, GATHERED)) / "events.parquet"], EVENTS), Event)
    reports: dict[str, list[str]] = {}
    for row in rows:
        reports.setdefault(row.event, []).append(row.doc)
    event_of = {row.doc: row.event for row in rows if row.doc in docs}
    return {doc: sorted(set(reports[event]) - {doc}) for doc, event in event_of.items()}


def _texts(job: Job, part: Part, wanted: set[str]) -> Iterator[tuple[str, dict[int, str]]]:
    """Read the texts of some documents of a part, characters repaired, by block."""
    docs = pa.array(sorted(wanted & set(hosts_of(job, part))), pa.string())
    if not len(docs):
        return
    as_read = store.batches(job.work("read", part.key) / "blocks.parquet")
    mended = store.batches(job.work("mend", mend_key(job, part)) / "ledger.parquet")
    for blocks, entries in zip(as_read, mended, strict=True):
        mine = (batch.filter(pc.is_in(batch["doc"], value_set=docs)) for batch in (blocks, entries))
        true = replay(*mine)
        texts: dict[str, dict[int, str]] = {}
        for doc, block, text in zip(*(true[name].to_pylist() for name in ("doc", "block", "text")), strict=True):
            texts.setdefault(doc, {})[block] = text
        yield from texts.items()


def _chunks(outcomes: Iterable[circuit.Outcome]) -> Iterator[list[circuit.Outcome]]:
    chunk: list[circuit.Outcome] = []
    for outcome in outcomes:
        chunk.append(outcome)
        if len(chunk) == _AT_A_TIME:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
