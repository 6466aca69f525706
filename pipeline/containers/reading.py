"""What every container gives: its records one after the other, or the reason why one cannot be read."""

from collections.abc import Callable, Iterator
from io import BufferedReader
from typing import BinaryIO, NamedTuple

from pipeline.containers.fields import Fields
from pipeline.store_raw import FormatError


class Told(NamedTuple):
    """What a container says of a record besides its content: of the page that it is, and of how to read it.

    `published` stands as written; `media` is a media type (text/html), `charset` a label as headers give it.
    """

    url: str | None = None
    title: str | None = None
    published: str | None = None
    authors: tuple[str, ...] = ()
    site_name: str | None = None
    language: str | None = None
    media: str | None = None
    charset: str | None = None


class Record(NamedTuple):
    """A record: its place in the container from 1, its content, a name that tells its format, its own id.

    A stream of content has to be read before the next record is asked for.
    """

    number: int
    content: bytes | BinaryIO
    name: str
    own_id: str | None
    told: Told = Told()


class Refused(NamedTuple):
    """A record that cannot be read: its place, its size where that is known, its own id and the error."""

    number: int
    bytes: int
    own_id: str | None
    error: FormatError


class Limits(NamedTuple):
    """How far reading goes: bytes of a record, and the names of fields that hold what a record says."""

    max_bytes: int
    fields: Fields


class Container(NamedTuple):
    """A way to read files that hold many pages.

    `matches(head, name)` looks at the first bytes and the name; `records(stream, name, limits)` gives the records in
    their order. What breaks the file from some place on raises FormatError there; what was given before stays.
    """

    name: str
    matches: Callable[[bytes, str], bool]
    records: Callable[[BufferedReader, str, Limits], Iterator[Record | Refused]]
