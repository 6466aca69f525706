"""Measure which share of a whole run's CPU time mistranslation repair takes: the first look, the telling, the stage.

    python benchmarks/mistranslation/speed.py [FOLDER] [--copies 150]

FOLDER holds raw pages; without one, copies of the sample corpus are made, each a site of its own.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from pipeline import gathering, people, run, sightings
from pipeline.stages import mistranslation, typography

sys.path.insert(0, str(Path(__file__).parent.parent))
from whole_run import make_corpus

WATCHED = (
    (people, "look"), (people, "tell"), (people, "usual_spellings"), (sightings, "people_of"), (gathering, "told_to"),
    (mistranslation, "decide"), (typography, "decide"),
)  # fmt: skip


def watch(owner: Any, name: str, spent: Counter[str]) -> None:
    """Add up the CPU seconds that a function takes."""
    original = getattr(owner, name)

    def timed(*args: Any, **options: Any) -> Any:
        start = time.process_time()
        try:
            return original(*args, **options)
        finally:
            spent[f"{owner.__name__.rpartition('.')[2]}.{name}"] += time.process_time() - start  # type: ignore[assignment]

    setattr(owner, name, timed)


def main() -> None:
    """Run, watch, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--copies", type=int, default=150)
    args = parser.parse_args()
    spent: Counter[str] = Counter()
    for owner, name in WATCHED:
        watch(owner, name, spent)
    with tempfile.TemporaryDirectory() as scratch:
        raw = args.folder or Path(scratch, "raw")
        if args.folder is None:
            make_corpus(raw, args.copies)
        start = time.process_time()
        told = run.clean_folder(str(raw), str(Path(scratch, "clean")))
        total = time.process_time() - start
    print(f"{told['counts']['documents']:,} documents, {total:.1f} CPU s")
    for name, seconds in spent.items():
        print(f"  {name:<28} {seconds:7.2f} CPU s  {100 * seconds / total:5.1f} %")
    print(f"  {'together':<28} {sum(spent.values()):7.2f} CPU s  {100 * sum(spent.values()) / total:5.1f} %")


if __name__ == "__main__":
    main()
