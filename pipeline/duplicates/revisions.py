"""Find the versions of one article: the same address, or the same site and much of the same text, at a later time."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple


class Version(NamedTuple):
    """What tells versions of an article from different articles, and which of them is later."""

    doc: str
    url: str | None
    host: str | None
    published: str | None


class Shared(NamedTuple):
    """The share of a document's blocks that repeat another document, which was there before it."""

    doc: str
    other: str
    share: float


def revisions(versions: Sequence[Version], shared: Iterable[Shared], least: float) -> dict[str, str]:
    """Chain the versions of each article: for each but the first the one that was published last before it.

    Versions have an address in common, or a site and the share `least` of the later one's blocks. A document of which
    it is not known when it was published is nobody's version, nor is one of two that were published at the same time.

    >>> told = [Version(doc, None, "gull.example", day) for doc, day in (("a", "2023-01-01"), ("b", "2023-01-02"))]
    >>> revisions(told, [Shared("b", "a", 0.6)], 0.5)
    {'b': 'a'}
    """
    dated = {version.doc: version for version in versions if version.published is not None}
    article: dict[str, str] = {}
    first_at: dict[str, str] = {}
    for doc in sorted(dated):
        url = dated[doc].url
        _join(article, doc, first_at.setdefault(url, doc) if url is not None else doc)
    for doc, other, share in shared:
        if doc in dated and other in dated and share >= least and _one_site(dated[doc], dated[other]):
            _join(article, doc, other)
    groups: dict[str, list[str]] = {}
    for doc in sorted(dated, key=lambda doc: (dated[doc].published or "", doc)):
        groups.setdefault(_root(article, doc), []).append(doc)
    return dict(sorted(_chains(groups.values(), dated)))


def _chains(groups: Iterable[Sequence[str]], dated: Mapping[str, Version]) -> Iterable[tuple[str, str]]:
    for docs in groups:
        earlier: str | None = None
        for before, doc in pairwise(docs):
            if dated[before].published != dated[doc].published:
                earlier = before
            if earlier is not None:
                yield doc, earlier


def _one_site(a: Version, b: Version) -> bool:
    return a.host is not None and a.host == b.host


def _root(article: Mapping[str, str], doc: str) -> str:
    while article.get(doc, doc) != doc:
        doc = article[doc]
    return doc


def _join(article: dict[str, str], a: str, b: str) -> None:
    low, high = sorted((_root(article, a), _root(article, b)))
    article[high] = article[low] = low
