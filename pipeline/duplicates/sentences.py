"""Cut paragraphs into sentences: quotations, abbreviations, initials and dates stay whole."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import pyarrow as pa

from pipeline.lift import RuleFiles, refuse_unknown

# A number of a sentence in its block and of the block are packed in one: blocks have fewer sentences than this.
MAX_SENTENCES = 1 << 12

_MARK = re.compile(r"(?:[.!?…]{1,8}[\"'’”»)\]]{0,3}|[\"”»]{0,2}[。！？][」』”’]{0,2})")
_OPENERS = " \t\n\r\u00a0\u202f\"'“„‘«(["
_DAYS = 2  # digits of a day, or of a number in a row


@dataclass(frozen=True)
class Rules:
    """Words behind which a dot ends no sentence, and words that follow a figure with a dot."""

    abbreviations: frozenset[str]
    ordinals: frozenset[str]


def parse(files: RuleFiles) -> Rules:
    """Read sentences.toml."""
    table = files["sentences.toml"]
    refuse_unknown("sentences.toml", table, ("abbreviations", "ordinals", "example"))
    words = (frozenset(chain.from_iterable(table[name].values())) for name in ("abbreviations", "ordinals"))
    return Rules(*words)


def split(text: str, rules: Rules) -> list[str]:
    """Cut a text into its sentences, without the white space between them.

    >>> rules = Rules(frozenset({"dr"}), frozenset({"mai"}))
    >>> split("Dr. Brandt came. “Why?” she asked. It was the 4. Mai.", rules)
    ['Dr. Brandt came.', '“Why?” she asked.', 'It was the 4. Mai.']
    """
    ends = [*_ends(text, rules), len(text)]
    pieces = (text[start:end].strip() for start, end in zip([0, *ends], ends, strict=False))
    return [piece for piece in pieces if piece]


def _ends(text: str, rules: Rules) -> Iterator[int]:
    for mark in _MARK.finditer(text):
        end = mark.end()
        if mark[0][-1:] in "。！？」』" or any(c in "。！？" for c in mark[0]):
            yield end
        elif text[end : end + 1].isspace():
            rest = text[end : end + 60].lstrip(_OPENERS)
            small = rest[:1].islower() or rest[:1] in ",;:–—-!?…»”"
            before = text[max(0, mark.start() - 30) : mark.start()]
            if rest and not small and not _goes_on(before, mark[0], rest, rules):
                yield end


def _goes_on(before: str, mark: str, rest: str, rules: Rules) -> bool:
    """Say whether a dot belongs to a word: an abbreviation, an initial, the number of a day."""
    if mark != ".":
        return False
    head = before.rsplit(maxsplit=1)[-1] if before and not before[-1].isspace() else ""
    head = head.lstrip(_OPENERS)
    if head.isdigit():
        word = rest.split(maxsplit=1)[0].strip(".,;:").casefold()
        return len(head) <= _DAYS and word in rules.ordinals
    initial = len(head) == 1 and head.isalpha()
    return initial or head.casefold() in rules.abbreviations


def cut(blocks: pa.RecordBatch, rules: Rules) -> pa.RecordBatch:
    """Make a row of each sentence: its document, its text, and as its block the block's number and its own, packed."""
    rows = zip(blocks["doc"].to_pylist(), blocks["block"].to_pylist(), blocks["text"].to_pylist(), strict=True)
    cuts = [
        (doc, block * MAX_SENTENCES + at, sentence)
        for doc, block, text in rows
        for at, sentence in enumerate(split(text, rules)[:MAX_SENTENCES])
    ]
    docs, places, texts = zip(*cuts, strict=True) if cuts else ((), (), ())
    columns = (pa.array(docs, pa.string()), pa.array(places, pa.int64()), pa.array(texts, pa.string()))
    return pa.record_batch(dict(zip(("doc", "block", "text"), columns, strict=True)))
