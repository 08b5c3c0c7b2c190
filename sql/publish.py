"""Apply this folder to an Athena: views, summaries, checks; and say how the data is. A Lambda function, and by hand.

It may end at any moment, for lack of time too: what is done is remembered, and the next run goes on from there.
"""

import datetime as dt
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sql import athena as engine
from sql import landed, windows
from sql.athena import Athena, AthenaFault, OutOfTime
from sql.gauges import read_job_gauges, read_table_gauges
from sql.publish_state import State, StateObject
from sql.statement_files import FileFault, SqlFile, digest_files, order_files, read_files, version_summary
from sql.time_zones import UTC_FOR_ALL, set_time_zones
from sql.windows import Window

REQUIRED = ("PUBLISH_DATABASE", "PUBLISH_WORKGROUP", "PUBLISH_BUCKET", "PUBLISH_NAMESPACE")
SERVICE = "publish"
FIRST_DAY = "select cast(min(extraction_date) as varchar) as first_day from raw_object"
Files = Mapping[str, SqlFile]


class PublishFault(Exception):
    """What could not be published; the message says what and what became of the rest."""


@dataclass(frozen=True)
class Settings:
    """Where to publish and whom to tell."""

    database: str
    workgroup: str
    bucket: str
    namespace: str
    jobs: tuple[str, ...] = ()
    topic: str | None = None
    copies: tuple[str, ...] = ()
    time_zones: Mapping[str, str] = field(default_factory=lambda: UTC_FOR_ALL)
    accounts: tuple[str, ...] = ()
    upkeep: tuple[str, ...] = ()


@dataclass
class Report:
    """What one run did and found."""

    created: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    """What reads tables that no load has made yet."""

    dropped: list[str] = field(default_factory=list)
    checks: dict[str, int] = field(default_factory=dict)
    gauges: dict[str, float] = field(default_factory=dict)
    hours_not_loaded: dict[str, float] = field(default_factory=dict)
    """For each account, how long its newest landed object has waited for a load."""

    is_out_of_time: bool = False

    @property
    def offending(self) -> dict[str, int]:
        """Return the checks that found rows, with how many."""
        return {name: rows for name, rows in self.checks.items() if rows}

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {**vars(self), "offending": self.offending}


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings; one error names every variable that is missing."""
    if missing := [name for name in REQUIRED if not environment.get(name)]:
        raise PublishFault(f"environment: {', '.join(missing)} not set. Nothing was published.")
    database, workgroup, bucket, namespace = (environment[name] for name in REQUIRED)
    jobs, copies, accounts, upkeep = (
        tuple(filter(None, environment.get(name, "").split(",")))
        for name in ("PUBLISH_JOBS", "PUBLISH_COPIES", "PUBLISH_ACCOUNTS", "PUBLISH_UPKEEP")
    )
    topic = environment.get("PUBLISH_TOPIC") or None
    zones = read_time_zones(environment)
    return Settings(database, workgroup, bucket, namespace, jobs, topic, copies, zones, accounts, upkeep)


def read_time_zones(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Read the time zone of each account, `*` for all others: a JSON object of names."""
    text = environment.get("PUBLISH_TIME_ZONES") or "{}"
    try:
        time_zones = json.loads(text)
    except ValueError:
        time_zones = None
    if not isinstance(time_zones, dict) or not all(isinstance(zone, str) for zone in time_zones.values()):
        raise PublishFault(
            f"environment: PUBLISH_TIME_ZONES is {text[:80]!r}; expected a JSON object of time zones by account. "
            "Nothing was published."
        )
    return {**UTC_FOR_ALL, **time_zones}


def with_time_zones(views: Files, time_zones: Mapping[str, str]) -> Files:
    """Return the views, with the clocks of this deployment's accounts."""
    return {name: replace(view, text=set_time_zones(view.text, time_zones)) for name, view in views.items()}


