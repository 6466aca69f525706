"""Note what pages show before they are judged: the lines of their sites, the names and the day that they give."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import events, people
from pipeline.lift import documents
from pipeline.lines import levels
from pipeline.metadata import dates
from pipeline.rulebook import Rulebook
from pipeline.stages.mistranslation import Known
from pipeline.tables import LINES, MENTIONS, PEOPLE, SHOWN, Block, Mention, Page, Seen, Told, rows_of, table_of

# A longer line is no template; the bound keeps the counts small.
_LINE_CHARS = 300


def lines_shown(blocks: pa.RecordBatch, hosts: Mapping[str, str | None]) -> pa.Table:
    """Say which lines each document shows, digits folded (schema SHOWN); a document of no known site has none."""
    documents = blocks["doc"].dictionary_encode()
    names = pa.array([hosts[doc] for doc in documents.dictionary.to_pylist()], pa.string())
    short = pc.less_equal(pc.utf8_length(blocks["text"]), _LINE_CHARS)
    site = names.take(documents.indices.filter(short))
    columns = [site, blocks["doc"].filter(short), levels(blocks["text"].filter(short))]
    shown = pa.table(columns, names=SHOWN.names)
    shown = shown.filter(pc.and_(pc.is_valid(shown["host"]), pc.not_equal(shown["line"], "")))
    return shown.group_by(SHOWN.names, use_threads=False).aggregate([]).cast(SHOWN)


def count_lines(shown: pa.Table) -> pa.Table:
    """Count on how many documents each site shows a line (schema LINES)."""
    counted = shown.group_by(["host", "line"], use_threads=False).aggregate([("doc", "count")])
    counted = counted.sort_by([("host", "ascending"), ("line", "ascending")])
    return counted.rename_columns(LINES.names).cast(LINES)


def note_names(
    blocks: pa.RecordBatch, pages: Mapping[str, Page], rules: Rulebook
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Note the names and the date that each page gives, and what it says of people (schemas MENTIONS and PEOPLE)."""
    found: list[Mention] = []
    seen: list[Seen] = []
    for _, page in documents(blocks):
        found += events.mentions(page, rules.events)
        seen += people.look(page, rules.mistranslation.lexicon)
        date = _seen_date(page, pages[page[0].doc], rules.metadata.dates)
        if date is not None:
            found.append(Mention(page[0].doc, 0, date, "published"))
    return table_of(found, MENTIONS), table_of(seen, PEOPLE)


def _seen_date(page: Sequence[Block], declared: Page, rules: dates.Rules) -> str | None:
    """Guess the day of publication before roles are known: the declared one, else the first line that is a date."""
    texts = [declared.published or "", *(block.text for block in page)]
    dated = next((d for d in (dates.only_date(text, rules) for text in texts) if d is not None), None)
    return dated.value if dated is not None else None


def people_of(pages: Mapping[str, Page], seen: pa.RecordBatch, told: Mapping[str, Sequence[Told]]) -> dict[str, Known]:
    """Say for each document what it says of people (`seen`, schema PEOPLE), and what it is told of them."""
    own: dict[str, list[Seen]] = {}
    for row in rows_of(seen, Seen):
        own.setdefault(row.doc, []).append(row)
    return {doc: Known(page.host, own.get(doc, ()), told.get(doc, ())) for doc, page in pages.items()}
