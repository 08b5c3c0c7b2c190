"""The notes of a release: what CHANGELOG.md says of the version that a tag names."""

import argparse
import re
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from lakehouse.errors import UserError
from lakehouse.paths import ROOT


def read_version(project: Path) -> str:
    """Return the version in pyproject.toml."""
    return str(tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def find_notes(changelog: str, version: str) -> str:
    """Return the section of a version, without its heading; refuse one that is missing or empty."""
    section = re.search(rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## \[|\Z)", changelog, re.MULTILINE | re.DOTALL)
    if section is None or not section[1].strip():
        raise UserError(f"CHANGELOG.md: expected a section ## [{version}] with notes, got none. Nothing was released.")
    return section[1].strip()


def write_notes(tag: str, project: Path = ROOT) -> str:
    """Return the notes of a tag; refuse one that is not the version."""
    version = read_version(project)
    if tag != f"v{version}":
        raise UserError(f"tag {tag}: expected v{version}, the version in pyproject.toml. Nothing was released.")
    return find_notes((project / "CHANGELOG.md").read_text(encoding="utf-8"), version)


def main(argv: Sequence[str] | None = None) -> int:
    """Write the notes to stdout."""
    parser = argparse.ArgumentParser(prog="python -m devtools.release_notes", description=__doc__)
    parser.add_argument("tag", help="such as v0.2.0")
    try:
        sys.stdout.write(f"{write_notes(parser.parse_args(argv).tag)}\n")
    except UserError as error:
        sys.stderr.write(f"release_notes: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
