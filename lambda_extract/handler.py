"""The Lambda function: read the secret and the sources, fetch, land one raw object, say how it went."""

import datetime as dt
import logging
import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from lambda_extract import errors
from lambda_extract.aws import SecretStore, find_place, read_object
from lambda_extract.errors import ExtractError
from lambda_extract.job import Job
from lambda_extract.landing import Landed
from lambda_extract.raw_format import Json, JsonObject, SourceResult
from lambda_extract.run import Outcome, is_done
from lambda_extract.settings import Numbers, Settings, read_settings, wants_details
from lambda_extract.sources.plan import Plan, choose_sections, parse_sources, read_file
from lambda_extract.spotify.client import quiet_libraries
from lambda_extract.spotify.secret import TEXTS, Secret, describe_age, find_ages, parse_secret, replace_token
from lambda_extract.spotify.throttle import Gate, know_no_end, sleep

SERVICE = "extract"
logger = Logger(service=SERVICE)
metrics = Metrics(namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "SpotifyLakehouse"), service=SERVICE)
REASON_METRICS = {
    errors.SECRET: "MissingSecret",
    errors.LOGIN: "DeadLogin",
    errors.PREMIUM: "MissingPremium",
    errors.USER: "UserNotListed",
    errors.LIMIT: "LimitReached",
}
AGES = {"login_date": "Login", "client_secret_date": "ClientSecret"}
MOMENT = 2.0
"""Seconds in which another run stores the refresh token that it was given."""

STATUSES = ("ok", "unchanged", "forbidden", "not_found", "quota", "time", "error")


@dataclass
class _TokenKeeper:
    """Stores a new refresh token in the secret as it is then; the old one stays as the version before."""

    store: SecretStore
    before: str | None
    waiting: str | None = None

    def keep(self, refresh_token: str) -> None:
        """Store it; the run goes on also where that fails, and tries again at its end."""
        self.waiting = refresh_token
        try:
            text = replace_token(self.store.read(), self.before, refresh_token, self.store.name)
            if text is not None:
                self.store.write(text)
                logger.info("refresh token stored", extra={"secret": self.store.name})
            self.before, self.waiting = refresh_token, None
        except (ClientError, BotoCoreError, ExtractError) as error:
            facts = {"secret": self.store.name, "error": type(error).__name__}
            logger.error("refresh token not stored", extra=facts)

    def keep_waiting(self) -> None:
        """Store what could not be stored before; count it where it is lost."""
        if self.waiting:
            self.keep(self.waiting)
        if self.waiting:
            metrics.add_metric("TokenNotStored", MetricUnit.Count, 1)


def handler(event: Mapping[str, Json], context: object) -> JsonObject:
    """Run the extractor once; raise where trying again may help, return where it cannot."""
    quiet_libraries(logging.WARNING)
    logger.append_keys(request_id=getattr(context, "aws_request_id", None))
    try:
        return _extract(_read_settings(event), event, _find_clock(context))
    except ExtractError as error:
        _note_end(error)
        if not error.is_lasting:
            raise
        return {"key": None, "sources": [], "entries": 0, "is_complete": False, "stopped_by": error.reason}
    finally:
        metrics.flush_metrics()


def _read_settings(event: Mapping[str, Json]) -> Settings:
    """Read the environment; an account of its own schedule is named by the event."""
    told = {"EXTRACT_SECRET": event.get("secret"), "EXTRACT_SOURCES": event.get("document")}
    wrong = [name for name in ("secret", "document") if not isinstance(event.get(name, ""), str)]
    if wrong:
        raise ExtractError(f"event: {', '.join(wrong)}: expected a text. Nothing was fetched.", errors.SETTINGS)
    return read_settings({**os.environ, **{name: str(value) for name, value in told.items() if value}})


