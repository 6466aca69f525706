"""Who reports the same event: what pages mention and quote, and which pages mention and quote the same."""

from pipeline.events.gathering import Rules, gather, mentions, parse
from pipeline.events.quoting import quotations, quotes

__all__ = ["Rules", "gather", "mentions", "parse", "quotations", "quotes"]