class Publishing:
    """One run: what is remembered, and what it does and finds."""

    def __init__(self, settings: Settings, athena: Athena, now: dt.datetime) -> None:
        """Read what is remembered."""
        self.settings, self.athena, self.now = settings, athena, now
        self.store = StateObject(settings.bucket)
        self.state: State = self.store.read()
        self.report = Report()

    def run(self, *, only_gauges: bool = False, is_full: bool = False) -> Report:
        """Do all that is to do, as far as the time goes; what the last run had no time for is done in any case."""
        try:
            if not only_gauges or self.state.is_unfinished:
                views = with_time_zones(read_files("view"), self.settings.time_zones)
                self.publish_files({**views, **read_files("ctas")})
                self.run_checks(read_files("check"), is_full=is_full)
            self.note_end(is_unfinished=False)
            self.measure_tables()
        except OutOfTime:
            self.report.is_out_of_time = True
            self.note_end(is_unfinished=self.state.is_unfinished or not only_gauges)
        self.report.gauges |= read_job_gauges(
            engine.connect("glue"), self.settings.jobs, self.now, self.settings.copies, self.settings.upkeep
        )
        return self.report

    def measure_tables(self) -> None:
        """Measure how old the data is, and what has landed and waits for a load."""
        accounts = self.settings.accounts
        newest = landed.find_newest(engine.connect("s3"), self.settings.bucket, accounts, self.now) if accounts else {}
        recorded = landed.find_recorded(self.athena, newest, self.now) if "raw_object" in self.existing else set()
        self.report.hours_not_loaded = landed.measure_waiting(newest, accounts, recorded, self.now)
        self.report.gauges |= read_table_gauges(self.athena, self.existing, self.report.hours_not_loaded.values())

    def note_end(self, *, is_unfinished: bool) -> None:
        """Remember whether something is left to do."""
        if self.state.is_unfinished != is_unfinished:
            self.state.is_unfinished = is_unfinished
            self.store.write(self.state)

    def publish_files(self, files: Files) -> None:
        """Create what is new or changed, each after what it reads; what reads something that failed waits."""
        ordered = order_files(files)
        digests = digest_files(ordered)
        for file in ordered:
            if self.is_waiting(file, files):
                self.report.waiting.append(file.name)
                continue
            if broken := [name for name in file.reads if name in self.report.failed]:
                self.report.failed[file.name] = f"waits for {', '.join(broken)}"
                continue
            try:
                is_new = self.publish_file(file, digests[file.name], file.name in self.existing)
            except (AthenaFault, FileFault) as error:
                self.report.failed[file.name] = str(error)
                continue
            (self.report.created if is_new else self.report.unchanged).append(file.name)
            self.existing.add(file.name)
            if is_new:
                self.store.write(self.state)

    def is_waiting(self, file: SqlFile, files: Files) -> bool:
        """Return whether a file reads tables that no load has made yet; what is gone again is a fault."""
        if file.name in self.state.views or file.name in self.state.summaries:
            return False
        known = {*files, *self.existing, *self.report.failed}
        return bool(set(file.reads) - known or set(file.reads) & set(self.report.waiting))

    def publish_file(self, file: SqlFile, digest: str, exists: bool) -> bool:
        """Create one view or summary unless it is up to date."""
        if file.kind == "ctas":
            return self.refresh_summary(file, digest, exists)
        if exists and self.state.views.get(file.name) == digest:
            return False
        self.athena.run(file.text)
        self.state.views[file.name] = digest
        return True

    def refresh_summary(self, file: SqlFile, digest: str, exists: bool) -> bool:
        """Rewrite a summary, at most once a day, and switch its name to it; the previous one stays for present readers.

        Athena cannot rename Iceberg tables, so a table bears its version and the name that people use is a view.
        """
        known = self.state.summaries.setdefault(file.name, {"versions": []})
        today = self.now.date().isoformat()
        if exists and (known.get("date"), known.get("digest")) == (today, digest):
            return False
        version = f"{file.name}__{self.now:%Y%m%dt%H%M%S}"
        table = version_summary(file, version, f"s3://{self.settings.bucket}/summary/{version}/")
        # Written down first: a run that is killed leaves no table that nobody knows.
        self.state.summaries[file.name] = {**known, "versions": [*known["versions"], version]}
        self.store.write(self.state)
        has_current = known.get("current") is not None and known.get("digest") == digest
        is_whole = not has_current or self.is_a_week_old(known.get("whole_on"))
        for text in self.write_summary(file, table, version, None if is_whole else known["current"]):
            self.athena.run(text)
        if is_whole:
            self.state.summaries[file.name]["whole_on"] = today
        self.athena.run(f'create or replace view "{file.name}" as select * from "{version}"')
        self.state.summaries[file.name] |= {"date": today, "digest": digest, "before": known.get("current")}
        self.state.summaries[file.name]["current"] = version
        self.store.write(self.state)
        self.drop_old_versions(file.name)
        return True

    def write_summary(self, file: SqlFile, table: str, version: str, before: str | None) -> Iterator[str]:
        """Yield the statements that write a summary: its newest periods from the tables, the others part by part.

        With a version before, the others are taken from it; else each part is a query that reads some weeks alone.
        """
        period, database = windows.find_period(table), self.settings.database
        if period is None or not windows.is_bounded(file.reads):
            yield table
            return
        head, select = windows.split_summary(table)
        newest = windows.recent(self.now.date(), period)
        others = [] if before else windows.slice_days(self.first_day, self.now.date(), period)[1:]
        yield head + windows.bound_text(select, file.reads, newest, database)
        if before:
            condition = Window(until=newest.since).condition(period)
            yield f'insert into "{version}" select * from "{before}" where {condition}'
        for window in others:
            yield f'insert into "{version}"\n{windows.bound_text(select, file.reads, window, database)}'

    @cached_property
    def first_day(self) -> dt.date:
        """Return the first day that anything was extracted of."""
        found = self.athena.fetch_cell(FIRST_DAY) if "raw_object" in self.existing else None
        return dt.date.fromisoformat(found) if found else self.now.date()

    def is_a_week_old(self, day: str | None) -> bool:
        """Return whether something was last done a week ago or earlier, or never."""
        return day is None or (self.now.date() - dt.date.fromisoformat(day)).days >= 7

    def drop_old_versions(self, name: str) -> None:
        """Drop all versions of a summary but the one in use and the one before."""
        known = self.state.summaries[name]
        kept = (known["before"], known["current"])
        for version in [version for version in known["versions"] if version not in kept]:
            self.athena.run(f"drop table if exists `{version}`")
            known["versions"].remove(version)
            self.report.dropped.append(version)

    def run_checks(self, checks: Files, *, is_full: bool = False) -> None:
        """Count the rows that each check returns; checks that the last run had no time for come first.

        After a load the last days are looked at, once a week all days, some weeks at a time.
        """
        if not self.state.is_checking:
            is_full = is_full or self.is_a_week_old(self.state.swept_on)
            self.state.sweeping_since = self.first_day.isoformat() if is_full else None
            self.state.checks, self.state.is_checking = {}, True
        done = self.state.checks
        try:
            for check in checks.values():
                if self.is_waiting(check, {}):
                    self.report.waiting.append(check.name)
                elif check.name not in done:
                    self.run_check(check)
            self.state.is_checking = False
            if self.state.sweeping_since:
                self.state.swept, self.state.swept_on = dict(done), self.now.date().isoformat()
        finally:
            # What a full look found stays until the next one: the last days do not show it.
            self.report.checks = {name: max(rows, self.state.swept.get(name, 0)) for name, rows in done.items()}
            self.store.write(self.state)

    def run_check(self, check: SqlFile) -> None:
        """Count the rows of one check; one that does not run counts as failed to be published."""
        found = 0
        try:
            for window in self.find_windows(check):
                text = windows.bound_text(check.text, check.reads, window, self.settings.database)
                counted = self.athena.fetch_cell(f"select count(*) as found from (\n{text}\n) as offending")
                found += int(counted or 0)
        except AthenaFault as error:
            self.report.failed[f"check {check.name}"] = str(error)
            return
        self.state.checks[check.name] = found

    def find_windows(self, check: SqlFile) -> list[Window]:
        """Return the days that a check looks at, one query each; what is read whole is one query."""
        if not windows.is_bounded(check.reads):
            return [Window()]
        if self.state.sweeping_since is None:
            return [windows.recent(self.now.date())]
        return windows.slice_days(dt.date.fromisoformat(self.state.sweeping_since), self.now.date())

    @cached_property
    def existing(self) -> set[str]:
        """List the tables and views of the database."""
        pages = engine.connect("glue").get_paginator("get_tables").paginate(DatabaseName=self.settings.database)
        return {table["Name"] for page in pages for table in page["TableList"]}

    def tell(self) -> None:
        """Notify of checks that found rows, once for each new finding; the metrics say it every time.

        New is what was not told of before, or found more rows than it was told of.
        """
        offending = self.report.offending
        new = {name for name, rows in offending.items() if rows > self.state.told.get(name, 0)}
        if self.settings.topic and new:
            engine.connect("sns").publish(
                TopicArn=self.settings.topic,
                Subject=f"{self.settings.database}: {len(offending)} checks found rows"[:100],
                Message="\n".join(
                    ["Checks on the tables that returned rows (name, rows):", ""]
                    + [describe_finding(name, rows, is_new=name in new) for name, rows in sorted(offending.items())]
                    + ["", "docs/runbook.md, failed-checks, says how to look."]
                ),
            )
        if self.report.checks and not self.state.is_checking and offending != self.state.told:
            self.state.told = offending
            self.store.write(self.state)


