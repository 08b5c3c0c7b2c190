"""What a month on AWS costs: run lengths and sizes of the project, times list prices with their date.

Sizes are measured on a warehouse (`--measure`), what a run asks and bills for is computed from the code, and how a
lakehouse is used is assumed; the table of inputs says which is which.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from lakehouse.errors import UserError
from lakehouse.statements.statement import read_folder
from lakehouse.warehouse.iceberg import Warehouse, WarehouseError
from lambda_extract.spotify.throttle import WINDOW, Throttle

DAYS = 30
MINUTE = 60
"""Glue bills a minute at least."""

LEAST_SCAN_MB = 10
"""Athena bills 10 MB for a query at least."""

HOURS = 24 * DAYS
ALARMS = 23
COPY_ALARMS = 1
"""What PostgreSQL adds to the alarms."""

STORAGE_GB = 20
"""The least that RDS takes."""

EXTRACT_METRICS, PUBLISH_METRICS = 3, 9
"""A custom metric is billed for the hours in which it is reported; these are what alarms look at, for one account."""

GAUGES_A_DAY = 4
"""How often publish measures the age of the data, beside its runs after each load."""

TABLES = 7
LOGGED_GB = 0.0005
"""What one run of all programs logs."""

NEEDED = (
    "glue_dpu_hour", "lambda_gb_second", "lambda_million_requests", "s3_gb_month", "s3_thousand_puts",
    "s3_thousand_gets", "athena_tb", "secret_month", "alarm_month", "metric_month", "logs_gb",
)  # fmt: skip

POSTGRES_NEEDED = ("rds_instance_hour", "rds_gb_month", "nat_gateway_hour", "endpoint_hour")
"""Prices of what the optional PostgreSQL adds; where they are not given it is left out."""


@dataclass(frozen=True)
class Measured:
    """Sizes that were measured, and on what: bytes for each entry of a listing that a run reads."""

    source: str
    raw_bytes_an_entry: float
    table_bytes_an_entry: float


@dataclass(frozen=True)
class Usage:
    """How one lakehouse is used in a month, and how long its runs take."""

    name: str
    runs_a_day: float
    calls_a_run: float
    entries_a_run: float
    extract_mb: int
    load_seconds: float
    dpus: int
    publish_seconds: float
    questions: int
    scanned_mb: float
    raw_kept_days: float
    old_files_kept_days: float
    """How long replaced files stay: until maintenance removes them."""

    maintenance_seconds: float
    """How long the weekly maintenance takes; 0 if there is no maintenance."""

    @property
    def extract_seconds(self) -> float:
        """Return how long a run takes at the pace that the extractor keeps: it waits more than it computes."""
        return self.calls_a_run * WINDOW.total_seconds() / Throttle.pace

    @property
    def files_a_run(self) -> int:
        """Return the files that a run writes: a raw object, its state, and four for each table that gets rows."""
        return 1 + 2 + 4 * TABLES

    @property
    def gauges_a_day(self) -> float:
        """Return how often the gauges are measured."""
        return max(self.runs_a_day, GAUGES_A_DAY)


def count_publish_queries() -> int:
    """Return the queries of a publish run in which nothing changed: one per check; unchanged views cost none."""
    return len(read_folder("check"))


def compute_month(usage: Usage, measured: Measured, prices: Mapping[str, float]) -> dict[str, float]:
    """Return the cost of a month by service, with what a year has piled up in storage."""
    runs, gauges = usage.runs_a_day * DAYS, usage.gauges_a_day * DAYS
    stored = compute_stored_bytes(usage, measured)
    gb_seconds = runs * (usage.extract_seconds * usage.extract_mb + usage.publish_seconds * 256) / 1024
    scanned_mb = max(usage.scanned_mb, LEAST_SCAN_MB)
    # A summary takes two statements a day; the gauges are two queries.
    summaries = 2 * len(read_folder("ctas")) * DAYS
    queries = runs * count_publish_queries() + summaries + 2 * (gauges + runs) + usage.questions
    hours = {EXTRACT_METRICS: min(usage.runs_a_day, 24), PUBLISH_METRICS: min(usage.gauges_a_day, 24)}
    return {
        "Glue": compute_glue_seconds(usage) / 3600 * usage.dpus * prices["glue_dpu_hour"],
        "Lambda": gb_seconds * prices["lambda_gb_second"] + 3 * runs / 1e6 * prices["lambda_million_requests"],
        "S3": stored / 1e9 * prices["s3_gb_month"]
        + runs * usage.files_a_run / 1000 * (prices["s3_thousand_puts"] + 10 * prices["s3_thousand_gets"]),
        "Athena": queries * scanned_mb / 1e6 * prices["athena_tb"],
        "Secrets Manager": prices["secret_month"],
        "CloudWatch": ALARMS * prices["alarm_month"]
        + sum(metrics * reported / 24 for metrics, reported in hours.items()) * prices["metric_month"]
        + runs * LOGGED_GB * prices["logs_gb"],
    }


def compute_glue_seconds(usage: Usage) -> float:
    """Return the seconds that a month's loads, catch-ups and maintenance are billed for; a run is a minute at least."""
    loads = (usage.runs_a_day * DAYS + DAYS) * max(usage.load_seconds, MINUTE)
    return loads + (DAYS / 7 * max(usage.maintenance_seconds, MINUTE) if usage.maintenance_seconds else 0)


