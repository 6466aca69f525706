"""Signatures: what counts as the same words, which facts are seen; batch and process make no difference."""

import subprocess
import sys
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from newsroom import newsroom

from pipeline import rulebook
from pipeline.duplicates.claims import Claims
from pipeline.duplicates.signatures import OPENING, sign
from pipeline.duplicates.vocabulary import vocabulary
from pipeline.duplicates.words import Token, level
from pipeline.rulebook import BUILT_IN, read_files
from pipeline.tables import BLOCKS, SIGNATURES, Block, Signature, rows_of, table_of

RULES = rulebook.load().signatures
TEXT = "“The re-invasion of Velm’s harbour cost €1,250.50,” Zoë Ångström said — on 21st May."


def signed(*texts):
    blocks = table_of(
        [Block("d", i, "line", "", i, 0, "\n", "body", True, None, None, t) for i, t in enumerate(texts)], BLOCKS
    )
    return rows_of(sign(blocks, {"d": "site.example"}, {"d": Claims("2023")}, RULES), Signature)


def exact(text):
    return signed(text)[0].exact


@pytest.mark.parametrize(
    "text",
    [
        TEXT.upper().replace("21ST", "21st"),
        TEXT.replace("“", '"').replace("”", '"').replace("’", "'"),
        TEXT.replace("“", "„").replace("”", "«"),
        TEXT.replace(" — ", "—"),
        TEXT.replace(" — ", " – "),
        TEXT.replace(" — ", "–"),
        TEXT.replace("re-invasion", "re‑invasion"),
        TEXT.replace("re-invasion", "reinvasion"),
        TEXT.replace(" ", "\u00a0", 3).replace(" ", "   "),
        TEXT.replace("said", "sa\u00adid").replace("cost", "cost\u200b"),
        TEXT.replace("1,250.50", "1250,50"),
        TEXT.replace("€1,250.50", "1,250.50€"),
        TEXT.rstrip(".") + " …",
        unicodedata.normalize("NFD", TEXT),
        "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in TEXT),
    ],
)
def test_dress_does_not_count(text):
    assert text != TEXT
    assert exact(text) == exact(TEXT)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("rose by 1.5 percent", "rose by 15 percent"),
        ("it ended 2-1", "it ended 21"),
        ("at 14:30 sharp", "at 1430 sharp"),
        ("minus -5 degrees", "minus 5 degrees"),
        ("cost $5 million", "cost €5 million"),
        ("cost €5m", "cost €5bn"),
        ("he is not guilty", "he is guilty"),
        ("der Gipfel des Verrats", "die Gipfel des Verrats"),
        ("Mörder", "Morder"),
        ("की मौत", "के मौत"),
        ("中国外交部长", "美国外交部长"),
        ("dog bites man", "man bites dog"),
    ],
)
def test_what_counts(left, right):
    assert exact(left) != exact(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("100 000 Soldaten stehen an der Grenze", "100.000 Soldaten stehen an der Grenze"),
        ("1\u202f250\u202f000 personnes", "1,250,000 personnes"),
        ("中国外交部长王毅，星期五在日内瓦。", "中国外交部长王毅 星期五 在日内瓦"),
        ("คณะรัฐมนตรี ประชุม วันนี้", "คณะรัฐมนตรีประชุมวันนี้"),
        ("2022年1月21日、外相は会談した。", "２０２２年１月２１日 外相は 会談した"),
    ],
)
def test_spaces_in_figures_and_in_unspaced_scripts_do_not_count(left, right):
    assert exact(left) == exact(right)


def test_unspaced_scripts_are_compared_by_pairs_of_characters():
    whole, part = signed("外交部长王毅星期五在日内瓦表示", "外交部长王毅星期五在日内瓦")
    assert len(part.words) == 12
    assert set(part.words) < set(whole.words)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Then Blinken met Lavrov in Geneva.", {OPENING + "then", "blinken", "lavrov", "geneva"}),
        ("It cost 1.5% more. Nobody paid.", {OPENING + "it", "1.5", OPENING + "nobody"}),
        ("two lorries and drei Busse", {"2", "3", "busse"}),
        ("the 21st of May’s 100,000 guests", {"21", "may", "100000"}),
        ("сказал Лавров в Женеве", {"лавров", "женеве"}),
        ("the US$5 toll and £3m", {"us$5", "£3m"}),
        ("TRIESTE, March 10 (Reuters) - Then Kurz met Belov.", {OPENING + "then", "kurz", "belov"}),
    ],
)
def test_facts(text, facts):
    assert set(signed(text)[0].facts) == facts


DATELINES = read_files([BUILT_IN])["duplicate.toml"]["dateline"]


@pytest.mark.parametrize("row", DATELINES, ids=lambda row: row["id"])
def test_a_dateline_states_no_fact(row):
    assert row["fires"]
    assert row["silent"]
    for text in row["fires"]:
        assert "arve" not in "".join(signed(text.replace("(", "(Arve ") + " nothing")[0].facts), text
    for text in row["silent"]:
        bare, capital = signed(text)[0].facts, signed(f"x {text}")[0].facts
        assert len(bare) == len(capital), text


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("He does not want, and never wanted, anything but peace.", 2),
        ("They don’t, can't and won't.", 3),
        ("Er will nicht, sie will keinen.", 2),
        ("Il ne veut pas, jamais.", 2),
        ("No vino nadie.", 2),
        ("Он не придёт.", 1),
        ("他不来，也没打电话。", 2),
        ("参加しないと述べた。", 1),
        ("The knot is notable.", 0),
    ],
)
def test_denials(text, times):
    assert signed(text)[0].negations == times


