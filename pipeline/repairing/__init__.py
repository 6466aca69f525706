"""The door for a model: what it is asked about flagged sentences, how, and what of its answers may pass."""
