"""The gate before ftfy: with and without it the repairs are the same, and sound text does not reach ftfy."""

import json
import random
import re
import sys
import unicodedata
from pathlib import Path

import ftfy.badness
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from ftfy import TextFixerConfig, fix_text_segment
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import rulebook
from pipeline.lift import each_text
from pipeline.screens import screen_of
from pipeline.stages import encoding
from pipeline.stages.encoding_forms import composed, in_form
from pipeline.stages.encoding_gate import CONFIG, changeable, tight
from pipeline.tables import BLOCKS, Block, table_of

RULES = rulebook.load().encoding
ROOT = Path(__file__).parent.parent
FTFY_CASES = ROOT.parent / "shared" / "bench" / "encoding" / "ftfy_cases"
EVERY = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]

# What ftfy may read a text in, and the dirt that its other steps look for.
CODECS = ["latin-1", "cp1252", "cp1250", "cp1251", "mac-roman", "cp437", "cp1253", "cp1254", "cp1257"]
DIRT = (
    *("&eacute;", "&amp;amp;", "&#8217;", "&", ";", "\x85", "“", "”", "’", "ﬁ", "ŉ", "\x1b[36;44m", "\x07", "\ufeff"),
    *("ＡＢＣ", "\ufffd", "\xa0", "Ã ", "Â ", "œ", "а", "вЂ™", "â€", "…", "e\u0301", "\u0301", "<b>", "😀", "\uf7e9"),
    *("°", "€", "£", "×", "à²", "√±", "\n", "\x1c", "\u2028", "\u0345", "각", "\u1161", "ᅡ", "\uac00\u11a8"),
)
SCRIPTS = (
    *((0x20, 0x7E), (0xA0, 0xFF), (0x100, 0x24F), (0x370, 0x3FF), (0x400, 0x52F), (0x590, 0x6FF), (0x900, 0xD7F)),
    *((0xE00, 0x11FF), (0x1E00, 0x24FF), (0x2500, 0x25FF), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3)),
    *((0xF700, 0xFFFD), (0x1F300, 0x1FAFF)),
)
LETTERS = st.one_of([st.text(st.characters(min_codepoint=a, max_codepoint=b), max_size=8) for a, b in SCRIPTS])
PIECES = st.lists(LETTERS | st.sampled_from(DIRT), min_size=1, max_size=6).map("".join)


def misread(text, codecs):
    for codec in codecs:
        text = text.encode("utf-8", "replace").decode(codec, "replace")
    return text


TEXTS = st.builds(misread, PIECES, st.lists(st.sampled_from(CODECS), max_size=2))


def column(texts):
    return table_of(
        [Block("d", i, "line", "", i, 0, "\n", None, False, None, None, t) for i, t in enumerate(texts)], BLOCKS
    )


def assert_same(texts):
    blocks = column(texts)
    assert encoding.by_text(blocks, RULES).equals(each_text(encoding.repair)(blocks, RULES))


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=12))
def test_with_and_without_the_gate_the_repairs_are_the_same(texts):
    assert_same(texts)


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=12))
def test_what_the_gate_holds_back_ftfy_does_not_change(texts):
    for text, passed in zip(texts, changeable(pa.array(texts)).to_pylist(), strict=True):
        assert passed or in_form(fix_text_segment(text, CONFIG)) == text


def test_every_pair_of_characters_that_ftfy_calls_bad_passes():
    """All characters that its pattern names, two by two, alone and inside a word: more than 200,000 texts."""
    named = {c for c in EVERY[:0x10000] if c in ftfy.badness.BADNESS_RE.pattern} | set("aZ0 .?€")
    for category in ftfy.badness.MOJIBAKE_CATEGORIES.values():
        named |= {c for c in EVERY[:0x10000] if re.match(f"[{category}]", c)}
    texts = [frame.format(a + b) for a in sorted(named) for b in sorted(named) for frame in ("{}", "a{} ")]
    bad = [bool(ftfy.badness.BADNESS_RE.search(text)) for text in texts]
    passed = changeable(pa.array(texts))
    assert pc.all(pc.or_(passed, pc.invert(pa.array(bad)))).as_py()
    assert sum(bad) > 10_000


