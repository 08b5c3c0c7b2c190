"""Package the programs as zips that are the same byte for byte wherever and whenever they are made."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from lakehouse.errors import UserError
from lakehouse.paths import BUILD, LOCKS, ROOT

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can hold; file times would make each zip another."""

LAMBDA_PYTHON = "3.13"
LAMBDA_LOCK = LOCKS / "lambda.txt"
LAMBDA_PLATFORMS = ("manylinux_2_28_aarch64", "manylinux2014_aarch64")
"""What Lambda's Amazon Linux 2023 on arm64 runs."""

LAMBDA_DOWNLOAD = 20
"""Megabytes of wheels, botocore 17 of them."""

GLUE_LOCK = LOCKS / "glue.txt"
GLUE_PYTHONS = {"5.1": "3.11", "6.0": "3.13"}
"""The Python of each version of Glue: https://docs.aws.amazon.com/glue/latest/dg/release-notes.html"""
GLUE_PLATFORMS = ("manylinux_2_28_x86_64", "manylinux2014_x86_64")
"""What Glue's Amazon Linux 2023 (glibc 2.34) on x86_64 runs."""

SUBMITTED_DAYS = 30
"""No job runs longer: then a zip that was submitted is not needed any more."""

PINNED = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[\w.+]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
ELF, ELF_64, AARCH64 = b"\x7fELF", b"\x02", 183
COMPILED = re.compile(r"\.(so(\.\d+)*|pyd|dll|dylib)$")
OTHER_PYTHON = re.compile(rf"\.cpython-(?!{LAMBDA_PYTHON.replace('.', '')}-)\d+")
LEFT_OUT = re.compile(r"\.dist-info/(RECORD|INSTALLER|REQUESTED|direct_url\.json)$|\.data/(scripts|headers|data)/")


def package_glue_jobs(build: Path = BUILD) -> Path:
    """Write glue_jobs.zip, for --py-files here and --extra-py-files on Glue; return its path."""
    return write_zip(build / "glue_jobs.zip", ROOT, list_glue_jobs())


def package_for_submit(build: Path = BUILD) -> Path:
    """Return a glue_jobs.zip whose folder is named by what it holds.

    Python reads a zip again and again while a job runs: when the code changes, a running job must keep its own.
    """
    digest = hashlib.sha256()
    for name, content in read_files(ROOT, list_glue_jobs()):
        digest.update(f"{name} {len(content)} ".encode() + content)
    folder = build / "submitted" / digest.hexdigest()[:16]
    if not (folder / "glue_jobs.zip").exists():
        remove_older(folder.parent, SUBMITTED_DAYS)
        package_glue_jobs(folder)
    return folder / "glue_jobs.zip"


def list_glue_jobs() -> list[Path]:
    """Return the modules of glue_jobs."""
    return sorted((ROOT / "glue_jobs").rglob("*.py"))


def remove_older(folder: Path, days: int) -> None:
    """Remove the folders in a folder that were made more than some days ago."""
    for path in folder.glob("*"):
        with suppress(OSError):  # another program may remove the same
            if time.time() - path.stat().st_mtime > days * 86_400:
                shutil.rmtree(path, ignore_errors=True)


def package_glue_wheels(build: Path = BUILD) -> Path:
    """Fetch the wheels that the job needs, a folder for each version of Glue; return the folder of them all."""
    for version, python in GLUE_PYTHONS.items():
        fetch_wheels(GLUE_LOCK, build / "wheels" / f"glue-{version}", python, GLUE_PLATFORMS)
    return build / "wheels"


def package_sql(build: Path = BUILD) -> Path:
    """Write sql.zip: the SQL files and what publishes them, for a Lambda function that needs nothing else."""
    folder = ROOT / "sql"
    return write_zip(build / "sql.zip", ROOT, sorted([*folder.glob("*.py"), *folder.rglob("*.sql")]))


def package_lambda(build: Path = BUILD, wheels: Path = BUILD / "wheels") -> Path:
    """Write lambda_extract.zip: the package and what it needs, for CPython 3.13 on arm64; return its path."""
    files = [path for path in (ROOT / "lambda_extract").rglob("*") if path.suffix in (".py", ".json")]
    entries = dict(read_files(ROOT, sorted(files)))
    for wheel in fetch_wheels(LAMBDA_LOCK, wheels):
        entries |= read_wheel(wheel)
    require_platform(entries.items())
    return write_entries(build / "lambda_extract.zip", sorted(entries.items()))


