"""Files that hold many pages, or pack one: which there are, and how to read their records."""

from pipeline.containers import archives, columnar, delimited, json_lines, mail, warc
from pipeline.containers.fields import Fields
from pipeline.containers.reading import Container, Limits, Record, Refused, Told

__all__ = ["CONTAINERS", "Container", "Fields", "Limits", "Record", "Refused", "Told", "container_of"]

CONTAINERS = (
    Container("warc", warc.matches, warc.records),
    Container("zip", archives.is_zip, archives.zip_records),
    Container("tar", archives.is_tar, archives.tar_records),
    Container("parquet", columnar.matches, columnar.records),
    Container("jsonl", json_lines.matches_lines, json_lines.lines),
    Container("json", json_lines.matches_whole, json_lines.whole),
    Container("csv", delimited.matches, delimited.records),
    Container("eml", mail.matches_letter, mail.letter),
    Container("mhtml", mail.matches_page, mail.page),
)


def container_of(head: bytes, name: str) -> Container | None:
    """Find what reads a file's records, by its first bytes and its name; None where it is no container.

    >>> container_of(b"", "news.jsonl").name, container_of(b"PAR1", "news").name, container_of(b"News", "a.txt")
    ('jsonl', 'parquet', None)
    """
    return next((container for container in CONTAINERS if container.matches(head, name)), None)