def test_the_batch_makes_no_difference():
    texts = [text for page in newsroom(3, documents=6).values() for text in page] + ["", "***", "外交部 100 000"]
    apart = [signed(text)[0]._replace(block=i) for i, text in enumerate(texts)]
    assert signed(*texts) == apart


def test_host_and_claims_are_those_of_the_document():
    blocks = table_of([Block(d, 0, "p", "", 0, 0, "", None, None, None, None, "a b") for d in ("x", "y")], BLOCKS)
    rows = rows_of(sign(blocks, {"x": "x.example"}, {"x": Claims("1", 2, 3), "y": Claims()}, RULES), Signature)
    told = [(r.doc, r.host, r.published, r.damage, r.length) for r in rows]
    assert told == [("x", "x.example", "1", 2, 3), ("y", None, None, 0, 0)]
    with pytest.raises(KeyError):
        sign(blocks, {}, {"x": Claims()}, RULES)


def test_every_white_space_parts_words():
    spaces = [chr(c) for c in range(sys.maxunicode + 1) if chr(c).isspace()]
    alone = signed("two words")[0].words
    assert [space for space in spaces if signed(f"two{space}words")[0].words != alone] == []


def test_every_decimal_digit_makes_a_figure_and_no_name():
    digits = [chr(c) for c in range(sys.maxunicode + 1) if chr(c).isdecimal()]
    rows = signed(*(f"A{digit}" for digit in digits))
    assert [row.block for row in rows if not row.facts or any(fact.startswith(OPENING) for fact in row.facts)] == []


def test_no_blocks():
    none = sign(table_of([], BLOCKS), {}, {}, RULES)
    assert none.schema.equals(SIGNATURES)
    assert none.num_rows == 0


def test_a_slice_of_a_batch_is_signed_like_any_other():
    rows = [
        Block("d", i, "p", "", 0, 0, "", None, None, None, None, t) for i, t in enumerate(["one", "two three", "four"])
    ]
    assert sign(table_of(rows, BLOCKS).slice(1), {}, {"d": Claims()}, RULES).equals(
        sign(table_of(rows[1:], BLOCKS), {}, {"d": Claims()}, RULES)
    )


def test_hashes_are_the_same_in_every_process():
    hashes = "7834716031115760132 8916955092540692712 1095608359862816874\n"
    code = "from test_signatures import *; print(exact(TEXT), *signed('two Words')[0].words)"
    env = {"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parent)}
    assert (
        subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout
        == hashes
    )
    assert exact(TEXT) == int(hashes.split(maxsplit=1)[0])


TOKENS = st.text(st.sampled_from("aAzZéÉ'’-‑–—.,!“”»$€5%/_*(中で\u0301ß"), min_size=1, max_size=7)
ANY_TOKENS = st.text(min_size=1, max_size=9).map(lambda text: "".join(text.split())).filter(len)


@given(st.lists(TOKENS | ANY_TOKENS, unique=True, max_size=20))
def test_plain_tokens_are_levelled_like_all_others(tokens):
    known = vocabulary(pa.array(tokens, pa.string()))
    words, facts = known.words.to_pylist(), known.facts.to_pylist()
    spans = [slice(a, a + n) for a, n in zip(known.starts.tolist(), known.counts.tolist(), strict=True)]
    columns = zip(spans, known.ends.tolist(), strict=True)
    assert [Token(tuple(words[at]), tuple(facts[at]), ends) for at, ends in columns] == [level(t) for t in tokens]


@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_text_can_be_signed(texts):
    rows = signed(*texts)
    assert [len(row.words) > 0 or not row.facts for row in rows] == [True] * len(texts)


@given(
    st.lists(st.sampled_from([*TEXT.split(), "Лавров", "STRASSE", "Straße", "100,000", "ﬁn", "Σίσυφος"]), max_size=8)
)
def test_case_and_composition_never_count(words):
    text = " ".join(words)
    assert exact(text.upper()) == exact(text) == exact(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 200_000,
        "1" * 200_000,
        "1," * 100_000,
        "“" * 200_000,
        "中" * 100_000,
        "a-" * 100_000,
        "$1" * 100_000,
        "。 " * 100_000,
        "1 000" * 50_000,
    ],
)
def test_hostile_text_is_signed_in_good_time(text):
    signed(text)


def test_the_words_of_a_signature_are_a_flat_list_of_hashes():
    batch = sign(
        table_of([Block("d", 0, "p", "", 0, 0, "", None, None, None, None, "a b a")], BLOCKS),
        {},
        {"d": Claims()},
        RULES,
    )
    words = batch["words"][0].as_py()
    assert words[0] == words[2] != words[1]
    assert batch.schema.field("words").type == pa.list_(pa.uint64())
