"""Run the pipeline over a folder of pages and print every edit of words and marks, for a person to judge.

    python benchmarks/mistranslation/score.py PAGES [--gold GOLD.jsonl] [--out PREDICTED.jsonl]

PAGES is a folder of text files, or a .jsonl.gz file of rows with `doc` and `text`. Spans of PREDICTED count code points
of the file as it is; a line taken away as boilerplate counts as a repair where GOLD wants nothing there. GOLD has rows
{doc, start, end, span, right}: with it each edit is marked right, wrong or outside every label, and of the rows with
the action "flag" are counted those that some decision overlaps.
"""

import argparse
import gzip
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipeline.run import clean_folder
from pipeline.stages import STAGES as STEPS
from pipeline.stages.typography import KINDS

Row = dict[str, Any]
STAGES = ("mistranslation", "typography")


def stage(pages: Path, folder: Path) -> None:
    """Lay the pages out as files of one folder, as they are."""
    folder.mkdir()
    if pages.is_dir():
        for path in sorted(pages.glob("*.txt")):
            (folder / path.name).write_bytes(path.read_bytes())
        return
    with gzip.open(pages, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            (folder / f"{row['doc']}.txt").write_text(row["text"], "utf-8", newline="")


def table(clean: Path, name: str) -> list[Row]:
    """Read a published table."""
    rows: list[Row] = pq.read_table(clean / "latest" / name).to_pylist()
    return rows


def offsets(blocks: Sequence[Row]) -> dict[tuple[str, int], int]:
    """Say where each block begins in its file."""
    starts: dict[tuple[str, int], int] = {}
    at: Counter[str] = Counter()
    for block in sorted(blocks, key=lambda b: (b["doc"], b["block"])):
        starts[block["doc"], block["block"]] = at[block["doc"]]
        at[block["doc"]] += len(block["text"]) + len(block["separator"])
    return starts


def as_read(place: int, earlier: Sequence[Row]) -> int:
    """Turn a place in a block's text at some step into the place in the text as it was read."""
    for step in sorted({entry["step"] for entry in earlier}, reverse=True):
        shift = 0
        for entry in sorted((e for e in earlier if e["step"] == step), key=lambda e: e["start"]):
            if entry["start"] + shift + len(entry["after"]) <= place:
                shift += len(entry["after"]) - (entry["end"] - entry["start"])
        place -= shift
    return place


def entries_of(clean: Path) -> dict[tuple[str, int], list[Row]]:
    """Give the entries of each block of the ledger, in its order."""
    by_block: dict[tuple[str, int], list[Row]] = {}
    for entry in table(clean, "ledger"):
        by_block.setdefault((entry["doc"], entry["block"]), []).append(entry)
    return by_block


def decided(clean: Path) -> Iterator[Row]:
    """Give the place in its file of each decision, be it repaired, flagged or refused."""
    starts, by_block = offsets(table(clean, "blocks")), entries_of(clean)
    for flag in table(clean, "flags"):
        key = (flag["doc"], flag["block"])
        step = STEPS.index("typography" if flag["rule"] in KINDS else "mistranslation")
        earlier = [e for e in by_block.get(key, ()) if e["step"] < step]
        yield {"doc": flag["doc"], **{name: starts[key] + as_read(flag[name], earlier) for name in ("start", "end")}}


def predicted(clean: Path) -> Iterator[Row]:
    """Give each edit of words and marks, and each line taken away, by its place in the file."""
    starts, by_block = offsets(table(clean, "blocks")), entries_of(clean)
    for entry in (entry for entries in by_block.values() for entry in entries):
        key = (entry["doc"], entry["block"])
        if entry["rule"] == "split-quotation":  # Two entries, of which the first says all: a paragraph break goes.
            if entry["after"] is not None:
                start = starts[key] + as_read(entry["start"], [e for e in by_block[key] if e["step"] < entry["step"]])
                yield {
                    "doc": entry["doc"], "start": start, "end": starts[entry["ref_doc"], entry["ref_block"]],
                    "before": "(paragraph break)", "after": " ", "rule": "typography/split-quotation",
                    "action": "repair",
                    "evidence": entry["evidence"],
                }  # fmt: skip
        elif entry["stage"] in STAGES or entry["stage"] == "boilerplate":
            earlier = [e for e in by_block[key] if e["step"] < entry["step"]]
            start, end = (starts[key] + as_read(entry[name], earlier) for name in ("start", "end"))
            yield {
                "doc": entry["doc"], "start": start, "end": end, "before": entry["before"],
                "after": entry["after"] or "", "rule": f"{entry['stage']}/{entry['rule']}", "action": "repair",
                "evidence": entry["evidence"],
            }  # fmt: skip


def labelled(edit: Row, gold: Mapping[str, Sequence[Row]]) -> str:
    """Say whether an edit is right; `outside` where no label covers it."""
    over = [
        g for g in gold.get(edit["doc"].removesuffix(".txt"), ())
        if (edit["start"] < g["end"] and g["start"] < edit["end"]) or edit["start"] == g["start"]
    ]  # fmt: skip
    if not over:
        return "outside"
    after, rights = folded(edit["after"]), [folded(g["right"]) for g in over]
    return "right" if any(r == after or (r and (r in after or (after and after in r))) for r in rights) else "wrong"


def _overlap(decision: Row, doc: str, span: Row) -> bool:
    same = decision["doc"].removesuffix(".txt") == doc
    return same and bool(decision["start"] < span["end"] and span["start"] < decision["end"])


def folded(text: str) -> str:
    """Fold what the labels do not insist on: quotation marks, white space, the first letter's case."""
    for old, new in (("“", '"'), ("”", '"'), ("’", "'"), ("‘", "'")):
        text = text.replace(old, new)
    return " ".join(text.split()).strip(" .:,").casefold()


def main() -> None:
    """Run, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    gold: dict[str, list[Row]] = {}
    for line in args.gold.read_text("utf-8").splitlines() if args.gold else ():
        row = json.loads(line)
        gold.setdefault(row["doc"].removesuffix(".txt"), []).append(row)
    with tempfile.TemporaryDirectory() as scratch:
        stage(args.pages, Path(scratch, "raw"))
        clean_folder(str(Path(scratch, "raw")), str(Path(scratch, "clean")))
        edits = list(predicted(Path(scratch, "clean")))
        decisions = list(decided(Path(scratch, "clean")))
        flags, documents = (table(Path(scratch, "clean"), name) for name in ("flags", "documents"))
    empty = {doc: [g for g in rows if not g["right"].strip()] for doc, rows in gold.items()}
    edits = [e for e in edits if not e["rule"].startswith("boilerplate/") or labelled(e, empty) == "right"]
    for edit in edits:
        mark = labelled(edit, gold) if gold else ""
        print(f"{mark:<8}{edit['doc'][:28]:<30}{edit['rule']:<34}{edit['before'][:50]!r} -> {edit['after'][:50]!r}")
    print(f"{len(documents)} documents; edits by rule: {dict(Counter(e['rule'] for e in edits))}")
    print(f"flags by rule and action: {dict(Counter((f['rule'], f['action']) for f in flags))}")
    high = [row["doc"] for row in documents if row["mt_score"] >= 0.5]
    print(f"documents with mt_score >= 0.5: {len(high)}: {', '.join(high[:8])}")
    if gold:
        told = Counter(labelled(e, gold) for e in edits)
        print(f"right {told['right']}, wrong {told['wrong']}, outside {told['outside']}")
        wanted = [(doc, g) for doc, rows in gold.items() for g in rows if g.get("action") == "flag"]
        met = [any(_overlap(d, doc, g) for d in decisions) for doc, g in wanted]
        print(f"spans to be flagged: {len(met)}, of which {sum(met)} overlap a decision")
    if args.out:
        args.out.write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in edits), "utf-8")


if __name__ == "__main__":
    main()
