"""What a month costs is computed from given prices and usages; the document shows just that."""

import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from glue_jobs.tables import TABLES as ALL_TABLES
from lakehouse import cost
from lakehouse.cli import main as lakehouse
from lakehouse.cost import (
    ALARMS,
    COPY_ALARMS,
    EXTRACT_METRICS,
    NEEDED,
    POSTGRES_NEEDED,
    PUBLISH_METRICS,
    TABLES,
    Measured,
    Usage,
    compute_month,
    compute_postgres,
    count_publish_queries,
    read_prices,
    read_usages,
)
from lakehouse.paths import PRICES, ROOT, USAGES
from sql.publish import Report, Settings, describe_account_metrics, describe_metrics

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
ONE = dict.fromkeys(NEEDED, 1.0)
# 45 calls take 30 seconds; 1,024 of them are asked for in 682.67.
USAGE = Usage("u", 1, 1024, 1e6, 256, 30, 2, 0, 10, 5, 365, 365, 0)
SIZES = Measured("a test", 1000, 1000)


def main(arguments: list[str]) -> int:
    """Run the command on the given arguments."""
    return lakehouse(["cost", *arguments])


def month_of(usage: Usage, prices: dict[str, float]) -> dict[str, float]:
    return compute_month(usage, SIZES, prices)


def test_the_document_shows_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.strip() in (ROOT / "docs" / "cost.md").read_text("utf-8")


def test_glue_bills_a_minute_at_least_and_the_catch_up_too() -> None:
    assert month_of(USAGE, ONE)["Glue"] == pytest.approx((30 + 30) * 60 / 3600 * 2)


def test_lambda_bills_memory_times_the_seconds_that_the_pace_allows() -> None:
    free = {**ONE, "lambda_million_requests": 0}
    assert month_of(USAGE, free)["Lambda"] == pytest.approx(30 * 256 * (1024 * 30 / 45) / 1024)


def test_athena_bills_ten_megabytes_at_least() -> None:
    queries = 30 * count_publish_queries() + 4 * 30 + 2 * (4 * 30 + 30) + 10
    assert month_of(USAGE, ONE)["Athena"] == pytest.approx(queries * 10 / 1e6)


def test_storage_is_that_of_a_year() -> None:
    free = {**ONE, "s3_thousand_puts": 0, "s3_thousand_gets": 0}
    assert month_of(USAGE, free)["S3"] == pytest.approx(2 * 365)


def test_what_is_not_kept_costs_nothing() -> None:
    free = {**ONE, "s3_thousand_puts": 0, "s3_thousand_gets": 0}
    assert month_of(replace(USAGE, raw_kept_days=30), free)["S3"] == pytest.approx(365 + 30)


def test_files_that_later_loads_of_a_day_replace_are_stored_until_maintenance_removes_them() -> None:
    free = {**ONE, "s3_thousand_puts": 0, "s3_thousand_gets": 0}
    thrice = replace(USAGE, runs_a_day=3, entries_a_run=1e6 / 3)
    assert month_of(thrice, free)["S3"] == pytest.approx(2 * 365 + 365)
    assert month_of(replace(thrice, old_files_kept_days=19), free)["S3"] == pytest.approx(2 * 365 + 19)


def test_weekly_maintenance_is_a_run_of_glue() -> None:
    with_it = month_of(replace(USAGE, maintenance_seconds=120), ONE)["Glue"] - month_of(USAGE, ONE)["Glue"]
    assert with_it == pytest.approx(30 / 7 * 120 / 3600 * 2)


def test_metrics_are_billed_for_the_hours_in_which_they_are_reported() -> None:
    only = {**dict.fromkeys(NEEDED, 0.0), "metric_month": 1.0}
    assert month_of(USAGE, only)["CloudWatch"] == pytest.approx(EXTRACT_METRICS / 24 + PUBLISH_METRICS * 4 / 24)
    assert month_of(replace(USAGE, runs_a_day=48), only)["CloudWatch"] == EXTRACT_METRICS + PUBLISH_METRICS


def test_the_metrics_of_publish_are_counted_right() -> None:
    of_tables, of_jobs = ("HoursSinceLoad", "OpenRejected", "UnreadableObjects"), ("GlueHoursThisMonth", "FailedLoads")
    gauges = (*of_tables, *of_jobs, "FailedUpkeep")
    report = Report(gauges=dict.fromkeys(gauges, 1.0), checks={"a": 1}, hours_not_loaded={"me": 0.0})
    settings = Settings("d", "w", "b", "n")
    lines = [describe_metrics(settings, report, NOW), *describe_account_metrics(settings, report, NOW)]
    told = [one for line in lines for one in json.loads(line)["_aws"]["CloudWatchMetrics"]]
    assert sum(len(one["Metrics"]) for one in told) == PUBLISH_METRICS


def test_the_tables_are_counted_right() -> None:
    assert len(ALL_TABLES) == TABLES


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
    measured, usages = read_usages(USAGES)
    daily, hourly, team = (sum(compute_month(usage, measured, prices).values()) for usage in usages)
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


def test_a_file_without_measured_sizes_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "usages.json").write_text(json.dumps({"usages": [vars(USAGE)], "measured": {"source": "x"}}))
    assert main(["--usages", str(tmp_path / "usages.json")]) == 2
    assert "expected measured with source, raw_bytes_an_entry, table_bytes_an_entry" in capsys.readouterr().err


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[int]]:
    """Return the ledger of a warehouse, to be filled: two runs of 3 and 5 answers."""
    rows = {"size": [1000, 3000], "lines": [4, 6], "entries": [10, 30]}

    class Ledger:
        def open_dataset(self, name: str) -> "Ledger":
            assert name == "raw_object"
            return self

        def to_table(self, columns: list[str]) -> pa.Table:
            return pa.table({column: pa.array(rows[column], pa.int64()) for column in columns})

    monkeypatch.setattr(cost, "Warehouse", lambda _: Ledger())
    return rows


def test_a_warehouse_is_measured(
    tmp_path: Path, ledger: dict[str, list[int]], capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "music" / "song" / "data"
    data.mkdir(parents=True)
    pq.write_table(pa.table({"a": [1]}), data / "a.parquet")
    size = (data / "a.parquet").stat().st_size
    assert main(["--measure", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "measured": {
            "source": f"2 runs of {tmp_path}", "raw_bytes_an_entry": 100, "table_bytes_an_entry": round(size / 40),
        },
        "calls_a_run": 4,
        "entries_a_run": 20,
    }  # fmt: skip


def test_a_warehouse_without_entries_has_nothing_to_measure(
    tmp_path: Path, ledger: dict[str, list[int]], capsys: pytest.CaptureFixture[str]
) -> None:
    ledger.update(size=[], lines=[], entries=[])
    assert main(["--measure", str(tmp_path)]) == 2
    assert "got 0 raw objects without an entry" in capsys.readouterr().err


def test_no_warehouse_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--measure", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.startswith(f"cost: no warehouse at {tmp_path}/none")


def test_the_document_says_of_each_input_whether_it_is_measured() -> None:
    document = (ROOT / "docs" / "cost.md").read_text("utf-8")
    marks = re.findall(r"^\| [^|]+ \| (setting|measured|computed|assumed|see below) \|", document, re.MULTILINE)
    assert len(marks) == 15
