"""What other tools read from a page's HTML; those that are not installed are left out."""

from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from importlib.util import find_spec

from pages import Found, Known, Reader


def installed() -> Iterator[tuple[str, Reader]]:
    """Give the peers that can be imported, each with its name and version."""
    for name, package, reader in (("trafilatura", "trafilatura", trafilatura), ("newspaper4k", "newspaper", newspaper)):
        if find_spec(package):
            yield f"{name} {version(name)}", reader


def trafilatura(known: Known) -> Found:
    """Ask trafilatura, with its defaults and the page's address."""
    from trafilatura import extract_metadata  # noqa: PLC0415

    found = extract_metadata(known.content, default_url=known.url)
    if found is None:
        return Found(None, (), None)
    return Found(found.title, tuple((found.author or "").split("; ")) if found.author else (), found.date)


def newspaper(known: Known) -> Found:
    """Ask newspaper4k, with its defaults and the page's address; nothing where it lacks a language's package."""
    from newspaper import Article  # noqa: PLC0415

    article = Article(known.url)
    article.download(input_html=known.content)
    try:
        article.parse()
    except ImportError:
        return Found(None, (), None)
    date = article.publish_date
    return Found(article.title, tuple(article.authors), date.isoformat() if isinstance(date, datetime) else None)
