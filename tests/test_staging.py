"""Staging: the raw folder gets whole files under safe names, whatever the source holds; the manifest says the rest."""

import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import socket
import stat
import tarfile
import time
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline import store_raw
from pipeline.staging import StagingError, stage_raw
from pipeline.staging.names import plain, refused, same_file_key, skipped
from pipeline.store_raw import FormatError, all_files, printable, raw_files, read_raw

SIGNS = st.sampled_from([*"aA./\\:\0\n~ é", "é", "\udcff", "\u202e"])
NAMES = st.text(SIGNS, max_size=12) | st.text(max_size=300)


@pytest.fixture
def raw(tmp_path):
    return tmp_path / "raw"


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def staged(source, raw, **options):
    return {row.path: row for row in stage_raw(str(source), str(raw), **options)}


def outcomes(source, raw, **options):
    return [
        (row.path, row.outcome, row.reason and row.reason.split(":")[0])
        for row in stage_raw(str(source), str(raw), **options)
    ]


def tree(raw):
    return {file.path: read_raw(raw, file.path, 10**9) for file in raw_files(raw)}


def zipped(path, files, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def tarred(path, files, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, content in files:
            member = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def special(name, kind, target=""):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def test_a_folder(source, raw):
    write(source, {"a.txt": b"Text", "x.org/b.html": b"<p>Page", "c.png": b"\x89PNG\r\n\x1a\n\0"})
    rows = staged(source, raw)
    assert tree(raw) == {"a.txt": b"Text", "x.org/b.html": b"<p>Page", "c.png": b"\x89PNG\r\n\x1a\n\0"}
    assert rows["a.txt"] == ("a.txt", 4, hashlib.sha256(b"Text").hexdigest(), "text", "staged", None)
    assert [rows[name].format for name in ("x.org/b.html", "c.png")] == ["html", "png"]


def test_the_manifest_is_kept_where_no_run_reads_it(source, raw):
    write(source, {"a.txt": b"Text"})
    rows = [stage_raw(str(source), str(raw)) for _ in range(2)]
    files = sorted((raw / ".staging").iterdir())
    assert [file.name for file in files] == ["manifest-00000.jsonl", "manifest-00001.jsonl"]
    for file, listed in zip(files, rows, strict=True):
        assert [json.loads(line) for line in file.read_text("utf-8").splitlines()] == [row._asdict() for row in listed]
    assert [file.path for file in raw_files(raw)] == ["a.txt"]


def test_a_file_that_is_there_is_not_copied_again(source, raw):
    write(source, {"a.txt": b"Text", "b.txt": b"Text"})
    stage_raw(str(source), str(raw))
    before = {file.path: file.changed for file in raw_files(raw)}
    write(source, {"b.txt": b"Test"})
    assert outcomes(source, raw) == [("a.txt", "already-there", None), ("b.txt", "replaced", None)]
    after = {file.path: file.changed for file in raw_files(raw)}
    assert (before["a.txt"], read_raw(raw, "b.txt", 9)) == (after["a.txt"], b"Test")


def test_a_single_file_and_a_link_to_one(source, raw):
    write(source, {"a.txt": b"Text"})
    (source / "link.txt").symlink_to("a.txt")
    assert outcomes(source / "a.txt", raw) == [("a.txt", "staged", None)]
    assert outcomes(source / "link.txt", raw) == [("link.txt", "staged", None)]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.txt", ["a.txt"]),
        ("**/*.txt", ["a.txt", "2022/b.txt", "2022/x/c.txt"]),
        ("2022", ["b.txt", "d.html", "x/c.txt"]),
        ("202[0-3]/*.txt", ["2022/b.txt"]),
        ("2022/*", ["b.txt", "d.html", "x/c.txt"]),
        ("20??", ["2022/b.txt", "2022/d.html", "2022/x/c.txt"]),
    ],
)
def test_globs(source, raw, pattern, found):
    write(source, {"a.txt": b"a", "2022/b.txt": b"b", "2022/x/c.txt": b"c", "2022/d.html": b"d"})
    assert sorted(row.path for row in stage_raw(str(source / pattern), str(raw))) == sorted(found)


