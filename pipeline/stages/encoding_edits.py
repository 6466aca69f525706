"""Put edits of a text and edits of what it became together into edits of the text."""

from collections.abc import Iterable, Sequence

from pipeline.tables import Edit


def carried_out(text: str, edits: Iterable[Edit]) -> str:
    """Give the text with its edits (sorted, none of them taking the block away) carried out.

    >>> carried_out("a b", [Edit(1, 2, "-", "x")])
    'a-b'
    """
    pieces, at = [], 0
    for edit in edits:
        pieces += [text[at : edit.start], edit.after or ""]
        at = edit.end
    return "".join([*pieces, text[at:]])


def joined(text: str, first: Sequence[Edit], second: Sequence[Edit]) -> list[Edit]:
    """Give the edits of `text` that do what `first` and then `second` do; both sorted, without overlap.

    Where an edit of `second` touches what one of `first` made, they become one.

    >>> joined("abc", [Edit(0, 1, "xy", "f")], [Edit(1, 2, "", "s"), Edit(3, 4, "d", "t")])[0][:4]
    (0, 1, 'x', 's')
    """
    if not first or not second:
        return [*first, *second]
    shift, made = 0, []  # what `first` made: (start and end in its result, edit)
    for edit in first:
        start = edit.start + shift
        made.append((start, start + len(edit.after or ""), edit))
        shift += len(edit.after or "") - (edit.end - edit.start)
    between = carried_out(text, first)
    out: list[Edit] = []
    events = sorted([*((s, e, 0, edit) for s, e, edit in made), *((e.start, e.end, 1, e) for e in second)], key=_place)
    group: list[tuple[int, int, int, Edit]] = []
    for event in events:
        if group and event[0] < max(end for _, end, _, _ in group):
            group.append(event)
            continue
        out += _one(group, between, made)
        group = [event]
    return out + _one(group, between, made)


def _place(event: tuple[int, int, int, Edit]) -> tuple[int, int, int]:
    return event[:3]


def _one(
    group: Sequence[tuple[int, int, int, Edit]], between: str, made: Sequence[tuple[int, int, Edit]]
) -> list[Edit]:
    if not group:
        return []
    if len(group) == 1 and group[0][2] == 0:
        return [group[0][3]]
    start, end = min(event[0] for event in group), max(event[1] for event in group)
    later = [event[3] for event in group if event[2] == 1]
    inner = carried_out(between[start:end], [e._replace(start=e.start - start, end=e.end - start) for e in later])
    before, after = _back(start, made, closing=False), _back(end, made, closing=True)
    return [later[-1]._replace(start=before, end=after, after=inner)]


def _back(at: int, made: Sequence[tuple[int, int, Edit]], *, closing: bool) -> int:
    """Give the place in the text of a place in what it became; what was deleted at that very place lies outside."""
    passed = (edit.end - edit.start - (end - start) for start, end, edit in made if end <= at)
    deleted = (edit.end - edit.start for start, end, edit in made if start == end == at)
    return at + sum(passed) - (sum(deleted) if closing else 0)
