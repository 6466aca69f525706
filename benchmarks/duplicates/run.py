"""Score the linking of paragraphs on seeded workloads, beside other tools, in one run.

    python benchmarks/duplicates/run.py WORK --make gen_dups.py --score score_dedup.py --rows 50000 200000
        [--text FILE] [--seed 11] [--peers VENV/bin/python] [--tools ours rensa text-dedup]

WORK is a folder for workloads and answers; a workload that is there is not made again. `--make` is the generator of
paragraphs with known copies, `--score` what scores an answer. Each tool runs in a process of its own (its CPU seconds
and peak memory are its own), one after the other on the same rows, so that the load of the machine is the same for all.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HEAD = (
    "| answer | rows per CPU s | peak MB | B3 F1 | names | 5 % | 10 % | 20 % | 30 % | affix | contain "
    "| hard negatives merged |"
)
TOOLS = ("ours", "rensa", "text-dedup")


def workload(chosen: argparse.Namespace, rows: int) -> Path:
    """Make the workload of so many rows, if it is not there."""
    name = f"{'text' if chosen.text else 'formulaic'}-{rows}-{chosen.seed}"
    place = Path(chosen.work, name)
    if not (place / "gold.tsv").exists():
        text = ["--text", chosen.text] if chosen.text else []
        made = ["--out", str(place), "--n", str(rows), "--seed", str(chosen.seed), *text]
        subprocess.run([sys.executable, chosen.make, *made], check=True, capture_output=True)
    return place


def answer(tool: str, place: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """Let one tool link the workload; give its figures and its score."""
    python = sys.executable if tool == "ours" else chosen.peers
    script = HERE / ("ours.py" if tool == "ours" else "peers.py")
    done = subprocess.run([python, str(script), str(place), tool], check=False, capture_output=True, text=True)
    if done.returncode:
        return {"tool": tool, "failed": done.stderr.strip().splitlines()[-1:]}
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    for name in told.pop("answers"):
        pred = ["--pred", str(place / f"{name}.tsv")]
        scored = subprocess.run(
            [sys.executable, chosen.score, str(place / "gold.tsv"), *pred], check=True, capture_output=True, text=True
        )
        told[name] = json.loads(scored.stdout)
    return told


def line(tool: str, name: str, told: dict[str, Any]) -> str:
    """Write one answer as a row of a Markdown table."""
    score = told[name]
    recall = [score["recall"].get(level, 0) for level in ("translit", "w05", "w10", "w20", "w30", "affix", "contain")]
    figures = [score["b3_F1"], *recall, score["hn_merge"]["hn_any"]]
    return (
        f"| {tool}: {name} | {told['rows'] / told['cpu']:,.0f} | {told['peak_mb']:,} | "
        + " | ".join(f"{figure:.4f}" for figure in figures)
        + " |"
    )


def main() -> None:
    """Run all tools over all workloads and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work")
    parser.add_argument("--make", required=True)
    parser.add_argument("--score", required=True)
    parser.add_argument("--rows", type=int, nargs="+", default=[50_000])
    parser.add_argument("--text")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--peers", help="python of an environment that has rensa and text-dedup")
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=["ours"])
    chosen = parser.parse_args()
    for rows in chosen.rows:
        place = workload(chosen, rows)
        print(f"\n{place.name}\n\n{HEAD}\n|---|" + "---|" * 11)
        for tool in chosen.tools:
            told = answer(tool, place, chosen)
            if "failed" in told:
                print(f"| {tool} | failed: {told['failed']} |")
                continue
            for name in [key for key in told if isinstance(told[key], dict)]:
                print(line(tool, name, told), flush=True)


if __name__ == "__main__":
    main()
