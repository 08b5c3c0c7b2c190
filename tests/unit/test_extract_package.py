"""The Lambda zip: what it holds, that it is the same each time, and that no file is for another platform."""

import hashlib
import importlib.util
import json
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lakehouse import package
from lakehouse.cli import main as lakehouse
from lakehouse.errors import UserError

ROOT = package.ROOT
IMPORT = """
import sys
sys.path.insert(0, sys.argv[1])
import boto3, lambda_extract.handler
boto3.client("s3", region_name="eu-west-1")
print(lambda_extract.handler.__file__)
"""
ARM64 = b"\x7fELF\x02\x01\x01" + bytes(11) + (183).to_bytes(2, "little") + bytes(44)
X86_64 = b"\x7fELF\x02\x01\x01" + bytes(11) + (62).to_bytes(2, "little") + bytes(44)


@pytest.fixture(scope="module")
def lambda_zip(tmp_path_factory):
    """Package with the wheels that `make package` keeps, downloading them where it has not run."""
    return package.package_lambda(tmp_path_factory.mktemp("build"))


def test_the_zip_is_the_same_bytes_again(lambda_zip, tmp_path):
    assert package.package_lambda(tmp_path).read_bytes() == lambda_zip.read_bytes()


def test_the_zip_fits_a_direct_upload(lambda_zip):
    assert lambda_zip.stat().st_size < 50_000_000


def modules_of(package: Path) -> set[str]:
    """Return the names in the zip of a package's modules, those of its rooms too."""
    return {path.relative_to(package.parent).as_posix() for path in package.rglob("*.py")}


def test_the_zip_holds_the_package_and_every_locked_requirement(lambda_zip):
    names = zipfile.ZipFile(lambda_zip).namelist()
    assert names == sorted(set(names))
    assert modules_of(ROOT / "lambda_extract") <= set(names)
    held = {name.split("-")[0].lower().replace("_", "-") for name in names if name.endswith(".dist-info/METADATA")}
    assert held == {match["name"] for match in package.PINNED.finditer(package.LAMBDA_LOCK.read_text())}
    assert not [name for name in names if name.startswith(("bin/", "tests/", "/")) or name.endswith("/RECORD")]


