"""Note what pages show before they are judged: the lines of their sites, the names and the day that they give."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from pipeline import events
from pipeline.lift import documents
from pipeline.lines import level
from pipeline.metadata import dates
from pipeline.rulebook import Rulebook
from pipeline.tables import LINES, MENTIONS, Block, Mention, Page, table_of

# A longer line is no template; the bound keeps the counts small.
_LINE_CHARS = 300


def count_lines(blocks: pa.RecordBatch, hosts: Mapping[str, str | None]) -> pa.RecordBatch:
    """Count on how many documents each site shows a line, digits folded (schema LINES)."""
    seen: dict[tuple[str, str], set[str]] = {}
    for doc, text in zip(blocks["doc"].to_pylist(), blocks["text"].to_pylist(), strict=True):
        host = hosts[doc]
        if host is not None and len(text) <= _LINE_CHARS and (line := level(text)):
            seen.setdefault((host, line), set()).add(doc)
    return table_of([(host, line, len(docs)) for (host, line), docs in sorted(seen.items())], LINES)


def note_mentions(blocks: pa.RecordBatch, pages: Mapping[str, Page], rules: Rulebook) -> pa.RecordBatch:
    """Note the names and the date that each page gives (schema MENTIONS), for finding who reports the same event."""
    found: list[Mention] = []
    for _, page in documents(blocks):
        found += events.mentions(page, rules.events)
        date = _seen_date(page, pages[page[0].doc], rules.metadata.dates)
        if date is not None:
            found.append(Mention(page[0].doc, 0, date, "published"))
    return table_of(found, MENTIONS)


def _seen_date(page: Sequence[Block], declared: Page, rules: dates.Rules) -> str | None:
    """Guess the day of publication before roles are known: the declared one, else the first line that is a date."""
    texts = [declared.published or "", *(block.text for block in page)]
    dated = next((d for d in (dates.only_date(text, rules) for text in texts) if d is not None), None)
    return dated.value if dated is not None else None
