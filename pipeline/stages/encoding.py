"""Find text that was decoded in the wrong encoding (mojibake), and what else a wrong decoding leaves behind.

The repair is ftfy's (Speer 2019, zenodo.2591652), block by block: on a whole file, one line's verdict would change
the next one's. Only texts that it may change are shown to it (`encoding_gate`).
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from ftfy import fix_text_segment
from ftfy.badness import is_bad

from pipeline.decoding.stray import STRAY, byte_of
from pipeline.lift import RuleError, RuleFiles, each_text, refuse_unknown
from pipeline.stages.encoding_codecs import Margins
from pipeline.stages.encoding_edits import carried_out, joined
from pipeline.stages.encoding_forms import in_form
from pipeline.stages.encoding_gate import CONFIG, changeable
from pipeline.stages.encoding_letters import likelihood
from pipeline.stages.encoding_marks import MARKS, marked
from pipeline.stages.encoding_misread import Misread, misread
from pipeline.stages.encoding_odd import odd, unusual, within
from pipeline.stages.encoding_pages import damaged, with_pages
from pipeline.tables import Edit


@dataclass(frozen=True)
class Rules:
    """How far a repair may go, and which kinds of repair are on beside ftfy's."""

    max_nested_entities: int
    max_combining_run: int
    nested: re.Pattern[str]
    combining: re.Pattern[str]
    kinds: frozenset[str]
    margins: Margins


_CODECS = frozenset(("misread-utf-8", "wrong-codec"))
_BY_PAGE = frozenset(("lost-letter", "line-hyphen"))
KINDS = (*sorted(_CODECS), *MARKS, *sorted(_BY_PAGE))
_AS_GOOD = 4.0  # nats; ftfy is the better known
_WORD = re.compile(r"[^ ]+")
_STRAYS = re.compile(f"{STRAY.pattern}+")
# The marks of the common blocks; a run of others cannot be long enough to hurt before one of these is met.
_COMBINING = "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0e31\u0e34-\u0e3a\u1ab0-\u1aff\u1dc0-\u1dff]"
# The beginning of a UTF-8 character whose last bytes are missing (RFC 3629, section 4).
_CUT = re.compile(rb"[\xe0-\xef][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{1,2}")


def repair(text: str, rules: Rules) -> Iterator[Edit]:
    """Propose an edit for each word that was decoded wrongly, and for characters that are not seen or not meant.

    >>> rules = parse({"encoding.toml": {"max_nested_entities": 3, "max_combining_run": 30}})
    >>> [(e.start, e.end, e.after, e.rule) for e in repair("Das ist schÃ¶n &amp; gut", rules)]
    [(11, 13, 'ö', 'mojibake'), (15, 20, '&', 'entity')]
    >>> list(repair("“Das ist schön”, sagte sie", rules))
    []
    """
    if rules.combining.search(text):
        return  # Such a run is no language; normalising it takes quadratic time.
    edits = list(_decoded(text, rules))
    now = carried_out(text, edits)
    for kind, find in MARKS.items():
        if kind in rules.kinds and (kind == "open-entity" or not now.isascii()):
            found = list(find(now))
            edits, now = joined(text, edits, found), carried_out(now, found)
    yield from edits


def _decoded(text: str, rules: Rules) -> Iterator[Edit]:
    parts = [part for part in misread(text, rules.margins) if part.rule in rules.kinds] if _asks(rules) else []
    fixed = _fixed(_put_in(text, parts), rules)
    if parts and likelihood(_fixed(text, rules)).log + _AS_GOOD >= likelihood(fixed).log:
        parts, fixed = [], _fixed(text, rules)  # ftfy's repair is as good, and better known.
    if fixed != text:
        yield from _told(_differences(text, fixed), parts)


def _asks(rules: Rules) -> bool:
    return not _CODECS.isdisjoint(rules.kinds)


def _fixed(text: str, rules: Rules) -> str:
    config = CONFIG._replace(unescape_html=False) if rules.nested.search(text) else CONFIG
    return in_form(fix_text_segment(_STRAYS.sub(_letters, text), config))


def _put_in(text: str, parts: Sequence[Misread]) -> str:
    for part in reversed(parts):
        text = text[: part.start] + part.after + text[part.end :]
    return text


def _told(edits: Iterable[Edit], parts: Sequence[Misread]) -> Iterator[Edit]:
    """Name the edits within a part that was misread after it, with its score and evidence."""
    for edit in edits:
        part = next((p for p in parts if p.start < edit.end and edit.start < p.end), None)
        yield edit if part is None else edit._replace(rule=part.rule, score=part.score, evidence=part.evidence)


