"""Where the project's own files are on this machine."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent
BUILD = ROOT / "build"
SOURCES = PACKAGE / "sources"
MINE = SOURCES / "mine.json"
DEMO_DUMP = PACKAGE / "demo" / "dump"
