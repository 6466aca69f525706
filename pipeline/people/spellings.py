"""Tell a wrong spelling of a given name, which an event's reports outvote, from lawful ones."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence

from pipeline.people.lexicon import Lexicon
from pipeline.tables import Seen, Told

_SAME = (("ph", "f"), ("th", "t"), ("ck", "k"), ("h", ""), ("y", "i"), ("j", "i"), ("c", "k"), ("ei", "i"), ("ie", "i"))


def folded(given: str) -> str:
    """Fold what spellings of one given name differ in: accents, doubled letters, h, and letters that sound alike.

    >>> folded("Anthony") == folded("Antony"), folded("Sergei") == folded("Sergey"), folded("Mark") == folded("Marc")
    (True, True, True)
    """
    plain = "".join(c for c in unicodedata.normalize("NFD", given.casefold()) if not unicodedata.combining(c))
    for old, new in _SAME:
        plain = plain.replace(old, new)
    return "".join(c for i, c in enumerate(plain) if i == 0 or c != plain[i - 1])


def clear_spellings(names: Sequence[Seen], lexicon: Lexicon) -> Iterator[Told]:
    """Tell the documents that spell a name otherwise how a clear majority of their event's documents spells it.

    Names that are carried over from another script have lawful spellings, and are left alone.
    """
    groups: dict[tuple[str, str], dict[str, list[Seen]]] = defaultdict(lambda: defaultdict(list))
    for row in names:
        groups[row.name, row.value[:1] + folded(row.value)][row.value].append(row)
    for (surname, _), spelled in sorted(groups.items()):
        if len(spelled) == 1 or lexicon.is_carried_over(surname):
            continue
        usual = min(spelled, key=lambda given: (-len(spelled[given]), given))
        documents = len({row.doc for rows in spelled.values() for row in rows})
        votes = len(spelled[usual])
        if votes >= lexicon.fewest_sisters and votes >= lexicon.least_share * documents:
            first = min(spelled[usual])
            for given in sorted(set(spelled) - {usual}):
                for row in spelled[given]:
                    yield Told(row.doc, first.doc, first.block, "spelling", f"{given} {surname}", usual, votes)
