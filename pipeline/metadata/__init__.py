"""What a page says of itself: title, date, authors, agencies, dateline, credits, source, site."""

from pipeline.metadata.reading import Metadata, Read, read
from pipeline.metadata.rules import READINGS, Rules, parse

__all__ = ["READINGS", "Metadata", "Read", "Rules", "parse", "read"]
