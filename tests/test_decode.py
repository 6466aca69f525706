"""Decoding takes any bytes and gives them back; what is no text is recognised by its first bytes."""

import bz2
import codecs
import gzip
import io
import lzma
import random
import sqlite3
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.decoding.charsets import codecs_of, is_one_byte
from pipeline.decoding.decode import decode
from pipeline.decoding.sniff import sniff
from pipeline.decoding.stray import STRAY, byte_of

LABELS = st.none() | st.sampled_from(
    [
        "utf-8",
        "iso-8859-1",
        "windows-1251",
        "shift_jis",
        "gb2312",
        "big5",
        "utf-16",
        "unicode_escape",
        "utf-7",
        "no such",
    ]
)
GERMAN = "Der Bürgermeister erklärte am Dienstag, über die Brücke werde erst im März entschieden. "
RUSSIAN = "Мэр заявил во вторник, что решение о мосте будет принято только в марте. "
JAPANESE = "市長は火曜日、橋についての決定は三月になると述べた。住民は早い結論を求めている。"
CHINESE = "市长星期二表示，关于大桥的决定要到三月才能作出。居民们希望尽快得出结论。"


@settings(deadline=None)  # the first call loads models
@given(st.binary(max_size=300), LABELS)
@example(b"\xff\xfeA", None)
@example(b"\xef\xbb\xbf\xff", None)
@example("Ā".encode("utf-16-be"), None)
@example(b"\x00\xd8", None)
@example("\uf7ff".encode() + b"\xff", None)
@example(b"\\ud800", "unicode_escape")
def test_any_bytes_come_back(raw, label):
    text, encoding, method, confidence = decode(raw, label)
    assert text.encode(encoding) == raw
    assert method
    assert 0 <= confidence <= 1
    text.encode("utf-8")  # no lone surrogate


@settings(deadline=None)  # the first call loads models
@given(st.text(max_size=200))
def test_utf_8_is_read_as_such(text):
    decoded = decode(text.encode())
    if "\0" not in text and not text.startswith("\ufeff") and "\x1b" not in text:
        assert decoded[:3] == (text, "utf-8", "utf-8")


@settings(deadline=None)  # the first call loads models
@given(
    st.text(max_size=200), st.sampled_from(["utf-8-stray", "gb18030-stray", "utf-16-le-stray"]), st.binary(max_size=3)
)
def test_stray_bytes_go_through_text_and_back(text, codec, bad):
    raw = text.encode(codec.removesuffix("-stray")) + bad
    if not STRAY.search(text):
        assert raw.decode(codec).encode(codec) == raw


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_decides(mark, codec):
    raw = mark + GERMAN.encode(codec)
    text, encoding, method, _ = decode(raw)
    assert (text.removeprefix("\ufeff"), method) == (GERMAN, "bom")
    assert text.encode(encoding) == raw


def test_the_mark_stays_out_of_utf_8_text():
    assert decode(codecs.BOM_UTF8 + b"Text")[:2] == ("Text", "utf-8-sig")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["Mayor opens bridge", GERMAN, RUSSIAN, JAPANESE + "\n" + CHINESE])
def test_wide_text_without_a_mark(text, codec):
    assert decode(text.encode(codec))[:2] == (text, codec)


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        (GERMAN + "“…”", "cp1252", "ISO-8859-1"),
        (CHINESE + "镕", "gb18030", "gb2312"),
        (JAPANESE + "①", "cp932", "Shift_JIS"),
        (JAPANESE, "euc_jp", "x-euc-jp"),
        (RUSSIAN, "koi8-r", "KOI8-R"),
    ],
)
def test_a_label_means_what_browsers_take_it_for(text, codec, label):
    assert decode(text.encode(codec), label)[:3] == (text, codec, "declared")


@pytest.mark.parametrize("label", ["utf-8", "utf-16", "unicode_escape", "no-such-charset", "a\0b", "\udc80", ""])
def test_a_label_that_cannot_be_true_is_passed_over(label):
    assert decode(GERMAN.encode("cp1252"), label).text == GERMAN