def _find_clock(context: object) -> Callable[[], float]:
    """Find what tells how many seconds this function has left."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return (lambda: float(remaining()) / 1000) if remaining else know_no_end


def _extract(settings: Settings, event: Mapping[str, Json], time_left: Callable[[], float]) -> JsonObject:
    """Fetch all that is wanted and land it; where another run of the account has taken the token, with its new one."""
    plan = _read_plan(settings.sources, event)
    store = SecretStore(settings.secret)
    secret = parse_secret(store.read(), settings.secret)
    try:
        return _run(plan, store, secret, settings, time_left)
    except ExtractError as error:
        newer = _find_newer(store, secret) if error.reason == errors.LOGIN else None
        if newer is None:
            raise
    return _run(plan, store, newer, settings, time_left)


def _find_newer(store: SecretStore, secret: Secret) -> Secret | None:
    """Find the secret that was stored since, perhaps at this very moment; None where it is the same."""
    sleep(MOMENT)
    newer = parse_secret(store.read(), store.name)
    is_same = all(newer.fields.get(name) == secret.fields.get(name) for name in (*TEXTS, "refresh_token"))
    return None if is_same else newer


def _run(
    plan: Plan, store: SecretStore, secret: Secret, settings: Settings, time_left: Callable[[], float]
) -> JsonObject:
    """Fetch and land with a secret as it was read."""
    keeper = _TokenKeeper(store, secret.refresh_token)
    job = Job(plan, secret, settings, keeper.keep, _note_memory, _note_source, time_left)
    _note_ages(secret, job.started.date(), settings.numbers)
    try:
        outcome, landed = job.run()
    finally:
        keeper.keep_waiting()
        _note_gate(job.gate)
    _note_run(outcome, landed, job.gate)
    if outcome.error:
        _note_end(outcome.error)
    return _describe_run(outcome, landed)


def _read_plan(sources: str, event: Mapping[str, Json]) -> Plan:
    """Read the sources document, and of it what the event asks for."""
    place = find_place(sources)
    text = read_object(place) if place else read_file(sources)
    return choose_sections(parse_sources(text, sources), event.get("sources"))


def _describe_run(outcome: Outcome, landed: Landed) -> JsonObject:
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


def _note_memory(place: str, trouble: str) -> None:
    """Log and count what could not be remembered."""
    metrics.add_metric("StateTrouble", MetricUnit.Count, 1)
    logger.warning("state", extra={"place": place, "trouble": trouble})


def _note_ages(secret: Secret, today: dt.date, numbers: Numbers) -> None:
    """Measure how old login and client secret are; warn in time."""
    for name, days in find_ages(secret, today).items():
        metric, limit = AGES[name], numbers.login_days if name == "login_date" else numbers.secret_days
        metrics.add_metric(f"{metric}AgeDays", MetricUnit.Count, days)
        if days >= limit:
            _add_detail(f"{metric}Old", 1)
            logger.warning("a login or secret is old", extra={"trouble": describe_age(name, days)})


def _note_gate(gate: Gate) -> None:
    """Count calls, waits and what the limits stopped, also of a run that failed."""
    metrics.add_metric("QuotaStops", MetricUnit.Count, gate.stops)
    _add_detail("Calls", gate.calls)
    _add_detail("Waits", gate.waits)
    _add_detail("WaitSeconds", round(gate.waited, 1), MetricUnit.Seconds)


def _note_run(outcome: Outcome, landed: Landed, gate: Gate) -> None:
    """Log one line per run, and count."""
    statuses = Counter(result.status for result in outcome.results)
    counts = {
        "Entries": outcome.entries,
        "RedactedAnswers": outcome.redacted,
        "SourcesNotOk": sum(not is_done(result) for result in outcome.results),
        **{f"Sources{name_metric(status)}": statuses[status] for status in STATUSES},
    }
    for name, value in counts.items():
        _add_detail(name, value)
    _add_detail("LandedBytes", landed.size, MetricUnit.Bytes)
    facts = {"raw_object": landed.place, "bytes": landed.size, "Calls": gate.calls, **counts}
    waits = {"Waits": gate.waits, "WaitSeconds": round(gate.waited, 1), "QuotaStops": gate.stops}
    logger.info("run landed", extra={**facts, **waits, "is_complete": outcome.is_complete})


def _add_detail(name: str, value: float, unit: MetricUnit = MetricUnit.Count) -> None:
    """Report a figure that no alarm looks at, where that is wanted: CloudWatch bills each; the log has it."""
    if wants_details(os.environ):
        metrics.add_metric(name, unit, value)


def name_metric(status: str) -> str:
    """Name a status as metrics are named: not_found is NotFound."""
    return status.title().replace("_", "")


def _note_end(error: ExtractError) -> None:
    """Log and count what ended the run early."""
    name = REASON_METRICS.get(error.reason, "RunFailed")
    metrics.add_metric(name, MetricUnit.Count, 1)
    logger.error("run ended early", extra={"reason": error.reason, "trouble": str(error)})
