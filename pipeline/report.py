"""One self-contained HTML page a run: what came in, what left and why, with pictures; no script, no outside address."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from pipeline import store
from pipeline.tables import DOCUMENTS, LEDGER, Document, Entry, rows_of

_SAMPLES = 3
_PAGES = 200
_CHARS = 160
_COLOURS = {
    "encoding": "#0e7490",
    "spacing": "#94a3b8",
    "boilerplate": "#b91c1c",
    "mistranslation": "#b45309",
    "typography": "#a16207",
    "duplicate": "#7e22ce",
    "kept": "#15803d",
}

_STYLE = """
:root { color-scheme: light dark; --ink: #1f2937; --paper: #ffffff; --faint: #6b7280; --rule: #e5e7eb; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e5e7eb; --paper: #111827; --faint: #9ca3af; --rule: #374151; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
       margin: 2rem auto; max-width: 68rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; }
h2 { font-size: 1.1rem; margin-top: 2.2rem; }
.faint { color: var(--faint); }
.figures { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1.2rem 0; }
.figures div { font-size: 1.6rem; font-weight: 600; }
.figures small { display: block; font-size: .8rem; font-weight: 400; color: var(--faint); }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
td { overflow-wrap: anywhere; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.rule { white-space: nowrap; }
.bar { display: inline-block; height: .8rem; border-radius: 2px; vertical-align: middle; min-width: 2px; }
.stack { display: flex; width: 12rem; height: .8rem; border-radius: 2px; overflow: hidden; }
del { color: #b91c1c; }
ins { color: #15803d; text-decoration: none; border-bottom: 1px solid; }
.legend span { margin-right: 1.2rem; }
.dot { display: inline-block; width: .7rem; height: .7rem; border-radius: 2px; margin-right: .3rem; }
"""


def page(folder: Path, told: Mapping[str, Any]) -> str:
    """Write the report of a run from its tables (`folder`) and its figures (`told`, as in run.json)."""
    ledger = rows_of(store.table(sorted((folder / "ledger").glob("*.parquet")), LEDGER), Entry)
    documents = rows_of(store.table(sorted((folder / "documents").glob("*.parquet")), DOCUMENTS), Document)
    made = f"published {told['published']} · raw files from {told['raw']} · rules {told['rules']}"
    body = [
        f"<h1>Run {escape(told['run'])}</h1><p class='faint'>{escape(made)}</p>",
        _figures(told["counts"], len(ledger)),
        "<h2>What was done, by rule</h2>",
        _legend(),
        _rules(told["entries"], _samples(ledger)),
        "<h2>Documents</h2>",
        _documents(documents, ledger),
        _rejected(told["rejected"]),
    ]
    head = (
        "<meta charset='utf-8'><meta name='viewport' content='width=device-width'>",
        f"<title>Copydesk run {escape(told['run'])}</title><style>{_STYLE}</style>",
    )
    inner = "".join(body)
    return f"<!doctype html><html lang='en'><head>{''.join(head)}</head><body>{inner}</body></html>\n"


def _figures(counts: Mapping[str, int], entries: int) -> str:
    shown = {**counts, "ledger entries": entries}
    return (
        "<div class='figures'>"
        + "".join(f"<div>{n:,}<small>{escape(name.replace('_', ' '))}</small></div>" for name, n in shown.items())
        + "</div>"
    )


def _legend() -> str:
    dots = (
        f"<span><i class='dot' style='background:{colour}'></i>{stage}</span>" for stage, colour in _COLOURS.items()
    )
    return f"<p class='legend faint'>{''.join(dots)}</p>"


def _samples(ledger: Sequence[Entry]) -> dict[str, list[Entry]]:
    samples: dict[str, list[Entry]] = {}
    for entry in ledger:
        mine = samples.setdefault(f"{entry.stage}/{entry.rule}", [])
        if len(mine) < _SAMPLES and all(entry.before != other.before for other in mine):
            mine.append(entry)
    return samples


def _rules(entries: Mapping[str, int], samples: Mapping[str, Sequence[Entry]]) -> str:
    most = max(entries.values(), default=1)
    rows = []
    for rule, count in sorted(entries.items(), key=lambda item: (-item[1], item[0])):
        width, colour = max(0.2, 8 * count / most), _COLOURS[rule.split("/")[0]]
        bar = f"<i class='bar' style='width:{width:.2f}rem;background:{colour}'></i>"
        told = "<br>".join(_sample(entry) for entry in samples.get(rule, ()))
        name = f"<td class='rule'>{escape(rule)}</td><td class='n'>{count:,}</td>"
        rows.append(f"<tr>{name}<td>{bar}</td><td>{told}</td></tr>")
    return f"<table><tr><th>rule</th><th>entries</th><th></th><th>for example</th></tr>{''.join(rows)}</table>"


def _sample(entry: Entry) -> str:
    before = f"<del>{escape(_short(entry.before))}</del>" if entry.before.strip() else "<del>␣</del>"
    after = f" <ins>{escape(_short(entry.after))}</ins>" if entry.after else ""
    return f"{before}{after} <span class='faint'>{escape(entry.doc)} [{entry.block}]</span>"


def _documents(documents: Sequence[Document], ledger: Sequence[Entry]) -> str:
    shown = documents[:_PAGES]
    removed: dict[tuple[str, str], int] = {}
    for entry in ledger:
        if entry.after is None:
            removed[entry.doc, entry.stage] = removed.get((entry.doc, entry.stage), 0) + 1
    rows = (_document(row, removed) for row in shown)
    more = (
        f"<p class='faint'>{len(documents) - len(shown):,} more in the table of documents</p>"
        if len(documents) > len(shown)
        else ""
    )
    head = "<tr><th>document</th><th>blocks</th><th>title</th><th>published</th><th>language</th><th>flags</th></tr>"
    return f"<table>{head}{''.join(rows)}</table>{more}"


def _document(row: Document, removed: Mapping[tuple[str, str], int]) -> str:
    parts = [("kept", row.kept), *((stage, removed.get((row.doc, stage), 0)) for stage in ("boilerplate", "duplicate"))]
    total = max(1, sum(count for _, count in parts))
    stack = "".join(
        f"<i style='width:{100 * n / total:.1f}%;background:{_COLOURS[stage]}'></i>" for stage, n in parts if n
    )
    spoken = ", ".join(f"{n} {stage}" for stage, n in parts if n)
    cells = (row.title or "", row.published or "", row.language or "", ", ".join([*row.flags, *_twin(row)]))
    told = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return (
        f"<tr><td>{escape(row.doc)}</td><td><div class='stack' title='{escape(spoken)}'>{stack}</div></td>{told}</tr>"
    )


def _twin(row: Document) -> Iterator[str]:
    if row.duplicate_of is not None:
        yield f"repeats {row.duplicate_of}"


def _rejected(rejected: Mapping[str, str]) -> str:
    if not rejected:
        return ""
    rows = (f"<tr><td>{escape(file)}</td><td>{escape(why)}</td></tr>" for file, why in sorted(rejected.items()))
    return f"<h2>Rejected files</h2><table><tr><th>file</th><th>why</th></tr>{''.join(rows)}</table>"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _CHARS else f"{flat[: _CHARS - 1]}…"