def test_bytes_that_are_utf_8_win_over_their_label():
    assert decode(GERMAN.encode(), "iso-8859-1")[:2] == (GERMAN, "utf-8")


@pytest.mark.parametrize(
    ("text", "codec"),
    [(GERMAN, "cp1252"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"), (JAPANESE, "cp932"), (CHINESE, "gb18030")],
)
def test_an_undeclared_encoding_is_detected(text, codec):
    assert decode((text * 5).encode(codec)).text == text * 5


def test_the_detector_sees_the_first_line_that_tells():
    raw = (b"plain words only\n" * 60_000) + (RUSSIAN * 20).encode("cp1251")
    assert decode(raw).text.endswith(RUSSIAN)


def test_one_bad_byte_costs_one_character():
    raw = GERMAN.encode() + b"\xff" + GERMAN.encode()
    text, encoding, method, _ = decode(raw)
    assert (text, encoding, method) == (f"{GERMAN}\uf7ff{GERMAN}", "utf-8-stray", "damaged")
    assert byte_of("\uf7ff") == 0xFF


def test_a_text_cut_inside_a_character():
    assert decode("Die Brücke – „alt“".encode()[:-1]).text == "Die Brücke – „alt\uf7e2\uf780"


@pytest.mark.parametrize("tail", [b"\xe2", b"\xe2\x80", b"\xf0\x9f", b"\xf0\x9f\x99", b"\xc3", b" \xe4", b"\xe6\x97"])
def test_ascii_cut_inside_its_only_character(tail):
    raw = b"The mayor said on Tuesday that the bridge was closed" + tail
    assert decode(raw)[1:3] == ("utf-8-stray", "damaged")


@pytest.mark.parametrize("text", ["Nous allons au café", "Parlo di città", "Sie trat mit dem Fuß", "ATENÇÃ"])
def test_an_accent_at_the_end_is_no_cut_character(text):
    assert decode(text.encode("cp1252")).text == text


def test_many_lines_in_utf_8_speak_for_it_though_one_has_more_stray_bytes():
    lines = [GERMAN.strip()] * 10
    raw = "“Whole”\nwhole – too\n".encode() + "\n".join(lines).encode("cp1252").replace(b"\n", b" ")
    assert decode(raw).text.startswith("“Whole”\nwhole – too\n")


@pytest.mark.parametrize("text", ["It’s a start—or isn’t it?", "“Stop,” she said – “now”…", "41°F in Chávez’s café"])
@pytest.mark.parametrize("codec", ["cp1252", "mac-roman"])
def test_signs_stand_where_signs_belong(text, codec):
    raw = (text + "\n" + "Plain words of no interest to anybody follow here.\n" * 3).encode(codec)
    assert decode(raw).text.startswith(text)


def test_no_break_spaces_alone_tell_nothing_but_what_they_are():
    assert decode(b"10\xa0\xa0\xa0\xa0\xa012 am\n" * 3)[:2] == ("10\xa0\xa0\xa0\xa0\xa012 am\n" * 3, "cp1252")


@pytest.mark.parametrize(
    "codes", [b"\xfb\xfc\x8b\xb4", b"\xee\xe0\x8b\xb4"], ids=["as the web writes it", "as NEC does"]
)
def test_both_codes_of_a_name_in_shift_jis_are_read_and_given_back(codes):
    raw = JAPANESE.encode("cp932") + codes
    text, encoding, method, _ = decode(raw, "shift_jis")
    assert (text, method) == (JAPANESE + "髙橋", "declared")
    assert text.encode(encoding) == raw


@given(st.text(st.sampled_from("a髙﨑①ⅰ∵￢あ\n"), max_size=20))
def test_the_web_s_shift_jis_goes_both_ways(text):
    assert text.encode("cp932-web").decode("cp932-web") == text.encode("cp932").decode("cp932") == text


def test_a_line_of_another_encoding_leaves_the_others_alone():
    lines = decode(GERMAN.encode() + b"\ncaf\xe9\n" + GERMAN.encode()).text.split("\n")
    assert lines == [GERMAN, "caf\uf7e9", GERMAN]


def test_a_japanese_page_with_one_bad_byte():
    raw = (JAPANESE * 20).encode("cp932") + b"\xff\n" + JAPANESE.encode("cp932")
    assert decode(raw, "shift_jis").text.count(JAPANESE) == 21


@pytest.mark.parametrize(
    "raw",
    [
        b"a" * 4_000_000 + b"\n\xe9",
        b"\xe9\n" * 1_000_000,
        ("é" * 150_000 + "\n").encode() + b"\xe9a" * 1_000_000,
        b"\x1b$B" * 1_000_000,
        b"\0" * 4_000_000,
        b"\xff\xfe" + b"\0\xd8" * 200_000,
        b"\xd1a" * 1_000_000,
        b"a" * 4_000_000 + b"\xe2",
    ],
    ids=["one high byte", "high lines", "half damaged", "escapes", "zeros", "surrogates", "untidy", "cut"],
)
def test_hostile_bytes_take_bounded_time(raw):
    text, encoding, _, _ = decode(raw)
    assert text.encode(encoding) == raw


def test_labels():
    assert codecs_of(" Latin1 ") == ("cp1252",)
    assert codecs_of("x-sjis")[0] == "cp932"
    assert codecs_of("utf-8-stray") == ()
    assert is_one_byte("koi8-r")
    assert not is_one_byte("big5hkscs")


def zipped():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "text")
    return out.getvalue()


def test_compressed_content_is_recognised():
    kinds = [sniff(pack(b"text" * 50)) for pack in (gzip.compress, bz2.compress, lzma.compress)]
    assert [*kinds, sniff(zipped())] == ["gzip", "bzip2", "xz", "zip"]


def test_a_database_is_recognised():
    with sqlite3.connect(":memory:") as base:
        base.execute("create table t (a)")
        assert sniff(base.serialize()) == "sqlite"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "jpeg"),
        (b"GIF89a\1\0", "gif"),
        (b"%PDF-1.4\n%", "pdf"),
        (b"\x7fELF\2\1\1\0", "elf"),
        (b"RIFF\x24\0\0\0WEBPVP8 \0\0\0\0", "webp"),
        (b"\0\0\0\x20ftypisom\0\0\2\0", "mp4"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
        (b"\x28\xb5\x2f\xfd\x04", "zstd"),
        (b"wOF2\0\1\0\0\0\0\0\1\2\3\4\5", "woff2"),
        (b"ID3\4\0\0\0\0\0\0\1\2", "mp3"),
        (bytes(range(32)) * 8, "binary"),
        (b"a.txt".ljust(100, b"\0") + b"0000644\0".ljust(157, b"\0") + b"ustar\x0000", "tar"),
    ],
)
def test_signatures(head, kind):
    assert sniff(head) == kind


@pytest.mark.parametrize(
    "text", ["BMW builds", "ID3 tags", "RIFF RAFF in town", "PAR1 and more", "wOFFle", "OggS", "%", "", "soufftyp"]
)
def test_words_are_not_taken_for_signatures(text):
    assert sniff(text.encode()) is None


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize("text", [GERMAN * 3, RUSSIAN * 3, JAPANESE * 3])
def test_text_in_any_unicode_is_text(text, codec):
    assert sniff(text.encode(codec)[:512]) is None


def test_random_bytes_are_binary():
    rng = random.Random(7)  # noqa: S311
    assert {sniff(rng.randbytes(4096)) for _ in range(20)} <= {"binary", "mp3"}


def test_a_zero_or_two_in_a_text_do_no_harm():
    assert sniff(GERMAN.encode() * 5 + b"\0\0") is None
