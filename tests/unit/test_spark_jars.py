"""Spark is given the known jars or none, wherever they came from."""

import hashlib

import pytest

from lakehouse.errors import UserError
from lakehouse.spark import submit
from lakehouse.spark.submit import AWS_JARS, FOLDER_JARS, ICEBERG_FOR, PUBLISH_JARS, Jars

JAR = Jars("a part", "1 MB", ("org.example:part:1.0",))


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("LAKEHOUSE_CACHE", str(tmp_path))
    monkeypatch.setattr(submit, "read_sums", lambda: {"org.example:part:1.0": hashlib.sha256(b"bytes").hexdigest()})
    [path] = submit.jar_paths(JAR)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"bytes")
    return path


def test_every_jar_that_is_used_has_a_known_sum():
    used = {*ICEBERG_FOR.values(), *(one for jars in (FOLDER_JARS, PUBLISH_JARS, AWS_JARS) for one in jars.packages)}
    assert used == set(submit.read_sums())
    assert {len(sha256) for sha256 in submit.read_sums().values()} == {64}


def test_a_known_jar_is_used(path):
    assert submit.ensure_jars({}, JAR) == [path]


def test_a_jar_that_was_changed_in_the_cache_is_not_used(path):
    path.write_bytes(b"other")
    with pytest.raises(UserError, match=r"part-1\.0\.jar: SHA-256 \w{64}, expected \w{64}\. It is not used: remove it"):
        submit.ensure_jars({}, JAR)


def test_a_jar_that_was_fetched_is_checked(path, monkeypatch):
    path.unlink()
    monkeypatch.setattr(submit, "_spark_submit", lambda: "/bin/sh")
    monkeypatch.setattr(submit.subprocess, "run", lambda *_, **__: path.write_bytes(b"other"))
    monkeypatch.setattr(submit, "_trust", lambda _: {})
    with pytest.raises(UserError, match="It is not used"):
        submit.ensure_jars({}, JAR)