def write_zip(target: Path, root: Path, files: list[Path]) -> Path:
    """Write the files, in the order given."""
    return write_entries(target, read_files(root, files))


def read_files(root: Path, files: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each file."""
    for path in files:
        yield path.relative_to(root).as_posix(), path.read_bytes()


def write_entries(target: Path, entries: Iterable[tuple[str, bytes]]) -> Path:
    """Write the entries, in the order given, stored as they are: how zlib packs differs from build to build."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # A name of this process: another may write the same zip now.
    partial = target.with_suffix(f".{os.getpid()}.part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, content)
    return partial.replace(target)


def fetch_wheels(
    lock: Path, folder: Path, python: str = LAMBDA_PYTHON, platforms: Sequence[str] = LAMBDA_PLATFORMS
) -> list[Path]:
    """Return the wheel of each locked requirement; those that are not in the folder are downloaded."""
    text = lock.read_text(encoding="utf-8")
    if not find_wheels(text, folder)[1]:
        return find_wheels(text, folder)[0]
    size = LAMBDA_DOWNLOAD if lock == LAMBDA_LOCK else 1
    sys.stderr.write(f"Downloading {lock.name} to {folder}: about {size} MB where nothing is cached\n")
    download_wheels(lock, folder, python, platforms)
    wheels, missing = find_wheels(text, folder)
    if missing:
        raise UserError(f"no wheel with a hash of {lock.name} for {', '.join(missing)}. Nothing was packaged.")
    return wheels


def find_wheels(lock: str, folder: Path) -> tuple[list[Path], list[str]]:
    """Find the wheels that a lock file names and whose bytes it knows; and what there is no wheel of."""
    hashes = set(HASH.findall(lock))
    held = {
        path.name.split("-")[0].lower().replace("_", "-"): path
        for path in sorted(folder.glob("*.whl"))
        if hashlib.sha256(path.read_bytes()).hexdigest() in hashes
    }
    names = [match["name"] for match in PINNED.finditer(lock)]
    return [held[name] for name in names if name in held], [name for name in names if name not in held]


def download_wheels(
    lock: Path, folder: Path, python: str = LAMBDA_PYTHON, platforms: Sequence[str] = LAMBDA_PLATFORMS
) -> None:
    """Have pip download the wheels for a Python and platforms, whatever this machine is."""
    options = [part for platform in platforms for part in ("--platform", platform)]
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--require-hashes", "--only-binary=:all:", *options),
        *("--implementation", "cp", "--python-version", python),
        *("--dest", str(folder), "--requirement", str(lock)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise UserError(f"pip download of {lock.name}: {reason}. Nothing was packaged.")


def read_wheel(wheel: Path) -> dict[str, bytes]:
    """Read what a wheel installs; not its scripts, and not the records of its installation."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/") and not LEFT_OUT.search(name)]
        return {name_installed(name): archive.read(name) for name in names}


def name_installed(name: str) -> str:
    """Return the path that a wheel's file gets where it is installed."""
    parts = PurePosixPath(name).parts
    return "/".join(parts[2:]) if parts[0].endswith(".data") else name


def require_platform(entries: Iterable[tuple[str, bytes]]) -> None:
    """Refuse compiled files of another platform or Python: on Lambda they would fail at the first call."""
    wrong = [f"{name} ({fault})" for name, content in entries if (fault := find_foreign(name, content))]
    if wrong:
        raise UserError(
            f"compiled for another platform: {', '.join(wrong)}; expected ELF for aarch64 and CPython"
            f" {LAMBDA_PYTHON}. Nothing was packaged."
        )


def find_foreign(name: str, content: bytes) -> str | None:
    """Say for what else than the Lambda's platform a file is compiled; None where it fits or is not compiled."""
    if not content.startswith(ELF):
        return "no ELF" if COMPILED.search(name) else None
    machine = int.from_bytes(content[18:20], "little" if content[5:6] == b"\x01" else "big")
    if content[4:5] != ELF_64 or machine != AARCH64:
        return f"ELF machine {machine}"
    return "another Python" if OTHER_PYTHON.search(name) else None


PACKAGES: dict[str, Callable[[], Path]] = {
    "glue_jobs": package_glue_jobs,
    "glue_wheels": package_glue_wheels,
    "lambda_extract": package_lambda,
    "sql": package_sql,
}
