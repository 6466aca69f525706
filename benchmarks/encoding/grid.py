"""Restore text that was misread in each of 24 codecs, once and twice, beside plain ftfy and plsfix.

python benchmarks/encoding/grid.py ../shared/bench/language/leipzig_dev.parquet [--each 12] [--plsfix PYTHON]

The parquet files have columns lang, kind and text; sentences with letters beyond ASCII are taken that the encoding
stage leaves as they are. Three tables: UTF-8 read in a codec; the same done twice; text of a codec's own languages read
as windows-1252 (and, for windows-1252, as others), once and then once more as UTF-8. A reading that fails loses
information and is left out. "Exact" is the share of texts that come back to the letter. `--plsfix` names a Python that
has plsfix (`pip install plsfix`), which is asked in one process; its wheel cannot be told to leave quotes and widths,
so they do not count for it.
"""

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import ftfy
import pyarrow.parquet as pq

from pipeline import rulebook
from pipeline.stages import encoding
from pipeline.stages.encoding_edits import carried_out

CODECS = (
    *("cp1252", "latin-1", "iso8859-15", "cp1250", "iso8859-2", "cp1251", "koi8-r", "koi8-u", "cp866", "iso8859-5"),
    *("mac-cyrillic", "cp1253", "iso8859-7", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "mac-roman", "cp437"),
    *("gb18030", "big5", "cp932", "cp949"),
)
OWN = {
    **dict.fromkeys(["cp1250", "iso8859-2"], "pl cs hu sk sl hr ro"), **dict.fromkeys(["cp1251"], "ru uk bg"),
    **dict.fromkeys(["koi8-r", "cp866", "iso8859-5", "mac-cyrillic"], "ru"), "koi8-u": "uk", "cp1257": "lt lv et",
    **dict.fromkeys(["cp1253", "iso8859-7"], "el"), "cp1254": "tr", "cp1255": "he", "cp1256": "ar fa ur",
    "cp874": "th", "gb18030": "zh", "big5": "zh", "cp932": "ja", "cp949": "ko", "euc_jp": "ja",
    **dict.fromkeys(["iso8859-15", "mac-roman", "cp437"], "fr de es it pt sv"),
}  # fmt: skip
WESTERN = ("fr", "de", "es", "it", "pt", "sv")
ABROAD = ("cp1250", "cp1251", "cp1253", "mac-roman", "cp437")
RULES = rulebook.load().encoding
Fix = Callable[[list[str]], list[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--each", type=int, default=12, metavar="N", help="sentences of each language")
    parser.add_argument("--plsfix", metavar="PYTHON", help="a Python that has plsfix")
    parser.add_argument("--failures", action="store_true", help="print what does not come back")
    given = parser.parse_args()
    sentences = sound([row for path in given.texts for row in pq.read_table(path).to_pylist()], given.each)
    fixes: dict[str, Fix] = {"ours": ours, "ftfy": by_ftfy}
    if given.plsfix:
        fixes["plsfix"] = lambda texts: by_plsfix(texts, given.plsfix)
    else:
        print("plsfix is left out: name a Python that has it with --plsfix")
    every = [text for texts in sentences.values() for text in texts]
    table("UTF-8 read as", [(codec, once(every, "utf-8", codec)) for codec in CODECS], fixes, given.failures)
    table("the same, twice", [(codec, twice(every, codec)) for codec in CODECS], fixes, given.failures)
    single = []
    for codec, languages in OWN.items():
        own = [text for lang in languages.split() for text in sentences.get(lang, ())]
        single.append((f"{codec} as cp1252", once(own, codec, "latin-1" if "80" in codec else "sloppy-windows-1252")))
    western = [text for lang in WESTERN for text in sentences.get(lang, ())]
    single += [(f"cp1252 as {codec}", once(western, "cp1252", codec)) for codec in ABROAD]
    single += [(f"{a} as {b}", once(sentences.get("ru", []), a, b)) for a in ("cp1251", "koi8-r", "cp866")
               for b in ("cp1251", "koi8-r", "cp866") if a != b]  # fmt: skip
    double = [(name, [(gold, again(bad)) for gold, bad in pairs]) for name, pairs in single]
    table("another codec", single, fixes, given.failures)
    table("the same, then UTF-8 as cp1252", double, fixes, given.failures)


def table(title: str, rows: list[tuple[str, list[tuple[str, str]]]], fixes: dict[str, Fix], failures: bool) -> None:
    print(f"\n{title:34}{'texts':>7}" + "".join(f"{name:>9}" for name in fixes))
    right, total = dict.fromkeys(fixes, 0), 0
    for name, pairs in rows:
        if not pairs:
            print(f"{name:34}{0:7}   every text loses information")
            continue
        told = ""
        for fixer, fix in fixes.items():
            found = fix([bad for _, bad in pairs])
            same = sum(a in (gold, ftfy.fix_text(gold)) for (gold, _), a in zip(pairs, found, strict=True))
            right[fixer] += same
            told += f"{same / len(pairs):9.1%}"
            if failures and fixer == "ours":
                wrong = ((g, b, a) for (g, b), a in zip(pairs, found, strict=True) if a != g)
                print("".join(f"  {g[:70]!r} < {a[:70]!r} < {b[:70]!r}\n" for g, b, a in wrong), end="")
        total += len(pairs)
        print(f"{name:34}{len(pairs):7}{told}")
    print(f"{'all':34}{total:7}" + "".join(f"{count / total:9.1%}" for count in right.values()))


def once(texts: list[str], right: str, wrong: str) -> list[tuple[str, str]]:
    return [(text, bad) for text in texts if (bad := misread(text, right, wrong)) and bad != text]


def twice(texts: list[str], wrong: str) -> list[tuple[str, str]]:
    pairs = ((text, misread(bad, "utf-8", wrong)) for text, bad in once(texts, "utf-8", wrong))
    return [(text, bad) for text, bad in pairs if bad]


def misread(text: str, right: str, wrong: str) -> str | None:
    try:
        return text.encode(right).decode(wrong)
    except UnicodeError:
        return None


def again(text: str) -> str:
    return text.encode().decode("sloppy-windows-1252")


def ours(texts: list[str]) -> list[str]:
    return [carried_out(text, encoding.repair(text, RULES)) for text in texts]


def by_ftfy(texts: list[str]) -> list[str]:
    return [ftfy.fix_text(text, uncurl_quotes=False, fix_character_width=False) for text in texts]


def by_plsfix(texts: list[str], python: str) -> list[str]:
    code = "import json, sys; from plsfix import fix_text; print(json.dumps(list(map(fix_text, json.load(sys.stdin)))))"
    done = subprocess.run([python, "-c", code], input=json.dumps(texts), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"plsfix: {done.stderr}")
    return list(json.loads(done.stdout))


def sound(rows: list[dict[str, str]], each: int) -> dict[str, list[str]]:
    """Pick sentences by language: beyond ASCII, and left alone by the stage and by ftfy, so that gold is gold."""
    rng = random.Random(7)  # noqa: S311
    found: dict[str, list[str]] = {}
    rng.shuffle(rows)
    for row in rows:
        text, mine = row["text"], found.setdefault(row["lang"], [])
        if row["kind"] != "sentence" or len(mine) >= each or text.isascii() or "\xa0" in text or "  " in text:
            continue
        if carried_out(text, encoding.repair(text, RULES)) == text == by_ftfy([text])[0]:
            mine.append(text)
    return found


if __name__ == "__main__":
    main()
