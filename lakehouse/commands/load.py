"""`lakehouse load`."""

from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import RAW, WAREHOUSE, RawFolder, WarehouseFolder


@command(
    "lakehouse load",
    "lakehouse load --time-zone Europe/Berlin",
    "lakehouse load --time-zone anna=America/New_York",
    "lakehouse load --raw ~/music/raw --warehouse ~/music/tables",
    "lakehouse load --replay-rejected --json",
    "lakehouse load --reload 2026-11-01..2026-11-03",
    stopped="The tables are readable; the next run loads the rest.",
)
def load(
    raw: RawFolder = RAW,
    warehouse: WarehouseFolder = WAREHOUSE,
    time_zone: Annotated[
        list[str] | None,
        typer.Option(metavar="ZONE", help="Time zone for all accounts, or ACCOUNT=ZONE for one; repeatable."),
    ] = None,
    since: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Only load extractions from this day on.")] = "",
    batch_mb: Annotated[int, typer.Option(min=1, metavar="MB", help="Megabytes of raw data to load at once.")] = 256,
    replay_rejected: Annotated[
        bool, typer.Option("--replay-rejected", help="Load raw objects again that have unresolved rejected records.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Load raw objects again that failed before.")
    ] = False,
    reload: Annotated[
        str, typer.Option(metavar="DAYS", help="Instead, rebuild these days: YYYY-MM-DD or YYYY-MM-DD..YYYY-MM-DD.")
    ] = "",
    accept_missing: Annotated[
        bool, typer.Option("--accept-missing", help="With --reload: also drop rows whose raw objects no longer exist.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Also print the report as JSON, as the last line.")] = False,
) -> int:
    """Load new raw objects into the tables, each once.

    Local times follow --time-zone; a new warehouse takes this machine's time zone. Any load can change it.
    """
    from lakehouse.jobs.load import load as run_load

    words = ["--batch_mb", str(batch_mb)]
    words += ["--json"] if json else []
    words += ["--since", since] if since else []
    words += ["--replay_rejected"] if replay_rejected else []
    words += ["--retry_failed"] if retry_failed else []
    words += ["--reload", reload] if reload else []
    words += ["--accept_missing"] if accept_missing else []
    return run_load(raw, warehouse, words, time_zones=time_zone or [])
