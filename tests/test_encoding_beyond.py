"""Repairs beyond ftfy's: other codecs, parts of a text, marks that are not seen, words restored by their page."""

import tomllib
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import rulebook
from pipeline.lift import RuleError, each_text
from pipeline.stages import encoding
from pipeline.stages.encoding_codecs import Margins, reread
from pipeline.stages.encoding_edits import carried_out, joined
from pipeline.stages.encoding_letters import likelihood
from pipeline.stages.encoding_marks import MARKS, marked
from pipeline.stages.encoding_misread import misread
from pipeline.stages.encoding_odd import is_odd, odd
from pipeline.stages.encoding_pages import damaged, lost_letters, with_pages
from pipeline.tables import BLOCKS, Block, Edit, table_of

RULES = rulebook.load().encoding
CASES = tomllib.loads((Path(__file__).parent / "cases" / "encoding_beyond.toml").read_text("utf-8"))["case"]

RUSSIAN = "Городской совет решил вновь открыть старый тоннель под гаванью"
SENTENCES = {
    "ru": RUSSIAN,
    "uk": "Міська рада вирішила знову відкрити старий тунель під гаванню",
    "el": "Το δημοτικό συμβούλιο αποφάσισε να ανοίξει ξανά την παλιά σήραγγα",
    "pl": "Rada miasta zdecydowała się ponownie otworzyć stary tunel pod przystanią, żeby skrócić drogę",
    "cs": "Městská rada rozhodla znovu otevřít starý tunel pod přístavem, aby se zkrátila cesta",
    "hu": "A városi tanács úgy döntött, hogy újra megnyitja a kikötő alatti régi alagutat, és erről értesítőt küldött",
    "tr": "Belediye meclisi, limanın altındaki eski tüneli yeniden açmaya karar verdi ve yarın başlıyor",
    "he": "מועצת העיר החליטה לפתוח מחדש את המנהרה הישנה שמתחת לנמל",
    "th": "สภาเมืองมีมติให้เปิดอุโมงค์เก่าใต้ท่าเรืออีกครั้ง",
    "de": "Der Stadtrat möchte den alten Tunnel unter dem Hafen für Fußgänger wieder öffnen",
    "fr": "Le conseil a décidé de rouvrir le tunnel fermé depuis l’été passé, à côté de la forêt",
    "ja": "市議会は港の下にある古いトンネルを再び開くことを決めました。",
}
ONCE = [
    *(("ru", right, wrong) for right in ("cp1251", "koi8-r", "cp866", "iso8859-5") for wrong in ("cp1252", "latin-1")),
    *(("ru", right, wrong) for right, wrong in (("cp1251", "koi8-r"), ("koi8-r", "cp1251"), ("cp866", "cp1251"))),
    *(("uk", "cp1251", "cp1252"), ("el", "cp1253", "cp1252"), ("el", "iso8859-7", "latin-1")),
    *(("pl", "cp1250", "cp1252"), ("pl", "iso8859-2", "latin-1"), ("cs", "cp1250", "cp1252")),
    ("hu", "cp1250", "cp1252"),
    *(("tr", "cp1254", "cp1252"), ("he", "cp1255", "cp1252"), ("th", "cp874", "latin-1")),
    ("de", "mac-roman", "cp1252"),
    ("ja", "euc_jp", "latin-1"),
]  # fmt: skip
UTF_8 = ("koi8-r", "cp866", "cp437", "sloppy-windows-1251", "iso8859-2", "mac-roman", "iso8859-5")


def repaired(text, rules=RULES):
    return carried_out(text, encoding.repair(text, rules))


def misread_as(text, right, wrong):
    name = {"cp1252": "sloppy-windows-1252", "cp1251": "sloppy-windows-1251"}.get(wrong, wrong)
    return text.encode(right).decode(name)


def page(texts, doc="d"):
    return [Block(doc, i, "line", "", i, 0, "\n", None, False, None, None, text) for i, text in enumerate(texts)]


def mended(texts, rules=RULES):
    blocks = table_of(page(texts), BLOCKS)
    edits = [[] for _ in texts]
    for row in encoding.propose(blocks, rules).to_pylist():
        edits[row.pop("row")].append(Edit(**row))
    return [carried_out(text, mine) for text, mine in zip(texts, edits, strict=True)], edits


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["comment"])
def test_cases(case):
    lines = case["given"].split("|")
    now, edits = mended(lines)
    assert now == case["expect"].split("|")
    assert {edit.rule for mine in edits for edit in mine} == set(case["rules"])


@pytest.mark.parametrize("kind", encoding.KINDS)
def test_every_kind_has_cases_in_which_it_fires_and_is_silent_and_can_be_switched_off(kind):
    fires = [case for case in CASES if kind in case["rules"]]
    assert fires and any(kind == case.get("silent") and not case["rules"] for case in CASES)
    files = rulebook.read_files([rulebook.BUILT_IN])
    table = files["encoding.toml"]
    without = encoding.parse({"encoding.toml": {**table, "repair": {**table["repair"], kind: "off"}}})
    for case in fires:
        assert kind not in {edit.rule for mine in mended(case["given"].split("|"), without)[1] for edit in mine}


@pytest.mark.parametrize(("lang", "right", "wrong"), ONCE, ids="-".join)
def test_text_read_in_another_codec_comes_back(lang, right, wrong):
    text = SENTENCES[lang]
    assert repaired(misread_as(text, right, wrong)) == text


@pytest.mark.parametrize("wrong", UTF_8)
@pytest.mark.parametrize("lang", ["ru", "pl", "fr", "de", "ja", "he"])
@pytest.mark.parametrize("times", [1, 2])
def test_utf_8_read_in_another_codec_comes_back(lang, wrong, times):
    text = bad = SENTENCES[lang]
    for _ in range(times):
        bad = bad.encode().decode(wrong, "replace")
    if "\ufffd" not in bad:
        assert repaired(bad) == text


