"""What a release consists of, and what refuses one."""

import hashlib
import json

import pytest

from devtools import supply_chain as program
from lakehouse.errors import UserError

DIGEST = "sha256:" + "0" * 64


def test_all_packages_and_jars_are_listed_with_their_sums():
    packages = list(program.list_packages())
    assert {"pyspark", "pyarrow", "spotipy"} <= {name for name, _, _ in packages}
    assert all(sums for _, _, sums in packages)
    jars = list(program.list_jars())
    assert len(jars) > 281
    assert {len(sha256) for *_, sha256 in jars} == {64}


def test_the_scripts_inside_the_report_are_those_that_are_listed():
    scripts = {file: sha256 for file, _, _, sha256 in program.list_scripts()}
    folder = program.VENDORED.parent
    assert scripts == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.js")}
    assert len(scripts) == 2


@pytest.mark.skipif(not program.VENV.exists(), reason=program.HOW)
def test_the_list_fits_cyclonedx(tmp_path):
    program.write_sbom(tmp_path / "sbom.json")
    parts = json.loads((tmp_path / "sbom.json").read_text())
    assert parts["bomFormat"] == "CycloneDX"
    assert len(parts["components"]) > 281
    assert all(part["hashes"] for part in parts["components"])
    assert {"pkg:npm/d3@7.9.0", "pkg:npm/%40observablehq/plot@0.6.17"} <= {part["purl"] for part in parts["components"]}


@pytest.mark.parametrize(
    ("name", "is_refused"), [("a/b:1", True), (f"a/b@{DIGEST}", False), (f"a/b:1@{DIGEST}", False)]
)
def test_an_image_without_a_digest_refuses_a_release(tmp_path, name, is_refused):
    compose = tmp_path / "compose.yaml"
    compose.write_text(f"services:\n  a:\n    image: {name}\n")
    if not is_refused:
        return program.require_digests(compose)
    with pytest.raises(UserError, match="Nothing was released"):
        program.require_digests(compose)


@pytest.mark.parametrize(("packages", "line", "has_fault"), [
    ([{"name": "a", "version": "1", "vulns": []}], "1 of 1 packages audited, no known fault", False),
    ([{"name": "a", "version": "1", "vulns": [{"id": "X-1"}]}], "1 of 1 packages audited, a 1: X-1", True),
    ([{"name": "a", "skip_reason": "no"}],
     "0 of 1 packages audited, no known fault; 1 not audited, as the index does not answer for them", False),
])  # fmt: skip
def test_what_was_not_asked_is_said(packages, line, has_fault):
    assert program.describe_audit(json.dumps({"dependencies": packages}), "") == (line, has_fault)


def test_offline_is_said_and_no_fault_and_any_other_end_is_one():
    assert program.describe_audit("", "x ConnectionError y") == ("not audited: PyPI is not reached from here", False)
    assert program.describe_audit("", "broken") == ("not audited: broken", True)
