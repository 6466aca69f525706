"""A lexicon of a user's own is derived from a dictionary file and a list of surnames."""

import gzip
import importlib.util
import sys
from pathlib import Path

import pytest

from pipeline import rulebook

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "mistranslation" / "build_lexicon.py"
TEI = """<?xml version="1.0" encoding="UTF-8"?>
<TEI xmlns="http://www.tei-c.org/ns/1.0"><text><body>
<entry><form><orth>Flunder</orth></form><gramGrp><pos>n</pos></gramGrp>
<sense><cit type="trans" xml:lang="en"><quote>flounder</quote></cit>
<cit type="trans" xml:lang="en"><quote>a flat fish (fam.)</quote></cit></sense></entry>
<entry><form><orth>wandern</orth></form><gramGrp><pos>v</pos></gramGrp>
<sense><cit type="trans" xml:lang="en"><quote>to hike, to wander about the hills for days</quote></cit></sense></entry>
<entry><form><orth>Werwolf</orth></form><gramGrp><pos>n</pos></gramGrp>
<sense><cit type="trans" xml:lang="en"><quote>wolf</quote></cit></sense></entry>
<entry><form><orth>Tango</orth></form><gramGrp><pos>n</pos></gramGrp>
<sense><cit type="trans" xml:lang="en"><quote>Tango</quote></cit></sense></entry>
</body></text></TEI>
"""
NAMES = "Flunder\nWandern\nWerwolf\nTango\nVogel\nNirgendwo\n"
WANTED = ["Flunder\tde\tflounder/n flat_fish/n", "Wandern\tde\thike/v", "Werwolf\tde\twolf/n(wolves)"]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the script in this process on a dictionary."""
    spec = importlib.util.spec_from_file_location("build_lexicon", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    (tmp_path / "names.txt").write_text(NAMES, "utf-8")

    def main(dictionary):
        command = [SCRIPT, dictionary, "--lang", "de", "--surnames", tmp_path / "names.txt", "--out", tmp_path / "own"]
        monkeypatch.setattr(sys, "argv", [str(part) for part in command])
        script.main()

    return main


def written(tmp_path):
    lines = (tmp_path / "own" / "mistranslation" / "surnames.tsv").read_text("utf-8").splitlines()
    assert lines[1] == "surname\tlang\trenderings"
    return lines[2:]


def test_a_tei_file_gives_the_surnames_that_are_words_and_not_known_yet(tmp_path, run):
    (tmp_path / "deu-eng.tei").write_text(TEI, "utf-8")
    run(tmp_path / "deu-eng.tei")
    assert written(tmp_path) == WANTED
    assert rulebook.load(str(tmp_path / "own")).digest != rulebook.load().digest


@pytest.mark.parametrize("packed", [False, True])
def test_a_dictd_pair_gives_the_same(tmp_path, run, packed):
    articles = {
        "flunder": "Flunder /flʊndɐ/ <n, fem, sg>\n1. flounder; flat fish [zool.]\n",
        "wandern": "wandern <v>\nto hike\n",
        "werwolf": "Werwolf <n>\n wolf\n",
    }
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    content, index = b"", ["00-database-short\tA\tA"]
    for head, article in articles.items():
        start, size = (digits[n // 64] + digits[n % 64] for n in (len(content), len(article.encode())))
        index.append(f"{head}\t{start}\t{size}")
        content += article.encode()
    (tmp_path / "deu-eng.index").write_text("\n".join(index), "utf-8")
    name, data = ("deu-eng.dict.dz", gzip.compress(content)) if packed else ("deu-eng.dict", content)
    (tmp_path / name).write_bytes(data)
    run(tmp_path / "deu-eng.index")
    assert written(tmp_path) == WANTED


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [("a.tei", "<TEI><entry>", "a.tei"), ("a.pdf", "%PDF", "neither .tei"), ("a.index", "x\tA\tA", "a.dict.dz")],
)
def test_what_cannot_be_read_is_told(tmp_path, run, name, content, told):
    (tmp_path / name).write_text(content)
    with pytest.raises(SystemExit, match=told):
        run(tmp_path / name)
