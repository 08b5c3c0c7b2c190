"""A job's session: Glue's own where awsglue is there with its Java side, plain Spark everywhere else."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from glue_jobs import session

ON_GLUE = ["--raw", "s3://lake/raw/", "--JOB_NAME", "load_music", "--JOB_RUN_ID", "jr_1"]


class FakeSpark:
    """A session that keeps what is set."""

    def __init__(self) -> None:
        self.settings: dict[str, str] = {}
        self.conf = SimpleNamespace(set=self.settings.__setitem__)
        self.sparkContext = SimpleNamespace(defaultParallelism=8)


@pytest.fixture
def spark(monkeypatch: pytest.MonkeyPatch) -> FakeSpark:
    """Return what stands in for Spark, and let no awsglue of this machine be found."""
    spark = FakeSpark()
    builder = SimpleNamespace(appName=lambda _name: SimpleNamespace(getOrCreate=lambda: spark))
    monkeypatch.setattr(session, "SparkSession", SimpleNamespace(builder=builder))
    monkeypatch.setattr(session, "SparkContext", SimpleNamespace(getOrCreate=lambda: "the context"))
    monkeypatch.setitem(sys.modules, "awsglue", None)
    return spark


def put_glue_in_place(monkeypatch: pytest.MonkeyPatch, error: str | None = None) -> list[Any]:
    """Put stand-ins for awsglue's modules in place; return what they are told, as it happens."""
    told: list[Any] = []

    class GlueContext:
        def __init__(self, spark_context: str) -> None:
            if error:
                raise TypeError(error)
            told.append(("context", spark_context))

    class Job:
        def __init__(self, glue_context: GlueContext) -> None:
            assert isinstance(glue_context, GlueContext)

        def init(self, name: str, arguments: dict[str, str]) -> None:
            told.append(("init", name, arguments))

        def commit(self) -> None:
            told.append("commit")

    def get_resolved_options(argv: list[str], names: list[str]) -> dict[str, str]:
        return {name: argv[1:][argv[1:].index(f"--{name}") + 1] for name in names}

    monkeypatch.setitem(sys.modules, "awsglue", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "awsglue.context", SimpleNamespace(GlueContext=GlueContext))
    monkeypatch.setitem(sys.modules, "awsglue.job", SimpleNamespace(Job=Job))
    monkeypatch.setitem(sys.modules, "awsglue.utils", SimpleNamespace(getResolvedOptions=get_resolved_options))
    return told


def run_it(argv: list[str], told: list[Any] | None = None) -> Any:
    with session.run_job("load_music", argv) as spark:
        if told is not None:
            told.append("work")
    return spark


def test_without_awsglue_a_plain_session_does(spark: FakeSpark) -> None:
    assert run_it(ON_GLUE) is spark
    assert spark.settings == {**session.SETTINGS, "spark.sql.shuffle.partitions": "8"}


def test_on_glue_the_run_is_a_job_committed_at_the_end(spark: FakeSpark, monkeypatch: pytest.MonkeyPatch) -> None:
    told = put_glue_in_place(monkeypatch)
    assert run_it(ON_GLUE, told) is spark
    begun = ("init", "load_music", {"JOB_NAME": "load_music"})
    assert told == [("context", "the context"), begun, "work", "commit"]
    assert spark.settings["spark.sql.ansi.enabled"] == "true"


def test_a_job_that_fails_is_not_committed(spark: FakeSpark, monkeypatch: pytest.MonkeyPatch) -> None:
    told = put_glue_in_place(monkeypatch)
    with pytest.raises(ValueError, match="in the job"), session.run_job("load_music", ON_GLUE):
        raise ValueError("in the job")
    assert "commit" not in told


def test_a_run_that_glue_did_not_start_is_no_job(spark: FakeSpark, monkeypatch: pytest.MonkeyPatch) -> None:
    told = put_glue_in_place(monkeypatch)
    assert run_it(["--raw", "data/raw"]) is spark
    assert told == [("context", "the context")]


def test_awsglue_without_its_java_side_is_not_needed(spark: FakeSpark, monkeypatch: pytest.MonkeyPatch) -> None:
    told = put_glue_in_place(monkeypatch, "'JavaPackage' object is not callable")
    assert run_it(ON_GLUE, told) is spark
    assert told == ["work"]


def test_another_error_of_glue_is_not_hidden(spark: FakeSpark, monkeypatch: pytest.MonkeyPatch) -> None:
    put_glue_in_place(monkeypatch, "unexpected argument")
    with pytest.raises(TypeError, match="unexpected argument"):
        run_it(ON_GLUE)
