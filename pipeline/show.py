"""What a person sees of a run in the terminal: its figures, a page before and after, and why a line left or changed."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pipeline.audit import History, chain
from pipeline.ledger import splice
from pipeline.tables import Block, Copy, Entry

_BAR = 30
_WEB_FONT = re.compile(r"\s*@font-face \{[^}]*\}")
_STAGE_STYLE = {
    "encoding": "cyan",
    "spacing": "bright_black",
    "boilerplate": "red",
    "mistranslation": "yellow",
    "typography": "bright_yellow",
    "duplicate": "magenta",
}


def summary(told: dict[str, Any]) -> RenderableType:
    """Show a run's figures (`told` is its run.json)."""
    counts = told["counts"]
    read = counts["files"] - counts["rejected"]
    records = (
        f"; of {counts['records']} records in them {counts['rejected_records']} rejected" if counts["records"] else ""
    )
    head = Text.assemble(
        (f"{read} files read", "bold green"), f", {counts['rejected']} rejected{records}. ",
        f"{counts['documents']} documents: ",
        (f"{counts['paragraphs']} paragraphs", "bold"), f" of {counts['blocks']} blocks stay",
    )  # fmt: skip
    body: list[RenderableType] = [head, Text(), _bars(told["entries"])]
    if told["rejected"]:
        body += [
            Text("\nRejected", "bold"),
            *(Text(f"  {file}: {why}") for file, why in sorted(told["rejected"].items())),
        ]
    return Panel(Group(*body), title=f"run {told['run']}", title_align="left")


def _bars(entries: dict[str, int]) -> Table:
    """A bar for each stage and rule family, longest first."""
    families: dict[str, int] = {}
    for rule, count in entries.items():
        family = "/".join(rule.split("/")[:2])
        families[family] = families.get(family, 0) + count
    rows = Table.grid(padding=(0, 1))
    most = max(families.values(), default=1)
    for family, count in sorted(families.items(), key=lambda item: (-item[1], item[0])):
        style = _STAGE_STYLE.get(family.split("/")[0], "white")
        rows.add_row(Text(family), Text(f"{count:>6}"), Text("█" * max(1, round(_BAR * count / most)), style))
    return rows


def before_after(told: History) -> RenderableType:
    """Show a page: what left struck out, what changed with both readings, each with its role and rule."""
    rows = Table(show_lines=False, expand=True, title=f"{told.document.doc} before and after", title_justify="left")
    rows.add_column("block", justify="right", style="bright_black", no_wrap=True)
    rows.add_column("role", no_wrap=True)
    rows.add_column("text", ratio=1)
    rows.add_column("why", style="bright_black", max_width=30, overflow="fold")
    for block in told.blocks:
        entries = chain(told.entries, block.block)
        rows.add_row(str(block.block), block.role or "", marked(block, entries), _why(block, entries))
    return Group(rows, _facts(told))


def picture(shown: RenderableType, title: str) -> str:
    """Draw what `before_after` shows as an SVG."""
    canvas = Console(record=True, width=124, file=StringIO())
    canvas.print(shown)
    # Without the fonts that rich would have a browser fetch: a picture asks nothing of the network.
    return _WEB_FONT.sub("", canvas.export_svg(title=title))


def _why(block: Block, entries: Sequence[Entry]) -> str:
    spoken = [e.rule.partition("/")[2] or f"{e.stage}/{e.rule}" for e in entries if e.stage != "spacing"]
    return "\n".join(dict.fromkeys(spoken)) or (block.rule or "")


def _facts(told: History) -> Table:
    rows = Table.grid(padding=(0, 2))
    told_fields = ("title", "published", "site_name", "source", "authors", "agencies", "credit", "dateline", "language")
    for name in told_fields:
        value = getattr(told.document, name)
        if value:
            rows.add_row(Text(name, "bold"), ", ".join(value) if isinstance(value, tuple) else str(value))
    return rows


