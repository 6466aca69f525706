"""Compare the boilerplate stage with other tools on the labelled pages: quality and CPU time, one table from one run.

    pip install trafilatura resiliparse readability-lxml justext      # those that are not there are left out
    python benchmarks/boilerplate/peers.py DATA predictions

`predictions` is what cross_validate.py wrote: our figures are of pages whose site the model never saw. Quality is
the data's own scorer's; time is CPU time on one core, ours with reading and judging by the shipped model.
"""

import argparse
import importlib
import importlib.util
import time
from collections.abc import Callable, Iterable, Mapping
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from labelled import as_columns, read_plain
from lxml.html import fromstring
from speed import cut

from pipeline import rulebook
from pipeline.formats import html
from pipeline.stages import boilerplate
from pipeline.tables import BLOCKS, table_of

NEWS = ("fundus_eval", "fundus_tests", "scrapinghub")
GAP_WORDS = 10  # what a line of furniture costs the body, by body text extraction over lines


class Figures(NamedTuple):
    """How well a tool did, and what it took: milliseconds of CPU a page."""

    f1: float
    precision: float
    recall: float
    news: float
    milliseconds: float


Tool = Callable[[str], str | None]


def html_tools() -> dict[str, Tool]:
    """Find the tools on HTML that are installed."""
    found: dict[str, Tool] = {}
    if trafilatura := imported("trafilatura"):
        found["trafilatura"] = trafilatura.extract
        found["trafilatura, fast"] = lambda page: trafilatura.extract(page, fast=True)
    if resiliparse := imported("resiliparse.extract.html2text"):
        found["resiliparse, main content"] = lambda page: resiliparse.extract_plain_text(page, main_content=True)
    if readability := imported("readability"):
        found["readability-lxml"] = lambda page: fromstring(readability.Document(page).summary()).text_content()
    if justext := imported("justext"):
        stops = justext.get_stoplist("English")
        found["jusText, English"] = lambda page: "\n".join(
            paragraph.text for paragraph in justext.justext(page.encode(), stops) if not paragraph.is_boilerplate
        )
    return found


def text_tools() -> dict[str, Tool]:
    """Give ways to clean plain text: two baselines of the literature, and trafilatura on lines dressed as HTML."""
    found: dict[str, Tool] = {"keep all": lambda text: text, "body text extraction (Finn 2001)": body_text}
    if trafilatura := imported("trafilatura"):
        found["trafilatura on <p> lines"] = lambda text: trafilatura.extract(
            "<html><body>" + "".join(f"<p>{escape(line)}</p>" for line in text.split("\n")) + "</body></html>"
        )
    return found


def imported(name: str) -> Any:
    """Import a tool, if it is installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def body_text(text: str) -> str:
    """Keep the run of lines with the most words in sentences, less a price for each line that is none."""
    lines = text.split("\n")
    best, at, total, start = 0, (0, 0), 0, 0
    for number, line in enumerate(lines):
        if total <= 0:
            total, start = 0, number
        words = len(line.split())
        total += words if words >= GAP_WORDS else -GAP_WORDS
        if total > best:
            best, at = total, (start, number + 1)
    return "\n".join(lines[slice(*at)])


def main() -> None:
    """Print a table for HTML and one for plain text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the labelled pages and their scorer")
    parser.add_argument("predictions", type=Path, help="folder that cross_validate.py wrote to")
    parser.add_argument("--pages", type=int, help="only so many pages")
    given = parser.parse_args()
    scorer = load(given.data / "score_boilerplate.py")
    for kind, field, tools in (("html", "html", html_tools()), ("wet", "text", text_tools())):
        rows = list(scorer.read(str(given.data / f"{kind}_dev.jsonl.gz")))[: given.pages]
        name = "plain" if kind == "wet" else kind
        ours = {row["id"]: row["text"] for row in scorer.read(str(given.predictions / f"{name}-all.jsonl"))}
        spent = reading_time(rows) if kind == "html" else judging_time(given.data, given.pages)
        table = {"Copydesk": figures(scorer, rows, ours, spent)}
        table |= {tool: measured(scorer, rows, field, extract) for tool, extract in tools.items()}
        print_table(name, len(rows), table)


def load(path: Path) -> ModuleType:
    """Load the scorer that comes with the data."""
    spec = importlib.util.spec_from_file_location("scorer", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"no scorer at {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measured(scorer: ModuleType, rows: Iterable[Mapping[str, str]], field: str, extract: Tool) -> Figures:
    """Run a tool over all pages."""
    begin, found = time.process_time(), {}
    for row in rows:
        try:
            found[row["id"]] = extract(row[field]) or ""
        except Exception as error:  # noqa: BLE001  # a tool may fail as it likes; the page then counts as empty
            print(f"{row['id']}: {type(error).__name__}")
            found[row["id"]] = ""
    return figures(scorer, rows, found, time.process_time() - begin)


def figures(scorer: ModuleType, rows: Iterable[Mapping[str, str]], texts: Mapping[str, str], spent: float) -> Figures:
    """Score texts by their words' 4-grams, the mean over pages."""
    whole, news = scorer.Tally(), scorer.Tally()
    for row in rows:
        for tally in (whole, news) if row["source"] in NEWS else (whole,):
            tally.text(row["gold"], texts[row["id"]])
    every, some = (tally.result()["text"]["macro"] if tally.n else {} for tally in (whole, news))
    return Figures(
        every["f1"], every["precision"], every["recall"], some.get("f1", float("nan")), 1000 * spent / whole.n
    )


def reading_time(rows: Iterable[Mapping[str, str]]) -> float:
    """Time reading and judging of HTML pages, a batch of pages at a time as a run does."""
    rules, pages = rulebook.load().boilerplate, []
    begin = time.process_time()
    for row in rows:
        reading = html.read(row["html"].encode(), row["id"], None)
        pages.append(reading.blocks)
    judge(table_of([block for page in pages for block in page], BLOCKS), rules)
    return time.process_time() - begin


def judging_time(data: Path, pages: int | None) -> float:
    """Time judging of plain text."""
    rules, labelled = rulebook.load().boilerplate, as_columns(read_plain(data)[:pages])
    begin = time.process_time()
    judge(labelled.blocks, rules)
    return time.process_time() - begin


def judge(blocks: Any, rules: boilerplate.Rules) -> None:
    """Judge blocks as a run does."""
    for batch in cut(blocks):
        boilerplate.judge(batch, rules, dict.fromkeys(batch["doc"].to_pylist(), boilerplate.Site()))


def print_table(name: str, pages: int, table: Mapping[str, Figures]) -> None:
    """Print a table as Markdown, the best first."""
    print(f"\n{name}, {pages} pages\n\n| tool | F1 | precision | recall | F1, news | ms a page |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for tool, row in sorted(table.items(), key=lambda item: -item[1].f1):
        shares = " | ".join(f"{share:.3f}" for share in (row.f1, row.precision, row.recall, row.news))
        print(f"| {tool} | {shares} | {row.milliseconds:.1f} |")


if __name__ == "__main__":
    main()
