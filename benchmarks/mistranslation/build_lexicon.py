"""Derive a larger lexicon of surnames that are words from a FreeDict dictionary and a list of surnames of your own.

python benchmarks/mistranslation/build_lexicon.py deu-eng.tei --lang de --surnames names.txt --out my_rules

The dictionary is a TEI file (.tei, .xml) or dictd's pair (.index beside .dict or .dict.dz) with English translations;
the surnames stand one on a line. What is written is my_rules/mistranslation/surnames.tsv, for `--rules my_rules`.
FreeDict's dictionaries are under the GPL: what is derived from one is for your own use, and is not part of Copydesk.
"""

import argparse
import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from pipeline.rulebook import BUILT_IN, read_files

KINDS = {"n": "n", "noun": "n", "v": "v", "vt": "v", "vi": "v", "verb": "v", "a": "a", "adj": "a", "adjective": "a"}
MOST = 4  # A dictionary's first translations are the likely ones.
DIGITS = {c: i for i, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}
WORD = re.compile(r"[a-z]+(?:[ -][a-z]+)?")
NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>|/[^/\n]*/|\{[^{}]*\}")
ENTRY = re.compile(r"([^/()]+)/([vnar])(?:\(([^()]*)\))?")


class Sense(NamedTuple):
    """A headword, its part of speech (v n a r) and an English word for it."""

    headword: str
    kind: str
    english: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dictionary", type=Path)
    parser.add_argument("--lang", required=True, help="the dictionary's source language, as de")
    parser.add_argument("--surnames", type=Path, required=True, help="a surname on each line")
    parser.add_argument("--out", type=Path, required=True, help="a rule folder of your own")
    parser.add_argument("--all", action="store_true", help="also the surnames that are known already")
    given = parser.parse_args()
    names = [line.strip() for line in given.surnames.read_text("utf-8").splitlines() if line.strip()]
    known = read_files([BUILT_IN])["mistranslation/surnames.tsv"]
    if not given.all:
        names = sorted(set(names) - {row["surname"] for row in known})
    rows = list(build(senses(given.dictionary), names, given.lang, irregular_forms(known)))
    path = given.out / "mistranslation" / "surnames.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = f"# Derived from {given.dictionary.name} for use on this machine; the dictionary's licence holds.\n"
    path.write_text(head + "surname\tlang\trenderings\n" + "".join(f"{row}\n" for row in rows), "utf-8")
    print(f"{len(rows)} of {len(names)} surnames are words of {given.dictionary.name}: {path}")


def build(found: Iterable[Sense], names: Iterable[str], lang: str, forms: dict[str, str]) -> Iterator[str]:
    """Give a row of surnames.tsv for each name that is a headword; `forms` spells irregular entries out."""
    words: dict[str, list[str]] = {name.casefold(): [] for name in names}
    for sense in found:
        entry = f"{sense.english.replace(' ', '_')}/{sense.kind}"
        have = words.get(sense.headword.casefold())
        if have is not None and sense.english != sense.headword.casefold() and entry not in have:
            have.append(entry)
    for name in sorted(set(names)):
        if entries := words[name.casefold()][:MOST]:
            yield f"{name}\t{lang}\t{' '.join(forms.get(entry, entry) for entry in entries)}"


def irregular_forms(rows: Iterable[dict[str, str]]) -> dict[str, str]:
    """Collect the entries with forms in brackets from rows of surnames.tsv, by the entry without them."""
    entries = (ENTRY.fullmatch(entry) for row in rows for entry in row["renderings"].split())
    return {f"{e[1]}/{e[2]}": e[0] for e in entries if e is not None and e[3] is not None}


def senses(dictionary: Path) -> Iterator[Sense]:
    """Read a TEI file, or a dictd index with the dictionary beside it."""
    if dictionary.suffix == ".index":
        return _dictd(dictionary)
    if dictionary.suffix in (".tei", ".xml"):
        return _tei(dictionary)
    raise SystemExit(f"{dictionary}: neither .tei, .xml nor .index")


def _tei(path: Path) -> Iterator[Sense]:
    entries = etree.iterparse(str(path), events=("end",), tag="{*}entry", resolve_entities=False, no_network=True)
    try:
        for _, entry in entries:
            kind = _kind("".join(entry.find(".//{*}pos").itertext()) if entry.find(".//{*}pos") is not None else "")
            heads = [
                text for orth in entry.iterfind("./{*}form//{*}orth") if (text := "".join(orth.itertext()).strip())
            ]
            for quote in entry.iterfind(".//{*}cit[@type='trans']/{*}quote"):
                for english in _english("".join(quote.itertext())):
                    yield from (Sense(head, kind, english) for head in heads)
            entry.clear()
    except etree.XMLSyntaxError as error:
        raise SystemExit(f"{path}: {error}") from None


def _dictd(index: Path) -> Iterator[Sense]:
    plain, packed = index.with_suffix(".dict"), index.with_suffix(".dict.dz")  # .dz is gzip's format with an index.
    if not plain.exists() and not packed.exists():
        raise SystemExit(f"{index}: neither {plain.name} nor {packed.name} stands beside it")
    content = plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes())
    for line in index.read_text("utf-8").splitlines():
        head, _, place = line.partition("\t")
        if head.startswith("00-database") or place.count("\t") != 1:
            continue
        start, length = (_number(field) for field in place.split("\t"))
        first, _, rest = content[start : start + length].decode("utf-8", "replace").partition("\n")
        grammar = re.search(r"<([a-z]+)", first)
        for english in _english(rest):
            yield Sense(head, _kind(grammar[1] if grammar else ""), english)


def _number(digits: str) -> int:
    number = 0
    for digit in digits.strip():
        number = number * 64 + DIGITS[digit]
    return number


def _kind(grammar: str) -> str:
    return KINDS.get(grammar.strip().lower(), "r")


def _english(text: str) -> Iterator[str]:
    """Give the one- and two-word translations of a text, without articles, notes and numbers."""
    for part in re.split(r"[,;\n]", NOTE.sub(" ", text)):
        word = re.sub(r"^[\s\d.]*(?:(?:to|an?|the) )?", "", part.strip().lower()).strip()
        if WORD.fullmatch(word):
            yield word


if __name__ == "__main__":
    main()
