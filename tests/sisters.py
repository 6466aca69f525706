"""Invented sister articles: several reports of each of many events, and look-alikes that report another one."""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from newsroom import dice

MATERIAL = tomllib.loads((Path(__file__).parent / "cases" / "sisters.toml").read_text("utf-8"))
POOLS = MATERIAL["pools"]
MARKS = ("“{}”", '"{}"', "„{}“", "«{}»", "‘{}’", "»{}«", "”{}”", "'{}'")
# How another desk spells a name.
RESPELT = (("ei", "ey"), ("k", "c"), ("sky", "skij"), ("v", "w"), ("ss", "s"), ("nn", "n"), ("ya", "ja"), ("Ye", "Je"))


class Article(NamedTuple):
    """A report, the event that it reports, and the day of publication where the page says so."""

    doc: str
    event: str
    date: str | None
    text: str
    spoken: dict[str, tuple[str, str]]  # quotations by name: in this article's wording, and the surname it gives


class Style(NamedTuple):
    """How a desk writes."""

    name: str
    facts: int  # at most
    marks: tuple[str, ...]
    dated: float  # how often
    late: float  # how often it comes out the day after


STYLES = (
    Style("wire", 9, MARKS[:1], 1, 0),
    Style("daily", 5, MARKS, 1, 0.3),
    Style("brief", 4, MARKS[:2], 0.9, 0),
    Style("translated", 5, MARKS, 0.3, 0.2),
)


def newsdesk(seed=0, events=70):
    """Write the reports of `events` events and of those that look like them: some 490 articles."""
    rng = dice(seed)
    articles = []
    for number in range(events):
        story = MATERIAL["story"][number % len(MATERIAL["story"])]
        told = facts(rng, story)
        name = f"{story['name']}-{number:02d}"
        articles += reports(rng, name, story, told, rng.randrange(3, 7))
        articles += look_alikes(rng, name, story, told)
    return sorted(articles)


def look_alikes(rng, name, story, told):
    """The same people and places another time: a week later, with a look back; a year later; elsewhere the same day."""
    new = fresh(rng)
    week = told | new | {"date": told["date"] + timedelta(days=rng.randrange(5, 9)), "day": told["day"]}
    back = rng.sample(MATERIAL["later"]["background"], 2)
    yield from reports(rng, f"{name}-week-later", story, week, rng.randrange(1, 4), [(line, told) for line in back])
    kind = rng.random()
    if kind < 0.5:
        year = told | fresh(rng) | {"date": told["date"] + timedelta(days=364)}
        yield from reports(rng, f"{name}-year-later", story, year, 1)
    elif kind < 0.8:
        other = facts(rng, story) | {slot: told[slot] for slot in ("land", "rival", "town", "p1", "s1", "date", "day")}
        yield from reports(rng, f"{name}-same-day", story, other, 1)
    else:
        profile = (
            "{p1}, {r1}, was born in {town}. In {land} they still tell how {s1} came to {spot} with {p2} and {body}."
        )
        yield Article(f"{name}/profile", f"{name}-profile", None, profile.format(**told), {})


def reports(rng, event, story, told, count, before=()):
    """Several reports of one event, of different desks; `before` are lines that open them, with whose facts."""
    styles = [STYLES[i % len(STYLES)] for i in rng.sample(range(8), count)]
    for i, style in enumerate(styles):
        opening = [line.format(**spell(told)) for line, told in before]
        yield report(rng, f"{style.name}-{rng.randrange(10**6):06d}/{event}-{i}", event, story, told, style, opening)


