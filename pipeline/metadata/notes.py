"""Note each value that is read: for which field, by which rule, how sure that rule is, and where the value stands."""

from pipeline.metadata.rules import Rules
from pipeline.tables import Block, Reading


class Notes:
    """The values read from one document, in the order in which they were read.

    A value stands in characters start to end of a block's text; all three are None where the page's head declares it.
    """

    def __init__(self, doc: str, rules: Rules) -> None:
        """Begin with none."""
        self._doc = doc
        self._scores = rules.scores
        self._blocks: dict[str, Block] = {}
        self.reads: list[Reading] = []

    def add(self, field: str, value: str, rule: str, block: Block | None = None, text: str | None = None) -> str:
        """Note a value and give it back; `text` is the block's, where it is not the one that the block has.

        What a block spells otherwise than the value, an agency's short name, spans the whole block.
        """
        if block is None:
            return self.put(field, value, rule, None, None, None)
        self._blocks[field] = block
        whole = block.text if text is None else text
        start = whole.find(value)
        span = (start, start + len(value)) if start >= 0 else (0, len(whole))
        return self.put(field, value, rule, block.block, *span)

    def put(self, field: str, value: str, rule: str, block: int | None, start: int | None, end: int | None) -> str:
        """Note a value whose span is known, and give it back."""
        self.reads.append(Reading(self._doc, field, value, rule, self._scores[field][rule], block, start, end))
        return value

    def value(self, field: str) -> str:
        """Give the last value noted for a field, empty where there is none."""
        return next((read.value for read in reversed(self.reads) if read.field == field), "")

    def block(self, field: str) -> Block | None:
        """Give the block that it stands in."""
        return self._blocks.get(field)
