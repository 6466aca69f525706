"""The sentences of blocks, as rows to be signed like the blocks themselves."""

from itertools import islice

import pyarrow as pa

from pipeline.sentences import Rules, split

# The number of a block and of a sentence in it are packed in one: of a block with more sentences the first ones count.
MAX_SENTENCES = 1 << 12


def cut(blocks: pa.RecordBatch, rules: Rules) -> pa.RecordBatch:
    """Make a row of each sentence: its document, its text, and as its block the block's number and its own, packed."""
    rows = zip(blocks["doc"].to_pylist(), blocks["block"].to_pylist(), blocks["text"].to_pylist(), strict=True)
    cuts = [
        (doc, block * MAX_SENTENCES + at, text[start:end])
        for doc, block, text in rows
        for at, (start, end) in enumerate(islice(split(text, rules), MAX_SENTENCES))
    ]
    docs, places, texts = zip(*cuts, strict=True) if cuts else ((), (), ())
    columns = (pa.array(docs, pa.string()), pa.array(places, pa.int64()), pa.array(texts, pa.string()))
    return pa.record_batch(dict(zip(("doc", "block", "text"), columns, strict=True)))
