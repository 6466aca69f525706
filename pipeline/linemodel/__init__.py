"""How likely each line is the article's, learnt from labelled pages: measures, trees, and the best labels."""

from pipeline.linemodel.features import FEATURES, PLAIN
from pipeline.linemodel.model import (
    Decoding,
    Forest,
    Model,
    Tree,
    Weighed,
    decode,
    logits,
    parse,
    total,
    tree_of,
    weigh,
)

__all__ = [
    "FEATURES",
    "PLAIN",
    "Decoding",
    "Forest",
    "Model",
    "Tree",
    "Weighed",
    "decode",
    "logits",
    "parse",
    "total",
    "tree_of",
    "weigh",
]
