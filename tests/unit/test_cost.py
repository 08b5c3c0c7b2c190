"""What a month costs is computed from given prices and usages; the document shows just that."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from local.cost import (
    ALARMS,
    COPY_ALARMS,
    METRICS,
    NEEDED,
    POSTGRES_NEEDED,
    PRICES,
    ROOT,
    USAGES,
    Usage,
    compute_month,
    compute_postgres,
    main,
    read_prices,
    read_usages,
)

ONE = dict.fromkeys(NEEDED, 1.0)
USAGE = Usage("u", 1, 1024, 256, 30, 2, 1, 1, 100, 0, 3, 10, 5)


def test_the_document_shows_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.strip() in (ROOT / "docs" / "cost.md").read_text("utf-8")


def test_glue_bills_a_minute_at_least_and_the_catch_up_too() -> None:
    assert compute_month(USAGE, ONE)["Glue"] == pytest.approx((30 + 30) * 60 / 3600 * 2)


def test_lambda_bills_memory_times_seconds() -> None:
    assert compute_month(USAGE, {**ONE, "lambda_million_requests": 0})["Lambda"] == pytest.approx(30 * 256)


def test_athena_bills_ten_megabytes_at_least() -> None:
    assert compute_month(USAGE, ONE)["Athena"] == pytest.approx((30 * 3 + 2 * 30 + 10) * 10 / 1e6)


def test_storage_is_that_of_a_year() -> None:
    free = {**ONE, "s3_thousand_puts": 0, "s3_thousand_gets": 0}
    assert compute_month(USAGE, free)["S3"] == pytest.approx(0.73)


def test_metrics_are_billed_for_the_hours_in_which_they_are_reported() -> None:
    only = {**dict.fromkeys(NEEDED, 0.0), "metric_month": 1.0}
    assert compute_month(USAGE, only)["CloudWatch"] == pytest.approx(METRICS / 24)
    hourly = compute_month(replace(USAGE, runs_a_day=48), only)["CloudWatch"]
    assert hourly == METRICS


def test_the_alarms_are_those_of_the_runbook() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text("utf-8")
    assert len(re.findall(r"^\| `[\w-]+` \|", runbook, re.MULTILINE)) == ALARMS + COPY_ALARMS


def test_postgresql_is_told_apart_where_its_prices_are_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prices = {**ONE, **dict.fromkeys(POSTGRES_NEEDED, 2.0)}
    assert compute_postgres(USAGE, prices) == pytest.approx({
        "RDS, smallest instance": 1440, "RDS, 20 GB": 40, "Glue, publish_rds": 2, "Secrets Manager, CloudWatch": 2,
    })  # fmt: skip
    (tmp_path / "prices.json").write_text(json.dumps({**ONE, "date": "d", "region": "r", "currency": "c"}))
    assert main(["--prices", str(tmp_path / "prices.json")]) == 0
    assert "PostgreSQL" not in capsys.readouterr().out


def test_more_runs_and_more_playlists_cost_more() -> None:
    prices = read_prices(PRICES)
    daily, hourly, team = (sum(compute_month(usage, prices).values()) for usage in read_usages(USAGES))
    assert 0 < daily < team < hourly


@pytest.mark.parametrize(("text", "message"), [
    pytest.param("{", "expected a JSON file", id="broken"),
    pytest.param("[]", "expected a JSON object", id="a list"),
    pytest.param(json.dumps({**ONE, "athena_tb": "5"}), "expected athena_tb, date, region, currency", id="no number"),
])  # fmt: skip
def test_wrong_prices_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str) -> None:
    (tmp_path / "prices.json").write_text(text)
    assert main(["--prices", str(tmp_path / "prices.json")]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


def test_usages_that_lack_something_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "usages.json").write_text(json.dumps({"usages": [{"name": "x"}]}))
    assert main(["--usages", str(tmp_path / "usages.json")]) == 2
    assert "expected usages with" in capsys.readouterr().err
