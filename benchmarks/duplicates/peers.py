"""Link a workload with another tool, by the settings that its users take; runs in an environment of its own."""

import json
import re
import resource
import sys
import time
from collections import defaultdict
from pathlib import Path

_WORD = re.compile(r"\w+")


def shingles(text: str, length: int) -> list[str]:
    """Runs of so many words, all of a text where it has fewer."""
    words = _WORD.findall(text.lower())
    return [" ".join(words[i : i + length]) for i in range(max(1, len(words) - length + 1))]


class Groups:
    """Numbers joined two by two."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def root(self, number: int) -> int:
        while self.parent[number] != number:
            self.parent[number] = self.parent[self.parent[number]]
            number = self.parent[number]
        return number

    def join(self, a: int, b: int) -> None:
        a, b = self.root(a), self.root(b)
        self.parent[max(a, b)] = min(a, b)


def rensa(texts: list[str]) -> dict[str, list[int]]:
    """MinHash of word 3-grams, 128 permutations in 32 bands of 4; whoever shares a band is one group."""
    from rensa import RMinHash  # noqa: PLC0415 - only where this tool is asked for

    groups, seen = Groups(len(texts)), [defaultdict(lambda: -1) for _ in range(32)]
    for at, text in enumerate(texts):
        print_ = RMinHash(num_perm=128, seed=42)
        print_.update(shingles(text, 3))
        digest = print_.digest()
        for band, known in enumerate(seen):
            key = tuple(digest[4 * band : 4 * band + 4])
            if known[key] >= 0:
                groups.join(known[key], at)
            known[key] = at
    return {"3-grams-32x4": [groups.root(at) for at in range(len(texts))]}


def text_dedup(texts: list[str]) -> dict[str, list[int]]:
    """MinHash by text-dedup's own function and defaults: word 5-grams, 250 permutations, threshold 0.7."""
    import numpy as np  # noqa: PLC0415
    from text_dedup.minhash import embed_func  # noqa: PLC0415
    from text_dedup.utils import optimal_param, sha1_hash  # noqa: PLC0415

    permutations, prime = 250, np.uint64((1 << 61) - 1)
    bands, rows = optimal_param(0.7, permutations, 0.5, 0.5)
    ranges = [(i * rows, (i + 1) * rows) for i in range(bands)]
    rng = np.random.RandomState(42)
    factors = (
        rng.randint(1, prime, size=permutations, dtype=np.uint64),
        rng.randint(0, prime, size=permutations, dtype=np.uint64),
    )
    settings = {"num_perm": permutations, "ngram_size": 5, "min_length": 5, "hashranges": ranges}
    settings |= {"permutations": factors, "hash_func": sha1_hash, "dtype": np.uint64}
    settings |= {"max_hash": np.uint64((1 << 32) - 1), "modulo_prime": prime}
    groups, seen = Groups(len(texts)), [{} for _ in ranges]
    for at, text in enumerate(texts):
        for known, key in zip(seen, embed_func(text, at, **settings)["__signatures__"], strict=True):
            groups.join(known.setdefault(key, at), at)
    return {"5-grams-0.7": [groups.root(at) for at in range(len(texts))]}


def main(place: Path, tool: str) -> None:
    """Read the workload, link it, write the answers, print figures."""
    with (place / "items.jsonl").open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    began = time.process_time()
    found = {"rensa": rensa, "text-dedup": text_dedup}[tool](texts)
    done = time.process_time()
    for name, labels in found.items():
        (place / f"{name}.tsv").write_text("".join(f"{at}\t{to}\n" for at, to in enumerate(labels)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(json.dumps({"tool": tool, "rows": len(texts), "cpu": done - began, "peak_mb": peak, "answers": list(found)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
