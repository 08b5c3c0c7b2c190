"""The zip of glue_jobs is the same byte for byte wherever and whenever it is made, and holds what is imported."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lakehouse import package

ROOT = Path(package.ROOT)
MODULES = sorted((ROOT / "glue_jobs").rglob("*.py"))


@pytest.fixture
def other_place(tmp_path: Path) -> Path:
    """Return a copy of the project's Python below another path, touched later, with other permissions."""
    root = tmp_path / "another place"
    for folder in ("glue_jobs", "lakehouse", "lambda_extract"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "demo_dump"))
    shutil.copy(ROOT / "pyproject.toml", root)
    for number, path in enumerate(sorted(root.rglob("*.py"), reverse=True)):
        os.utime(path, (2_000_000_000 + number, 2_000_000_000 + number))
        path.chmod(0o600)
    return root


def test_package_is_the_same_bytes_in_another_folder_at_another_time(tmp_path, other_place):
    here = package.package_glue_jobs(tmp_path / "build").read_bytes()
    command = [sys.executable, "-m", "lakehouse", "package", "glue_jobs"]
    subprocess.run(command, cwd=other_place, env={"TZ": "Asia/Tokyo"}, check=True, capture_output=True)
    assert (other_place / "build" / "glue_jobs.zip").read_bytes() == here


def test_package_differs_when_a_module_does(tmp_path, other_place):
    here = package.package_glue_jobs(tmp_path / "build").read_bytes()
    with (other_place / "glue_jobs" / "tables.py").open("a") as stream:
        stream.write("# changed\n")
    subprocess.run(
        [sys.executable, "-m", "lakehouse", "package", "glue_jobs"], cwd=other_place, check=True, capture_output=True
    )
    assert (other_place / "build" / "glue_jobs.zip").read_bytes() != here


def test_package_holds_every_module_as_it_is_and_nothing_else(tmp_path):
    with zipfile.ZipFile(package.package_glue_jobs(tmp_path)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held == {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in MODULES}


def test_package_is_what_is_imported(tmp_path):
    path = package.package_glue_jobs(tmp_path)
    code = "import glue_jobs.tables; print(glue_jobs.tables.__file__)"
    command = [sys.executable, "-c", code]
    environment = {"PYTHONPATH": str(path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == f"{path}/glue_jobs/tables.py"


def test_packaging_again_replaces_the_zip_and_leaves_nothing_beside_it(tmp_path):
    first = package.package_glue_jobs(tmp_path).read_bytes()
    assert package.package_glue_jobs(tmp_path).read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["glue_jobs.zip"]


def test_a_submitted_zip_stays_when_the_code_changes_and_goes_when_it_is_old(tmp_path, monkeypatch):
    for path in (tmp_path / "glue_jobs" / "a.py", tmp_path / "glue_jobs" / "load" / "b.py"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("x = 1")
    monkeypatch.setattr(package, "ROOT", tmp_path)
    first = package.package_for_submit(tmp_path / "build")
    before = first.read_bytes()
    assert package.package_for_submit(tmp_path / "build") == first
    path.write_text("x = 2")
    second = package.package_for_submit(tmp_path / "build")
    assert (second != first, first.read_bytes()) == (True, before)
    os.utime(first.parent, (0, 0))
    path.write_text("x = 3")
    package.package_for_submit(tmp_path / "build")
    assert (first.exists(), second.exists()) == (False, True)


def test_several_programs_may_write_the_same_zip_at_once(tmp_path):
    (tmp_path / "one.py").write_text("x = 1")
    script = (
        "import sys; from pathlib import Path; from lakehouse.package import write_zip; folder = Path(sys.argv[1])\n"
        "for _ in range(300): write_zip(folder / 'build' / 'a.zip', folder, [folder / 'one.py'])"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    writers = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    assert [(one.communicate()[1], one.returncode) for one in writers] == [(b"", 0)] * 3
    assert [path.name for path in (tmp_path / "build").iterdir()] == ["a.zip"]
