"""The walls of the house, checked on the syntax tree: who imports whom, who opens files, who changes text."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("pipeline", "flows")
    for path in sorted((ROOT / package).rglob("*.py"))
}
MAX_LINES = 230
MAX_FUNCTION_LINES = 45

# From the ground up; a module imports what stands on its own floor or below it, never above.
FLOORS = [
    {
        "pipeline", "pipeline.tables", "pipeline.roles",
        "pipeline.store", "pipeline.store_numbers", "pipeline.store_raw", "pipeline.store_source",
    },
    {"pipeline.decoding", "pipeline.lift", "pipeline.ledger"},
    {"pipeline.containers"},
    {
        "pipeline.sentences", "pipeline.lines", "pipeline.layout", "pipeline.people", "pipeline.repairing",
        "pipeline.metadata", "pipeline.language",
        "pipeline.duplicates", "pipeline.events", "pipeline.formats",
        "pipeline.linemodel", "pipeline.firsts", "pipeline.naming", "pipeline.places", "pipeline.screens",
        "pipeline.literals",
    },
    {"pipeline.stages"},
    {"pipeline.rulebook"},
    {"pipeline.staging", "pipeline.sightings", "pipeline.cleaning", "pipeline.drafting", "pipeline.restoring"},
    {"pipeline.job"},
    {"pipeline.planning"},
    {"pipeline.reading"},
    {"pipeline.memory"},
    {"pipeline.gathering"},
    {"pipeline.pairing"},
    {"pipeline.copies"},
    {"pipeline.replies"},
    {"pipeline.asking"},
    {"pipeline.linking"},
    {"pipeline.parts"},
    {"pipeline.report", "pipeline.audit", "pipeline.closing", "pipeline.run", "pipeline.show"},
    {"pipeline.__main__", "flows"},
]  # fmt: skip
OPENERS = {
    "pipeline.store",
    "pipeline.store_numbers",
    "pipeline.store_raw",
    "pipeline.store_source",
    "pipeline.rulebook",
}
STAGE_WALLS = (
    "pipeline.store", "pipeline.store_raw", "pipeline.ledger", "pipeline.formats", "pipeline.run",
    *(f"pipeline.repairing.{name}" for name in ("endpoint", "function", "workers", "circuit")),
)  # fmt: skip
# The one module that may send anything anywhere; store_source opens raw files by fsspec, which is not among these.
SENDER = "pipeline.repairing.endpoint"
NETWORK = {
    "urllib.request", "http.client", "http", "httpx", "requests", "socket", "ssl", "aiohttp", "urllib3", "asyncio",
}  # fmt: skip


def floor(module):
    while module:
        for level, names in enumerate(FLOORS):
            if module in names:
                return level
        module = module.rpartition(".")[0] if "." in module else ""
    pytest.fail(f"{module} has no floor: name it in FLOORS")


def imports(path):
    """All modules of this project that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in MODULES else node.module


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module):
    own = floor(module)
    ours = {name for name in imports(MODULES[module]) if name.split(".")[0] in ("pipeline", "flows")}
    wrong = {name for name in ours if floor(name) > own}
    assert not wrong, f"{module} imports from above: {wrong}"


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("pipeline")])
def test_the_pipeline_knows_no_prefect(module):
    assert not [name for name in imports(MODULES[module]) if name.split(".")[0] in ("prefect", "flows")]


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("pipeline.stages.")])
def test_stages_know_neither_files_nor_the_ledger_nor_other_stages(module):
    own = module.rpartition(".")[2].split("_")[0]
    for name in imports(MODULES[module]):
        assert name not in STAGE_WALLS
        other = name.removeprefix("pipeline.stages.")
        if other != name:
            assert other.split("_")[0] == own, f"{module} knows {name}"


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("pipeline") and m != SENDER])
def test_one_module_alone_talks_to_the_network(module):
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        assert not NETWORK & set(names), f"{module}:{node.lineno} talks to the network"


def test_the_sender_is_watched():
    assert "http.client" in set(imports(MODULES[SENDER]))


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("pipeline") and m not in OPENERS])
def test_only_the_store_opens_files(module):
    writing = {"write_text", "write_bytes", "write_table", "ParquetWriter"}
    names = {"open", "read_text", "read_bytes", "read_table"} | writing
    allowed = {("store", "write_table"), ("store", "write_text"), ("store", "write_bytes")}
    if module == "pipeline.containers.archives":
        allowed |= {("tarfile", "open"), ("archive", "open")}  # members of an archive that store_raw opened
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name):
            assert called.id not in names, f"{module}:{node.lineno} opens a file"
        elif isinstance(called, ast.Attribute) and called.attr in names:
            owner = called.value.id if isinstance(called.value, ast.Name) else None
            assert (owner, called.attr) in allowed, f"{module}:{node.lineno} opens a file"


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("pipeline") and m != "pipeline.ledger"])
def test_only_the_ledger_changes_the_text_of_blocks(module):
    """Nobody else puts a `text` column, or a block with another text, in place of one that was read."""
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr == "set_column":
            constants = {c.value for arg in node.args for c in ast.walk(arg) if isinstance(c, ast.Constant)}
            assert "text" not in constants, f"{module}:{node.lineno} sets a text column"
        if node.func.attr == "_replace" and any(keyword.arg == "text" for keyword in node.keywords):
            # The one text that is put together elsewhere is the document's, made of paragraphs.
            assert module == "pipeline.cleaning", f"{module}:{node.lineno} replaces a text"


@pytest.mark.parametrize("module", MODULES)
def test_files_and_functions_can_be_read_in_one_sitting(module):
    source = MODULES[module].read_text("utf-8")
    if module != "pipeline.tables":  # One list of columns: long, but not deep.
        assert source.count("\n") <= MAX_LINES
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            code = node.end_lineno - node.lineno - len((ast.get_docstring(node) or "").splitlines())
            assert code <= MAX_FUNCTION_LINES, f"{module}.{node.name}: {code} lines"


@pytest.mark.parametrize("module", MODULES)
def test_names_say_something(module):
    banned = ("utils", "helper", "manager", "process", "handle", "info")
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    names = [module.rpartition(".")[2], *(node.name for node in ast.walk(tree) if isinstance(node, defined))]
    assert not [name for name in names if any(part in banned for part in name.lower().strip("_").split("_"))]


@pytest.mark.parametrize("module", MODULES)
def test_modules_and_public_functions_say_what_they_are_for(module):
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    assert ast.get_docstring(tree)
    public = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and not n.name.startswith("_")]
    assert not [node.name for node in public if not ast.get_docstring(node)]


def test_no_blanket_except():
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                caught = ast.unparse(node.type) if node.type else ""
                assert caught and "Exception" not in caught.split(".")[-1:], f"{module}:{node.lineno}"
