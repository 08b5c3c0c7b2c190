"""The Lambda function: read the secret and the sources, fetch, land one raw object, report."""

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
from lambda_extract.spotify.throttle import Throttle, know_no_end, sleep

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
        """Store it; if that fails, the run goes on and tries again at its end."""
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
        """Store what could not be stored before; count it if it is lost."""
        if self.waiting:
            self.keep(self.waiting)
        if self.waiting:
            metrics.add_metric("TokenNotStored", MetricUnit.Count, 1)


def handler(event: Mapping[str, Json], context: object) -> JsonObject:
    """Run the extractor once; raise if a retry may help, return if it cannot."""
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
    """Read the environment; the event names the account if its schedule is separate."""
    overrides = {"EXTRACT_SECRET": event.get("secret"), "EXTRACT_SOURCES": event.get("document")}
    wrong = [name for name in ("secret", "document") if not isinstance(event.get(name, ""), str)]
    if wrong:
        raise ExtractError(f"event: {', '.join(wrong)}: expected a text. Nothing was fetched.", errors.SETTINGS)
    return read_settings({**os.environ, **{name: str(value) for name, value in overrides.items() if value}})


def _find_clock(context: object) -> Callable[[], float]:
    """Return a function that tells how many seconds are left."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return (lambda: float(remaining()) / 1000) if remaining else know_no_end


def _extract(settings: Settings, event: Mapping[str, Json], time_left: Callable[[], float]) -> JsonObject:
    """Fetch and land; if another run of the account has used up the token, retry with the new token."""
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
    """Return the secret if it has changed since, waiting a moment for it; None if it is the same."""
    sleep(MOMENT)
    newer = parse_secret(store.read(), store.name)
    is_same = all(newer.fields.get(name) == secret.fields.get(name) for name in (*TEXTS, "refresh_token"))
    return None if is_same else newer


def _run(
    plan: Plan, store: SecretStore, secret: Secret, settings: Settings, time_left: Callable[[], float]
) -> JsonObject:
    """Fetch and land with the given secret."""
    keeper = _TokenKeeper(store, secret.refresh_token)
    job = Job(plan, secret, settings, keeper.keep, _note_state, _note_source, time_left)
    _note_ages(secret, job.started.date(), settings.numbers)
    try:
        outcome, landed = job.run()
    finally:
        keeper.keep_waiting()
        _note_throttle(job.throttle)
    _note_run(outcome, landed, job.throttle)
    if outcome.error:
        _note_end(outcome.error)
    return _describe_run(outcome, landed)


def _read_plan(sources: str, event: Mapping[str, Json]) -> Plan:
    """Read the sources document, reduced to what the event asks for."""
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


def _note_state(place: str, trouble: str) -> None:
    """Log and count state that could not be read or written."""
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


def _note_throttle(throttle: Throttle) -> None:
    """Count calls, waits and stops by limits, for failed runs too."""
    metrics.add_metric("QuotaStops", MetricUnit.Count, throttle.stops)
    _add_detail("Calls", throttle.calls)
    _add_detail("Waits", throttle.waits)
    _add_detail("WaitSeconds", round(throttle.waited, 1), MetricUnit.Seconds)


def _note_run(outcome: Outcome, landed: Landed, throttle: Throttle) -> None:
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
    facts = {"raw_object": landed.place, "bytes": landed.size, "Calls": throttle.calls, **counts}
    waits = {"Waits": throttle.waits, "WaitSeconds": round(throttle.waited, 1), "QuotaStops": throttle.stops}
    logger.info("run landed", extra={**facts, **waits, "is_complete": outcome.is_complete})


def _add_detail(name: str, value: float, unit: MetricUnit = MetricUnit.Count) -> None:
    """Report a figure that no alarm uses, if detailed metrics are on. CloudWatch bills each; the log has it anyway."""
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