def compute_stored_bytes(usage: Usage, measured: Measured) -> float:
    """Return what is stored after a year.

    Each load rewrites the files of its day: by the end of a day with several loads, half a day's table for each load
    before the last has been written and replaced.
    """
    entries = usage.entries_a_run * usage.runs_a_day
    raw = entries * measured.raw_bytes_an_entry * min(usage.raw_kept_days, 365)
    table = entries * measured.table_bytes_an_entry
    replaced = table * max(usage.runs_a_day - 1, 0) / 2 * min(usage.old_files_kept_days, 365)
    return raw + table * 365 + replaced


def compute_postgres(usage: Usage, prices: Mapping[str, float]) -> dict[str, float]:
    """Return what the optional PostgreSQL adds to a month, apart from the way out of its network."""
    runs = (usage.runs_a_day + 1) * DAYS
    return {
        "RDS, smallest instance": HOURS * prices["rds_instance_hour"],
        f"RDS, {STORAGE_GB} GB": STORAGE_GB * prices["rds_gb_month"],
        "Glue, publish_rds": runs * MINUTE / 3600 * 2 * prices["glue_dpu_hour"],
        "Secrets Manager, CloudWatch": prices["secret_month"] + COPY_ALARMS * prices["alarm_month"],
    }


def measure(folder: Path) -> dict[str, Any]:
    """Return what a run of a warehouse is like: its ledger says what was landed, its files how large it became."""
    try:
        ledger = Warehouse(folder).open_dataset("raw_object").to_table(["size", "lines", "entries"])
    except WarehouseError as error:
        raise UserError(f"{error}. Nothing was measured.") from error
    runs, entries = ledger.num_rows, pc.sum(ledger["entries"]).as_py() or 0
    if not entries:
        raise UserError(f"{folder}: got {runs} raw objects without an entry, expected some. Nothing was measured.")
    stored = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    sizes = Measured(
        f"{runs} runs of {folder}", round(pc.sum(ledger["size"]).as_py() / entries), round(stored / entries)
    )
    # The last line of a raw object is its summary; each other one is an answer.
    calls = (pc.sum(ledger["lines"]).as_py() - runs) / runs
    return {"measured": asdict(sizes), "calls_a_run": round(calls), "entries_a_run": round(entries / runs)}


def read_prices(path: Path) -> dict[str, Any]:
    """Read the prices; each has to be a number, and their date has to be there."""
    prices = read_object(path)
    wrong = [name for name in NEEDED if not isinstance(prices.get(name), int | float)]
    wrong += [name for name in ("date", "region", "currency") if not isinstance(prices.get(name), str)]
    if wrong:
        raise UserError(f"{path}: expected {', '.join(wrong)}. Nothing was computed.")
    return prices


def read_usages(path: Path) -> tuple[Measured, list[Usage]]:
    """Read what was measured, and how lakehouses are used."""
    document = read_object(path)
    usages, measured = document.get("usages", []), document.get("measured", {})
    names = {field.name for field in fields(Usage)}
    if not usages or any(set(usage) != names for usage in usages):
        raise UserError(f"{path}: expected usages with {', '.join(sorted(names))}. Nothing was computed.")
    if not isinstance(measured, dict) or set(measured) != {field.name for field in fields(Measured)}:
        wanted = ", ".join(field.name for field in fields(Measured))
        raise UserError(f"{path}: expected measured with {wanted}. Nothing was computed.")
    return Measured(**measured), [Usage(**usage) for usage in usages]


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: {error}; expected a JSON file. Nothing was computed.") from error
    if not isinstance(value, dict):
        raise UserError(f"{path}: expected a JSON object. Nothing was computed.")
    return value