@pytest.mark.parametrize("text", SENTENCES.values(), ids=SENTENCES)
def test_sound_sentences_stay(text):
    for told in (text, text.upper(), text.title(), f"{text} “{text}”"):
        assert repaired(told) == told


def test_evidence_and_score_are_told():
    (edit,) = (e for e in encoding.repair(misread_as("Привет", "cp1251", "cp1252"), RULES))
    assert edit.rule == "wrong-codec"
    assert edit.score > 0.9
    assert edit.evidence.startswith("cp1251 read as windows-1252; ")


def test_a_margin_that_nothing_reaches_switches_the_repair_off():
    bad = misread_as(RUSSIAN, "cp1251", "cp1252")
    assert reread(bad, Margins(6, 12, 15, 0.85)).text == RUSSIAN
    assert reread(bad, Margins(6, 1e6, 1e6, 0.85)) is None


def test_a_language_makes_its_own_letters_likely():
    right, wrong = likelihood("się więc"), likelihood("siê wiêc")
    assert right.language == "pl" and right.log > wrong.log + 5 and right.known == 1.0


# What the rules look for, damaged and sound, in any mixture.
WORDS = st.sampled_from(
    [
        *SENTENCES["ru"].split(), *SENTENCES["pl"].split(), *SENTENCES["fr"].split(), "Ïðèâåò,", "âûïóñòèëà",
        "ÐŸÑ€Ð¸Ð²ÐµÑ‚",         "п©я─п╦п╡п╣я┌",
        "schÃ¶n", "siê", "wiêc", "g³ówny", "caf&eacute", "& #8217;", "&amp;amp;", "Erdo?an", "Erdoğan", "can\ufffdt",
        "Donau\xaddampf", "zero\u200bwidth", "می\u200cخواهم", "\u200eleft", "Pаris", "Москвa",
        "govern-\nment", "government",
        "well-\nknown", "e\u0301", "ﬁn", "5\xb5m", "😀\u200d😀", "\x85", "\uf7e9", "’", "“", "caf茅", "的",
    ]
)  # fmt: skip
TEXTS = st.lists(WORDS | st.text(max_size=5), max_size=8).map(" ".join)


@settings(max_examples=80, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_screened_and_unscreened_are_the_same(texts):
    blocks = table_of(page(texts), BLOCKS)
    assert encoding.by_text(blocks, RULES).equals(each_text(encoding.repair)(blocks, RULES))


@settings(max_examples=80, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_pages_without_a_damaged_word_have_nothing_to_restore(texts):
    blocks = table_of(page(texts), BLOCKS)
    kinds = frozenset(("lost-letter", "line-hyphen"))
    none = encoding.propose(blocks, RULES).slice(0, 0)
    found = with_pages(blocks, none, pa.array(["d"]), kinds)
    rows = set(found["row"].to_pylist())
    assert all(damaged(blocks["text"])[row].as_py() for row in rows)


@settings(max_examples=80, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_a_third_pass_proposes_nothing(texts):
    """ftfy itself needs a second one: what it repairs may look damaged still."""
    for _ in range(2):
        texts, _ = mended(texts)
    again, edits = mended(texts)
    assert again == texts or any(edit.rule not in encoding.KINDS for mine in edits for edit in mine)


@given(TEXTS)
def test_marks_reach_a_fixed_point_at_once_and_are_screened(text):
    for find in MARKS.values():
        edits = list(find(text))
        assert not edits or marked(pa.array([text]))[0].as_py()
        assert list(find(carried_out(text, edits))) == []


@settings(max_examples=80, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_oddness_of_a_text_does_not_hang_on_its_neighbours(texts):
    assert odd(pa.array(texts, pa.string())).to_pylist() == [is_odd(text) for text in texts]


def spans(draw, text):
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return [Edit(a, b, draw(st.text("xyz", max_size=3)), "r") for a, b in pairs]


@given(st.data(), st.text("abcdef", max_size=12))
def test_joined_edits_do_what_both_do_one_after_the_other(data, text):
    first = spans(data.draw, text)
    between = carried_out(text, first)
    second = spans(data.draw, between)
    edits = joined(text, first, second)
    assert carried_out(text, edits) == carried_out(between, second)
    assert all(a.end <= b.start for a, b in pairwise(edits))


def test_two_words_that_fit_restore_nothing():
    assert list(lost_letters("Erdo?an", {"Erdoğan": 5, "Erdoöan": 1})) == []
    assert list(lost_letters("Who?Me", {"Who": 1, "Me": 1, "Whoéme": 1})) == []


def test_hostile_text_takes_no_long_time():
    for text in ("Ã" * 20_000, "ñ\xad" * 5_000, "?a" * 20_000, "a-\n" * 10_000, "\u200b" * 50_000, "& " * 20_000):
        mended([text])


def test_parts_of_a_text_are_found():
    text = f"Он приехал вчера. {misread_as(RUSSIAN, 'utf-8', 'koi8-r')}."
    parts = misread(text, RULES.margins)
    assert [part.after.strip() for part in parts] == [f"{RUSSIAN}."]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"repair": {"homoglyphs": "repair"}}, "homoglyphs"),
        ({"repair": {"invisible": "on"}}, "on"),
        ({"margin": {"x": 1}}, "x"),
    ],
)
def test_switches_that_are_not_understood_are_refused(table, told):
    with pytest.raises(RuleError, match=told):
        encoding.parse({"encoding.toml": {"max_nested_entities": 3, "max_combining_run": 31, **table}})
