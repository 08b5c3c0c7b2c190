"""The state of a deployment: its runs, how fresh the data is, what was rejected, what waits or alarms."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lakehouse.aws.deploy import say
from lakehouse.aws.deployment import Lakehouse
from lakehouse.aws.schedule import ScheduleError, find_next
from lakehouse.errors import UserError

RUNS = 5
LOOK_BACK = dt.timedelta(days=3)
GAUGES = {
    "HoursSinceLoad": ("publish", "hours since the newest load"),
    "OpenRejected": ("publish", "rejected records not resolved"),
    "FailedChecks": ("publish", "checks that found rows"),
    "GlueHoursThisMonth": ("publish", "Glue hours this month"),
    "LoginAgeDays": ("extract", "days since the oldest login"),
    "ClientSecretAgeDays": ("extract", "days since the oldest client secret was made"),
}
"""Metrics of the last days, whose they are, and what they mean."""


def status(lakehouse: Lakehouse, now: dt.datetime | None = None) -> int:
    """Say how it is; 1 where something is not as it should be."""
    now = now or dt.datetime.now(dt.UTC)
    try:
        gauges = read_gauges(lakehouse, now)
        troubles = [*find_alarms(lakehouse), *find_dead_letters(lakehouse), *find_staleness(lakehouse, gauges)]
        for line in (*describe_schedules(lakehouse, now), *describe_runs(lakehouse), *describe_gauges(gauges)):
            say(line)
    except (ClientError, BotoCoreError) as error:
        raise UserError(f"--env {lakehouse.environment}: {error}. Nothing was changed.") from error
    for line in describe_connections(lakehouse):
        say(line)
    for trouble in troubles:
        say(f"trouble   {trouble}")
    if not troubles:
        say("all is as it should be")
    return 1 if troubles else 0


def describe_connections(lakehouse: Lakehouse) -> Iterator[str]:
    """Yield how other programs reach the tables through Athena, with the credentials of their own machine.

    The forms are those of Athena's JDBC driver 3 and of PyAthena's dialect for SQLAlchemy.
    """
    region, database, workgroup = lakehouse.region, lakehouse.database, lakehouse.workgroup
    yield f"athena    jdbc:athena://Region={region};WorkGroup={workgroup};Database={database};"
    yield f"athena    awsathena+rest://:@athena.{region}.amazonaws.com:443/{database}?work_group={workgroup}"


def describe_schedules(lakehouse: Lakehouse, now: dt.datetime) -> Iterator[str]:
    """Yield a line for the schedule of each account: what it is, and when it runs next."""
    scheduler = lakehouse.connect("scheduler")
    for name, account in lakehouse.accounts.items():
        schedule = scheduler.get_schedule(Name=account["schedule"])
        zone = schedule.get("ScheduleExpressionTimezone", "UTC")
        yield f"schedule  {name}: {schedule['ScheduleExpression']} {zone}, {describe_next(schedule, zone, now)}"


def describe_next(schedule: Any, zone: str, now: dt.datetime) -> str:
    """Say when a schedule runs next. AWS counts a rate from a moment that it does not tell to the minute."""
    if schedule["State"] != "ENABLED":
        return f"{schedule['State'].lower()}: it does not run"
    expression = schedule["ScheduleExpression"]
    try:
        began = schedule.get("StartDate") or schedule.get("CreationDate") or now
        # A schedule that is yet to begin may run the moment it begins.
        at = find_next(expression, zone, max(now, schedule.get("StartDate", now) - dt.timedelta(seconds=1)), began)
    except ScheduleError as error:
        return f"next run not known: {error}"
    if at is None or at > (schedule.get("EndDate") or at):
        return "it does not run again"
    about = "about " if expression.startswith("rate") else ""
    return f"next {about}{at:%Y-%m-%d %H:%M %Z}, in {describe_wait(at - now)}"


def describe_wait(wait: dt.timedelta) -> str:
    """Return how long it is until then, in the two greatest units."""
    minutes = -(-wait // dt.timedelta(minutes=1))
    days, hours = minutes // 1440, minutes // 60 % 24
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def describe_runs(lakehouse: Lakehouse) -> Iterator[str]:
    """Yield a line for each of the last runs of the load, of what copies the tables after it, and of the upkeep."""
    copy, upkeep = lakehouse.publish_rds_job, lakehouse.maintain_tables_job
    for what, job in (("load", lakehouse.load_job), ("copy", copy), ("upkeep", upkeep)):
        if not job:
            continue
        runs = lakehouse.connect("glue").get_job_runs(JobName=job, MaxResults=RUNS)["JobRuns"]
        for run in runs[:RUNS]:
            reason = f": {run['ErrorMessage']}" if run.get("ErrorMessage") else ""
            seconds = run.get("ExecutionTime", 0)
            yield f"{what:<10}{run['StartedOn']:%Y-%m-%d %H:%M} {run['JobRunState'].lower()}, {seconds} s{reason}"
        if not runs:
            yield f"{what:<10}has not run yet"


def read_gauges(lakehouse: Lakehouse, now: dt.datetime) -> dict[str, float]:
    """Return the newest value of each gauge; one that was not reported lately is left out."""
    metrics, gauges = lakehouse.connect("cloudwatch"), {}
    for name, (service, _) in GAUGES.items():
        points = metrics.get_metric_statistics(
            Namespace=lakehouse.namespace, MetricName=name, Dimensions=[{"Name": "service", "Value": service}],
            StartTime=now - LOOK_BACK, EndTime=now, Period=3600, Statistics=["Maximum"],
        )["Datapoints"]  # fmt: skip
        if points:
            gauges[name] = float(max(points, key=lambda point: point["Timestamp"])["Maximum"])
    return gauges


def describe_gauges(gauges: dict[str, float]) -> Iterator[str]:
    """Yield a line for each gauge."""
    for name, (_, meaning) in GAUGES.items():
        value = f"{gauges[name]:g}" if name in gauges else "not reported"
        yield f"gauge     {meaning}: {value}"


def find_staleness(lakehouse: Lakehouse, gauges: dict[str, float]) -> Iterator[str]:
    """Yield what is to say of data that is too old."""
    age = gauges.get("HoursSinceLoad")
    if age is None:
        yield "no load has been reported yet; `lakehouse run` starts one"
    elif age >= lakehouse.stale_after_hours:
        yield f"nothing was loaded for {age:g} hours; expected less than {lakehouse.stale_after_hours:g}"


def find_alarms(lakehouse: Lakehouse) -> Iterator[str]:
    """Yield the alarms that are on."""
    alarms = lakehouse.connect("cloudwatch").describe_alarms(AlarmNamePrefix=lakehouse.workgroup, StateValue="ALARM")
    for alarm in (candidate for candidate in alarms["MetricAlarms"] if candidate["StateValue"] == "ALARM"):
        name = alarm["AlarmName"].removeprefix(f"{lakehouse.workgroup}-")
        yield f"alarm {name}: {alarm.get('AlarmDescription', '')} See docs/runbook.md"


def find_dead_letters(lakehouse: Lakehouse) -> Iterator[str]:
    """Yield the queues that hold what could not be delivered or handled."""
    queues: Any = lakehouse.connect("sqs")
    for url in lakehouse.failed_queue_urls:
        wanted = ["ApproximateNumberOfMessages"]
        count = int(queues.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"][wanted[0]])
        if count:
            yield f"{count} in {url.rsplit('/', 1)[-1]}; docs/runbook.md, dead-letters, says how to look"
