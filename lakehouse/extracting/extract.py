"""Fetch from Spotify into a folder of raw objects, with the login that `lakehouse login` keeps."""

import os
from pathlib import Path

from rich.console import Console

from lakehouse.errors import UserError
from lakehouse.extracting.login import TokenFile, read_environment, read_secret
from lambda_extract import errors
from lambda_extract.errors import ExtractError
from lambda_extract.job import Job
from lambda_extract.plain_text import mask_text
from lambda_extract.raw_format import SourceResult
from lambda_extract.run import Outcome
from lambda_extract.settings import Settings, read_settings
from lambda_extract.sources.plan import parse_sources, read_file
from lambda_extract.spotify.client import SILENT, quiet_libraries
from lambda_extract.spotify.redaction import MARK
from lambda_extract.spotify.secret import describe_age, find_ages


def extract(sources: Path, raw: Path, secret_file: Path, console: Console) -> Outcome:
    """Fetch what the document names and land it; say how far each source came."""
    quiet_libraries(SILENT)
    environment = read_environment(os.environ)
    settings = _read_settings(sources, raw, secret_file)
    plan = parse_sources(read_file(str(sources)), str(sources))
    secret = read_secret(secret_file, environment)
    keeper = TokenFile(secret_file, secret, environment, console.print)
    job = Job(
        plan, secret, settings, keeper.keep, lambda place, trouble: console.print(f"{place}: {trouble}"),
        lambda *result: _show_source(console, *result),
    )  # fmt: skip
    limits = {"login_date": settings.numbers.login_days, "client_secret_date": settings.numbers.secret_days}
    for name, days in find_ages(secret, job.started.date()).items():
        if days >= limits[name]:
            console.print(f"Soon: {describe_age(name, days)}")
    outcome, landed = job.run()
    console.print(f"{landed.place}: {outcome.entries} entries, {outcome.calls} calls, {landed.size} bytes")
    if outcome.redacted:
        console.print(f"{outcome.redacted} answers repeated a token or secret: it was replaced by {MARK}")
    if outcome.error:
        message = f"{outcome.error} What came before is landed."
        raise ExtractError(message, errors.STOPPED) if outcome.error.reason == errors.STOPPED else UserError(message)
    return outcome


def _read_settings(sources: Path, raw: Path, secret_file: Path) -> Settings:
    """Read the settings that count by hand as well: where to remember, pace, budgets."""
    given = {"EXTRACT_SECRET": str(secret_file), "EXTRACT_SOURCES": str(sources), "EXTRACT_RAW": str(raw)}
    try:
        return read_settings({**os.environ, **given})
    except ExtractError as error:
        raise UserError(str(error)) from error


def _show_source(console: Console, result: SourceResult, trouble: str | None) -> None:
    """Print one line per source."""
    source, name = result.source, result.facts.get("name")
    label = source.kind if source.id == source.kind else f"{source.kind} {name or source.id}"
    why = f" ({trouble})" if trouble else ""
    console.print(mask_text(f"{label}: {result.status}, {result.entries} entries{why}"))
