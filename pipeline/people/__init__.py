"""Who is spoken of: the people that documents introduce, and what other documents of the run know of them."""

from pipeline.people.anchors import Anchor, anchors
from pipeline.people.entities import usual_spellings
from pipeline.people.lexicon import Lexicon, Rendering, parse
from pipeline.people.seen import look
from pipeline.people.telling import tell

__all__ = ["Anchor", "Lexicon", "Rendering", "anchors", "look", "parse", "tell", "usual_spellings"]