def test_every_character_of_an_alphabet_or_sign_is_judged_as_ftfy_judges_it():
    uniform = re.compile("[\u3400-\u9fff\uac00-\ud7a3]|[^\0-\uffff]")  # No step of ftfy names any of these.
    chars = [char for char in EVERY if not uniform.match(char) and unicodedata.category(char) not in ("Cn", "Co")]
    texts = [frame.format(char) for char in chars for frame in ("{}", "é”{}")]
    held = pa.array(texts).filter(pc.invert(changeable(pa.array(texts)))).to_pylist()
    assert [t for t in held if in_form(fix_text_segment(t, CONFIG)) != t] == []


@pytest.mark.parametrize("letters", [r"\w", r"\s"])
def test_the_screen_knows_all_letters_and_spaces_that_python_knows(letters):
    ours = pa.array([char for char in EVERY if re.match(letters, char)])
    missed = ours.filter(pc.invert(pc.match_substring_regex(ours, screen_of(re.compile(letters)))))
    assert all(changeable(missed).to_pylist())  # Separators among the control characters are let through as such.


def test_every_composed_letter_of_an_alphabet_is_put_together_again():
    letters = re.compile("[A-Za-z\u00c0-\u052f\u1e00-\u1fff\u3041-\u30ff\uac00-\ud7a3]")
    whole = [
        char for char in EVERY if letters.match(char) and char.isalpha() and unicodedata.normalize("NFC", char) == char
    ]
    assert [char for char in whole if composed(unicodedata.normalize("NFD", char)) != char] == []


def test_no_composed_text_is_taken_apart():
    assert [char for char in EVERY if composed(char) != char] == []
    assert [char for char in EVERY if in_form(char) != char] == list("ﬀﬁﬂﬃﬄﬅﬆ")


@pytest.mark.parametrize(
    "text", ["হয়েছে", "ड़", "ਸ਼ੇਰ", "رَبَّما", "อยู่", "盧武鉉", "Om ŉ boek te skryf", "ĳs", "ǆep", "5 Å, 3 Ω"]
)
def test_spellings_that_nfc_or_ftfy_would_change_are_no_damage(text):
    assert not any(changeable(pa.array([text])).to_pylist())
    assert not list(encoding.repair(text, RULES))


def test_ftfy_has_no_step_that_the_gate_does_not_know():
    known = {"unescape_html", "remove_terminal_escapes", "fix_encoding", "restore_byte_a0", "replace_lossy_sequences"}
    known |= {"decode_inconsistent_utf8", "fix_c1_controls", "fix_latin_ligatures", "fix_character_width"}
    known |= {"uncurl_quotes", "fix_line_breaks", "fix_surrogates", "remove_control_chars", "normalization"}
    assert set(TextFixerConfig._fields) == known | {"max_decode_length", "explain"}


def test_a_verbose_pattern_means_the_same_without_its_layout():
    short = tight(ftfy.badness.BADNESS_RE)
    assert not short.flags & re.VERBOSE
    rng = random.Random(3)  # noqa: S311
    named = [char for char in EVERY[:0x10000] if char in ftfy.badness.BADNESS_RE.pattern]
    for _ in range(20_000):
        text = "".join(rng.choices(named, k=6))
        assert short.findall(text) == ftfy.badness.BADNESS_RE.findall(text)


def test_sound_text_is_held_back():
    sound = ["“We’re ready,” she said – and smiled…", "„Schön“, sagte Ärztin Öztürk: 5 € für 3 m²", "Привет, мир!"]
    sound += ["Élève à l’école : « Vraiment ? »", "हिन्दी में लिखा", "Tiếng Việt", "日本語の「文章」です。", "한국어 문장"]
    assert not any(changeable(pa.array(sound)).to_pylist())


def test_an_empty_column():
    assert changeable(pa.array([], pa.string())).to_pylist() == []


@pytest.mark.skipif(not FTFY_CASES.is_dir(), reason="ftfy's published cases are not there (../shared/bench/encoding)")
def test_ftfys_own_cases():
    cases = [case for path in sorted(FTFY_CASES.glob("*.json")) for case in json.loads(path.read_text("utf-8"))]
    assert len(cases) > 150
    originals = [case["original"] for case in cases if not re.search("[\ud800-\udfff]", case["original"])]
    assert_same(originals)
    held = pa.array(originals).filter(pc.invert(changeable(pa.array(originals)))).to_pylist()
    assert [text for text in held if in_form(fix_text_segment(text, CONFIG)) != text] == []


def test_the_sample_corpus():
    files = [path for path in sorted((ROOT / "data" / "raw").rglob("*")) if path.is_file()]
    texts = [line for path in files for line in path.read_bytes().decode("utf-8", "replace").splitlines()]
    assert len(texts) > 1000
    assert_same(texts)