def report(rng, doc, event, story, told, style, opening):
    """Write one report: some of the facts, the first ahead, each in one of its wordings."""
    machine = style.name == "translated"
    first, *rest = story["facts"]
    chosen = [first, *rng.sample(rest, min(style.facts, len(story["facts"])) - 1)]
    slots = spell(told, second=machine and rng.random() < 0.7)
    if machine:
        slots |= mangled(rng, slots)
    lines = [wording(rng, fact, machine=machine) for fact in (story["headline"], *chosen)]
    lines = [line[0].upper() + line[1:] for line in (line.format(**slots) for line in lines)]
    pairs = {"q1": (slots["q1"], slots["s1"]), "q2": (slots["q2"], slots["s2"])}
    spoken = {name: said for name, said in pairs.items() if any(said[0] in line for line in lines)}
    mark = rng.choice(style.marks)
    if rng.random() < 0.5:
        aside = rng.choice(MATERIAL["aside"]["lines"]).format(**spell(facts(rng, story)))
        lines.insert(rng.randrange(2, len(lines) + 1), aside)
    lines = [lines[0], *opening, *(dress(line, mark) for line in lines[1:])]
    day = told["date"] + timedelta(days=int(rng.random() < style.late))
    return Article(doc, event, str(day) if rng.random() < style.dated else None, "\n".join(lines), spoken)


def wording(rng, fact, *, machine):
    translated = [line.removeprefix("~") for line in fact if line.startswith("~")]
    return rng.choice(translated if machine else [line for line in fact if not line.startswith("~")])


def dress(line, mark):
    """Put the quotation of a line into other marks; the comma of “...,” goes behind them where they are not English."""
    if "“" not in line:
        return line
    head, _, rest = line.partition("“")
    said, _, tail = rest.partition("”")
    if said.endswith(",") and mark not in MARKS[:2]:
        said, tail = said[:-1], f",{tail}"
    return head + mark.format(said) + tail


def mangled(rng, slots):
    """Names as another alphabet spells them, figures as another language writes them."""
    found = {}
    for i in "12" if rng.random() < 0.6 else "":
        first, last = (respelt(rng, part) for part in slots[f"p{i}"].split())
        found |= {f"p{i}": f"{first} {last}", f"s{i}": last}
    gap = rng.choice((",", ".", " "))
    return found | {name: slots[name].replace(",", gap) for name in ("n1", "n3")}


def respelt(rng, name):
    old, new = rng.choice([pair for pair in RESPELT if pair[0] in name] or [("", "")])
    return name.replace(old, new, 1) if old else name


def spell(told, *, second=False):
    """The facts as text: the quotations in their first wording, or in their second."""
    return told | {name: told[name][int(second)] for name in ("q1", "q2")}


def facts(rng, story):
    """What happened: who, where, how many, and what they said."""
    told = {name: rng.choice(POOLS[name]) for name in ("town", "spot", "land", "rival", "body")}
    for i, last in zip("12", rng.sample(POOLS["last"], 2), strict=True):
        told |= {f"p{i}": f"{rng.choice(POOLS['first'])} {last}", f"s{i}": last, f"r{i}": story[f"r{i}"]}
    return told | fresh(rng)


def fresh(rng):
    """What is new in an event that has the people and places of another."""
    day = date(2023, 1, 2) + timedelta(days=rng.randrange(300))
    many = rng.randrange(1100, 9900) if rng.random() < 0.5 else rng.randrange(101, 990)
    return {
        "n1": f"{many:,}",
        "n2": str(rng.randrange(33, 320)),
        "n3": f"{rng.randrange(1200, 64000):,}",
        "n4": f"{rng.randrange(3, 6)}-{rng.randrange(3)}",
        "q1": quotation(rng),
        "q2": quotation(rng),
        "date": day,
        "day": POOLS["day"][day.weekday()],
    }


def quotation(rng):
    """Something that was said, in two wordings."""
    pieces = [rng.choice(MATERIAL["quotation"][part]) for part in ("opening", "claim", "tail")]
    return " ".join(piece[0] for piece in pieces), " ".join(piece[1] for piece in pieces)


def b_cubed(found, gold):
    """Precision, recall and F1 of a clustering, averaged over documents (Bagga and Baldwin 1998)."""
    precision = recall = 0.0
    for doc in gold:
        mine = {other for other in gold if found[other] == found[doc]}
        true = {other for other in gold if gold[other] == gold[doc]}
        precision += len(mine & true) / len(mine) / len(gold)
        recall += len(mine & true) / len(true) / len(gold)
    return precision, recall, 2 * precision * recall / (precision + recall)
