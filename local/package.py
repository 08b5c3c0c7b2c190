"""Package the programs as zips that are the same byte for byte wherever and whenever they are made."""

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can hold; file times would make each zip another."""


def package_glue_jobs(build: Path = BUILD) -> Path:
    """Write glue_jobs.zip, for --py-files here and --extra-py-files on Glue; return its path."""
    return write_zip(build / "glue_jobs.zip", ROOT, sorted((ROOT / "glue_jobs").rglob("*.py")))


def write_zip(target: Path, root: Path, files: list[Path]) -> Path:
    """Write the files, in the order given, stored as they are: how zlib packs differs from build to build."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(root).as_posix(), LONG_AGO)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, path.read_bytes())
    return partial.replace(target)


def main() -> int:
    """Write all packages and say where they are."""
    path = package_glue_jobs()
    sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
