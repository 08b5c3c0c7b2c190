"""Trino's jars are the known ones or none, its rows become Arrow, and only a server over this folder is asked."""

import datetime as dt
import hashlib
import json
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from lakehouse.errors import UserError
from lakehouse.trino import jars, serve
from lakehouse.trino.server import free_port, reason
from lakehouse.trino.session import to_table

JAR = jars.Jar("org.example", "part", "1.0", "shaded", hashlib.sha256(b"bytes").hexdigest())


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a cache that lacks one jar."""
    monkeypatch.setenv("LAKEHOUSE_CACHE", str(tmp_path))
    monkeypatch.setattr(jars, "read_list", lambda: (JAR,))
    return jars.trino_folder()


def answer_with(content: bytes | None):
    """Return a fetch that brings these bytes, or nothing."""

    def fetch(_jars, work):
        (work / "cache").mkdir()
        if content is not None:
            (work / "cache" / JAR.file).write_bytes(content)
        return "x\n  Server access error at url\nend"

    return fetch


def test_the_list_names_each_jar_once_with_its_sum():
    known = jars.read_list()
    assert len({jar.file for jar in known}) == len(known) == 281
    assert {len(jar.sha256) for jar in known} == {64}
    assert {jar.classifier for jar in known} == {"", "jdk11", "shaded-protobuf"}


def test_a_jar_of_the_known_bytes_is_taken_and_nothing_else_stays(cache, monkeypatch):
    monkeypatch.setattr(jars, "fetch", answer_with(b"bytes"))
    assert [path.name for path in jars.ensure_trino().iterdir()] == ["org.example_part-1.0-shaded.jar"]
    assert jars.missing_jars() == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"other", "It was not taken", id="other bytes"),
        pytest.param(None, "Server access error", id="nothing came"),
    ],
)
def test_a_jar_that_is_not_the_known_one_is_refused(cache, monkeypatch, content, said):
    monkeypatch.setattr(jars, "fetch", answer_with(content))
    with pytest.raises(UserError, match=said):
        jars.ensure_trino()
    assert list(cache.iterdir()) == []


def test_ivy_is_asked_for_the_jar_alone_with_its_classifier():
    (dependency,) = ET.fromstring(jars.module_text("m", [JAR])).iter("dependency")
    assert (dependency.get("rev"), dependency.get("transitive")) == ("1.0", "false")
    assert dependency[0].get(f"{{{jars.MAVEN}}}classifier") == "shaded"


def test_another_repository_stands_in_for_maven_central(tmp_path, monkeypatch):
    monkeypatch.setenv("DEFAULT_ARTIFACT_REPOSITORY", "https://jars.example/maven?a&b")
    (resolver,) = ET.fromstring(jars.settings_text(tmp_path)).iter("ibiblio")
    assert resolver.get("root") == "https://jars.example/maven?a&b"
    monkeypatch.delenv("DEFAULT_ARTIFACT_REPOSITORY")
    (resolver,) = ET.fromstring(jars.settings_text(tmp_path)).iter("ibiblio")
    assert resolver.get("root") is None


def test_rows_become_arrow_as_typed_by_trino():
    columns = [("n", "bigint"), ("d", "decimal(10, 2)"), ("names", "array(varchar)"), ("day", "date")]
    rows = [[1, Decimal("1.50"), ["a", None], dt.date(2024, 2, 29)], [None] * 4]
    table = to_table(columns, rows)
    assert [list(row.values()) for row in table.to_pylist()] == rows
    assert to_table(columns, []).schema == table.schema


def test_rows_within_rows_keep_the_names_of_their_fields():
    table = to_table([("entries", "array(row(position bigint, item_id varchar))")], [[[(1, "s1"), None]]])
    assert table.to_pylist() == [{"entries": [{"position": 1, "item_id": "s1"}, None]}]


def test_a_server_that_is_gone_or_over_another_folder_is_not_asked(tmp_path, monkeypatch):
    known = tmp_path / "trino.json"
    monkeypatch.setattr(serve, "RUNNING", known)
    assert serve.running_port(tmp_path) is None
    known.write_text(json.dumps({"port": free_port(0), "warehouse": str(tmp_path)}))
    assert serve.running_port(tmp_path) is None
    assert serve.running_port(tmp_path / "other") is None


def test_a_port_that_is_taken_is_refused():
    with pytest.raises(UserError, match="--port 70000: cannot be listened on"):
        free_port(70000)


def test_of_a_start_that_fails_the_fault_is_told(tmp_path):
    log = tmp_path / "log"
    log.write_text("INFO x\nERROR Configuration is invalid\n\n1) Configuration property 'a' was not used\n")
    assert reason(log) == "1) Configuration property 'a' was not used"
