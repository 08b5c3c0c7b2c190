"""AWS's own awsglue (package AWSGlueDataplanePython) on a real Spark, as far as it goes without Glue's Java classes."""

import importlib
import logging
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from pyspark.sql import SparkSession

from devtools.aws_tools import HOW, VENV
from glue_jobs.session import run_job


@pytest.fixture
def awsglue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let awsglue be imported; everything else comes from this environment."""
    places = [str(place.parent) for place in VENV.glob("lib/python*/site-packages/awsglue")]
    if not places:
        pytest.skip(f"AWSGlueDataplanePython is not installed: {HOW}")
    monkeypatch.setattr(sys, "path", [*sys.path, *places])


@pytest.mark.usefixtures("awsglue")
def test_without_glues_java_classes_the_job_runs_on_plain_spark(
    spark: SparkSession, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), run_job("load_music", ["--JOB_NAME", "load"]) as session:
        assert session.range(3).count() == 3
    assert "awsglue is installed without its Java classes: running on plain Spark" in caplog.messages


@pytest.mark.usefixtures("awsglue")
def test_awss_own_job_is_begun_with_its_name_and_committed(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    java_job = SimpleNamespace(
        init=lambda name, _session, options: calls.append((name, options["JOB_NAME"])),
        commit=lambda: calls.append("commit"),
    )

    def begin(self: Any, _spark_context: Any) -> None:
        self._jvm, self.sparkSession = SimpleNamespace(Job=java_job), spark

    monkeypatch.setattr(importlib.import_module("awsglue.context").GlueContext, "__init__", begin)
    with run_job("load_music", ["--JOB_NAME", "load", "--raw", "x"]):
        calls.append("work")
    assert calls == [("load", "load"), "work", "commit"]