@pytest.mark.parametrize("name", ["nothing", "no/*.txt", "*.pdf", ""])
def test_a_source_that_is_not_there(source, raw, name):
    with pytest.raises(StagingError):
        stage_raw(str(source / name) if name else "", str(raw))
    assert not raw.exists()


def test_a_source_around_or_inside_the_raw_folder(source):
    write(source, {"a.txt": b"Text"})
    for one, other in [(source, source), (source, source / "raw"), (source, source.parent)]:
        with pytest.raises(StagingError, match="side by side"):
            stage_raw(str(one), str(other))


def test_a_pipe_as_source(tmp_path, raw):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StagingError):
        stage_raw(str(tmp_path / "pipe"), str(raw))


def test_what_lies_in_a_folder_beside_files(source, raw):
    write(source, {"a.txt": b"Text", ".hidden": b"x", ".git/config": b"x", "b.txt.partial": b"x", "Thumbs.db": b"x"})
    (source / "loop").symlink_to(".")
    (source / "gone").symlink_to("nowhere")
    os.mkfifo(source / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(source / "sock"))
        (source / "empty").mkdir()
        (source / "bad\udcff.txt").write_bytes(b"x")
        rows = outcomes(source, raw)
    assert sorted(rows) == [
        (".git/config", "skipped", "hidden"),
        (".hidden", "skipped", "hidden"),
        ("Thumbs.db", "skipped", "litter"),
        ("a.txt", "staged", None),
        ("b.txt.partial", "skipped", "leftover"),
        ("bad\\xff.txt", "rejected", "undecodable-name"),
        ("gone", "rejected", "not-a-file"),
        ("loop", "rejected", "not-a-file"),
        ("pipe.txt", "rejected", "not-a-file"),
        ("sock", "rejected", "not-a-file"),
    ]
    assert tree(raw) == {"a.txt": b"Text"}


def test_names_that_some_systems_take_for_one(source, raw):
    write(source, {"A.txt": b"1", "a.txt": b"2", "é.txt": b"3", "e\u0301.txt": b"4"})
    assert sorted(o for _, o, _ in outcomes(source, raw)) == ["rejected", "rejected", "staged", "staged"]
    assert sorted(tree(raw).values()) == [b"1", b"3"] or sorted(tree(raw).values()) == [b"1", b"4"]
    assert outcomes(source / "a.txt", raw) == [("a.txt", "rejected", "same-name")]


def test_a_file_that_is_too_large(source, raw):
    write(source, {"a.txt": b"x" * 11, "b.txt": b"x" * 10})
    assert outcomes(source, raw, max_bytes=10) == [("a.txt", "rejected", "too-large"), ("b.txt", "staged", None)]


FILES = [("x.org/a.txt", b"Text\n" * 100), ("b.html", b"<p>Page"), ("inner.zip", b"PK\5\6" + b"\0" * 18)]


@pytest.mark.parametrize("end", ["zip", "tar", "tar.gz", "tgz", "tar.bz2", "tar.xz", "TAR.GZ"])
def test_archives(tmp_path, raw, end):
    path = tmp_path / f"news.{end}"
    kind = {"gz": "gz", "tgz": "gz", "bz2": "bz2", "xz": "xz"}.get(end.lower().rpartition(".")[2], "")
    zipped(path, FILES) if end == "zip" else tarred(path, FILES, f"w:{kind}")
    assert {row.outcome for row in stage_raw(str(path), str(raw))} == {"staged"}
    assert tree(raw) == dict(FILES)
    assert {row.outcome for row in stage_raw(str(path), str(raw))} == {"already-there"}


@pytest.mark.parametrize(("end", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)])
def test_a_file_packed_alone(tmp_path, raw, end, pack):
    (tmp_path / f"a.txt.{end}").write_bytes(pack(b"Text"))
    stage_raw(str(tmp_path / f"a.txt.{end}"), str(raw))
    assert tree(raw) == {"a.txt": b"Text"}


EVIL = [
    "../evil.txt",
    "a/../../evil.txt",
    "/evil.txt",
    "C:/evil.txt",
    "nul.txt",
    "a/COM1",
    "a\nb.txt",
    "a" * 300,
    "\\\\host\\x",
]


