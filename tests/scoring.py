"""Score a cleaned run against labelled pages: lines kept and removed, roles, metadata, repairs."""

import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

FIELDS = ("title", "published", "site_name", "source", "agencies", "authors", "credit", "dateline", "language")
# The seeds' labels have older names for some columns.
OLDER = {"published": "published_at", "authors": "bylines", "credit": "image_credit"}


class Score(NamedTuple):
    """Right answers of all, and what was wrong, for people to read."""

    content: tuple[int, int]
    boilerplate: tuple[int, int]
    roles: tuple[int, int]
    metadata: tuple[int, int]
    wrong: list[str]


def score(clean: Path, gold: list[dict]) -> Score:
    """Compare the latest run under `clean` with labels."""
    documents = {row["doc"]: row for row in pq.read_table(clean / "latest" / "documents").to_pylist()}
    pages: dict[str, list[dict]] = {}
    for row in pq.read_table(clean / "latest" / "blocks").to_pylist():
        pages.setdefault(row["doc"], []).append(row)
    right = {"content": 0, "boilerplate": 0, "role": 0, "metadata": 0}
    all_ = dict.fromkeys(right, 0)
    wrong = []
    for page in gold:
        doc = page["doc"]
        for label, block in pairs(page, pages[doc]):
            kept = block["keep"]
            want = label.get("role") or label.get("category")
            if not label.get("optional"):
                right[label["label"]] += kept == (label["label"] == "content")
                all_[label["label"]] += 1
                right["role"] += block["role"] == want
                all_["role"] += 1
                if kept != (label["label"] == "content") or block["role"] != want:
                    verb = "kept" if kept else "removed"
                    told = f"{verb} as {block['role']} ({block['rule']}), is {want}: {block['text'][:60]!r}"
                    wrong.append(f"{doc} [{block['block']}] {told}")
        for field in FIELDS:
            want = page["metadata"][field if field in page["metadata"] else OLDER[field]]
            got = documents[doc][field]
            all_["metadata"] += 1
            if equal(field, got, want):
                right["metadata"] += 1
            else:
                wrong.append(f"{doc} {field}: {got!r}, is {want!r}")
    both = {key: (right[key], all_[key]) for key in right}
    return Score(both["content"], both["boilerplate"], both["role"], both["metadata"], wrong)


def pairs(page, blocks):
    """Match labels with blocks: by line in plain text, in order in HTML."""
    if "line" in page["lines"][0] or "lines" in page["lines"][0]:
        by_line = {number: label for label in page["lines"] for number in span(label)}
        return [(by_line[block["line"]], block) for block in blocks]
    assert len(page["lines"]) == len(blocks), f"{page['doc']}: {len(blocks)} blocks, {len(page['lines'])} labels"
    return list(zip(page["lines"], blocks, strict=True))


def span(label):
    first, last = label.get("lines") or (label["line"], label["line"])
    return range(first, last + 1)


def equal(field, got, want):
    if field in ("agencies", "authors"):
        return sorted(got) == sorted(want)
    if field == "published" and got and want:
        return moment(got) == moment(want)
    return got == want


def moment(value):
    """A date as precise as it is: a day stays a day, seconds that are zero do not count."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return value
    return datetime.fromisoformat(value)
