"""What an HTML page declares about itself: in its head, in JSON-LD and in the dates that it marks up."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from urllib.parse import urlsplit

from pipeline.formats.cutter import Note, one_spaced
from pipeline.formats.linked import Linked, linked
from pipeline.tables import Declaration, Page

# Names of <meta> in order of trust, as property, name or itemprop: Open Graph, schema.org, then older habits.
_PUBLISHED = (
    "article:published_time",
    "datepublished",
    "og:published_time",
    "og:article:published_time",
    "article.published",
    "published-date",
    "published_date",
    "parsely-pub-date",
    "sailthru.date",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "publication-date",
    "pubdate",
    "article.created",
    "dcterms.created",
    "dcterms.issued",
    "dcterms.date",
    "dc.date.created",
    "dc.date.issued",
    "dc.date",
    "date",
)
_AUTHORS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl")
# The last part of other names that mean the author: dcsext.author, cxenseparse:author, article:byline.
_AUTHOR_PARTS = frozenset({"author", "authors", "byline", "articleauthor", "autor"})
_PARTS = re.compile(r"[:.\s_-]+")
_TITLES = (("og", "og:title"), ("twitter", "twitter:title"))
# Classes of <time> that say it is the article's own, not a teaser's.
_OWN_TIME = ("publish", "posted", "entry-date", "article-date", "pubdate")
_CHANGED_TIME = ("modif", "updat", "changed", "review")

_VALUE_CHARS = 2_000
_TAG = re.compile(r"<[^<>]{1,200}>")
_HOST_CHARS = 253

Meta = Mapping[str, Sequence[str]]


def page_of(doc: str, host: str | None, notes: Sequence[Note]) -> Page:
    """Gather what a page declares; whatever is broken or missing is left out.

    `host` is what to take where the page names no address of its own. Nothing is interpreted: dates stay as written.
    """
    meta = _meta(notes)
    described = linked(note.text for note in notes if note.tag == "script")
    publisher = [name for name, _ in described.names("publisher") if "//" not in name]
    url = _first(address(u) for u in [*_links(notes, "canonical"), *meta.get("og:url", ())])
    told = [
        *(Declaration("title", *value) for value in _titles(meta, described, notes)),
        *(Declaration("published", *value) for value in _published(meta, described, notes)),
        *(Declaration("authors", *value) for value in _authors(meta, described)),
    ]
    kept = tuple(dict.fromkeys(one for one in told if one.value and len(one.value) <= _VALUE_CHARS))
    return Page(
        doc=doc,
        file=doc,
        url=url,
        host=(urlsplit(url).hostname if url else None) or host,
        title=_first([d.value for d in kept if d.field == "title" and d.rule != "json-ld"]),
        site_name=_first(map(as_text, [*meta.get("og:site_name", ()), *publisher, *meta.get("application-name", ())])),
        published=_first(d.value for d in kept if d.field == "published" and d.rule != "only-time"),
        authors=_first_authors(kept),
        language=_first(_languages(meta, notes)),
        declarations=kept,
    )


def as_text(value: str) -> str:
    """Write a declared value as it was meant: without entities, tags, and UTF-8 that was read as Latin-1.

    >>> as_text("Mayor&#8217;s <b>bridge</b>"), as_text("Br\u00c3\u00bccke")
    ('Mayor’s bridge', 'Brücke')
    """
    text = _TAG.sub("", unescape(unescape(value))) if "&" in value or "<" in value else value
    for codec in () if text.isascii() else ("latin-1", "cp1252"):
        try:
            text = text.encode(codec).decode()
            break
        except UnicodeError:
            continue
    return one_spaced(text)


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


def address(url: str) -> str | None:
    """Accept an address only if it says where it leads."""
    plain = url.strip()
    try:
        parts = urlsplit(plain)
        whole = parts.scheme in {"http", "https"} and parts.hostname and _is_host(parts.hostname)
    except ValueError:
        return None
    return plain if whole else None


def _titles(meta: Meta, described: Linked, notes: Sequence[Note]) -> Iterator[tuple[str, str]]:
    headlines = [*described.text("headline"), *described.text("name")][:1]
    yield from (("json-ld", as_text(text)) for text in headlines)
    yield from ((rule, as_text(text)) for rule, name in _TITLES for text in meta.get(name, ())[:1])
    yield from (("title", as_text(note.text)) for note in notes if note.tag == "title")


def _languages(meta: Meta, notes: Sequence[Note]) -> Iterator[str]:
    yield from (note.attributes.get("lang", "").strip() for note in notes if note.tag == "html")
    yield from meta.get("content-language", ())


def _published(meta: Meta, described: Linked, notes: Sequence[Note]) -> Iterator[tuple[str, str]]:
    yield from (("meta", text) for text in meta.get(_PUBLISHED[0], ()))
    yield from (("json-ld", text) for text in described.text("datePublished"))
    yield from (("meta", text) for name in _PUBLISHED[1:] for text in meta.get(name, ()))
    times = [note for note in notes if note.tag == "time" and note.attributes.get("datetime")]
    yield from (("time", time.attributes["datetime"]) for time in times if _is_own_time(time))
    # One day only is marked up on the whole page, and nothing says that it is that of a change.
    if len({time.attributes["datetime"][:10] for time in times}) == 1 and not any(map(_is_change, times)):
        yield "only-time", times[0].attributes["datetime"]


def _is_own_time(time: Note) -> bool:
    own = "pubdate" in time.attributes or any(word in _about(time) for word in _OWN_TIME)
    return own and not _is_change(time)


def _is_change(time: Note) -> bool:
    """Tell a time of change; themes give what was never changed the classes `published updated`."""
    about = _about(time)
    around = f"{about} {' '.join(time.path.split('/')[-2:]).lower()}"
    changed = any(word in around for word in _CHANGED_TIME) and not any(word in about for word in _OWN_TIME)
    return changed or "datemodified" in about


def _about(time: Note) -> str:
    return f"{time.attributes.get('class', '')} {time.attributes.get('itemprop', '')}".lower()


def _authors(meta: Meta, described: Linked) -> Iterator[tuple[str, str]]:
    for name, body in described.names("author"):
        yield "json-ld-organisation" if body else "json-ld", _author(name)
    others = [key for key in meta if key not in _AUTHORS and _AUTHOR_PARTS.intersection(_PARTS.split(key)[-1:])]
    yield from (("meta", _author(name)) for key in (*_AUTHORS, *others) for name in meta.get(key, ()))


def _author(name: str) -> str:
    """Leave out what is no name: addresses, accounts, numbers, what a template failed to fill in."""
    name = as_text(name)
    empty = name.casefold() in {"undefined", "null", "none", "admin", "administrator", "author"}
    return "" if empty or "//" in name or name.startswith("@") or not any(c.isalpha() for c in name) else name


def _first_authors(told: Iterable[Declaration]) -> tuple[str, ...]:
    """Take the authors that JSON-LD names, else the first that a <meta> does."""
    authors = [one for one in told if one.field == "authors"]
    described = tuple(one.value for one in authors if one.rule != "meta")
    return described or tuple(one.value for one in authors[:1])


def _first(texts: Iterable[str | None]) -> str | None:
    return next((text for text in texts if text), None)