@pytest.mark.parametrize("name", EVIL)
def test_names_that_would_leave_the_folder(tmp_path, raw, name):
    for path in (zipped(tmp_path / "a.zip", [(name, b"x")]), tarred(tmp_path / "a.tar", [(name, b"x")])):
        (row,) = stage_raw(str(path), str(raw))
        assert row.outcome == "rejected"
        assert row.reason
    assert tree(raw) == {}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.tar", "a.zip", "raw"]


def test_what_lies_in_a_tar_beside_files(tmp_path, raw):
    members = [
        (special("link", tarfile.SYMTYPE, "/etc"), b""),
        ("link/passwd", b"x"),
        (special("hard", tarfile.LNKTYPE, "/etc/passwd"), b""),
        (special("null", tarfile.CHRTYPE), b""),
        (special("pipe", tarfile.FIFOTYPE), b""),
        (special("folder", tarfile.DIRTYPE), b""),
        ("./folder/a.txt", b"Text"),
        ("bad\udcff.txt", b"x"),
        ("__MACOSX/._a.txt", b"x"),
    ]
    assert outcomes(tarred(tmp_path / "a.tar", members), raw) == [
        ("link", "rejected", "link"),
        ("link/passwd", "staged", None),
        ("hard", "rejected", "link"),
        ("null", "rejected", "not-a-file"),
        ("pipe", "rejected", "not-a-file"),
        ("folder/a.txt", "staged", None),
        ("bad\\xff.txt", "rejected", "undecodable-name"),
        ("__MACOSX/._a.txt", "skipped", "litter"),
    ]
    assert tree(raw) == {"link/passwd": b"x", "folder/a.txt": b"Text"}


def test_a_link_in_the_raw_folder_is_not_written_through(tmp_path, source, raw):
    (tmp_path / "outside").mkdir()
    raw.mkdir()
    (raw / "news").symlink_to(tmp_path / "outside")
    (raw / "a.txt").symlink_to(tmp_path / "outside" / "a.txt")
    write(source, {"news/b.txt": b"x", "a.txt": b"x"})
    assert {o for _, o, _ in outcomes(source, raw)} == {"rejected"}
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_name_that_a_folder_bears(source, raw):
    write(source, {"a.txt": b"x", "b/c.txt": b"x"})
    write(raw, {"a.txt/x": b"x", "b": b"x"})
    assert outcomes(source, raw) == [("a.txt", "rejected", "name-taken"), ("b/c.txt", "rejected", "name-taken")]


def test_a_locked_zip(tmp_path, raw):
    path = zipped(tmp_path / "a.zip", [("a.txt", b"Text")])
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    assert outcomes(path, raw) == [("a.txt", "rejected", "encrypted")]


def test_a_link_in_a_zip(tmp_path, raw):
    link = zipfile.ZipInfo("a.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert outcomes(zipped(tmp_path / "a.zip", [(link, b"/etc/passwd")]), raw) == [("a.txt", "rejected", "link")]


def test_names_in_a_zip_that_does_not_name_its_encoding(tmp_path, raw):
    path = zipped(tmp_path / "a.zip", [("Br@@cke.txt", b"x"), ("news#a.txt", b"x")])
    path.write_bytes(path.read_bytes().replace(b"@@", "ü".encode()).replace(b"#", b"\\"))
    assert [row.path for row in stage_raw(str(path), str(raw))] == ["Brücke.txt", "news/a.txt"]


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "gz", "tar.xz", "tar.bz2"])
def test_bombs_are_not_unpacked(tmp_path, raw, kind):
    path = tmp_path / f"bomb.txt.{kind}"
    zeros = b"\0" * 30_000_000
    if kind == "zip":
        zipped(path, [("bomb.txt", zeros)])
    elif kind == "gz":
        path.write_bytes(gzip.compress(zeros, 9))
    else:
        tarred(path, [(f"{i}.txt", zeros[:6_000_000]) for i in range(5)], f"w:{kind[4:]}")
    began = time.monotonic()
    rows = stage_raw(str(path), str(raw), max_bytes=10**9)
    assert time.monotonic() - began < 60
    assert (rows[-1].outcome, rows[-1].reason.split(":")[0]) == ("rejected", "bomb")
    assert sum(map(len, tree(raw).values())) < 20_000_000


