"""The shapes that pass between modules: one Arrow schema a table, one NamedTuple a row."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa


class FileRow(NamedTuple):
    """A raw file, or a record of one that holds many, and what became of it."""

    file: str
    record: str | None
    own_id: str | None
    bytes: int
    sha256: str | None
    format: str | None
    encoding: str | None
    text_sha256: str | None
    records: int | None
    outcome: str
    reason: str | None
    part: int
    run: str

    @property
    def name(self) -> str:
        """The file's path, or the record's name under it: that of the document which was read from it."""
        return self.file + (self.record or "")


class Declaration(NamedTuple):
    """A value that a page declares of itself, and where: field title, published or authors; rule such as json-ld."""

    field: str
    rule: str
    value: str


class Page(NamedTuple):
    """What a page declares about itself outside its visible text (an HTML head, a record's fields).

    `title`, `published` and `authors` are what it declares first; `declarations` has all that it says of these.
    """

    doc: str
    file: str
    url: str | None
    host: str | None
    title: str | None
    site_name: str | None
    published: str | None
    authors: tuple[str, ...]
    language: str | None
    declarations: tuple[Declaration, ...] = ()
    own_id: str | None = None


class Block(NamedTuple):
    """A run of text between two block-level boundaries of a document, as read; judged later."""

    doc: str
    block: int
    kind: str
    path: str
    line: int
    link_chars: int
    separator: str
    role: str | None
    keep: bool | None
    rule: str | None
    score: float | None
    text: str


class Edit(NamedTuple):
    """What a rule proposes: put `after` in place of text[start:end]; None takes the block away."""

    start: int
    end: int
    after: str | None
    rule: str
    score: float | None = None
    ref_doc: str | None = None
    ref_block: int | None = None
    evidence: str | None = None


class Entry(NamedTuple):
    """An edit that was carried out, with what stood there before."""

    doc: str
    block: int
    step: int
    stage: str
    rule: str
    start: int
    end: int
    before: str
    after: str | None
    score: float | None
    ref_doc: str | None
    ref_block: int | None
    evidence: str | None


class Share(NamedTuple):
    """A language, and which share of a document's letters is in it; None for what nothing could be said of."""

    language: str | None
    share: float


class Document(NamedTuple):
    """A page, cleaned: its metadata, its counts and its text without holes."""

    doc: str
    file: str
    own_id: str | None
    url: str | None
    host: str | None
    site_name: str | None
    title: str | None
    published: str | None
    published_text: str | None
    published_precision: str | None
    authors: tuple[str, ...]
    agencies: tuple[str, ...]
    dateline: str | None
    credit: str | None
    source: str | None
    language: str | None
    language_score: float | None
    languages: tuple[Share, ...]
    event: str | None
    duplicate_of: str | None
    duplicate_score: float | None
    revision_of: str | None
    mt_score: float
    mt_source: str | None
    flags: tuple[str, ...]
    blocks: int
    kept: int
    removed: int
    edits: int
    text: str


class Reading(NamedTuple):
    """A value of a document's metadata, the rule that read it, how sure that is, and the span that it was read from."""

    doc: str
    field: str
    value: str
    rule: str
    score: float
    block: int | None
    start: int | None
    end: int | None


class Signature(NamedTuple):
    """A sketch of a block that stays, small enough to compare across the whole corpus."""

    doc: str
    block: int
    host: str | None
    published: str | None
    damage: int
    length: int
    exact: int
    words: tuple[int, ...]
    facts: tuple[str, ...]
    negations: int


class Mention(NamedTuple):
    """A name seen in a document, and the slot that it stood in."""

    doc: str
    block: int
    name: str
    slot: str


class Seen(NamedTuple):
    """What a document says of a person, how often, and the first block that says it; slots as in `pipeline.people`."""

    doc: str
    block: int
    slot: str
    name: str
    value: str
    times: int


class Told(NamedTuple):
    """What another document (`ref_doc`) says that bears on `doc`; in `times`, how many documents or how often."""

    doc: str
    ref_doc: str
    ref_block: int
    slot: str
    name: str
    value: str
    times: int


class Entity(NamedTuple):
    """A person whom a document names in full, the spelling, and the one that most of the run's documents have."""

    doc: str
    block: int
    surname: str
    given: str
    usual: str
    times: int
    documents: int


class Flag(NamedTuple):
    """A decision about a word: what was found, what it rests on, and whether it was repaired, flagged or refused."""

    doc: str
    block: int
    start: int
    end: int
    text: str
    rule: str
    suggestion: str | None
    slot: str | None
    evidence: str | None
    ref_doc: str | None
    ref_block: int | None
    confidence: float
    action: str
    guard: str | None


class Tongue(NamedTuple):
    """A paragraph that is in another language than its document."""

    doc: str
    block: int
    language: str


class Mark(NamedTuple):
    """A stretch of a sentence that a rule flagged, and what it would put there if it could tell."""

    start: int
    end: int
    rule: str
    suggestion: str | None


class Sister(NamedTuple):
    """A sentence of another report of the event that seems to say the same."""

    doc: str
    block: int
    text: str


class Question(NamedTuple):
    """What a repairer is asked: a sentence, text[start:end] of its block, with its marks and what else is known.

    `key` names what was asked of whom; `answer` is the JSON that came back, None where none did.
    """

    doc: str
    block: int
    start: int
    end: int
    text: str
    marks: tuple[Mark, ...]
    names: tuple[str, ...] = ()
    sisters: tuple[Sister, ...] = ()
    key: str | None = None
    answer: str | None = None


class Reply(NamedTuple):
    """An answer that is kept: who gave it, what was asked, what came back."""

    key: str
    repairer: str
    asked: str
    answer: str


class Line(NamedTuple):
    """A line that a site shows, digits folded, and on how many of a part's documents."""

    host: str
    line: str
    docs: int


class Verdict(NamedTuple):
    """What boilerplate removal says of a block: its role, whether it stays, and why."""

    doc: str
    block: int
    role: str
    keep: bool
    rule: str
    score: float
    evidence: str


class Twin(NamedTuple):
    """A document that repeats another as a whole, or is a later version of one."""

    doc: str
    duplicate_of: str | None
    duplicate_score: float | None
    revision_of: str | None


class Copy(NamedTuple):
    """A block and the one that stays for it."""

    doc: str
    block: int
    kind: str
    score: float
    ref_doc: str
    ref_block: int
    spread: str | None = None


class Event(NamedTuple):
    """A document that reports an event, and how sure that is."""

    event: str
    doc: str
    score: float


class Quotation(NamedTuple):
    """A sentence that stands in quotation marks, or a piece of one, and who says it."""

    doc: str
    block: int
    start: int
    end: int
    speaker: str | None
    text: str


class Quote(NamedTuple):
    """A quotation that several reports of an event have, as one of them words it."""

    event: str
    quote: int
    doc: str
    block: int
    start: int
    end: int
    speaker: str | None
    text: str
    relation: str
    score: float


class Paragraph(NamedTuple):
    """A block that stayed: cleaned and unique."""

    doc: str
    block: int
    position: int
    role: str
    language: str | None
    edits: int
    text: str


def _field(name: str, kind: pa.DataType, description: str, *, null: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=null, metadata={"description": description})


TEXT, INT, SCORE, TEXTS = pa.string(), pa.int32(), pa.float32(), pa.list_(pa.string())

_DECLARATIONS = pa.list_(pa.struct([(name, TEXT) for name in Declaration._fields]))

_SHARES = pa.list_(pa.struct([("language", TEXT), ("share", SCORE)]))

_DOC = _field("doc", TEXT, "the page: its raw file's path under the raw folder, plus #n for a container's n-th record")
_OWN_ID = _field(
    "own_id",
    TEXT,
    "what a record is called where it comes from: its id, WARC-Record-ID, Message-ID, path in an archive",
    null=True,
)
_BLOCK = _field("block", INT, "number of the block in its document, from 0")
_SPAN = (
    _field("start", INT, "first character of the span, in the text as this step saw it (code points)"),
    _field("end", INT, "character after the span"),
)
_REF_DOC = _field("ref_doc", TEXT, "document of the block that this refers to", null=True)
_REF_BLOCK = _field("ref_block", INT, "number of the block that this refers to", null=True)
_HOST = _field("host", TEXT, "host name of the page's address, or of the folder that it was found in", null=True)

FILES = pa.schema(
    [
        _field("file", TEXT, "path under the raw folder"),
        _field("record", TEXT, "which record of the file this is: #n, from 1; null for the file itself", null=True),
        _OWN_ID,
        _field("bytes", pa.int64(), "size in bytes"),
        _field("sha256", TEXT, "SHA-256 of the bytes, hexadecimal; null where they were not read", null=True),
        _field("format", TEXT, "what it was read as: text, html, or a container such as jsonl+gz", null=True),
        _field(
            "encoding", TEXT, "Python's name of the encoding; text.encode(encoding) gives the bytes back", null=True
        ),
        _field("text_sha256", TEXT, "SHA-256 of what restore gives back: the bytes, or HTML's visible text", null=True),
        _field("records", pa.int64(), "records that a container holds, those included that were not read", null=True),
        _field("outcome", TEXT, "read, rejected, or partial: a container that breaks off"),
        _field("reason", TEXT, "why it was rejected, or where it breaks off", null=True),
        _field("part", INT, "number of the part that read it"),
        _field("run", TEXT, "run that read it"),
    ],
    metadata={"description": "a row for each raw file and for each record of one that holds many, with its outcome"},
)

PAGES = pa.schema(
    [
        _DOC,
        _field("file", TEXT, "raw file"),
        _field("url", TEXT, "address that the page gives for itself", null=True),
        _HOST,
        _field("title", TEXT, "title that the page declares", null=True),
        _field("site_name", TEXT, "site that the page declares", null=True),
        _field("published", TEXT, "date of publication that the page declares, as written", null=True),
        _field("authors", TEXTS, "authors that the page declares"),
        _field("language", TEXT, "language that the page declares, BCP 47", null=True),
        _field("declarations", _DECLARATIONS, "every title, date and author that it declares, and where"),
        _OWN_ID,
    ]
)

BLOCKS = pa.schema(
    [
        _DOC,
        _BLOCK,
        _field("kind", TEXT, "line or paragraph of plain text; in HTML the tag"),
        _field("path", TEXT, "HTML: the tags from the root down; empty in plain text"),
        _field("line", INT, "line of the raw text that the block begins on, from 1; 0 where that is not known"),
        _field("link_chars", INT, "characters that stand inside links"),
        _field("separator", TEXT, "white space between this block and the next, as read"),
        _field("role", TEXT, "what the block is on its page", null=True),
        _field("keep", pa.bool_(), "whether boilerplate removal leaves the block in", null=True),
        _field("rule", TEXT, "rule that gave the role", null=True),
        _field("score", SCORE, "how sure the rule is, 0 to 1", null=True),
        _field("text", TEXT, "the text as read"),
    ],
    metadata={"description": "every block of every page as it was read, with the role it was given"},
)

EDITS = pa.schema(
    [
        _field("row", INT, "row of the block in its batch"),
        _field("start", INT, "first character of the span"),
        _field("end", INT, "character after the span"),
        _field("after", TEXT, "what is to stand there; null takes the block away", null=True),
        _field("rule", TEXT, "rule that proposes it"),
        _field("score", SCORE, "how sure the rule is, 0 to 1", null=True),
        _REF_DOC,
        _REF_BLOCK,
        _field("evidence", TEXT, "what the rule rests on", null=True),
    ]
)

LEDGER = pa.schema(
    [
        _DOC,
        _BLOCK,
        _field("step", pa.int8(), "order in which the stages ran, from 0"),
        _field("stage", TEXT, "stage that proposed the edit"),
        _field("rule", TEXT, "rule that proposed the edit"),
        *_SPAN,
        _field("before", TEXT, "what stood there"),
        _field("after", TEXT, "what stands there now; null: the block was taken away", null=True),
        _field("score", SCORE, "how sure the rule is, 0 to 1", null=True),
        _REF_DOC,
        _REF_BLOCK,
        _field("evidence", TEXT, "what the rule rests on", null=True),
    ],
    metadata={"description": "every edit and every removal, in the order in which they were carried out"},
)

DOCUMENTS = pa.schema(
    [
        _DOC,
        _field("file", TEXT, "raw file"),
        _OWN_ID,
        _field("url", TEXT, "address of the page", null=True),
        _HOST,
        _field("site_name", TEXT, "name that the site gives itself", null=True),
        _field("title", TEXT, "headline of the article, repaired", null=True),
        _field(
            "published", TEXT, "when it was published: ISO 8601, as precise as the page says and no more", null=True
        ),
        _field("published_text", TEXT, "the words that the date was read from", null=True),
        _field("published_precision", TEXT, "day, minute, second or subsecond", null=True),
        _field("authors", TEXTS, "authors, or their initials"),
        _field("agencies", TEXTS, "news agencies credited for the article or its picture"),
        _field("dateline", TEXT, "place that the report is dated from", null=True),
        _field("credit", TEXT, "credit of the picture", null=True),
        _field("source", TEXT, "where the page says that it took the article from", null=True),
        _field("language", TEXT, "language of the article, BCP 47; null where the text does not say", null=True),
        _field("language_score", SCORE, "how sure the language is, 0 to 1", null=True),
        _field("languages", _SHARES, "languages of the article's paragraphs, and their shares of its letters"),
        _field("event", TEXT, "event that the article reports with others", null=True),
        _field("duplicate_of", TEXT, "document that this one repeats as a whole", null=True),
        _field("duplicate_score", SCORE, "share of its blocks that stand in that document", null=True),
        _field("revision_of", TEXT, "the version of this article that was published last before it", null=True),
        _field("mt_score", SCORE, "how likely it is that a machine translated the article, 0 to 1"),
        _field("mt_source", TEXT, "language that it was translated from, BCP 47; null where nothing tells", null=True),
        _field("flags", TEXTS, "what a person should look at, such as needs-review"),
        _field("blocks", INT, "blocks read"),
        _field("kept", INT, "paragraphs in the table of paragraphs"),
        _field("removed", INT, "blocks taken away"),
        _field("edits", INT, "edits made in the blocks"),
        _field("text", TEXT, "the article, without holes: paragraphs parted by blank lines"),
    ],
    metadata={"description": "a row for each page: its metadata and its clean text"},
)

READINGS = pa.schema(
    [
        _DOC,
        _field("field", TEXT, "column of documents that the value is for; a list has a row for each of its values"),
        _field("value", TEXT, "the value as it stands in documents"),
        _field("rule", TEXT, "how it was read: declared/ in the page's head, shown/ in a block, glued/ to a sentence"),
        _field("score", SCORE, "share of the values read by this rule that were right on labelled pages, 0 to 1"),
        _field("block", INT, "block that it was read from; null where the page's head says it", null=True),
        _field(
            "start",
            INT,
            "its first character in the block's text, encoding repaired; a title's in its final text",
            null=True,
        ),
        _field("end", INT, "character after it", null=True),
    ],
    metadata={"description": "every value of the documents' metadata: where it was read and how sure that is"},
)

SIGNATURES = pa.schema(
    [
        _DOC,
        _BLOCK,
        _HOST,
        _field("published", TEXT, "when its document was published: what was first should stay", null=True),
        _field("damage", INT, "repairs and flags of its document: the soundest should stay"),
        _field("length", INT, "characters of its document: the longest should stay"),
        _field("exact", pa.uint64(), "hash of the levelled words in their order"),
        _field("words", pa.list_(pa.uint64()), "hash of each levelled word, in order"),
        _field("facts", TEXTS, "figures and names that it states"),
        _field("negations", INT, "words that deny"),
    ]
)

# The same of each sentence; `block` has the number of its block and its own, packed (duplicates/sentence_rows.py).
SENTENCES = SIGNATURES.set(1, _field("block", pa.int64(), "block * 4096 + number of the sentence in it, from 0"))

MENTIONS = pa.schema(
    [
        _DOC,
        _BLOCK,
        _field("name", TEXT, "the name"),
        _field("slot", TEXT, "what it is: name, figure, quote, or published for the day of publication"),
    ]
)

_SAID = [
    _field("slot", TEXT, "what is said: name, title, speaker, bare, orphan, spelling, accuses, owns or order"),
    _field("name", TEXT, "surname, or what stands in its place"),
    _field("value", TEXT, "given name, title, verb: what the slot asks for"),
    _field("times", INT, "how often"),
]

PEOPLE = pa.schema([_DOC, _BLOCK, *_SAID])

TOLD = pa.schema(
    [
        _DOC,
        _field("ref_doc", TEXT, "document that says it"),
        _field("ref_block", INT, "number of the block that says it first"),
        *_SAID,
    ]
)

ENTITIES = pa.schema(
    [
        _DOC,
        _field("block", INT, "first block that names the person so"),
        _field("surname", TEXT, "surname"),
        _field("given", TEXT, "given name, as spelled there"),
        _field("usual", TEXT, "given name as most documents of the run spell it; no text is changed for it"),
        _field("times", INT, "how often the document names the person so"),
        _field("documents", INT, "documents of the run that spell the name so"),
    ],
    metadata={"description": "people whom documents name in full, with lawful spellings side by side"},
)

FLAGS = pa.schema(
    [
        _DOC,
        _BLOCK,
        *_SPAN,
        _field("text", TEXT, "what stood there"),
        _field("rule", TEXT, "rule that found it"),
        _field("suggestion", TEXT, "what would stand there; null where the rule knows no better", null=True),
        _field("slot", TEXT, "the place in the sentence, or the pattern", null=True),
        _field("evidence", TEXT, "what the rule rests on", null=True),
        _REF_DOC,
        _REF_BLOCK,
        _field("confidence", SCORE, "how sure the rule is, 0 to 1"),
        _field("action", TEXT, "repaired, flagged or refused"),
        _field("guard", TEXT, "the guard that refused it", null=True),
    ],
    metadata={"description": "every decision about a mistranslation; only what was repaired changed the text"},
)

TONGUES = pa.schema([_DOC, _BLOCK, _field("language", TEXT, "language of the paragraph, BCP 47")])

_MARKS = pa.list_(pa.struct([("start", INT), ("end", INT), ("rule", TEXT), ("suggestion", TEXT)]))
_SISTERS = pa.list_(pa.struct([("doc", TEXT), ("block", INT), ("text", TEXT)]))

QUESTIONS = pa.schema(
    [
        _DOC,
        _BLOCK,
        _field("start", INT, "first character of the sentence, in the text that the rules have corrected"),
        _field("end", INT, "character after it"),
        _field("text", TEXT, "the sentence"),
        _field("marks", _MARKS, "what the rules flagged in it; spans count in the sentence"),
        _field("names", TEXTS, "people whom the document names, or is told of"),
        _field("sisters", _SISTERS, "sentences of other reports of the event"),
        _field("key", TEXT, "what was asked, of whom", null=True),
        _field("answer", TEXT, "what came back, as JSON", null=True),
    ]
)

REPLIES = pa.schema(
    [
        _field("key", TEXT, "what was asked, of whom"),
        _field("repairer", TEXT, "model and version"),
        _field("asked", TEXT, "what was sent, as JSON"),
        _field("answer", TEXT, "what came back, as JSON"),
    ]
)

LINES = pa.schema(
    [
        _field("host", TEXT, "site"),
        _field("line", TEXT, "the line, digits folded to 0"),
        _field("docs", INT, "documents that show it"),
    ]
)

SHOWN = pa.schema([_HOST, _DOC, _field("line", TEXT, "a line that the document shows, digits folded to 0")])

VERDICTS = pa.schema([*(BLOCKS.field(name) for name in Verdict._fields[:-1]), _field("evidence", TEXT, "log-odds")])

TWINS = pa.schema([_DOC, *(DOCUMENTS.field(name) for name in ("duplicate_of", "duplicate_score", "revision_of"))])

COPIES = pa.schema(
    [
        _DOC,
        _BLOCK,
        _field("kind", TEXT, "exact, near or covered: it left; contained or reworded: it stayed"),
        _field("score", SCORE, "likeness of the words, 0 to 1"),
        _field("ref_doc", TEXT, "document of the block that stays"),
        _field("ref_block", INT, "number of the block that stays"),
        _field(
            "spread",
            TEXT,
            "template: on very many pages of one site; wire: on several sites; null: neither",
            null=True,
        ),
    ],
    metadata={"description": "every block that repeats another, and the one that stays for it"},
)

EVENTS = pa.schema(
    [
        _field("event", TEXT, "the event, named after its first document"),
        _DOC,
        _field("score", SCORE, "likeness to the nearest other report, 0 to 1"),
    ],
    metadata={"description": "articles that report one event"},
)

QUOTATIONS = pa.schema(
    [
        _DOC,
        _BLOCK,
        _field("start", INT, "its first character in the block's final text"),
        _field("end", INT, "character after it"),
        _field("speaker", TEXT, "who says it, as the document names them; null where it does not", null=True),
        _field("text", TEXT, "a sentence in quotation marks, or a piece of one, as it stands there"),
    ]
)

QUOTES = pa.schema(
    [
        EVENTS.field("event"),
        _field("quote", INT, "number of what was said, in its event, from 1"),
        *QUOTATIONS,
        _field("relation", TEXT, "same: the words that most reports have, or a piece of them; translated: other words"),
        _field("score", SCORE, "likeness to the wording that most reports have, 0 to 1"),
    ],
    metadata={"description": "what two reports of an event or more quote, as each of them words it"},
)

PARAGRAPHS = pa.schema(
    [
        _DOC,
        _BLOCK,
        _field("position", INT, "place among the paragraphs of its document, from 0"),
        _field("role", TEXT, "what the paragraph is: title, lead, body, heading, caption ..."),
        _field("language", TEXT, "language of the paragraph, BCP 47: its own, or the document's", null=True),
        _field("edits", INT, "edits made in it"),
        _field("text", TEXT, "the clean text"),
    ],
    metadata={"description": "every block that stayed: clean, and unique in the corpus"},
)

# What a run publishes, by the name of its folder.
PUBLISHED = {
    "files": FILES,
    "documents": DOCUMENTS,
    "readings": READINGS,
    "blocks": BLOCKS,
    "ledger": LEDGER,
    "copies": COPIES,
    "events": EVENTS,
    "quotes": QUOTES,
    "entities": ENTITIES,
    "flags": FLAGS,
    "paragraphs": PARAGRAPHS,
}


def table_of(rows: Iterable[Sequence[Any]], schema: pa.Schema) -> pa.RecordBatch:
    """Turn rows into one batch of `schema`, column by column.

    Raises:
        ValueError: a column that allows no nulls has one.

    >>> table_of([("a", 0, "b", "full")], MENTIONS).num_rows
    1
    """
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    for array, field in zip(arrays, schema, strict=True):
        if array.null_count and not field.nullable:  # Arrow itself does not look.
            raise ValueError(f"column {field.name!r} allows no nulls and has {array.null_count}")
    return pa.record_batch(arrays, schema=schema)


Row = TypeVar("Row", bound=tuple[Any, ...])


def rows_of(batch: pa.RecordBatch | pa.Table, row: type[Row]) -> list[Row]:
    """Turn a batch back into its rows, each a `row`; list columns become tuples."""
    columns = (c.to_pylist() for c in batch.columns)
    return [row(*(tuple(v) if isinstance(v, list) else v for v in values)) for values in zip(*columns, strict=True)]


def batch_of(rows: pa.Table) -> pa.RecordBatch:
    """Turn a table into one batch, without rows where it has none."""
    batches = rows.combine_chunks().to_batches()
    return batches[0] if batches else table_of([], rows.schema)
