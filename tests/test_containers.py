"""Containers: each record a document with its own id, a bad one a row, the rest of the file as if nothing had been."""

import bz2
import gzip
import hashlib
import io
import json
import lzma
import tarfile
import uuid
import zipfile
from email.message import EmailMessage

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import rulebook, store_source
from pipeline.job import open_job
from pipeline.planning import Planned
from pipeline.reading import limits_of, read_file

TEXTS = [
    "The ferry came back.\nIt was late.\n",
    "Grüße von der Fähre.",
    "1 <2> 3 is no HTML.",
    "橋は閉鎖された。",
]
PAGE = "<html><head><title>Ferry back</title></head><body><p>The ferry came back &ndash; late.</p></body></html>"


@pytest.fixture
def raw(tmp_path):
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw"


def read(raw, name, content, **options):
    """Write a raw file and read it: (rows of its records, the file's own row, its pages with their texts)."""
    (raw / name).write_bytes(content)
    job = open_job(str(raw), str(raw.parent / "clean"), **options)
    outcomes = list(read_file(job, Planned(0, name, len(content), 0, None), limits_of(job)))
    readings = [outcome.reading for outcome in outcomes if outcome.reading is not None]
    rows = [outcome.row for outcome in outcomes]
    return [row for row in rows if row.record], rows[-1], readings


def texts_of(readings):
    return ["".join(block.text + block.separator for block in reading.blocks) for reading in readings]


def reasons(rows):
    return {row.record: (row.reason or "").split(":")[0] or None for row in rows}


def jsonl(records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def warc(bodies, gz, kind="text/html; charset=utf-8", status="200 OK"):
    """Write a crawl: for each page a response and a record of metadata."""
    records = []
    for i, body in enumerate(bodies, 1):
        answer = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        records += [warc_record(i, "response", answer), warc_record(i, "metadata", b"fetched: well")]
    return b"".join(gzip.compress(record) if gz else record for record in records)


def warc_record(number, kind, content):
    own_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{number}{kind}")
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{own_id}>\r\n"
        f"WARC-Date: 2023-03-10T08:00:00Z\r\nWARC-Target-URI: https://news.example.org/{number}\r\n"
        f"Content-Type: {'application/http; msgtype=response' if kind == 'response' else 'application/warc-fields'}\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n\r\n"


def test_a_line_of_json_is_a_document_with_what_it_says_of_itself(raw):
    record = {
        "id": 7, "URL": "https://news.example.org/ferry", "headline": "Ferry back", "date": "2023-03-10",
        "authors": ["Ada Quill", {"name": "Bo Reed"}], "body": "The ferry came back.", "source": {"name": "The Gull"},
    }  # fmt: skip
    (row,), file, (reading,) = read(raw, "a.jsonl", jsonl([record]))
    assert (row.record, row.own_id, row.format, row.outcome) == ("#1", "7", "text", "read")
    assert (file.record, file.format, file.records, file.outcome) == (None, "jsonl", 1, "read")
    page = reading.page
    assert (page.doc, page.file, page.own_id, page.host) == ("a.jsonl#1", "a.jsonl", "7", "news.example.org")
    assert (page.title, page.published, page.authors) == ("Ferry back", "2023-03-10", ("Ada Quill", "Bo Reed"))
    assert page.site_name == "The Gull"


def test_the_page_in_html_comes_before_its_text(raw):
    _, _, (reading,) = read(raw, "a.jsonl", jsonl([{"text": "Ferry", "html": PAGE}]))
    assert reading.page.title == "Ferry back"
    assert [block.text for block in reading.blocks] == ["The ferry came back – late."]


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json", "a.csv", "a.tsv", "a.parquet"])
def test_texts_come_through_as_they_are(raw, name):
    made = {
        "jsonl": lambda: jsonl([{"text": text} for text in TEXTS]),
        "ndjson": lambda: jsonl([{"text": text} for text in TEXTS]),
        "json": lambda: json.dumps([{"text": text} for text in TEXTS]).encode(),
        "csv": lambda: delimited(","),
        "tsv": lambda: delimited("\t"),
        "parquet": lambda: parquet([{"text": text, "id": str(i)} for i, text in enumerate(TEXTS)]),
    }
    rows, file, readings = read(raw, name, made[name.rpartition(".")[2]]())
    assert texts_of(readings) == TEXTS
    assert [reading.page.doc for reading in readings] == [f"{name}#{i}" for i in range(1, len(TEXTS) + 1)]
    assert all(row.sha256 == row.text_sha256 for row in rows)
    assert (file.outcome, file.records) == ("read", len(TEXTS))


def delimited(sign):
    quoted = ["text", *('"' + text.replace('"', '""') + '"' for text in TEXTS)]
    return ("\n".join(f"{i}{sign}{text}" for i, text in enumerate(quoted)) + "\n").encode()


def parquet(records):
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records), out)
    return out.getvalue()


