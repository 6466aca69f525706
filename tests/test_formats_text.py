"""Plain text: nothing is lost, lines stay lines, and only paragraphs broken at a fixed width are joined."""

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.decoding.decode import decode
from pipeline.formats import FORMATS, FormatError, format_named, format_of, host_of, text

SIGNS = st.sampled_from([*"ab .-\t\xa0\u200b\x85\x0b\x1c\n\r\f\u2028\u2029", "\r\n", "\n\n", "word ", "Ein Satz.\n"])
PROSE = (
    "The council of a small town on the river decided on Tuesday that the old bridge would stay open to walkers, "
    "although lorries had damaged two of its arches and the repair, which nobody had planned for, would take months."
)
GERMAN = (
    "Der Gemeinderat der kleinen Stadt am Fluss entschied am Dienstag, dass die alte Brücke für Fußgänger offen ist, "
    "obwohl Lastwagen zwei Bögen beschädigt haben und die Reparatur, mit der niemand gerechnet hatte, noch dauern wird."
)


def blocks_of(source):
    return text.read(source.encode(), "news/a.txt", None).blocks


def read_or_none(raw):
    try:
        return text.read(raw, "a.txt", None)
    except FormatError:
        return None


def texts_of(source):
    return [block.text for block in blocks_of(source)]


@settings(deadline=None)
@given(st.lists(SIGNS, max_size=40).map("".join) | st.text(max_size=200))
def test_blocks_and_separators_are_the_text(source):
    decoded = decode(source.encode())
    reading = read_or_none(source.encode())
    if reading is None:
        return
    assert "".join(b.text + b.separator for b in reading.blocks) == decoded.text
    assert text.restore(reading.blocks, reading.encoding) == source.encode()
    assert [b.block for b in reading.blocks] == list(range(len(reading.blocks)))
    assert all(b.text.strip(" \t\xa0\n\r") for b in reading.blocks)


@settings(deadline=None)
@given(st.lists(SIGNS, max_size=20).map("".join), st.sampled_from("a\x85é字"))
def test_only_what_shows_nothing_is_empty(source, shown):
    assert read_or_none((source + shown).encode()) is not None


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_come_back(raw):
    reading = read_or_none(raw)
    assert reading is None or text.restore(reading.blocks, reading.encoding) == raw


def test_lines_and_what_stands_between_them():
    reading = text.read(b"\n \nOne\r\n\r\n \t\n  Two \nThree\n\n", "x.org/a.txt", "x.org")
    assert [(b.kind, b.line, b.text, b.separator) for b in reading.blocks] == [
        ("line", 3, "\n \nOne", "\r\n\r\n \t\n"),
        ("line", 6, "  Two ", "\n"),
        ("line", 7, "Three", "\n\n"),
    ]
    assert reading.page.doc == reading.page.file == "x.org/a.txt"
    assert (reading.page.host, reading.encoding, reading.visible) == ("x.org", "utf-8", "")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\f", "\u2028", "\u2029"])
def test_what_ends_a_line(end):
    assert texts_of(f"One{end}Two") == ["One", "Two"]


@pytest.mark.parametrize("sign", ["\x85", "\x0b", "\x1c", "\x1e", "\xa0", "\u200b"])
def test_what_does_not_end_a_line(sign):
    assert texts_of(f"One{sign}Two") == [f"One{sign}Two"]


def test_an_ellipsis_of_windows_is_no_blank_line():
    assert texts_of("One\n\x85\nTwo") == ["One", "\x85", "Two"]


@pytest.mark.parametrize("blank", ["", " ", "\xa0", "\u3000", "\u200b", "\ufeff"])
def test_what_a_blank_line_may_hold(blank):
    assert [(b.text, b.separator) for b in blocks_of(f"One\n{blank}\nTwo")] == [("One", f"\n{blank}\n"), ("Two", "")]


@pytest.mark.parametrize("raw", [b"", b" \n\t\r\n", "\xa0\u2028\ufeff".encode()])
def test_nothing_to_read(raw):
    with pytest.raises(FormatError) as caught:
        text.read(raw, "a.txt", None)
    assert caught.value.reason == "empty"


@pytest.mark.parametrize("width", [60, 72, 76, 80])
@pytest.mark.parametrize("prose", [PROSE, GERMAN])
def test_a_mail_wrapped_at_a_width(prose, width):
    source = "Dear readers,\n\n" + "\n\n".join([textwrap.fill(prose, width)] * 3) + "\n\nYours\nA. Writer\n"
    blocks = blocks_of(source)
    assert [" ".join(b.text.split()) for b in blocks] == ["Dear readers,", *[prose] * 3, "Yours", "A. Writer"]
    assert [b.kind for b in blocks] == ["line", *["paragraph"] * 3, "line", "line"]
    assert blocks[2].line == 3 + textwrap.fill(prose, width).count("\n") + 2


