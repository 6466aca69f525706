"""Paragraphs that repeat others: signed, brought together, compared word by word, and one of them kept."""
