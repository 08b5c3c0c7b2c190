"""`make cost`: what a month on AWS costs: run lengths and sizes of the project, times list prices with their date."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from local.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
PRICES = ROOT / "docs" / "prices.json"
USAGES = ROOT / "docs" / "usages.json"
DAYS = 30
MINUTE = 60
"""Glue bills a minute at least."""

LEAST_SCAN_MB = 10
"""Athena bills 10 MB for a query at least."""

HOURS = 24 * DAYS
ALARMS = 17
COPY_ALARMS = 1
"""What PostgreSQL adds to the alarms."""

STORAGE_GB = 20
"""The least that RDS takes."""

METRICS = 30
"""A custom metric is billed for the hours in which it is reported."""

LOGGED_GB = 0.0005
"""What one run of all programs logs."""

NEEDED = (
    "glue_dpu_hour", "lambda_gb_second", "lambda_million_requests", "s3_gb_month", "s3_thousand_puts",
    "s3_thousand_gets", "athena_tb", "secret_month", "alarm_month", "metric_month", "logs_gb",
)  # fmt: skip

POSTGRES_NEEDED = ("rds_instance_hour", "rds_gb_month", "nat_gateway_hour", "endpoint_hour")
"""Prices of what the optional PostgreSQL adds; where they are not given it is left out."""


@dataclass(frozen=True)
class Usage:
    """How one lakehouse is used in a month, how long its runs take, and what lies in it after a year."""

    name: str
    runs_a_day: float
    extract_seconds: float
    extract_mb: int
    load_seconds: float
    dpus: int
    raw_mb_a_run: float
    table_mb_a_run: float
    files_a_run: int
    publish_seconds: float
    publish_queries: int
    questions: int
    scanned_mb: float


def compute_month(usage: Usage, prices: Mapping[str, float]) -> dict[str, float]:
    """Return the cost of a month by service, with what a year has piled up in storage."""
    runs = usage.runs_a_day * DAYS
    gauges = max(usage.runs_a_day, 1) * DAYS
    stored_gb = (usage.raw_mb_a_run + usage.table_mb_a_run) * usage.runs_a_day * 365 / 1000
    gb_seconds = runs * (usage.extract_seconds * usage.extract_mb + usage.publish_seconds * 256) / 1024
    scanned_mb = max(usage.scanned_mb, LEAST_SCAN_MB)
    queries = runs * usage.publish_queries + 2 * gauges + usage.questions
    return {
        "Glue": (runs + DAYS) * max(usage.load_seconds, MINUTE) / 3600 * usage.dpus * prices["glue_dpu_hour"],
        "Lambda": gb_seconds * prices["lambda_gb_second"] + 3 * runs / 1e6 * prices["lambda_million_requests"],
        "S3": stored_gb * prices["s3_gb_month"]
        + runs * usage.files_a_run / 1000 * (prices["s3_thousand_puts"] + 10 * prices["s3_thousand_gets"]),
        "Athena": queries * scanned_mb / 1e6 * prices["athena_tb"],
        "Secrets Manager": prices["secret_month"],
        "CloudWatch": ALARMS * prices["alarm_month"]
        + METRICS * min(gauges / DAYS / 24, 1) * prices["metric_month"]
        + runs * LOGGED_GB * prices["logs_gb"],
    }


def compute_postgres(usage: Usage, prices: Mapping[str, float]) -> dict[str, float]:
    """Return what the optional PostgreSQL adds to a month, apart from the way out of its network."""
    runs = (usage.runs_a_day + 1) * DAYS
    return {
        "RDS, smallest instance": HOURS * prices["rds_instance_hour"],
        f"RDS, {STORAGE_GB} GB": STORAGE_GB * prices["rds_gb_month"],
        "Glue, publish_rds": runs * MINUTE / 3600 * 2 * prices["glue_dpu_hour"],
        "Secrets Manager, CloudWatch": prices["secret_month"] + COPY_ALARMS * prices["alarm_month"],
    }


def read_prices(path: Path) -> dict[str, Any]:
    """Read the prices; each has to be a number, and their date has to be there."""
    prices = read_object(path)
    wrong = [name for name in NEEDED if not isinstance(prices.get(name), int | float)]
    wrong += [name for name in ("date", "region", "currency") if not isinstance(prices.get(name), str)]
    if wrong:
        raise UserError(f"{path}: expected {', '.join(wrong)}. Nothing was computed.")
    return prices


def read_usages(path: Path) -> list[Usage]:
    """Read how lakehouses are used."""
    found = read_object(path).get("usages", [])
    names = {field.name for field in fields(Usage)}
    if not found or any(set(one) != names for one in found):
        raise UserError(f"{path}: expected usages with {', '.join(sorted(names))}. Nothing was computed.")
    return [Usage(**one) for one in found]


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: {error}; expected a JSON file. Nothing was computed.") from error
    if not isinstance(found, dict):
        raise UserError(f"{path}: expected a JSON object. Nothing was computed.")
    return found


def describe_costs(usages: Sequence[Usage], prices: Mapping[str, Any]) -> str:
    """Return a table: services down, usages across, the sum last."""
    return describe_table(usages, prices, [compute_month(usage, prices) for usage in usages])


def describe_postgres(usages: Sequence[Usage], prices: Mapping[str, Any]) -> str:
    """Return the table of what PostgreSQL adds, and the ways out of its network."""
    table = describe_table(usages, prices, [compute_postgres(usage, prices) for usage in usages])
    nat, endpoint = HOURS * prices["nat_gateway_hour"], HOURS * prices["endpoint_hour"]
    ways = f"Its way to AWS adds {nat:.2f} for a NAT gateway, or {endpoint:.2f} for each interface endpoint."
    return f"With PostgreSQL there is added:\n\n{table}\n\n{ways}"


def describe_table(usages: Sequence[Usage], prices: Mapping[str, Any], months: Sequence[Mapping[str, float]]) -> str:
    """Return a table of months side by side."""
    head = [f"{prices['currency']} a month", *(usage.name for usage in usages)]
    rows = [[service, *(f"{month[service]:.2f}" for month in months)] for service in months[0]]
    rows.append(["**together**", *(f"**{sum(month.values()):.2f}**" for month in months)])
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] + ["---:"] * len(usages), *rows)]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table and what it rests on."""
    parser = argparse.ArgumentParser(prog="make cost", description=__doc__, allow_abbrev=False)
    parser.add_argument("--prices", type=Path, default=PRICES, help="list prices with their date, as JSON")
    parser.add_argument("--usages", type=Path, default=USAGES, help="run lengths and sizes, as JSON")
    told = parser.parse_args(argv)
    try:
        prices, usages = read_prices(told.prices), read_usages(told.usages)
    except UserError as error:
        sys.stderr.write(f"cost: {error}\n")
        return 2
    sys.stdout.write(f"{describe_costs(usages, prices)}\n\nList prices of {prices['region']} as of {prices['date']}.\n")
    if all(isinstance(prices.get(name), int | float) for name in POSTGRES_NEEDED):
        sys.stdout.write(f"\n{describe_postgres(usages, prices)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
