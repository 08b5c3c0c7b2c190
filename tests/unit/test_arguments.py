"""The job's arguments: what Glue adds is passed over, a mistake is one line."""

import datetime as dt

import pytest

from glue_jobs.arguments import parse_settings
from glue_jobs.errors import LoadError


def test_defaults() -> None:
    settings = parse_settings(["--raw", "r"])
    assert (settings.catalog, settings.database) == ("glue_catalog", "music")
    assert (settings.since, settings.batch_bytes, settings.replay_rejected) == (None, 256_000_000, False)


def test_given_values() -> None:
    told = "--raw r --catalog c --database d1 --since 2026-11-01 --batch_mb 3 --replay_rejected"
    settings = parse_settings(told.split())
    assert (settings.catalog, settings.database) == ("c", "d1")
    assert (settings.since, settings.batch_bytes) == (dt.date(2026, 11, 1), 3_000_000)
    assert settings.replay_rejected


def test_an_argument_that_nobody_knows_is_refused_unless_glue_runs_the_job() -> None:
    with pytest.raises(LoadError, match=r"unknown argument --colour\. Nothing was loaded\."):
        parse_settings(["--raw", "r", "--colour", "blue"])
    with pytest.raises(LoadError, match="unknown argument blue"):
        parse_settings(["--raw", "r", "blue"])
    on_glue = ["--raw", "r", "--JOB_NAME", "load", "--colour", "blue", "--data-base-of-glue", "x", "--DATABASE_X=y"]
    assert parse_settings(on_glue).raw == "r"
    with pytest.raises(LoadError, match="unknown argument --sinse; did you mean --since"):
        parse_settings([*on_glue, "--sinse", "2026-11-01"])


def test_what_glue_adds_is_passed_over() -> None:
    workflow = ["--JOB_NAME", "load", "--JOB_RUN_ID", "jr_1", "--WORKFLOW_NAME", "w"]
    added = [*workflow, "--TempDir", "s3://t", "--enable-metrics", "true"]
    assert parse_settings(["--raw", "r", *added]).raw == "r"


@pytest.mark.parametrize(
    ("told", "message"),
    [
        pytest.param("", "the following arguments are required: --raw", id="the raw prefix is needed"),
        pytest.param("--raw r --sinse 2026-11-01", "unknown argument --sinse; did you mean --since", id="misspelt"),
        pytest.param("--raw r --batch-mb=3", "unknown argument --batch-mb; did you mean --batch_mb", id="a dash"),
        pytest.param("--raw r --since 2026-13-01", "expected a date as YYYY-MM-DD, got '2026-13-01'", id="date"),
        pytest.param("--raw r --batch_mb 0", "expected a whole number of 1 or more, got '0'", id="batch"),
        pytest.param("--raw r --database my-db", "expected a lower-case name of letters, digits and _", id="database"),
    ],
)
def test_a_mistake_is_one_clear_line(told: str, message: str) -> None:
    with pytest.raises(LoadError) as caught:
        parse_settings(told.split())
    assert message in str(caught.value)
    assert str(caught.value).endswith("Nothing was loaded.")
    assert "\n" not in str(caught.value)
