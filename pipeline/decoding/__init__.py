"""Bytes to text and back: charsets, stray bytes, and content that is no text at all."""
