"""Say which document's paragraphs should stay where others repeat them."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.tables import Document


class Claims(NamedTuple):
    """What speaks for a document's paragraphs to stay where others repeat them."""

    published: str | None
    damage: int  # repairs of characters and words, and flags
    length: int  # characters that stayed


# How each claim is written so that what should stay sorts first: who is earlier, less damaged, longer.
_CLAIMS: dict[str, Callable[[Claims], str]] = {
    "published": lambda claims: claims.published or "~",
    "damage": lambda claims: f"{min(claims.damage, 999_999):06d}",
    "length": lambda claims: f"{max(0, 999_999_999 - claims.length):09d}",
}


def known_claims() -> frozenset[str]:
    """Name what a policy may ask for."""
    return frozenset(_CLAIMS)


def rank(claims: Claims, policy: Sequence[str]) -> str:
    """Write a document's claims in the order of a policy, so that the document that should stay sorts first.

    >>> policy = ("published", "damage", "length")
    >>> early, sound, long = Claims("2023-01", 5, 10), Claims("2023-02", 0, 10), Claims("2023-02", 0, 20)
    >>> sorted([Claims(None, 0, 99), sound, long, early], key=lambda c: rank(c, policy))[:3] == [early, long, sound]
    True
    """
    return " ".join(_CLAIMS[claim](claims) for claim in policy)


def ranks(
    drafts: Sequence[Document], left: pa.RecordBatch, repairs: pa.RecordBatch, policy: Sequence[str]
) -> dict[str, str]:
    """Rank documents by what is known of them, by the blocks that are left, and by the entries of their repairs.

    White space that was tidied is no damage.
    """
    damage = Counter(repairs.filter(pc.not_equal(repairs["stage"], "spacing"))["doc"].to_pylist())
    lengths: Counter[str] = Counter()
    for doc, length in zip(left["doc"].to_pylist(), pc.utf8_length(left["text"]).to_pylist(), strict=True):
        lengths[doc] += length
    return {d.doc: rank(Claims(d.published, damage[d.doc] + len(d.flags), lengths[d.doc]), policy) for d in drafts}