PACKED = [
    ("gz", gzip.compress),
    ("bz2", bz2.compress),
    ("xz", lzma.compress),
    ("zst", lambda raw: pa.compress(raw, "zstd", asbytes=True)),
]


@pytest.mark.parametrize(("end", "pack"), PACKED)
def test_a_packed_container_is_read_through_its_packing(raw, end, pack):
    _, file, readings = read(raw, f"a.jsonl.{end}", pack(jsonl([{"text": text} for text in TEXTS])))
    assert texts_of(readings) == TEXTS
    assert file.format == f"jsonl+{end}"
    _, file, readings = read(raw, f"b.txt.{end}", pack(TEXTS[0].encode()))
    assert texts_of(readings) == TEXTS[:1]
    assert file.sha256 != file.text_sha256


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tgz"])
def test_an_archive_is_read_file_by_file_whatever_lies_in_it(raw, kind):
    files = {
        "a/one.txt": TEXTS[0].encode(),
        "two.jsonl": jsonl([{"text": TEXTS[1]}, {"no": 1}]),
        "c.html": PAGE.encode(),
    }
    rows, file, readings = read(raw, f"news.{kind}", archive(kind, files))
    docs = [reading.page.doc.partition("#")[2] for reading in readings]
    assert docs == ["1", "2#1", "3"]
    assert {row.own_id for row in rows} >= {"a/one.txt", "two.jsonl", "c.html"}
    assert reasons(rows)["#2#2"] == "no-text"
    assert (file.outcome, file.records) == ("read", 3)


