"""Where the project's own files are, and where it builds and caches; the folders of its user are in `defaults`.

The same code runs in a clone and as an installed command. Installed, the packages are in site-packages, the other
files (Terraform, lock files, list prices) are in the wheel as `lakehouse/resources`, and what is built goes into the
user's cache.
"""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent
"""What holds the packages `lakehouse`, `glue_jobs`, `lambda_extract` and `sql`: the clone, or site-packages."""

IS_CLONE = (ROOT / "pyproject.toml").is_file()
RESOURCES = ROOT if IS_CLONE else PACKAGE / "resources"
INFRA = RESOURCES / "infra"
LOCKS = RESOURCES / "requirements"
PRICES = RESOURCES / "docs" / "prices.json"
USAGES = RESOURCES / "docs" / "usages.json"

SQL = ROOT / "sql"
SOURCES = PACKAGE / "sources"
MINE = SOURCES / "mine.json"
DEMO_DUMP = PACKAGE / "demo" / "dump"


def cache_folder() -> Path:
    """Return the user's cache of this project; LAKEHOUSE_CACHE moves it."""
    cache = os.environ.get("LAKEHOUSE_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return Path(cache) / "spotify-lakehouse"


BUILD = ROOT / "build" if IS_CLONE else cache_folder() / "build"
JAVA = ROOT / ".java" if IS_CLONE else cache_folder() / "java"
"""Where a Java from PyPI is installed when the machine has none."""


def shorten(path: Path) -> Path:
    """Return a path as a person would write it: relative where it is below the current directory."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
