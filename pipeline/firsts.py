"""Find out with which characters a pattern's matches can begin, so that most lines need not be tried on it."""

import re
from collections.abc import Iterator

DIGIT = "0"  # stands for every digit
_PIECE = re.compile(r"\\.|\(\?:|\(\?i:|\(\?|\[\^?\]?[^\]]*\]|[*+?]\??|\{\d*,?\d*\}|.", re.DOTALL)
_LISTED = re.compile(r"\[[^\\^-]+\]")  # a class that lists its characters
_DOTTED = {"ı": "i"}  # for Python a case of i
_EMPTY = re.compile(r"[*?]|\{0?,|\{0\}")
_ANY = None

Firsts = frozenset[str] | None


def first_of(text: str) -> str:
    """Give the character that a text begins with as sets of first characters have it: small, and 0 for a digit.

    >>> first_of("Post"), first_of("7 Comments"), first_of("")
    ('p', '0', '')
    """
    head = text[:1].casefold()[:1]
    return DIGIT if head.isdigit() else _DOTTED.get(head, head)


def firsts(pattern: str) -> Firsts:
    r"""Give all characters that a match can begin with (see `first_of`); None where they cannot be told.

    Every match must begin where the text does: each alternative of the pattern has a `^`.

    >>> sorted(firsts(r"(?i)^(\d+ )?comments?$|^(no|leave a) reply"))
    ['0', 'c', 'l', 'n']
    >>> firsts(r"^a|b") is None
    True
    """
    pieces = _PIECE.findall(pattern.removeprefix("(?i)"))
    found = list(_branches(iter(pieces), anchored=True))
    return _union(letters for letters, _ in found) if all(not empty for _, empty in found) else _ANY


def _branches(pieces: Iterator[str], *, anchored: bool) -> Iterator[tuple[Firsts, bool]]:
    """Read alternatives up to the bracket that closes them: the first characters of each; whether it may be empty."""
    branch: list[tuple[Firsts, bool]] = []
    held = not anchored
    for piece in pieces:
        if piece in ("|", ")"):
            yield _of_sequence(branch) if held else (_ANY, False)
            branch, held = [], not anchored
            if piece == ")":
                return
        elif piece == "^":
            held = held or not branch
        elif piece[0] in "*+?{" and branch and piece != "{":
            letters, empty = branch.pop()
            branch.append((letters, empty or _EMPTY.match(piece) is not None))
        else:
            branch.append(_atom(piece, pieces))
    yield _of_sequence(branch) if held else (_ANY, False)


def _atom(piece: str, pieces: Iterator[str]) -> tuple[Firsts, bool]:
    if piece in ("(", "(?:", "(?i:"):
        inner = list(_branches(pieces, anchored=False))
        return _union(letters for letters, _ in inner), any(empty for _, empty in inner)
    if piece in (r"\b", "$"):
        return frozenset(), True
    listed = piece == r"\d" or _LISTED.fullmatch(piece) or (len(piece) == 1 and piece != ".")
    escaped = piece[0] == "\\" and not piece[1:].isalnum()
    if not (listed or escaped):
        return _ANY, False
    characters = DIGIT if piece == r"\d" else piece.strip("\\") if escaped else piece
    return frozenset(map(first_of, characters[1:-1] if characters[1:] else characters)), False


def _of_sequence(atoms: list[tuple[Firsts, bool]]) -> tuple[Firsts, bool]:
    found: frozenset[str] = frozenset()
    for letters, empty in atoms:
        if letters is None:
            return _ANY, False
        found |= letters
        if not empty:
            return found, False
    return found, True


def _union(sets: Iterator[Firsts]) -> Firsts:
    found: frozenset[str] = frozenset()
    for letters in sets:
        if letters is None:
            return _ANY
        found |= letters
    return found
