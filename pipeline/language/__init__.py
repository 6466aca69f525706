"""Which language a text, a paragraph, a document is in; how it was measured: docs/language.md."""

from pipeline.language.detection import ABSTAINED, Language, detect
from pipeline.language.paragraphs import Tongues, is_mixed, tongues
from pipeline.language.rules import BACKENDS, Rules, Writing, parse

__all__ = [
    "ABSTAINED", "BACKENDS", "Language", "Rules", "Tongues", "Writing", "detect", "is_mixed", "parse", "tongues",
]  # fmt: skip
