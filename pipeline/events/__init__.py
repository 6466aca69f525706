"""Who reports the same event: what pages mention, and which pages mention the same."""

from pipeline.events.gathering import Rules, gather, mentions, parse

__all__ = ["Rules", "gather", "mentions", "parse"]
