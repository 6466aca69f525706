"""Measure what is read from pages of which title, authors and date of publication are known.

    python benchmarks/metadata/score.py ../shared/bench/boilerplate [--kind plain] [--by source]
    python benchmarks/metadata/score.py ../shared/bench/boilerplate --rules --wrong date

`right` is the share of the pages with a known value for which the tool gives it, `wrong` and `absent` are the others;
`offered` tells for how many of the pages without a value (for authors: of which none is known) it gives one all the
same. A value is right when it is *exact*: a title the same text but for case, white space, quotation marks and dashes;
authors the same set of names, in any order, however they were joined, without degrees (Ph.D.) and brackets; a date the
same day as written, or the same moment. News agencies are not counted among the authors, of any tool: Copydesk has a
field for them. Where the truth has no date, `judged.tsv` says what was found instead, and by whom.
"""

import argparse
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pages import Found, Known, copydesk, known_pages
from peers import installed

from pipeline.metadata.agencies import Agencies, agency_of
from pipeline.rulebook import load

JUDGED = Path(__file__).parent / "judged.tsv"
FIELDS = ("title", "authors", "date")
_QUOTES = str.maketrans(dict.fromkeys('‘’‚‛“”„‟«»‹›`´"', "'") | dict.fromkeys("‐‑‒–—―", "-"))
_JOINT = re.compile(r"\s*[,;|&]\s*(?:(?:and|und|et|y)\s)?\s*|\s+(?:and|und|et|y)\s+")
_BRACKETS = re.compile(r"\s*\([^()]*\)")
# What follows a name without being one: Ph.D., MD, CEPF®.
_DEGREE = re.compile(r"(?:[A-Z]+[a-z]?\.?-?){1,5}[®™]?")
_LABEL = re.compile(r"(?:by|von|par|por|di|da|door)\s+")

# (field, outcome) -> how many pages
Tally = Counter[tuple[str, str]]


def main() -> None:
    """Read every page with every tool and print the tables that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with metadata_dev.jsonl, html_dev.jsonl.gz, wet_dev.jsonl.gz")
    parser.add_argument("--kind", choices=["html", "plain"], default="html")
    parser.add_argument("--by", choices=["source"], help="a row for each source too")
    parser.add_argument("--rules", action="store_true", help="how often each rule's values are right")
    parser.add_argument("--wrong", choices=FIELDS, help="print the pages on which Copydesk is not right")
    given = parser.parse_args()
    rules = load()
    agencies = rules.metadata.credits.agencies
    pages = known_pages(given.data, given.kind, JUDGED)
    tools = {"copydesk": copydesk(given.kind, rules), **(dict(installed()) if given.kind == "html" else {})}
    print_head()
    for name, reader in tools.items():
        found = [reader(page) for page in pages]
        for group, rows in groups(pages, found, given.by):
            print_row(f"{name}{group}", tally(rows, agencies))
        if name == "copydesk" and given.rules:
            print_rules(list(zip(pages, found, strict=True)), agencies)
        if name == "copydesk" and given.wrong:
            print_wrong(list(zip(pages, found, strict=True)), given.wrong, agencies)


Rows = Sequence[tuple[Known, Found]]


def groups(pages: Sequence[Known], found: Sequence[Found], by: str | None) -> Iterator[tuple[str, Rows]]:
    """Give all pages, and those of each source where asked for."""
    rows = list(zip(pages, found, strict=True))
    yield "", rows
    for source in sorted({page.source for page in pages} if by else ()):
        yield f", {source}", [row for row in rows if row[0].source == source]


def tally(rows: Rows, agencies: Agencies) -> Tally:
    """Count the outcomes of each field."""
    counts: Tally = Counter()
    for known, found in rows:
        counts.update((field, outcome(field, known, found, agencies)) for field in FIELDS)
    return counts


def outcome(field: str, known: Known, found: Found, agencies: Agencies) -> str:
    """Tell right, wrong and absent, silent and offered where there is nothing to find, unknown where nobody looked."""
    if field == "title":
        return _outcome(
            level(known.title), level(found.title or ""), same=level(known.title) == level(found.title or "")
        )
    if field == "authors":
        truth, told = names(known.authors, agencies), names(found.authors, agencies)
        return _outcome(truth, told, same=truth == told)
    if known.published is None:
        return "offered?" if found.published else "silent?"
    return _outcome(known.published, found.published, same=same_day(known.published, found.published or ""))


def _outcome(truth: object, told: object, *, same: bool) -> str:
    if not truth:
        return "offered" if told else "silent"
    return "right" if same else "wrong" if told else "absent"


def level(text: str) -> str:
    """Level case, white space, quotation marks and dashes."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold().split())