def test_wrapped_paragraphs_without_blank_lines():
    source = "\n".join(textwrap.fill(prose, 70, initial_indent="   ") for prose in (PROSE, GERMAN, PROSE))
    assert [" ".join(t.split()) for t in texts_of(source)] == [PROSE, GERMAN, PROSE]


def test_wrapped_list_items():
    items = [textwrap.fill(prose, 72, initial_indent="* ", subsequent_indent="  ") for prose in (PROSE, GERMAN)]
    assert texts_of("\n".join(items)) == items


def test_a_page_of_one_paragraph_a_line():
    source = "\n".join([PROSE, GERMAN, PROSE + PROSE, "Short one."] * 3)
    assert texts_of(source) == source.split("\n")


@pytest.mark.parametrize(
    "lines",
    [
        ["After the vote", "Bridge: Repairs would take until “March”", "", PROSE],
        ["A headline of ordinary length about a bridge", "Source: Some Site", "", "Post a Comment"],
        ["To be told of the latest articles, subscribe:", "Comment on this post"],
        ["What stands on this site is from sources that we have no hold of at all.", PROSE],
        ["News", "Sport", "Weather", "Traffic", "Culture", "Imprint"],
        [f"- item number {i} of a list with lines of nearly equal length" for i in range(9)],
        [f"Mayor No. {i} Opens The Bridge That Everybody Waited For" for i in range(9)],
        [
            "The river runs below the town",
            "and never asks for leave,",
            "the miller's wheel goes up and down",
            "from morning until eve.",
        ],
        ["Anna Muster", "Brückenstraße 5", "12345 Musterstadt", "Telefon 030 123456"],
        [line.strip() for line in textwrap.wrap(PROSE, 40)],
    ],
    ids=["kicker", "source", "subscribe", "notice", "menu", "list", "headlines", "verse", "address", "narrow"],
)
def test_lines_that_stand_for_themselves(lines):
    assert texts_of("\n".join(lines)) == [line for line in lines if line]


def test_kicker_headline_and_the_like_in_the_seeds(seeds):
    for file in sorted(seeds.glob("*.txt")):
        lines = file.read_text("utf-8").split("\n")
        reading = text.read(file.read_bytes(), file.name, None)
        assert [b.text for b in reading.blocks] == [line for line in lines if line.strip()]
        assert all(lines[b.line - 1] == b.text and b.kind == "line" for b in reading.blocks)
        assert text.restore(reading.blocks, reading.encoding) == file.read_bytes()


@pytest.mark.parametrize(
    "source",
    [
        "\n" * 500_000 + "x",
        "a\n" * 100_000,
        " " * 2_000_000 + "x",
        "x\n" + " " * 2_000_000 + "y",
        "x\n" + (" " * 500 + "\n") * 2000,
    ],
    ids=["line breaks", "short lines", "spaces", "indentation", "blank lines"],
)
def test_hostile_space_takes_bounded_time(source):
    reading = text.read(source.encode(), "a.txt", None)
    assert text.restore(reading.blocks, reading.encoding) == source.encode()


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"Plain words", "a.txt", "text"),
        (b"Plain words", "009f55bc", "text"),
        (b"<!DOCTYPE html><p>x", "a.txt", "html"),
        (b"a < b and more", "a.html", "text"),
        (b"words <b>in</b> a page", "a.html", "html"),
        (b"words <b>in</b> a text", "a.txt", "text"),
        ("<html><p>ü".encode("utf-16"), "a", "html"),
    ],
)
def test_format_of(head, name, expected):
    assert format_of(head, name).name == expected


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\x89PNG\r\n\x1a\n\0", "a.txt"),
        (b"{}", "a.json"),
        (b"a,b", "a.CSV"),
        (b"WARC/1.0\r\n", "a"),
        (b'<?xml version="1.0"?><rss>', "feed"),
        (b"{\\rtf1 x}", "a.txt"),
    ],
)
def test_what_no_format_reads(head, name):
    with pytest.raises(FormatError) as caught:
        format_of(head, name)
    assert caught.value.reason == "unknown-format"


def test_an_empty_file():
    with pytest.raises(FormatError, match="empty"):
        format_of(b"", "a.txt")


def test_formats_by_name():
    assert all(format_named(form.name) is form for form in FORMATS)
    with pytest.raises(FormatError):
        format_named("parchment")


@pytest.mark.parametrize(
    ("file", "host"),
    [
        ("News.Example.ORG/a.txt", "news.example.org"),
        ("example.org/2022/a.txt", "example.org"),
        ("bücher.example/a", "bücher.example"),
        ("a.txt", None),
        ("january/a.txt", None),
        ("v1.2/a.txt", None),
        ("-a.org/x", None),
        ("a..org/x", None),
        (f"{'a' * 64}.org/x", None),
    ],
)
def test_host_of(file, host):
    assert host_of(file) == host