def describe_finding(name: str, rows: int, *, is_new: bool) -> str:
    """Return what a notification says of one check."""
    check = read_files("check").get(name)
    word, remedy = (check.severity, f" {check.remedy}") if check and check.remedy else ("error", "")
    return f"{name}, {rows} ({word}{', new' if is_new else ''}){remedy}"


def describe_metrics(settings: Settings, report: Report, now: dt.datetime) -> str:
    """Return the metrics as CloudWatch reads them from a log line (embedded metric format)."""
    values: dict[str, float] = {**report.gauges, "FilesFailed": len(report.failed)}
    if report.checks:
        values["FailedChecks"] = len(report.offending)
    metrics = [{"Name": name} for name in values]
    definition = {"Namespace": settings.namespace, "Dimensions": [["service"]], "Metrics": metrics}
    return write_metrics(definition, {"service": SERVICE, **values}, now)


def describe_account_metrics(settings: Settings, report: Report, now: dt.datetime) -> Iterator[str]:
    """Yield the metrics of each account: a dimension has one value in a line."""
    definition = {
        "Namespace": settings.namespace,
        "Dimensions": [["service", "account"]],
        "Metrics": [{"Name": "HoursNotLoaded"}],
    }
    for account, hours in report.hours_not_loaded.items():
        yield write_metrics(definition, {"service": SERVICE, "account": account, "HoursNotLoaded": hours}, now)


