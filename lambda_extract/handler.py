"""The Lambda function: read the secret and the sources, fetch, land one raw object, say how it went."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from lambda_extract import faults
from lambda_extract.aws import SecretStore, find_place, read_object
from lambda_extract.client import Client, quiet_libraries
from lambda_extract.faults import ExtractError
from lambda_extract.landing import Landed, Lines, collect_lines, land
from lambda_extract.raw_object import Json, JsonObject, SourceResult
from lambda_extract.run import Outcome, run_extraction
from lambda_extract.secret import Secret, parse_secret, write_rotated
from lambda_extract.settings import Settings, build_clock, read_settings
from lambda_extract.sources import Plan, choose_sections, parse_sources, read_file, require_login

SERVICE = "extract"
logger = Logger(service=SERVICE)
metrics = Metrics(namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "SpotifyLakehouse"), service=SERVICE)
REASON_METRICS = {
    faults.SECRET: "MissingSecret",
    faults.LOGIN: "DeadLogin",
    faults.PREMIUM: "MissingPremium",
    faults.USER: "UserNotListed",
    faults.LIMIT: "LimitReached",
}


@dataclass
class _TokenKeeper:
    """Stores a new refresh token beside the rest of the secret."""

    store: SecretStore
    secret: Secret

    def keep(self, refresh_token: str) -> None:
        """Store it; the run goes on also where that fails, as the old one may live on."""
        try:
            self.store.write(write_rotated(self.secret, refresh_token))
            logger.info("refresh token stored", extra={"secret": self.store.name})
        except (ClientError, BotoCoreError) as error:
            metrics.add_metric("TokenNotStored", MetricUnit.Count, 1)
            logger.error("refresh token not stored", extra={"secret": self.store.name, "error": str(error)})


def handler(event: Mapping[str, Json], context: object) -> JsonObject:
    """Run the extractor once; raise where trying again may help, return where it cannot."""
    quiet_libraries(logging.WARNING)
    logger.append_keys(request_id=getattr(context, "aws_request_id", None))
    try:
        return _extract(read_settings(os.environ), event)
    except ExtractError as error:
        _note_end(error)
        if not error.is_lasting:
            raise
        return {"key": None, "sources": [], "entries": 0, "is_complete": False, "stopped_by": error.reason}
    finally:
        metrics.flush_metrics()


def _extract(settings: Settings, event: Mapping[str, Json]) -> JsonObject:
    """Fetch all that is wanted and land it."""
    clock = build_clock(settings.now)
    started = clock()
    plan = _read_plan(settings.sources, event)
    store = SecretStore(settings.secret)
    secret = parse_secret(store.read(), settings.secret)
    require_login(plan, secret.refresh_token is not None)
    client = Client(secret, settings.service, clock, _TokenKeeper(store, secret).keep)
    with collect_lines() as lines:
        outcome = run_extraction(plan, client, clock, lines.add, _note_source, started)
        return _finish(outcome, lines, settings.raw)


def _read_plan(sources: str, event: Mapping[str, Json]) -> Plan:
    """Read the sources document, and of it what the event asks for."""
    place = find_place(sources)
    text = read_object(place) if place else read_file(sources)
    return choose_sections(parse_sources(text, sources), event.get("sources"))


def _finish(outcome: Outcome, lines: Lines, raw: str) -> JsonObject:
    """Land what came, even where the run ended early; a run that brought no answer has nothing to land."""
    if outcome.error and not outcome.answers:
        raise outcome.error
    landed = land(lines, raw, outcome.key)
    _note_run(outcome, landed)
    if outcome.error:
        _note_end(outcome.error)
    return {
        "key": landed.place,
        "sources": [_describe_source(result) for result in outcome.results],
        "entries": outcome.entries,
        "is_complete": outcome.is_complete,
        "stopped_by": outcome.error.reason if outcome.error else None,
    }


def _describe_source(result: SourceResult) -> JsonObject:
    source = result.source
    return {"kind": source.kind, "id": source.id, "status": result.status, "entries": result.entries}


def _note_source(result: SourceResult, trouble: str | None) -> None:
    """Log one line per source."""
    facts: dict[str, Any] = {
        **_describe_source(result),
        "pages": result.pages,
        "total": result.total,
        "is_complete": result.is_complete,
    }
    if trouble is None:
        logger.info("source read", extra=facts)
    else:
        logger.warning("source not read to its end", extra={**facts, "trouble": trouble})


def _note_run(outcome: Outcome, landed: Landed) -> None:
    """Log one line per run, and count."""
    not_ok = sum(result.status != "ok" for result in outcome.results)
    counts = {"Calls": outcome.calls, "Entries": outcome.entries, "SourcesNotOk": not_ok}
    for name, value in counts.items():
        metrics.add_metric(name, MetricUnit.Count, value)
    metrics.add_metric("LandedBytes", MetricUnit.Bytes, landed.size)
    facts = {"raw_object": landed.place, "bytes": landed.size, **counts, "is_complete": outcome.is_complete}
    logger.info("run landed", extra=facts)


def _note_end(error: ExtractError) -> None:
    """Log and count what ended the run early."""
    name = REASON_METRICS.get(error.reason, "RunFailed")
    metrics.add_metric(name, MetricUnit.Count, 1)
    logger.error("run ended early", extra={"reason": error.reason, "trouble": str(error)})
