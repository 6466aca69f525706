"""What a container says of a page, laid to what the page says of itself."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from pipeline.containers.reading import Told
from pipeline.formats.declared import address, as_text
from pipeline.tables import Declaration, Page

_VALUE_CHARS = 2_000


def with_record(page: Page, file: str, own_id: str | None, told: Told) -> Page:
    """Name the raw file that a page lies in, and add what its record says of it.

    The address that a crawler fetched a page from comes after the one that it gives for itself; of headline, date and
    authors the record's values come first, for whoever wrote it had them from the page or its publisher.
    """
    url = page.url or (address(told.url) if told.url else None)
    own_host = urlsplit(page.url).hostname if page.url else None
    added = tuple(dict.fromkeys(one for one in _declarations(told) if one.value and len(one.value) <= _VALUE_CHARS))
    authors = tuple(one.value for one in added if one.field == "authors")
    return page._replace(
        file=file,
        own_id=own_id,
        url=url,
        host=own_host or (urlsplit(url).hostname if url else None) or page.host,
        title=page.title or _first(added, "title"),
        site_name=page.site_name or (as_text(told.site_name) if told.site_name else None),
        published=_first(added, "published") or page.published,
        authors=authors or page.authors,
        language=told.language or page.language,
        declarations=(*added, *page.declarations),
    )


def _declarations(told: Told) -> Iterator[Declaration]:
    if told.title:
        yield Declaration("title", "record", as_text(told.title))
    if told.published:
        yield Declaration("published", "record", as_text(told.published))
    yield from (Declaration("authors", "record", as_text(name)) for name in told.authors)


def _first(declared: tuple[Declaration, ...], field: str) -> str | None:
    return next((one.value for one in declared if one.field == field), None)
