"""Measure `make demo` beside the same command of an earlier revision, in turn, with the same Python environment.

.venv/bin/python -m bench.demo_before f7cde8b [--rounds 3]
"""

import argparse
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from bench.__main__ import FOLDER, measure, say
from bench.results import Cost
from lakehouse.errors import UserError
from lakehouse.paths import ROOT

DATA = ("data/demo",)
"""What a demo writes, removed before each: every demo starts on nothing."""


def check_out(revision: str) -> Path:
    """Check a revision out beside the bench's data, with this clone's environment; return its folder."""
    folder = FOLDER / f"demo-{revision}"
    git("worktree", "prune")
    if not folder.exists():
        git("worktree", "add", "--quiet", "--detach", str(folder), revision)
        (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


def git(*arguments: str) -> None:
    """Run git in this clone."""
    if subprocess.run(["git", *arguments], cwd=ROOT, check=False).returncode:
        raise UserError(f"git {' '.join(arguments)} failed. Nothing was measured.")


def run_demo(folder: Path) -> None:
    """Run the demo of a clone; its environment is there already, so make's rules for it are skipped."""
    for name in DATA:
        shutil.rmtree(folder / name, ignore_errors=True)
    command = ["make", "--no-print-directory", "-o", ".venv/.run-installed", "demo"]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True)
    if done.returncode:
        raise UserError(f"{folder}: the demo ended with exit code {done.returncode}: {done.stderr.decode()[-500:]}")


def main() -> int:
    """Run both demos in turn; print the best of each and the ratio."""
    parser = argparse.ArgumentParser(prog="bench.demo_before", description=__doc__, allow_abbrev=False)
    parser.add_argument("revision")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    before = check_out(given.revision)
    costs: dict[Path, list[Cost]] = {before: [], ROOT: []}
    for number in range(given.rounds):
        for folder, measured in costs.items():
            measured.append(measure(partial(run_demo, folder)))
            say(f"round {number + 1}, {folder.name}: {measured[-1]}")
    theirs, ours = (min(measured, key=lambda cost: cost.seconds) for measured in costs.values())
    say(f"demo: {ours} s (CPU s), at {given.revision}: {theirs}; ratio {ours.seconds / theirs.seconds:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