def names(authors: Sequence[str], agencies: Agencies) -> frozenset[str]:
    """Part joined names and leave agencies out."""
    parts = (part for author in authors for part in _JOINT.split(_BRACKETS.sub("", author)))
    parts = (part for part in parts if not agency_of(part, agencies) and not _DEGREE.fullmatch(part))
    return frozenset(filter(None, (_LABEL.sub("", level(part), count=1) for part in parts)))


def same_day(truth: str, told: str) -> bool:
    """Tell whether two dates name the same day as written, or the same moment.

    >>> same_day("2024-05-03", "2024-05-03T22:00Z"), same_day("2024-05-03 23:30:00+00:00", "2024-05-04T01:30+02:00")
    (True, True)
    """
    if not (truth and told):
        return False
    if re.fullmatch(r"\d{4}-\d\d", truth):
        return told.startswith(truth)
    one, two = datetime.fromisoformat(truth), datetime.fromisoformat(told)
    if one.date() == two.date():
        return True
    return bool(one.tzinfo and two.tzinfo) and one.astimezone(UTC).date() == two.astimezone(UTC).date()


def print_head() -> None:
    """Print the head of the table."""
    print(f"{'':36}" + "".join(f"{field:<29}" for field in FIELDS))
    print(f"{'':36}" + f"{'right':>6}{'wrong':>6}{'absent':>7}{'offered':>9} " * len(FIELDS))


def print_row(name: str, counts: Tally) -> None:
    """Print a tool's shares, and how many of the pages without a value it offers one for."""
    cells = []
    for field in FIELDS:
        right, wrong, absent, offered, silent = (
            counts[field, outcome] for outcome in ("right", "wrong", "absent", "offered", "silent")
        )
        given = max(1, right + wrong + absent)
        cells.append(f"{right / given:6.3f}{wrong / given:6.3f}{absent / given:7.3f}{offered:5}/{offered + silent:<3} ")
    doubtful = counts["date", "offered?"], counts["date", "offered?"] + counts["date", "silent?"]
    print(f"{name:36}{''.join(cells)}" + (f"not judged: {doubtful[0]}/{doubtful[1]}" if doubtful[1] else ""))


def print_rules(rows: Rows, agencies: Agencies) -> None:
    """Print for each rule how many of its values are right, and the score that it gives them."""
    counts: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0, 0, 0])
    for known, found in rows:
        for read in found.reads:
            verdict = value_is_right(read.field, read.value, known, agencies)
            if verdict is not None:
                count = counts[read.field, read.rule]
                count[0], count[1], count[2] = count[0] + 1, count[1] + verdict, count[2] + read.score
    print(f"\n{'field':12}{'rule':32}{'values':>7}{'right':>7}{'score':>7}")
    for (field, rule), (n, right, score) in sorted(counts.items()):
        print(f"{field:12}{rule:32}{n:7.0f}{right / n:7.3f}{score / n:7.3f}")


def value_is_right(field: str, value: str, known: Known, agencies: Agencies) -> bool | None:
    """Judge one value; None where nothing is known of the field."""
    if field == "title":
        return level(value) == level(known.title)
    if field == "authors" and known.authors:
        return names([value], agencies) <= names(known.authors, agencies)
    if field == "published" and known.published is not None:
        return bool(known.published) and same_day(known.published, value)
    return None


def print_wrong(rows: Rows, field: str, agencies: Agencies) -> None:
    """Print the pages on which a field is not right: the outcome, what is known, what was found and by which rule."""
    named = {"title": "title", "authors": "authors", "date": "published"}[field]
    for known, found in rows:
        told = outcome(field, known, found, agencies)
        if told in ("wrong", "absent", "offered", "offered?"):
            rules: Mapping[str, None] = dict.fromkeys(read.rule for read in found.reads if read.field == named)
            print(f"{known.id} {told}\n  {getattr(known, named)!r}\n  {getattr(found, named)!r} {' '.join(rules)}")


if __name__ == "__main__":
    main()
