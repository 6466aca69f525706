"""What a page says of itself: title, date, authors, agencies, dateline, credits, source, site."""

from pipeline.metadata.reading import Metadata, Read, read
from pipeline.metadata.rules import Rules, parse

__all__ = ["Metadata", "Read", "Rules", "parse", "read"]