def test_a_huge_member_is_cut_off_early(tmp_path, raw):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"\0" * 50_000_000))
    assert outcomes(path, raw, max_bytes=1000) == [("a.txt", "rejected", "too-large")]


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tar.xz", "a.txt.gz", "a.txt.xz", "a.txt.bz2"])
@pytest.mark.parametrize("content", [b"", b"no archive at all" * 100])
def test_archives_that_are_none(tmp_path, raw, name, content):
    (tmp_path / name).write_bytes(content)
    rows = stage_raw(str(tmp_path / name), str(raw))
    assert {row.outcome for row in rows} <= {"rejected", "staged"}
    assert tree(raw) in ({}, {"a.txt": b""})
    assert rows or name == "a.tar"


@pytest.mark.parametrize("end", ["zip", "tar", "tar.gz"])
def test_a_broken_archive_gives_what_is_whole(tmp_path, raw, end):
    path = tmp_path / f"news.{end}"
    noise = [(f"{i}.txt", os.urandom(20_000)) for i in range(5)]
    zipped(path, noise) if end == "zip" else tarred(path, noise, "w:gz" if end == "tar.gz" else "w")
    content = bytearray(path.read_bytes())
    if end == "zip":
        content[70_000] ^= 0xFF
    path.write_bytes(content if end == "zip" else content[:70_000])
    rows = stage_raw(str(path), str(raw))
    assert {row.outcome for row in rows} == {"staged", "rejected"}
    assert tree(raw).items() <= dict(noise).items()
    assert len(tree(raw)) >= 3


def test_a_failing_write_leaves_the_old_file(source, raw, monkeypatch):
    write(source, {"a.txt": b"old"})
    stage_raw(str(source), str(raw))
    write(source, {"a.txt": b"new and longer"})

    def failing(stream):
        yield stream.read(3)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store_raw, "chunks_of", failing)
    with pytest.raises(OSError, match="No space"):
        stage_raw(str(source), str(raw))
    monkeypatch.undo()
    assert tree(raw) == {"a.txt": b"old"}
    assert not list((raw / ".staging").glob("draft*"))


@settings(deadline=None)
@given(NAMES)
@example("a/../b")
@example("nul")
@example("a\u2028b")
def test_a_name_that_passes_stays_inside(name):
    path = plain(name)
    if refused(path) is None and skipped(path) is None:
        assert path
        assert os.path.normpath(f"/raw/{path}") == f"/raw/{path}"
        assert path == printable(path)
        assert "\0" not in path
        assert len(path.encode()) <= 1024


@settings(deadline=None)
@given(st.text(max_size=20))
def test_the_key_of_a_name_is_stable(name):
    assert same_file_key(same_file_key(name)) == same_file_key(name)


def test_raw_files_are_listed_in_order(raw):
    write(raw, {"b.txt": b"22", "a/z.txt": b"1", ".hidden": b"x", ".folder/x": b"x"})
    listed = raw_files(raw)
    assert [(file.path, file.bytes, file.reason) for file in listed] == [("a/z.txt", 1, None), ("b.txt", 2, None)]
    assert listed[1].changed == (raw / "b.txt").stat().st_mtime_ns
    assert len(all_files(raw)) == 4


def test_raw_files_name_what_cannot_be_read(raw):
    raw.mkdir()
    (raw / "loop").symlink_to(".")
    os.mkfifo(raw / "pipe.txt")
    (raw / "bad\udcff.txt").write_bytes(b"x")
    listed = {file.path: file.reason for file in raw_files(raw)}
    assert listed == {"bad\\xff.txt": "undecodable-name", "loop": "not-a-file", "pipe.txt": "not-a-file"}
    for name, reason in listed.items():
        with pytest.raises(FormatError) as caught:
            read_raw(raw, name, 10)
        assert caught.value.reason == reason


def test_reading_is_bounded(raw):
    write(raw, {"a.txt": b"x" * 10})
    assert read_raw(raw, "a.txt", 10) == b"x" * 10
    for name, bound, reason in [("a.txt", 9, "too-large"), ("b.txt", 9, "missing"), (".", 9, "not-a-file")]:
        with pytest.raises(FormatError) as caught:
            read_raw(raw, name, bound)
        assert caught.value.reason == reason


def test_a_device_that_never_ends():
    with pytest.raises(FormatError) as caught:
        read_raw(store_raw.Path("/dev"), "zero", 10)
    assert caught.value.reason == "not-a-file"