def describe(prices_file: Path, usages_file: Path) -> str:
    """Return the tables, and what they rest on."""
    prices, (measured, usages) = read_prices(prices_file), read_usages(usages_file)
    parts = [
        describe_costs(usages, measured, prices),
        f"List prices of {prices['region']} as of {prices['date']}.",
        f"{describe_inputs(usages, measured)}",
        f"Sizes measured on {measured.source}.",
    ]
    if all(isinstance(prices.get(name), int | float) for name in POSTGRES_NEEDED):
        parts.append(describe_postgres(usages, prices))
    return "\n\n".join(parts)


def describe_costs(usages: Sequence[Usage], measured: Measured, prices: Mapping[str, Any]) -> str:
    """Return a table: services down, usages across, the sum last."""
    return describe_table(usages, prices, [compute_month(usage, measured, prices) for usage in usages])


def describe_postgres(usages: Sequence[Usage], prices: Mapping[str, Any]) -> str:
    """Return the table of what PostgreSQL adds, and the ways out of its network."""
    table = describe_table(usages, prices, [compute_postgres(usage, prices) for usage in usages])
    nat, endpoint = HOURS * prices["nat_gateway_hour"], HOURS * prices["endpoint_hour"]
    ways = f"Its network access to AWS adds {nat:.2f} for a NAT gateway, or {endpoint:.2f} for each interface endpoint."
    return f"PostgreSQL adds:\n\n{table}\n\n{ways}"


def describe_table(usages: Sequence[Usage], prices: Mapping[str, Any], months: Sequence[Mapping[str, float]]) -> str:
    """Return a table of months side by side."""
    rows = [[service, *(f"{month[service]:.2f}" for month in months)] for service in months[0]]
    rows.append(["**together**", *(f"**{sum(month.values()):.2f}**" for month in months)])
    return show_table([f"{prices['currency']} a month", *(usage.name for usage in usages)], rows)


def describe_inputs(usages: Sequence[Usage], measured: Measured) -> str:
    """Return a table of what the costs rest on, and for each whether it is measured, computed or assumed."""
    raw, table = measured.raw_bytes_an_entry, measured.table_bytes_an_entry
    checks = count_publish_queries()
    rows = [
        ["runs a day", "setting", *(f"{usage.runs_a_day:g}" for usage in usages)],
        ["entries a run", "assumed", *(f"{usage.entries_a_run:,.0f}" for usage in usages)],
        ["calls of Spotify a run", "assumed", *(f"{usage.calls_a_run:,.0f}" for usage in usages)],
        ["seconds to extract", "computed", *(f"{usage.extract_seconds:,.0f}" for usage in usages)],
        ["seconds to load", "see below", *(f"{usage.load_seconds:g}" for usage in usages)],
        ["raw MB a run", "measured", *(f"{usage.entries_a_run * raw / 1e6:.2f}" for usage in usages)],
        ["table MB a run", "measured", *(f"{usage.entries_a_run * table / 1e6:.2f}" for usage in usages)],
        ["files a run", "computed", *(f"{usage.files_a_run}" for usage in usages)],
        ["queries of a publish run", "computed", *(f"{checks + 2}" for _ in usages)],
        ["days that raw objects stay", "setting", *(f"{usage.raw_kept_days:g}" for usage in usages)],
        ["days that replaced files stay", "setting", *(f"{usage.old_files_kept_days:g}" for usage in usages)],
        ["seconds of weekly maintenance", "setting", *(f"{usage.maintenance_seconds:g}" for usage in usages)],
        ["seconds to publish", "assumed", *(f"{usage.publish_seconds:g}" for usage in usages)],
        ["questions a month", "assumed", *(f"{usage.questions:,}" for usage in usages)],
        ["MB that a question scans", "assumed", *(f"{usage.scanned_mb:g}" for usage in usages)],
    ]
    return show_table(["input", "is", *(usage.name for usage in usages)], rows, texts=2)


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> str:
    """Return a table in Markdown; the first columns are texts, the others numbers."""
    rule = ["---"] * texts + ["---:"] * (len(head) - texts)
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))
