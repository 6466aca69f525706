"""What an HTML page declares about itself: in its head, in JSON-LD and in the dates that it marks up."""

import json
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from pipeline.formats.cutter import Note, one_spaced
from pipeline.tables import Page

# Names of <meta> in order of trust, as property, name or itemprop: Open Graph, schema.org, then older habits.
_PUBLISHED = (
    "article:published_time",
    "datepublished",
    "og:published_time",
    "article.published",
    "parsely-pub-date",
    "sailthru.date",
    "publishdate",
    "publish-date",
    "publication_date",
    "pubdate",
    "dcterms.created",
    "dcterms.issued",
    "dc.date.issued",
    "dc.date",
    "date",
)
_AUTHORS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl")
_ARTICLES = frozenset({
    "AnalysisNewsArticle", "Article", "AskPublicNewsArticle", "BackgroundNewsArticle", "BlogPosting", "LiveBlogPosting",
    "NewsArticle", "OpinionNewsArticle", "Report", "ReportageNewsArticle", "ReviewNewsArticle", "TechArticle",
})  # fmt: skip
# Classes of <time> that say it is the article's own, not a teaser's.
_OWN_TIME = ("publish", "posted", "entry-date", "article-date", "pubdate")

_LD_CHARS = 1_000_000
_LD_NODES = 10_000
_HOST_CHARS = 253

Meta = Mapping[str, Sequence[str]]


def page_of(file: str, host: str | None, notes: Sequence[Note]) -> Page:
    """Gather what a page declares; whatever is broken or missing is left out.

    `host` is what to take where the page names no address of its own. Nothing is interpreted: dates stay as written.
    """
    meta = _meta(notes)
    article, publisher = _article(notes)
    url = _first(_address(u) for u in [*_links(notes, "canonical"), *meta.get("og:url", ())])
    return Page(
        doc=file,
        file=file,
        url=url,
        host=(urlsplit(url).hostname if url else None) or host,
        title=_first([*meta.get("og:title", ()), *_titles(notes)]),
        site_name=_first([*meta.get("og:site_name", ()), *publisher, *meta.get("application-name", ())]),
        published=_first(_published(meta, article, notes)),
        authors=_authors(meta, article),
        language=_first(_languages(meta, notes)),
    )


def host_of(file: str) -> str | None:
    """Name the host that a raw file's first folder bears, if it looks like a host's name.

    >>> host_of("www.example.org/2022/a.html"), host_of("january/a.html"), host_of("example.org.html")
    ('www.example.org', None, None)
    """
    folder, slash, _ = file.partition("/")
    return folder.lower() if slash and _is_host(folder.lower()) else None


def _is_host(name: str) -> bool:
    labels = name.split(".")
    return len(labels) > 1 and len(name) <= _HOST_CHARS and all(map(_is_label, labels)) and not labels[-1].isdigit()


def _is_label(label: str) -> bool:
    """Follow RFC 1123, with letters of any script."""
    return 0 < len(label) < 64 and label.replace("-", "").isalnum() and label[0] != "-" != label[-1]  # noqa: PLR2004


def _meta(notes: Sequence[Note]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for note in notes:
        if note.tag == "meta" and (content := one_spaced(note.attributes.get("content", ""))):
            for key in ("property", "name", "itemprop", "http-equiv"):
                if name := note.attributes.get(key):
                    found.setdefault(name.strip().lower(), []).append(content)
    return found


def _links(notes: Sequence[Note], rel: str) -> Iterator[str]:
    for note in notes:
        if note.tag == "link" and rel in note.attributes.get("rel", "").lower().split():
            yield note.attributes.get("href", "")


def _address(url: str) -> str | None:
    """Accept an address only if it says where it leads."""
    plain = url.strip()
    try:
        parts = urlsplit(plain)
        whole = parts.scheme in {"http", "https"} and parts.hostname and _is_host(parts.hostname)
    except ValueError:
        return None
    return plain if whole else None


def _titles(notes: Sequence[Note]) -> Iterator[str]:
    return (one_spaced(note.text) for note in notes if note.tag == "title")


def _languages(meta: Meta, notes: Sequence[Note]) -> Iterator[str]:
    yield from (note.attributes.get("lang", "").strip() for note in notes if note.tag == "html")
    yield from meta.get("content-language", ())


def _published(meta: Meta, article: Mapping[str, Any], notes: Sequence[Note]) -> Iterator[str]:
    yield from meta.get(_PUBLISHED[0], ())
    if isinstance(dated := article.get("datePublished"), str):
        yield dated
    for name in _PUBLISHED[1:]:
        yield from meta.get(name, ())
    yield from (note.attributes["datetime"] for note in notes if note.tag == "time" and _is_own_time(note))


def _is_own_time(note: Note) -> bool:
    about = f"{note.attributes.get('class', '')} {note.attributes.get('itemprop', '')}".lower()
    return "datetime" in note.attributes and ("pubdate" in note.attributes or any(word in about for word in _OWN_TIME))


def _authors(meta: Meta, article: Mapping[str, Any]) -> tuple[str, ...]:
    named = list(_names(article.get("author"))) or _first_group(
        [n for n in meta.get(key, ()) if "//" not in n] for key in _AUTHORS
    )
    return tuple(dict.fromkeys(name for name in map(one_spaced, named) if name))


def _names(node: Any) -> Iterator[str]:
    """Give the names in a JSON-LD person, organization, bare name, or list of these."""
    for one in node if isinstance(node, list) else [node]:
        name = one.get("name") if isinstance(one, dict) else one
        for text in name if isinstance(name, list) else [name]:
            if isinstance(text, str) and "//" not in text:
                yield unescape(text)  # in a script, entities stay as the author's system wrote them


def _article(notes: Sequence[Note]) -> tuple[Mapping[str, Any], list[str]]:
    """Find the first article that JSON-LD describes, and the names of its publisher."""
    for note in notes:
        if note.tag == "script":
            for node in _nodes(note.text):
                kinds = node.get("@type")
                if _ARTICLES.intersection(
                    kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)
                ):
                    return node, list(_names(node.get("publisher")))
    return {}, []


def _nodes(source: str) -> Iterator[dict[str, Any]]:
    """Give every object in a JSON-LD script, outermost first; broken JSON has none."""
    if len(source) > _LD_CHARS:
        return
    try:
        todo = [json.loads(source, strict=False)]
    except (ValueError, RecursionError):
        return
    for seen, node in enumerate(todo):
        if seen > _LD_NODES:
            return
        if isinstance(node, dict):
            yield node
            todo.extend(v for v in node.values() if isinstance(v, dict | list))
        elif isinstance(node, list):
            todo.extend(node)


def _first(texts: Any) -> str | None:
    return next((text for text in texts if text), None)


def _first_group(groups: Any) -> list[str]:
    return next((group for group in groups if group), [])