def archive(kind, files):
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for name, content in files.items():
                made.writestr(name, content)
    else:
        with tarfile.open(fileobj=out, mode="w:gz" if kind.endswith("gz") else "w") as made:
            for name, content in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                made.addfile(member, io.BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize("gz", [False, True])
def test_a_crawl_is_read_page_by_page(raw, gz):
    bodies = [PAGE.encode(), PAGE.replace("late", "early").encode()]
    rows, file, readings = read(raw, f"crawl.warc{'.gz' if gz else ''}", warc(bodies, gz))
    assert [row.record for row in rows] == ["#1", "#3"]
    assert [reading.page.url for reading in readings] == ["https://news.example.org/1", "https://news.example.org/2"]
    assert readings[0].page.host == "news.example.org"
    assert all(row.own_id.startswith("<urn:uuid:") for row in rows)
    assert file.outcome == "read"


def test_a_crawl_compressed_as_a_whole_is_read_too(raw):
    bodies = [PAGE.encode()] * 3
    _, _file, readings = read(raw, "crawl.warc.gz", gzip.compress(warc(bodies, gz=False)))
    assert [reading.page.doc for reading in readings] == [f"crawl.warc.gz#{i}" for i in (1, 3, 5)]


def test_a_header_says_how_to_decode(raw):
    page = "<p>Das Schiff fährt für alle über die Brücke zurück</p>".encode("iso8859-15")
    _, _, (reading,) = read(raw, "a.warc", warc([page], gz=False, kind="text/html; charset=ISO-8859-15"))
    assert "fährt für alle" in reading.blocks[0].text
    assert reading.encoding == "iso8859-15"


def test_what_is_no_page_is_refused_by_its_reason(raw):
    rows, file, readings = read(raw, "a.warc", warc([b"gone"], gz=False, status="404 Not Found"))
    assert (reasons(rows), readings, file.outcome) == ({"#1": "http-status"}, [], "read")
    rows, _, _ = read(raw, "b.warc", warc([b"\x89PNG\r\n\x1a\n" + bytes(99)], gz=False, kind="image/png"))
    assert reasons(rows) == {"#1": "unknown-format"}


@pytest.mark.parametrize("gz", [False, True])
def test_behind_a_broken_record_of_a_crawl_the_next_is_found(raw, gz):
    noise = [PAGE.replace("late", "late " * i).encode() for i in range(1, 9)]
    content = bytearray(warc(noise, gz))
    middle = len(content) // 2
    content[middle : middle + 30] = bytes(255 - byte for byte in content[middle : middle + 30])
    rows, file, readings = read(raw, f"crawl.warc{'.gz' if gz else ''}", bytes(content))
    assert len(readings) >= 6
    assert readings[-1].page.url.endswith("/8")
    assert file.outcome == "read"
    assert gz is False or "malformed" in reasons(rows).values()


def test_a_length_that_is_too_great_swallows_no_other_record(raw):
    content = warc([PAGE.encode()] * 4, gz=False)
    at = content.find(b"Content-Length: ", len(content) // 3)
    end = content.find(b"\r\n", at)
    _rows, _, readings = read(raw, "a.warc", content[:at] + b"Content-Length: 99999999" + content[end:])
    assert len(readings) >= 3
    assert readings[-1].page.url.endswith("/4")


def letter(**attached):
    message = EmailMessage()
    message["Subject"], message["From"], message["Date"] = "Ferry back", "Ada Quill <a@example.org>", "Fri, 10 Mar 2023"
    message["Message-ID"] = "<7@example.org>"
    message.set_content("The ferry came back, plainly.")
    message.add_alternative(PAGE, subtype="html")
    for name, content in attached.items():
        message.add_attachment(content, "application", "octet-stream", filename=name.replace("_", "."))
    return message.as_bytes()


def test_a_letter_and_what_is_attached_to_it(raw):
    files = {"notes_txt": b"The notes of the ferryman.", "boat_png": b"\x89PNG\r\n\x1a\n" + bytes(99)}
    rows, _file, readings = read(raw, "a.eml", letter(**files))
    assert [reading.blocks[0].text for reading in readings] == [
        "The ferry came back – late.",
        "The notes of the ferryman.",
    ]
    assert (readings[0].page.title, readings[0].page.authors) == ("Ferry back", ("Ada Quill",))
    assert reasons(rows) == {"#1": None, "#2": None, "#3": "unknown-format"}
    assert [row.own_id for row in rows] == ["<7@example.org>", "notes.txt", "boat.png"]


def test_a_saved_page(raw):
    lines = [
        "From: <Saved by Blink>", "Snapshot-Content-Location: https://news.example.org/ferry", "Subject: Ferry back",
        "MIME-Version: 1.0", 'Content-Type: multipart/related; type="text/html"; boundary="x"', "",
        "--x", "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: quoted-printable",
        "Content-Location: https://news.example.org/ferry", "", "<p>The ferry came =E2=80=93 late.</p>",
        "--x", "Content-Type: text/css", "", "p { color: red }", "--x--", "",
    ]  # fmt: skip
    _, file, (reading,) = read(raw, "a.mhtml", "\r\n".join(lines).encode())
    assert reading.page.url == "https://news.example.org/ferry"
    assert [block.text for block in reading.blocks] == ["The ferry came – late."]
    assert file.format == "mhtml"


BAD_LINES = [
    (b"{broken", "malformed"),
    (b"[1, 2]", "malformed"),
    (b'{"text": ""}', "no-text"),
    (b'{"other": "x"}', "no-text"),
    (b'{"text": " \\n "}', "no-text"),
    (b'{"text": "' + b"x" * 3000 + b'"}', "too-large"),
    (b"[" * 100_000, "too-large"),
    (b"[" * 1_900, "malformed"),
    (b'{"text": ' + b"9" * 1_500 + b"}", None),
    (b'{"text": "half \\ud83d a character"}', None),
    ('{"text": "In another encoding: Grüße"}'.encode("cp1252"), None),
    (b"\xff\xfe\x00", "malformed"),
]


@pytest.mark.parametrize(("line", "reason"), BAD_LINES)
def test_a_bad_line_is_a_row_and_the_others_are_read(raw, line, reason):
    content = b'{"text": "Before."}\n' + line + b'\n{"text": "Behind."}\n'
    rows, file, readings = read(raw, "a.jsonl", content, max_bytes=2_000)
    assert reasons(rows) == {"#1": None, "#2": reason, "#3": None}
    assert texts_of(readings)[0] == "Before." and texts_of(readings)[-1] == "Behind."
    assert (file.outcome, file.records) == ("read", 3)


def test_a_line_in_another_encoding_is_read_by_itself(raw):
    content = '{"text": "Grüße"}\n'.encode() + '{"text": "Schöne Grüße aus Köln"}\n'.encode("cp1252")
    _, _, readings = read(raw, "a.jsonl", content)
    assert texts_of(readings) == ["Grüße", "Schöne Grüße aus Köln"]
    _, _, readings = read(raw, "b.jsonl", '{"text": "Grüße"}\r\n{"text": "橋"}'.encode("utf-16"))
    assert texts_of(readings) == ["Grüße", "橋"]


def test_a_bad_row_of_a_table_is_a_row(raw):
    content = b'id;text\n1;"Before; with a semicolon"\n2\n3;"Behind"\n'
    rows, file, readings = read(raw, "a.csv", content)
    assert texts_of(readings) == ["Before; with a semicolon", "Behind"]
    assert reasons(rows) == {"#1": None, "#2": "malformed", "#3": None}
    rows, file, _ = read(raw, "b.csv", b"a,b\n1,2\n")
    assert (file.outcome, file.reason.split(":")[0]) == ("rejected", "no-text")


def test_a_column_of_bytes_is_decoded_as_a_file_would_be(raw):
    content = parquet([{"html": PAGE.replace("ndash", "auml").encode("cp1252")}, {"html": b"<p>Gr\xfc\xdfe an alle"}])
    _, _, readings = read(raw, "a.parquet", content)
    assert readings[1].blocks[0].text == "Grüße an alle"


# Hardly compressible, so that every packing needs several blocks for it.
MANY = jsonl([{"text": hashlib.shake_256(bytes([i % 256, i // 256])).hexdigest(500)} for i in range(800)])
CUTS = [
    ("a.zip", archive("zip", {f"{i}.txt": bytes([97 + i]) * 9_000 for i in range(9)}), "rejected"),
    ("a.tar", archive("tar", {f"{i}.txt": bytes([97 + i]) * 9_000 for i in range(9)}), "partial"),
    ("a.parquet", parquet([{"text": "x"}]), "rejected"),
    ("a.jsonl.xz", lzma.compress(MANY), "partial"),
    ("a.jsonl.gz", gzip.compress(MANY), "partial"),
    (
        "a.jsonl.zst",
        pa.compress(MANY, "zstd", asbytes=True),
        "partial",
    ),
]


@pytest.mark.parametrize(("name", "content", "outcome"), CUTS)
def test_what_breaks_off_says_so(raw, name, content, outcome):
    _, file, readings = read(raw, name, content[: len(content) * 2 // 3])
    assert file.outcome == outcome
    assert file.reason.startswith("malformed")
    assert bool(readings) == (outcome == "partial")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_bomb_is_not_unpacked(raw, pack):
    bomb = pack(b"x" * 50_000_000)
    for name, content in (("a.txt.gz", bomb), ("b.jsonl.gz", bomb), ("c.zip", archive("zip", {"a.txt.gz": bomb}))):
        rows, file, readings = read(raw, name, content)
        assert not readings
        assert {*reasons(rows).values(), (file.reason or "").split(":")[0]} & {"bomb", "too-large"}


def test_containers_lie_in_one_another_only_so_deep(raw):
    content = TEXTS[0].encode()
    for depth in range(6):
        content = archive("zip", {"a.txt" if not depth else "a.zip": content})
        rows, file, readings = read(raw, "a.zip", content)
        if depth < 4:
            assert texts_of(readings) == TEXTS[:1], depth
    assert not readings
    assert "nested" in reasons(rows).values()
    packed = TEXTS[0].encode()
    for _ in range(20):
        packed = gzip.compress(packed)
    _, file, readings = read(raw, "b.txt.gz", packed)
    assert (file.reason or "").startswith("nested")


@given(
    content=st.binary(max_size=400),
    name=st.sampled_from(["a.jsonl", "a.csv", "a.eml", "a.mhtml", "a.warc", "a.zip", "a.json", "a.gz"]),
)
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(tmp_path_factory, content, name):
    raw = tmp_path_factory.mktemp("any") / "raw"
    raw.mkdir()
    _rows, file, _readings = read(raw, name, content)
    assert file.outcome in ("read", "rejected", "partial")
    assert file.outcome == "read" or file.reason


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip), min_size=1, max_size=5)
)
@settings(max_examples=60, deadline=None)
def test_every_text_comes_back_to_the_byte(tmp_path_factory, texts):
    raw = tmp_path_factory.mktemp("any") / "raw"
    raw.mkdir()
    rows, _, _readings = read(raw, "a.jsonl", jsonl([{"text": text} for text in texts]))
    told = {row.record: row.sha256 == row.text_sha256 for row in rows if row.outcome == "read" and row.format == "text"}
    assert all(told.values())
    assert len(rows) == len(texts)


def test_fields_of_ones_own(raw, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "records.toml").write_text('[fields]\ntext = ["payload.words"]\n')
    _, _, readings = read(raw, "a.jsonl", jsonl([{"payload": {"words": "Ferry"}, "text": "no"}]), rules=str(own))
    assert texts_of(readings) == ["Ferry"]
    (own / "records.toml").write_text('[fields]\nwords = ["payload"]\n')
    with pytest.raises(rulebook.RuleError):
        rulebook.load(str(own))


def test_an_address_is_read_like_a_folder(raw):
    (raw / "b").mkdir()
    (raw / "b" / "a.txt").write_text("Text")
    (raw / ".hidden").write_text("no")
    here, there = store_source.listed(str(raw)), store_source.listed(f"file://{raw}")
    assert [(f.path, f.bytes) for f in here] == [(f.path, f.bytes) for f in there] == [("b/a.txt", 4)]
    assert store_source.size_and_sha256(str(raw), "b/a.txt") == store_source.size_and_sha256(f"file://{raw}", "b/a.txt")
    assert store_source.problem(f"file://{raw}/none")
    assert store_source.problem("nosuch://x")
