"""What the tests share: the sample corpus, the seeds where they are, and a cleaned folder made once."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from pipeline import rulebook
from pipeline.run import clean_folder

ROOT = Path(__file__).parent.parent
# No test is timed: the first example of some loads a model.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
SEEDS = ROOT.parent / "shared" / "seeds"


@pytest.fixture(scope="session")
def rules():
    return rulebook.load()


@pytest.fixture(scope="session")
def corpus():
    return ROOT / "data" / "raw"


@pytest.fixture(scope="session")
def sample(tmp_path_factory, corpus):
    """The sample corpus, cleaned; a folder that no test writes to."""
    clean = tmp_path_factory.mktemp("sample") / "clean"
    clean_folder(str(corpus), str(clean), run="sample")
    return clean


@pytest.fixture(scope="session")
def seeds():
    if not SEEDS.is_dir():
        pytest.skip("the five seed pages are not there (../shared/seeds)")
    return SEEDS


@pytest.fixture(scope="session")
def seed_gold(seeds):
    return [json.loads(line) for line in (seeds / "gold.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="session")
def cleaned_seeds(tmp_path_factory, seeds):
    folder = tmp_path_factory.mktemp("seeds")
    raw = folder / "raw"
    raw.mkdir()
    for path in seeds.glob("*.txt"):
        shutil.copy(path, raw)
    clean_folder(str(raw), str(folder / "clean"), run="seeds")
    return folder
