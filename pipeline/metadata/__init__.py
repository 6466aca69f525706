"""What a page says of itself: title, date, authors, agencies, dateline, credits, source, site."""

from pipeline.metadata.reading import Metadata, read
from pipeline.metadata.rules import READINGS, Rules, parse

__all__ = ["READINGS", "Metadata", "Rules", "parse", "read"]
