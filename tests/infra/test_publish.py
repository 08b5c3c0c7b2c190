"""Publish against moto's Athena with canned answers: order, what is unchanged, summaries, checks, time, trouble."""

import datetime as dt
import json
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from lakehouse.emulated_aws.emulated import REGION, EmulatedAws
from sql import landed
from sql import publish as program
from sql.athena import RESERVE, Athena, AthenaFault, OutOfTime
from sql.gauges import count_dpu_seconds, read_job_gauges
from sql.landed import Landed
from sql.publish import PublishFault, Publishing, Settings
from sql.publish_state import KEY, State, StateObject
from sql.statement_files import FileFault, SqlFile, digest_files, order_files, read_files, version_summary

NOW = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
TOMORROW = NOW + dt.timedelta(days=1)
CREATED = re.compile(r'create (?:or replace )?(?:view|table)\s+"?(\w+)"?', re.IGNORECASE)
DROPPED = re.compile(r"drop table if exists `(\w+)`")


TABLES = {"song", "raw_object", "rejected_record"}


class Lake:
    """A bucket, a database, and an Athena that keeps the catalog as the real one does but answers what it is told."""

    def __init__(self, aws: EmulatedAws, name: str) -> None:
        """Make them; names of their own keep tests apart."""
        self.aws, self.glue, self.said = aws, aws.connect("glue"), list[str]()
        self.settings = Settings(name.replace("-", "_"), "primary", name, "Lake/test")
        self.glue.create_database(DatabaseInput={"Name": self.settings.database})
        for table in TABLES:
            self.glue.create_table(DatabaseName=self.settings.database, TableInput={"Name": table})
        aws.connect("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        # A full look at all days is of a test of its own.
        StateObject(name).write(State(swept_on="9999-01-01"))
        self.failing, self.throttled, self.states = dict[str, str](), 0, list[str]()
        self.retryable = False
        self.seconds = 1e9
        self.athena = Athena("primary", self.settings.database, lambda: self.seconds, self.rest)
        events = self.athena.client.meta.events
        events.register("before-send.athena.StartQueryExecution", self.throttle)
        events.register("provide-client-params.athena.StartQueryExecution", self.note)
        events.register("after-call.athena.GetQueryExecution", self.judge)
        self.pauses = list[float]()

    def rest(self, seconds: float) -> None:
        """Take note of a pause instead of taking it."""
        self.pauses.append(seconds)
        self.seconds -= seconds

    def can(self, *answers: int | tuple[int, ...]) -> None:
        """Let the next selects answer with these numbers, or rows of numbers."""
        cells = [[str(cell) for cell in (answer if isinstance(answer, tuple) else (answer,))] for answer in answers]
        rows = [
            {"rows": [{"Data": [{"VarCharValue": "found"}]}, {"Data": [{"VarCharValue": cell} for cell in row]}]}
            for row in cells
        ]
        body = json.dumps({"account_id": "123456789012", "region": REGION, "results": rows}).encode()
        address = f"{self.aws.endpoint}/moto-api/static/athena/query-results"
        urllib.request.urlopen(urllib.request.Request(address, body, {"Content-Type": "application/json"}))

    def can_rows(self, rows: list[dict[str, Any]]) -> None:
        """Let the next selects answer with these rows."""
        body = json.dumps({"account_id": "123456789012", "region": REGION, "results": rows}).encode()
        address = f"{self.aws.endpoint}/moto-api/static/athena/query-results"
        urllib.request.urlopen(urllib.request.Request(address, body, {"Content-Type": "application/json"}))

    def throttle(self, request: Any, **_: Any) -> AWSResponse | None:
        """Answer as Athena does when there are too many requests."""
        if not self.throttled:
            return None
        self.throttled -= 1

        class Raw:
            def stream(self, **_: Any) -> Iterator[bytes]:
                yield b'{"__type": "TooManyRequestsException", "Message": "Rate exceeded"}'

        return AWSResponse(request.url, 400, {}, Raw())

    def note(self, params: dict[str, Any], **_: Any) -> None:
        """Write down a statement and keep the catalog."""
        text = params["QueryString"]
        self.said.append(text)
        if (made := CREATED.search(text)) and made[1] not in self.names() and made[1] not in self.failing:
            self.glue.create_table(DatabaseName=self.settings.database, TableInput={"Name": made[1]})
        if dropped := DROPPED.search(text):
            self.glue.delete_table(DatabaseName=self.settings.database, Name=dropped[1])

    def judge(self, parsed: dict[str, Any], **_: Any) -> None:
        """Change the state of a query to what the test wants."""
        status = parsed["QueryExecution"]["Status"]
        if self.states:
            status["State"] = self.states.pop(0)
        for name, reason in self.failing.items():
            if re.search(rf"\b{name}\b", CREATED.search(self.said[-1])[1] if CREATED.search(self.said[-1]) else ""):
                status |= {"State": "FAILED", "StateChangeReason": reason}
        if status["State"] == "FAILED":
            status["AthenaError"] = {"Retryable": self.retryable}

    def names(self) -> set[str]:
        """Return what the catalog holds."""
        return {table["Name"] for table in self.glue.get_tables(DatabaseName=self.settings.database)["TableList"]}

    def publish(self, files: dict[str, SqlFile], now: dt.datetime = NOW) -> Publishing:
        """Publish some files in a run of its own."""
        self.said.clear()
        publishing = Publishing(self.settings, self.athena, now)
        publishing.publish_files(files)
        return publishing


COUNT = iter(range(1000))


@pytest.fixture
def lake(emulated: EmulatedAws) -> Lake:
    return Lake(emulated, f"lake-{next(COUNT)}")


def view(name: str, *reads: str, says: str = "1") -> SqlFile:
    return SqlFile("view", name, reads, f"create or replace view {name} as\nselect {says} as one")


def summary(name: str) -> SqlFile:
    text = f"create table {name}\nwith (table_type = 'ICEBERG', location = '${{location}}') as\nselect 1 as one"
    return SqlFile("ctas", name, ("song",), text)


def files(*made: SqlFile) -> dict[str, SqlFile]:
    return {file.name: file for file in made}


def test_views_come_after_what_they_read(lake: Lake) -> None:
    report = lake.publish(files(view("a", "b", "c"), view("b", "c"), view("c", "song"))).report
    assert report.created == ["c", "b", "a"]
    assert [CREATED.search(text)[1] for text in lake.said] == ["c", "b", "a"]


def test_every_view_of_the_project_finds_its_place() -> None:
    ordered = [file.name for file in order_files({**read_files("view"), **read_files("ctas")})]
    assert len(ordered) > 10
    assert ordered.index("song_full") > ordered.index("song_latest")


def test_views_in_a_circle_are_refused(lake: Lake) -> None:
    with pytest.raises(FileFault, match="a, b read each other in a circle"):
        lake.publish(files(view("a", "b"), view("b", "a")))
    assert lake.said == []


def test_what_stands_is_not_created_again(lake: Lake) -> None:
    lake.publish(files(view("a"), view("b", "a")))
    report = lake.publish(files(view("a"), view("b", "a"))).report
    assert (lake.said, report.unchanged) == ([], ["a", "b"])


def test_a_changed_view_is_created_with_all_that_reads_it(lake: Lake) -> None:
    lake.publish(files(view("a"), view("b", "a"), view("other")))
    report = lake.publish(files(view("a", says="2"), view("b", "a"), view("other"))).report
    assert (report.created, report.unchanged) == (["a", "b"], ["other"])


def test_a_view_that_somebody_dropped_comes_back(lake: Lake) -> None:
    lake.publish(files(view("a")))
    lake.glue.delete_table(DatabaseName=lake.settings.database, Name="a")
    assert lake.publish(files(view("a"))).report.created == ["a"]


def test_a_failed_view_holds_back_only_what_reads_it(lake: Lake) -> None:
    lake.failing["a"] = "line 1:1: Table 'song' does not exist"
    report = lake.publish(files(view("a"), view("b", "a"), view("c", "b"), view("other"))).report
    assert report.created == ["other"]
    assert report.failed == {
        "a": "failed: line 1:1: Table 'song' does not exist", "b": "waits for a", "c": "waits for b",
    }  # fmt: skip
    lake.failing.clear()
    assert lake.publish(files(view("a"), view("b", "a"), view("c", "b"), view("other"))).report.created == [
        "a",
        "b",
        "c",
    ]


def test_a_queued_query_is_waited_for(lake: Lake) -> None:
    lake.states = ["QUEUED", "QUEUED", "RUNNING", "SUCCEEDED"]
    assert lake.athena.run("select 1")
    assert lake.pauses == [0.25, 0.5, 1.0]


def test_a_throttled_start_is_tried_again(lake: Lake) -> None:
    lake.throttled = 1
    lake.can(7)
    assert lake.athena.fetch("select 7 as seven") == [["7"]]
    assert lake.throttled == 0


def test_a_failure_that_athena_calls_retryable_is_tried_once_more(lake: Lake) -> None:
    lake.retryable, lake.states = True, ["FAILED", "SUCCEEDED"]
    assert lake.athena.run("select 1")
    lake.states = ["FAILED", "FAILED", "SUCCEEDED"]
    with pytest.raises(AthenaFault, match="failed"):
        lake.athena.run("select 1")


def test_a_failure_of_another_kind_is_not(lake: Lake) -> None:
    lake.states = ["FAILED", "SUCCEEDED"]
    with pytest.raises(AthenaFault, match=r"^failed: "):
        lake.athena.run("select 1")


def test_a_cancelled_query_is_a_fault(lake: Lake) -> None:
    lake.states = ["CANCELLED"]
    with pytest.raises(AthenaFault, match=r"^cancelled: "):
        lake.athena.run("select 1")


def test_a_query_still_running_when_time_ends_is_stopped(lake: Lake) -> None:
    lake.seconds, lake.states = RESERVE + 1, ["RUNNING"] * 50
    stopped: list[str] = []
    lake.athena.client.meta.events.register(
        "before-parameter-build.athena.StopQueryExecution",
        lambda params, **_: stopped.append(params["QueryExecutionId"]),
    )
    with pytest.raises(OutOfTime):
        lake.athena.run("select 1")
    assert len(stopped) == 1


def test_the_next_run_goes_on_where_time_ended(lake: Lake) -> None:
    lake.seconds, lake.states = RESERVE + 1.5, ["SUCCEEDED", "QUEUED", "RUNNING", "RUNNING", "RUNNING"]
    with pytest.raises(OutOfTime):
        lake.publish(files(view("a"), view("b", "a"), view("c", "b")))
    lake.seconds, lake.states = 1e9, []
    report = lake.publish(files(view("a"), view("b", "a"), view("c", "b"))).report
    assert (report.unchanged, report.created) == (["a"], ["b", "c"])


def test_what_time_left_undone_is_done_by_the_next_look_at_the_gauges(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.seconds, lake.states = RESERVE + 0.1, ["RUNNING", "RUNNING"]
    report, _ = run_whole(lake, monkeypatch)
    assert (report.is_out_of_time, report.created) == (True, [])
    lake.seconds, lake.states = 1e9, []
    lake.can(0, (60, 0), 0)
    report, _ = run_whole(lake, monkeypatch, only_gauges=True)
    assert (report.is_out_of_time, report.created, report.gauges["HoursSinceLoad"]) == (False, ["a"], 1.0)
    lake.said.clear()
    lake.can((60, 0), 0)
    run_whole(lake, monkeypatch, only_gauges=True)
    assert [text for text in lake.said if CREATED.search(text)] == []


def test_a_summary_is_written_beside_the_old_one_and_then_switched(lake: Lake) -> None:
    lake.publish(files(summary("s")))
    table, switch = lake.said
    assert "create table s__20261120t080000\n" in table
    assert f"location = 's3://{lake.settings.bucket}/summary/s__20261120t080000/'" in table
    assert switch == 'create or replace view "s" as select * from "s__20261120t080000"'


def by_month(name: str) -> SqlFile:
    text = (
        f"create table {name}\nwith (\n    location = '${{location}}',\n    partitioning = array['year(month_date)']\n)"
        " as\nselect month_date from song"
    )
    return SqlFile("ctas", name, ("song",), text)


def test_a_summary_is_first_written_some_weeks_at_a_time_and_then_only_its_newest_months(lake: Lake) -> None:
    lake.can_rows(first_day("2026-07-01"))
    lake.publish(files(by_month("s")))
    assert [CREATED.search(text)[1] if CREATED.search(text) else text.split()[0] for text in lake.said] == [
        "select", "s__20261120t080000", "insert", "insert", "s",
    ]  # fmt: skip
    assert "where extraction_date >= date '2026-11-01'" in lake.said[1]
    assert "where extraction_date < date '2026-09-01'" in lake.said[3]
    lake.publish(files(by_month("s")), TOMORROW)
    table, kept, _ = lake.said
    assert "where extraction_date >= date '2026-11-01'" in table
    assert kept == (
        'insert into "s__20261121t080000" select * from "s__20261120t080000" where month_date < date \'2026-11-01\''
    )


def test_a_summary_is_refreshed_once_a_day_and_keeps_two_versions(lake: Lake) -> None:
    assert lake.publish(files(summary("s"))).report.created == ["s"]
    assert lake.publish(files(summary("s"))).report.unchanged == ["s"]
    assert lake.publish(files(summary("s")), TOMORROW).report.dropped == []
    dropped = lake.publish(files(summary("s")), TOMORROW + dt.timedelta(days=1)).report.dropped
    assert dropped == ["s__20261120t080000"]
    assert lake.names() - TABLES == {"s", "s__20261121t080000", "s__20261122t080000"}


def test_what_a_killed_run_left_of_a_summary_is_dropped(lake: Lake) -> None:
    lake.failing["s"] = "killed between table and switch"
    lake.publish(files(summary("s")))
    lake.failing.clear()
    dropped = lake.publish(files(summary("s")), TOMORROW).report.dropped
    assert dropped == ["s__20261120t080000"]


def test_a_summary_of_another_form_is_refused() -> None:
    wrong = SqlFile("ctas", "s", ("song",), "create table other with (location = 'x') as select 1")
    with pytest.raises(FileFault, match=r"ctas/s\.sql: expected 'create table s' and one location"):
        version_summary(wrong, "s__1", "s3://a/b/")


def test_checks_count_the_rows_that_offend(lake: Lake) -> None:
    publishing = Publishing(lake.settings, lake.athena, NOW)
    lake.can(0, 3)
    checks = [
        SqlFile("check", name, ("raw_object",), "-- why\nselect 1 as one order by one") for name in ("good", "bad")
    ]
    publishing.run_checks(files(*checks))
    assert publishing.report.offending == {"bad": 3}
    assert lake.said[0] == "select count(*) as found from (\n-- why\nselect 1 as one order by one\n) as offending"


def test_a_check_without_an_answer_is_a_fault_of_its_own(lake: Lake) -> None:
    publishing = Publishing(lake.settings, lake.athena, NOW)
    publishing.run_checks(files(SqlFile("check", "song_key", ("song",), "select 1 as one")))
    assert publishing.report.failed == {"check song_key": "answered 0 rows, expected one"}
    assert publishing.report.checks == {}


def test_checks_go_on_after_those_that_were_done(lake: Lake) -> None:
    checks = files(*(SqlFile("check", name, ("song",), "select 1 as one") for name in ("first", "second")))
    lake.can(5, 0)
    lake.states, lake.seconds = ["SUCCEEDED", "RUNNING", "RUNNING", "RUNNING", "RUNNING"], RESERVE + 1
    with pytest.raises(OutOfTime):
        Publishing(lake.settings, lake.athena, NOW).run_checks(checks)
    lake.seconds, lake.states = 1e9, []
    lake.said.clear()
    lake.can(0)
    publishing = Publishing(lake.settings, lake.athena, NOW)
    publishing.run_checks(checks)
    assert (len(lake.said), publishing.report.checks) == (1, {"first": 5, "second": 0})
    assert not StateObject(lake.settings.bucket).read().is_checking


def test_a_new_finding_is_told_once(lake: Lake) -> None:
    topic = lake.aws.connect("sns").create_topic(Name=lake.settings.bucket)["TopicArn"]
    queue = lake.aws.connect("sqs").create_queue(QueueName=lake.settings.bucket)["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:123456789012:{lake.settings.bucket}"
    lake.aws.connect("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    told = Settings(**{**vars(lake.settings), "topic": topic})
    for found in (2, 2, 1, 0):
        publishing = Publishing(told, lake.athena, NOW)
        publishing.report.checks = {"song_key": found}
        publishing.tell()
    (message,) = lake.aws.connect("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    said = json.loads(message["Body"])["Message"]
    assert "song_key, 2 (error, new) Only the load writes here: find what else did" in said
    assert StateObject(lake.settings.bucket).read().told == {}


def check(name: str, *reads: str) -> SqlFile:
    return SqlFile("check", name, reads, f"-- {name}\nselect song_id from song where song_id is null")


def first_day(day: str) -> list[dict[str, Any]]:
    return [{"rows": [{"Data": [{"VarCharValue": "first_day"}]}, {"Data": [{"VarCharValue": day}]}]}]


def test_after_a_load_checks_read_the_last_days(lake: Lake) -> None:
    lake.can(0)
    Publishing(lake.settings, lake.athena, NOW).run_checks(files(check("song_key", "song")))
    (said,) = lake.said
    table = f'"{lake.settings.database}"."song"'
    assert f"with song as (\n    select * from {table} where extraction_date >= date '2026-11-13'\n)" in said


def test_once_a_week_they_read_all_days_some_weeks_at_a_time_and_remember_what_they_found(lake: Lake) -> None:
    StateObject(lake.settings.bucket).write(State(swept_on="2026-11-13"))
    lake.can_rows(first_day("2026-08-01"))
    lake.can(0, 0, 2, 1)
    publishing = Publishing(lake.settings, lake.athena, NOW)
    publishing.run_checks(files(check("song_key", "song"), check("raw_object_key", "raw_object")))
    conditions = [re.search(r"where (extraction_date .*)$", text, re.MULTILINE)[1] for text in lake.said[1:4]]
    assert conditions == [
        "extraction_date >= date '2026-11-13'",
        "extraction_date >= date '2026-09-18' and extraction_date < date '2026-11-13'",
        "extraction_date < date '2026-09-18'",
    ]
    assert publishing.report.checks == {"song_key": 2, "raw_object_key": 1}
    lake.said.clear()
    lake.can(0, 1)
    later = Publishing(lake.settings, lake.athena, NOW + dt.timedelta(days=1))
    later.run_checks(files(check("song_key", "song"), check("raw_object_key", "raw_object")))
    assert len(lake.said) == 2
    assert later.report.checks["song_key"] == 2, "what is in old days is not in the last ones"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"views": {}, "unknown": 1}'], ids=["empty", "cut", "list", "foreign"]
)
def test_a_broken_state_counts_as_none(lake: Lake, text: str) -> None:
    lake.aws.connect("s3").put_object(Bucket=lake.settings.bucket, Key=KEY, Body=text.encode())
    assert lake.publish(files(view("a"))).report.created == ["a"]


def forbid(request: Any, **_: Any) -> AWSResponse:
    """Answer as S3 does when one may not read."""

    class Raw:
        def stream(self, **_: Any) -> Iterator[bytes]:
            yield b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"

    return AWSResponse(request.url, 403, {}, Raw())


def test_a_state_that_is_forbidden_counts_as_none_only_where_there_is_none(lake: Lake) -> None:
    store = StateObject(lake.settings.bucket)
    lake.aws.connect("s3").delete_object(Bucket=lake.settings.bucket, Key=KEY)
    store.client.meta.events.register("before-send.s3.GetObject", forbid)
    assert store.read() == State()
    store.write(State(views={"a": "1"}))
    with pytest.raises(ClientError, match="AccessDenied"):
        store.read()


def run_whole(lake: Lake, monkeypatch: pytest.MonkeyPatch, **told: Any) -> tuple[Any, list[dict[str, Any]]]:
    monkeypatch.setattr(program, "Athena", lambda *_: lake.athena)
    monkeypatch.setattr(program, "read_files", lambda kind: files(view("a")) if kind == "view" else {})
    said: list[str] = []
    try:
        return program.publish(lake.settings, say=said.append, **told), [json.loads(line) for line in said]
    except PublishFault as fault:
        return fault, [json.loads(line) for line in said]


METRICS = ("HoursSinceLoad", "OpenRejected", "UnreadableObjects", "FilesFailed", "service")


def test_gauges_are_metrics_that_cloudwatch_reads(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.can((90, 2), 4)
    report, (_, metrics) = run_whole(lake, monkeypatch, only_gauges=True)
    assert report.created == []
    assert {name: metrics[name] for name in METRICS} == {
        "HoursSinceLoad": 1.5, "OpenRejected": 4, "UnreadableObjects": 2, "FilesFailed": 0, "service": "publish",
    }  # fmt: skip
    (definition,) = metrics["_aws"]["CloudWatchMetrics"]
    assert definition["Namespace"] == "Lake/test"
    assert {one["Name"] for one in definition["Metrics"]} == {
        "HoursSinceLoad", "OpenRejected", "UnreadableObjects", "FilesFailed", "GlueHoursThisMonth", "FailedLoads",
    }  # fmt: skip


def test_a_fault_is_raised_after_all_else_is_done(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.failing["a"] = "no"
    lake.can(0, (60, 0), 0)
    fault, lines = run_whole(lake, monkeypatch)
    assert str(fault) == "a: failed: no. All else is published."
    assert lines[1]["FilesFailed"] == 1


def drop_tables(lake: Lake) -> None:
    for table in TABLES:
        lake.glue.delete_table(DatabaseName=lake.settings.database, Name=table)


def test_before_the_first_load_nothing_is_asked_and_nothing_fails(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after the first catch-up, which succeeds without an object to load."""
    drop_tables(lake)
    monkeypatch.setattr(program, "Athena", lambda *_: lake.athena)
    said: list[str] = []
    report = program.publish(lake.settings, say=said.append)
    assert lake.said == []
    assert (report.created, report.failed, report.checks, report.offending) == ([], {}, {}, {})
    everything = {name for kind in ("view", "ctas", "check") for name in read_files(kind)}
    assert set(report.waiting) == everything
    assert json.loads(said[1])["FilesFailed"] == 0
    assert report.gauges == {
        "GlueHoursThisMonth": 0.0, "FailedLoads": 0, "HoursSinceLoad": 0.0, "OpenRejected": 0, "UnreadableObjects": 0,
    }  # fmt: skip


def test_a_table_that_was_there_and_is_gone_is_a_fault(lake: Lake) -> None:
    lake.publish(files(view("a", "song")))
    drop_tables(lake)
    lake.glue.delete_table(DatabaseName=lake.settings.database, Name="a")
    lake.failing["a"] = "line 1:1: Table 'song' does not exist"
    assert lake.publish(files(view("a", "song"))).report.failed == {
        "a": "failed: line 1:1: Table 'song' does not exist"
    }


def test_before_the_first_load_data_is_as_old_as_what_has_waited_longest(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop_tables(lake)
    monkeypatch.setattr(landed, "find_newest", lambda *_: {"ben": Landed("raw/b", NOW - dt.timedelta(hours=5))})
    lake.settings = replace(lake.settings, accounts=("anna", "ben"))
    publishing = Publishing(lake.settings, lake.athena, NOW)
    publishing.measure_tables()
    assert publishing.report.hours_not_loaded == {"anna": 0.0, "ben": 5.0}
    assert publishing.report.gauges["HoursSinceLoad"] == 5.0
    assert lake.said == []


def put_raw(lake: Lake, name: str) -> str:
    today = dt.datetime.now(dt.UTC).date()
    key = f"raw/extraction_date={today}/{today:%Y%m%d}T060000Z-{name}.ndjson.gz"
    lake.aws.connect("s3").put_object(Bucket=lake.settings.bucket, Key=key, Body=b"x")
    return key


def test_the_newest_object_of_each_account_is_compared_with_the_ledger(lake: Lake) -> None:
    mine, _ = put_raw(lake, "me-1"), put_raw(lake, "import-of-a-dump")
    now = dt.datetime.now(dt.UTC) + dt.timedelta(hours=9)
    newest = landed.find_newest(lake.aws.connect("s3"), lake.settings.bucket, ("me", "m", "ben"), now)
    assert {account: one.key for account, one in newest.items()} == {"me": mine}
    landed.find_recorded(lake.athena, newest, now)
    assert f"raw_key in ('{mine}')" in lake.said[-1]
    assert landed.measure_waiting(newest, ("me", "ben"), [mine], now) == {"me": 0.0, "ben": 0.0}
    assert landed.measure_waiting(newest, ("me", "ben"), [], now)["me"] == pytest.approx(9, abs=0.1)


def test_each_account_has_a_metric_of_its_own(lake: Lake) -> None:
    report = program.Report(hours_not_loaded={"anna": 0.0, "ben": 7.5})
    lines = [json.loads(line) for line in program.describe_account_metrics(lake.settings, report, NOW)]
    assert [(line["account"], line["HoursNotLoaded"]) for line in lines] == [("anna", 0.0), ("ben", 7.5)]
    for line in lines:
        (definition,) = line["_aws"]["CloudWatchMetrics"]
        assert definition["Dimensions"] == [["service", "account"]]
        assert set(definition["Dimensions"][0]) <= set(line)


def test_a_run_that_another_one_kept_from_starting_is_no_failed_load() -> None:
    client = Runs(load=["FAILED"])
    client.more = {"ExecutionTime": 0, "ErrorMessage": "Concurrent runs exceeded for load"}
    assert read_job_gauges(client, ("load",), NOW)["FailedLoads"] == 0
    client.more = {"ExecutionTime": 5, "ErrorMessage": "Concurrent runs exceeded for load"}
    assert read_job_gauges(client, ("load",), NOW)["FailedLoads"] == 1


def test_every_missing_variable_is_named() -> None:
    with pytest.raises(PublishFault, match="PUBLISH_WORKGROUP, PUBLISH_NAMESPACE not set"):
        program.read_settings({"PUBLISH_DATABASE": "music", "PUBLISH_BUCKET": "b"})


@pytest.mark.parametrize(("run", "seconds"), [
    pytest.param({"WorkerType": "G.1X", "NumberOfWorkers": 2, "ExecutionTime": 90}, 180, id="workers times seconds"),
    pytest.param({"WorkerType": "G.2X", "NumberOfWorkers": 2, "ExecutionTime": 90}, 360, id="a greater worker"),
    pytest.param({"WorkerType": "G.1X", "NumberOfWorkers": 2, "ExecutionTime": 5}, 120, id="a minute at least"),
    pytest.param({"DPUSeconds": 77.0, "NumberOfWorkers": 2, "ExecutionTime": 5}, 77, id="Glue's own figure"),
    pytest.param({"MaxCapacity": 3.0, "ExecutionTime": 100}, 300, id="capacity where there are no workers"),
])  # fmt: skip
def test_what_a_run_is_billed_for(run: dict[str, Any], seconds: float) -> None:
    assert count_dpu_seconds(run) == seconds


class Runs:
    """Glue's list of runs, by job."""

    def __init__(self, **states: list[str]) -> None:
        self.states = states
        self.more: dict[str, Any] = {}

    def get_paginator(self, _name: str) -> "Runs":
        return self

    def paginate(self, JobName: str) -> list[dict[str, Any]]:
        run = {"StartedOn": NOW, "WorkerType": "G.1X", "NumberOfWorkers": 2, "ExecutionTime": 90}
        return [{"JobRuns": [{**run, "JobRunState": state, **self.more} for state in self.states[JobName]]}]


def test_copies_that_failed_are_told_apart_from_loads_but_cost_as_they_do() -> None:
    runs = Runs(load=["SUCCEEDED", "FAILED"], copy=["TIMEOUT", "ERROR", "SUCCEEDED"])
    gauges = read_job_gauges(runs, ("load",), NOW, ("copy",))
    assert gauges == {"GlueHoursThisMonth": 0.25, "FailedLoads": 1, "FailedCopies": 2}
    runs.states["upkeep"] = ["FAILED", "SUCCEEDED"]
    assert read_job_gauges(runs, (), NOW, upkeep=("upkeep",)) == {
        "GlueHoursThisMonth": 0.1, "FailedLoads": 0, "FailedUpkeep": 1
    }  # fmt: skip
    told = dict.fromkeys(program.REQUIRED, "x")
    assert program.read_settings({**told, "PUBLISH_UPKEEP": "u"}).upkeep == ("u",)
    assert program.read_settings({**told, "PUBLISH_COPIES": "copy"}).copies == ("copy",)
    assert program.read_settings({**told, "PUBLISH_COPIES": ""}).copies == ()


def test_the_clocks_are_written_into_the_view_that_says_them() -> None:
    settings = program.read_settings(
        {
            **dict.fromkeys(program.REQUIRED, "x"),
            "PUBLISH_TIME_ZONES": '{"*": "Europe/Berlin", "o\'neil": "Asia/Tokyo"}',
        }
    )
    files = program.with_time_zones(read_files("view"), settings.time_zones)
    assert "array['Europe/Berlin=*', 'Asia/Tokyo=o''neil']" in files["account_clock"].text
    assert digest_files(order_files(files)) != digest_files(order_files(read_files("view")))
    assert program.read_settings(dict.fromkeys(program.REQUIRED, "x")).time_zones == {"*": "UTC"}


@pytest.mark.parametrize("told", ["no json", "[]", '{"u1": 1}'])
def test_time_zones_that_cannot_be_read_are_refused(told: str) -> None:
    with pytest.raises(PublishFault, match=r"PUBLISH_TIME_ZONES is .*expected a JSON object"):
        program.read_settings({**dict.fromkeys(program.REQUIRED, "x"), "PUBLISH_TIME_ZONES": told})


def test_a_digest_follows_all_that_a_view_reads() -> None:
    before = digest_files(order_files(files(view("a"), view("b", "a"), view("c", "b"), view("d"))))
    after = digest_files(order_files(files(view("a", says="2"), view("b", "a"), view("c", "b"), view("d"))))
    assert {name for name in before if before[name] != after[name]} == {"a", "b", "c"}