def suspect(texts: pa.Array, rules: Rules) -> pa.Array:
    """Pass the texts that a repair may change."""
    return _suspect(texts, unusual(texts), rules)


def _suspect(texts: pa.Array, seen: pa.Array, rules: Rules) -> pa.Array:
    found = changeable(texts)
    if not rules.kinds.isdisjoint(MARKS):
        found = pc.or_(found, within(seen, texts, marked))
    return pc.or_(found, within(seen, texts, odd)) if _asks(rules) else found


by_text = each_text(repair, screen=suspect)


def propose(blocks: pa.RecordBatch, rules: Rules) -> pa.RecordBatch:
    """Propose repairs text by text, then those that rest on the other words of the page."""
    texts = blocks["text"]
    seen = unusual(texts)
    edits = each_text(repair, screen=lambda column, _: _suspect(column, seen, rules))(blocks, rules)
    kinds = rules.kinds & _BY_PAGE
    pages = blocks["doc"].filter(within(seen, texts, damaged)).unique()
    return with_pages(blocks, edits, pages, kinds) if kinds and len(pages) else edits


def parse(files: RuleFiles) -> Rules:
    """Read encoding.toml.

    Raises:
        RuleError: a key is unknown or missing.
    """
    table = files["encoding.toml"]
    refuse_unknown("encoding.toml", table, ("max_nested_entities", "max_combining_run", "margin", "repair"))
    try:
        nested, run = int(table["max_nested_entities"]), int(table["max_combining_run"])
    except KeyError as key:
        raise RuleError(f"encoding.toml: {key} is missing") from None
    return Rules(
        nested,
        run,
        re.compile(f"&(?:amp;){{{nested + 1}}}"),
        re.compile(f"{_COMBINING}{{{run}}}"),
        _kinds(table.get("repair", {})),
        _margins(table.get("margin", {})),
    )


def _kinds(table: Mapping[str, str]) -> frozenset[str]:
    refuse_unknown("encoding.toml, repair", table, KINDS)
    for kind, mode in table.items():
        if mode not in ("off", "repair"):
            raise RuleError(f"encoding.toml, repair: {kind} is {mode!r}, not 'off' or 'repair'")
    return frozenset(kind for kind, mode in table.items() if mode == "repair")


def _margins(table: Mapping[str, float]) -> Margins:
    refuse_unknown("encoding.toml, margin", table, Margins._fields)
    return Margins(**{name: float(table.get(name, math.inf)) for name in Margins._fields})


def _differences(text: str, fixed: str) -> Iterator[Edit]:
    """Word by word where both texts have the same spaces, else as one span."""
    ours, theirs = list(_WORD.finditer(text)), _WORD.findall(fixed)
    if len(ours) != len(theirs) or _WORD.sub("", text) != _WORD.sub("", fixed):
        yield _smallest(text, fixed, 0)
        return
    for word, right in zip(ours, theirs, strict=True):
        if word[0] != right:
            yield _smallest(word[0], right, word.start())


def _smallest(before: str, after: str, offset: int) -> Edit:
    """Span the part in which two texts differ, leaving out what they share at both ends."""
    head, most = 0, min(len(before), len(after))
    while head < most and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < most - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    if head and before[head - 1] == "&":
        head -= 1  # An entity is read whole.
        tail = min(tail, most - head)
    if tail and head + tail == len(after):
        tail -= 1  # So that something stands on both sides: "â€œ" for "“" reads better than "â€" for nothing.
    start, end = head, len(before) - tail
    return Edit(offset + start, offset + end, after[head : len(after) - tail], _name(before, before[start:end]))


def _letters(strays: re.Match[str]) -> str:
    """Read bytes that fit no character as windows-1252, the commonest stranger; a cut character is nothing."""
    raw = bytes(map(byte_of, strays[0]))
    return "" if _CUT.fullmatch(raw) else raw.decode("cp1252", "replace").replace("\ufffd", "")


def _name(word: str, changed: str) -> str:
    if STRAY.search(changed):
        return "stray-byte"
    if is_bad(word):
        return "mojibake"
    if "&" in changed or ("&" in word and ";" in word):
        return "entity"
    if any(unicodedata.category(char) == "Cc" for char in changed):
        return "control-character"
    return "character-form" if in_form(changed) != changed or in_form(word) != word else "mojibake"
