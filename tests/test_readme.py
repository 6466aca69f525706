"""The README's examples: what stands there as their output is what they print."""

import contextlib
import io
import os
import re
from pathlib import Path

import duckdb
import pytest

from pipeline.__main__ import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = r"<!-- {}: {} -->\n```\w*\n(.*?)```"


def block(kind, name):
    return re.search(BLOCK.format(kind, name), README, re.DOTALL)[1]


def check(name, printed):
    """Compare with what stands in the README; UPDATE_GOLDEN=1 writes it there, and the diff is for a person."""
    if os.environ.get("UPDATE_GOLDEN"):
        path = ROOT / "README.md"
        opening = re.search(rf"<!-- output: {name} -->\n```\n", README)[0]
        stale = f"{opening}{block('output', name)}"
        path.write_text(path.read_text("utf-8").replace(stale, f"{opening}{printed}"), "utf-8")
    else:
        assert printed == block("output", name)


def here(code, sample):
    return code.replace("data/clean/latest", str(sample / "latest"))


def test_duckdb(sample):
    rows = duckdb.sql(here(block("checked", "duckdb"), sample)).fetchall()
    printed = "".join(f"{stage:<10} {role:<20} {lines:>4}\n" for stage, role, lines in rows)
    check("duckdb", printed)


@pytest.mark.parametrize("name", ["pandas", "polars"])
def test_python(sample, name):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(here(block("checked", name), sample), {})  # noqa: S102
    check(name, printed.getvalue())


def test_duckdb_shows_the_descriptions(sample):
    stored = f"parquet_kv_metadata('{sample}/latest/documents/*.parquet')"
    query = f"SELECT decode(value) FROM {stored} WHERE decode(key) = 'description'"
    assert duckdb.sql(query).fetchall()[0][0].startswith("a row for each page")


@pytest.mark.parametrize(
    "words", re.findall(r"^python -m pipeline ((?:show|explain|diff|restore|recheck)[^#\n]*)", README, re.MULTILINE)
)
def test_commands_that_look_at_the_sample(words, sample, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "clean").symlink_to(sample)
    assert main(words.split()) == 0
    assert capsys.readouterr().out.strip()


def test_commands_that_the_readme_names_exist():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"^make (\w+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_files_that_the_readme_links_to_exist():
    assert all((ROOT / link).exists() for link in re.findall(r"\]\(((?!http)[^)#]+)\)", README))