def marked(block: Block, entries: Sequence[Entry]) -> Text:
    """Mark a block's text as read: what left is struck out in red, what came is green."""
    removed = next((e for e in entries if e.after is None), None)
    if removed is not None:
        return Text().append(block.text.strip(), f"strike {_STAGE_STYLE.get(removed.stage, 'red')}")
    text = Text()
    for piece, style in _pieces(block.text, entries):
        text.append(piece, style)
    return text


def _pieces(text: str, entries: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    """Cut the last step that matters into pieces; earlier steps are shown as carried out."""
    steps = sorted({e.step for e in entries})
    shown = next((s for s in reversed(steps) if any(e.step == s and e.stage != "spacing" for e in entries)), None)
    for step in steps:
        mine = [e for e in entries if e.step == step]
        if step == shown:
            break
        text = splice(text, [(e.start, e.end, e.after or "") for e in mine])
    else:
        yield text, ""
        return
    at = 0
    for e in mine:
        yield text[at : e.start], ""
        yield e.before, "strike red"
        yield e.after or "", "bold green"
        at = e.end
    yield text[at:], ""


def explanation(told: History, block: int | None) -> RenderableType:
    """Say why a document's lines left or changed, an entry a sentence; of one block, or of all."""
    wanted = [b for b in told.blocks if block is None or b.block == block]
    return Group(*(line for b in wanted for line in _story(b, chain(told.entries, b.block), told.copies)))


def cluster(copies: Sequence[Copy], texts: Mapping[tuple[str, int], str | None]) -> RenderableType:
    """Show a cluster: the block that stays, and below it each copy with its kind, its score and its text as read."""
    lines: list[RenderableType] = []
    for copy in copies:
        keeper = (copy.ref_doc, copy.ref_block)
        if not lines:
            spread = f", a {copy.spread}" if copy.spread else ""
            lines.append(Text(f"  stays{spread}: {keeper[0]} block {keeper[1]}: {_short(texts[keeper] or '')}", "bold"))
        text = _short(texts[copy.doc, copy.block] or "")
        lines.append(Text(f"    {copy.kind} {copy.score:.2f}: {copy.doc} block {copy.block}: {text}"))
    return Group(*lines)


def _story(block: Block, entries: Sequence[Entry], copies: Sequence[Copy]) -> Iterator[RenderableType]:
    judged = f"{block.role}, by {block.rule}" + (f" ({block.score:.2f})" if block.score is not None else "")
    yield Text.assemble(
        (f"block {block.block}", "bold"), f" line {block.line}: {judged}" if block.line else f": {judged}"
    )
    yield Text(f"  as read: {_short(block.text)}")
    for entry in entries:
        yield Text("  " + sentence(entry), _STAGE_STYLE.get(entry.stage, ""))
    for copy in copies:
        if copy.block == block.block:
            yield Text(f"  {copy.kind} copy ({copy.score:.2f}) of {copy.ref_doc} block {copy.ref_block}")
    if not entries:
        yield Text("  unchanged", "bright_black")


def sentence(entry: Entry) -> str:
    """Read a ledger entry as a sentence."""
    what = f"step {entry.step}, {entry.stage}/{entry.rule}"
    score = f" ({entry.score:.2f})" if entry.score is not None else ""
    where = f", for it stands in {entry.ref_doc} block {entry.ref_block}" if entry.stage == "duplicate" else ""
    why = f" [{entry.evidence}]" if entry.evidence else ""
    if entry.after is None:
        return f"{what}{score}: took away the block{where}{why}"
    return f"{what}{score}: at {entry.start} put {entry.after!r} for {entry.before!r}{why}"


def _short(text: str, chars: int = 160) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= chars else f"{flat[: chars - 1]}…"


def diff(told: History) -> Iterator[str]:
    """Give a document's clean paragraphs as a unified diff to its blocks as read."""
    before = [f"{' '.join(block.text.split())}\n" for block in told.blocks]
    after = [f"{paragraph.text}\n" for paragraph in told.paragraphs]
    return difflib.unified_diff(before, after, "raw", "clean", n=1)