def write_metrics(definition: Mapping[str, Any], values: Mapping[str, Any], now: dt.datetime) -> str:
    """Return a log line in CloudWatch's embedded metric format."""
    meta = {"Timestamp": int(now.timestamp() * 1000), "CloudWatchMetrics": [definition]}
    return json.dumps({"_aws": meta, **values})


def publish(
    settings: Settings,
    seconds_left: Callable[[], float] = lambda: 1e9,
    *,
    only_gauges: bool = False,
    is_full: bool = False,
    say: Callable[[str], object] = sys.stdout.write,
) -> Report:
    """Publish, tell, and raise only after everything else if something could not be published."""
    now = dt.datetime.now(dt.UTC)
    publishing = Publishing(settings, Athena(settings.workgroup, settings.database, seconds_left), now)
    report = publishing.run(only_gauges=only_gauges, is_full=is_full)
    publishing.tell()
    say(json.dumps({"message": "published", **report.as_dict()}) + "\n")
    for line in (describe_metrics(settings, report, now), *describe_account_metrics(settings, report, now)):
        say(f"{line}\n")
    if report.failed:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in report.failed.items())
        raise PublishFault(f"{reasons}. All else is published.")
    return report


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Publish as a Lambda function; the event may ask for the gauges alone."""
    ends = time.monotonic() + context.get_remaining_time_in_millis() / 1000
    report = publish(
        read_settings(os.environ), lambda: ends - time.monotonic(), only_gauges=event.get("only") == "gauges"
    )
    return report.as_dict()