def test_the_unpacked_zip_imports_in_a_clean_interpreter(lambda_zip, tmp_path):
    with zipfile.ZipFile(lambda_zip) as archive:
        archive.extractall(tmp_path)
    # The one compiled package without a fallback in Python: the Lambda's is for another processor.
    (compiled,) = importlib.util.find_spec("rpds").submodule_search_locations
    shutil.copytree(compiled, tmp_path / "rpds", dirs_exist_ok=True)
    command = [sys.executable, "-I", "-S", "-c", IMPORT, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == str(tmp_path / "lambda_extract" / "handler.py")


def test_every_compiled_file_in_the_zip_is_for_the_lambda(lambda_zip):
    with zipfile.ZipFile(lambda_zip) as archive:
        entries = [(name, archive.read(name)) for name in archive.namelist()]
    compiled = [(name, content) for name, content in entries if content.startswith(package.ELF)]
    assert compiled, "expected at least the compiled parts of charset-normalizer"
    assert all(content[18:20] == ARM64[18:20] and "cpython-313-aarch64" in name for name, content in compiled)
    package.require_platform(entries)


def test_a_real_x86_64_library_is_rejected():
    is_here = sys.platform == "linux" and platform.machine() == "x86_64"
    found = [
        module.__file__ for module in list(sys.modules.values()) if str(getattr(module, "__file__", "")).endswith(".so")
    ]
    library = Path(found[0]).read_bytes() if is_here and found else X86_64
    with pytest.raises(UserError, match=r"another platform: x/y\.cpython-313-x86_64-linux-gnu\.so \(ELF machine 62\)"):
        package.require_platform([("x/y.cpython-313-x86_64-linux-gnu.so", library)])


@pytest.mark.parametrize(
    ("name", "content", "seen"),
    [
        pytest.param("a/md.cpython-313-x86_64-linux-gnu.so", X86_64, "ELF machine 62", id="x86-64"),
        pytest.param("a/lib.so.1.2", X86_64, "ELF machine 62", id="a library with a version"),
        pytest.param("a/no_suffix", X86_64, "ELF machine 62", id="told by its bytes, not its name"),
        pytest.param("a/md.so", ARM64.replace(b"\x02", b"\x01", 1), "ELF machine 183", id="32 bits"),
        pytest.param("a/md.so", b"\x7fELF", "ELF machine 0", id="cut off"),
        pytest.param("a/md.cpython-312-aarch64-linux-gnu.so", ARM64, "another Python", id="Python 3.12"),
        pytest.param("a/md.cp313-win_amd64.pyd", b"MZ", "no ELF", id="Windows"),
        pytest.param("a/md.cpython-313-darwin.so", b"\xcf\xfa\xed\xfe", "no ELF", id="a Mac"),
    ],
)
def test_a_file_for_another_platform_is_rejected(name, content, seen):
    entries = [("a/fine.py", b"x = 1"), (name, content), ("a/other.dll", b"MZ")]
    with pytest.raises(UserError) as caught:
        package.require_platform(entries)
    assert str(caught.value) == (
        f"compiled for another platform: {name} ({seen}), a/other.dll (no ELF);"
        " expected ELF for aarch64 and CPython 3.13. Nothing was packaged."
    )


def test_files_for_the_lambda_and_plain_ones_pass():
    names = ("a.cpython-313-aarch64-linux-gnu.so", "a.abi3.so", "a.so")
    package.require_platform([*((name, ARM64) for name in names), ("a.py", b""), ("a.solution", b"")])


# Wheels


def make_wheel(folder, name, files):
    folder.mkdir(exist_ok=True)
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for file, content in files.items():
            archive.writestr(file, content)
    return path


def test_a_wheel_gives_what_it_installs(tmp_path):
    wheel = make_wheel(
        tmp_path, "one-1-py3-none-any.whl",
        {
            "one/": "", "one/a.py": "a", "one-1.dist-info/METADATA": "m", "one-1.dist-info/RECORD": "r",
            "one-1.data/purelib/one/b.py": "b", "one-1.data/scripts/tool": "s",
        },
    )  # fmt: skip
    assert package.read_wheel(wheel) == {"one/a.py": b"a", "one-1.dist-info/METADATA": b"m", "one/b.py": b"b"}


def test_wheels_that_are_there_are_not_downloaded(tmp_path, monkeypatch):
    monkeypatch.setattr(package, "download_wheels", lambda *_: pytest.fail("downloaded"))
    wheel = make_wheel(tmp_path / "w", "two_words-1-py3-none-any.whl", {"a.py": "a"})
    lock = tmp_path / "lambda.txt"
    lock.write_text(f"two-words==1 \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    assert package.fetch_wheels(lock, tmp_path / "w") == [wheel]


def test_a_wheel_that_is_not_the_locked_one_is_not_taken(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(package, "download_wheels", lambda *_: None)
    make_wheel(tmp_path / "w", "one-1-py3-none-any.whl", {"a.py": "changed"})
    lock = tmp_path / "lambda.txt"
    lock.write_text(f"one==1 \\\n    --hash=sha256:{'0' * 64}\n")
    with pytest.raises(UserError, match=r"no wheel with a hash of lambda\.txt for one\. Nothing was packaged"):
        package.fetch_wheels(lock, tmp_path / "w")
    assert "Downloading lambda.txt to" in capsys.readouterr().err


def test_a_download_that_fails_is_said_in_one_line(tmp_path):
    lock = tmp_path / "lambda.txt"
    lock.write_text("one==1\n")
    with pytest.raises(UserError, match=r"^pip download of lambda\.txt: .+\. Nothing was packaged\.$"):
        package.download_wheels(lock, tmp_path / "w")


def test_an_unknown_package_is_said(capsys):
    assert lakehouse(["package", "nonsense"]) == 2
    assert capsys.readouterr().err == (
        "package: no package nonsense; expected one of glue_jobs, glue_wheels, lambda_extract, sql."
        " Nothing was packaged.\n"
    )


def test_the_lock_is_for_the_lambdas_python():
    text = package.LAMBDA_LOCK.read_text()
    assert "spotipy==2.26.0" in text
    assert json.dumps(text).count("boto3==") == 1
