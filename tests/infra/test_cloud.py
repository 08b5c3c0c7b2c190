"""The commands for an account of AWS, against moto: what they say, what they refuse, and their exit codes."""

import dataclasses
import datetime as dt
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lakehouse.aws import environments
from lakehouse.aws import run as running
from lakehouse.aws.deploy import deploy, describe_next_steps, destroy
from lakehouse.aws.deployment import Lakehouse, read_lakehouse
from lakehouse.aws.region import share_region
from lakehouse.aws.run import Patience, run
from lakehouse.aws.status import describe_next, status
from lakehouse.aws.terraform import MIRROR, Terraform, find_advice, find_mirror, read_reason, run_and_show
from lakehouse.emulated_aws.emulated import REGION, EmulatedAws, without_aws
from lakehouse.errors import UserError
from lakehouse.paths import ROOT

NAME = "spotify-lakehouse-pr-9"
SCHEDULE = f"{NAME}-extract-me-schedule"
NOW = dt.datetime.now(dt.UTC)
COMMANDS = ("deploy", "destroy", "run", "status", "publish", "verify")
pytestmark = pytest.mark.usefixtures("emulated")
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


@pytest.fixture(scope="module")
def lakehouse(emulated: EmulatedAws) -> Iterator[Lakehouse]:
    """Return a copy that is made without Terraform: what the commands look at, and no more."""
    bucket = "lake-of-commands"
    role = emulated.connect("iam").create_role(RoleName="commands", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    emulated.connect("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    glue = emulated.connect("glue")
    glue.create_job(Name=f"{NAME}-load-music", Role=role, Command={"Name": "glueetl"})
    glue.create_workflow(Name=f"{NAME}-load")
    emulated.connect("scheduler").create_schedule(
        Name=f"{NAME}-extract-me-schedule", ScheduleExpression="cron(0 6 * * ? *)",
        ScheduleExpressionTimezone="Europe/Berlin", FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:lambda:eu-central-1:123456789012:function:f", "RoleArn": role},
    )  # fmt: skip
    queue = emulated.connect("sqs").create_queue(QueueName=f"{NAME}-load-undelivered")["QueueUrl"]
    yield Lakehouse(
        environment="pr-7", region=REGION, bucket=bucket, database="music_pr_7", workgroup="primary",
        accounts={"me": {"function": f"{NAME}-extract-me", "secret": f"{NAME}/me", "schedule": SCHEDULE}},
        load_job=f"{NAME}-load-music", workflow=f"{NAME}-load", namespace="SpotifyLakehouse/pr-7",
        topic_arn="arn:aws:sns:eu-central-1:123456789012:t", stale_after_hours=26, failed_queue_urls=[queue],
        removal_protection=False,
    )  # fmt: skip
    # Another file makes the same copy on the same AWS.
    glue.delete_job(JobName=f"{NAME}-load-music")
    glue.delete_workflow(Name=f"{NAME}-load")
    emulated.connect("scheduler").delete_schedule(Name=f"{NAME}-extract-me-schedule")
    emulated.connect("iam").delete_role(RoleName="commands")
    landed = emulated.connect("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
    for known in landed:
        emulated.connect("s3").delete_object(Bucket=bucket, Key=known["Key"])
    emulated.connect("s3").delete_bucket(Bucket=bucket)


@pytest.fixture
def gauge(emulated: EmulatedAws, lakehouse: Lakehouse) -> Any:
    """Return what reports a gauge, in a namespace of its own for each test."""
    apart = dataclasses.replace(lakehouse, namespace=f"SpotifyLakehouse/{os.urandom(4).hex()}")

    def report(name: str, value: float, service: str = "publish") -> Lakehouse:
        data = {
            "MetricName": name,
            "Value": value,
            "Timestamp": NOW,
            "Dimensions": [{"Name": "service", "Value": service}],
        }
        emulated.connect("cloudwatch").put_metric_data(Namespace=apart.namespace, MetricData=[data])
        return apart

    return report


class FakeCloud:
    """Answers of Lambda and of the workflow, which moto does not run; everything else is moto's."""

    def __init__(self, lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the place of what connects."""
        self.told: Any = {"key": f"s3://{lakehouse.bucket}/raw/a.ndjson.gz", "entries": 3, "is_complete": True}
        self.error: str | None = None
        self.runs: list[list[dict[str, Any]]] = []
        real = Lakehouse.connect
        fakes = {"lambda": self, "glue": self}
        monkeypatch.setattr(Lakehouse, "connect", lambda one, service: fakes.get(service) or real(one, service))

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        """Answer as the extractor."""
        assert (FunctionName, Payload) == (f"{NAME}-extract-me", b"{}")

        class Body:
            read = staticmethod(lambda: json.dumps(self.told).encode())

        return {"Payload": Body, **({"FunctionError": self.error} if self.error else {})}

    def get_workflow_runs(self, Name: str, MaxResults: int) -> dict[str, Any]:
        """Answer with the next list of runs; the last one stays."""
        assert Name == f"{NAME}-load"
        return {"Runs": (self.runs.pop(0) if len(self.runs) > 1 else self.runs[0])[:MaxResults]}


@pytest.fixture
def cloud(lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> FakeCloud:
    return FakeCloud(lakehouse, monkeypatch)


def workflow_run(status: str, began: dt.datetime | None = None, **statistics: int) -> dict[str, Any]:
    return {
        "WorkflowRunId": "wr_1", "Status": status, "Statistics": statistics,
        "StartedOn": began or NOW + dt.timedelta(hours=1),
    }  # fmt: skip


def can_rows(aws: EmulatedAws, *cells: str) -> None:
    rows = [{"Data": [{"VarCharValue": "header"}]}]
    rows += [{"Data": [{"VarCharValue": cell} for cell in cells]}] if cells else []
    body = json.dumps({"account_id": "123456789012", "region": REGION, "results": [{"rows": rows}]}).encode()
    urllib.request.urlopen(
        urllib.request.Request(
            f"{aws.endpoint}/moto-api/static/athena/query-results", body, {"Content-Type": "application/json"}
        )
    )


def patience(waits: list[float] | None = None) -> Patience:
    kept = waits if waits is not None else []
    return Patience(start=30, end=60, sleep=kept.append)


def test_a_run_is_followed_to_its_rows(
    lakehouse: Lakehouse, cloud: FakeCloud, emulated: EmulatedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    old = workflow_run("ERROR", NOW - dt.timedelta(days=1))
    cloud.runs = [[old], [old, workflow_run("RUNNING")], [workflow_run("COMPLETED", SucceededActions=1), old]]
    can_rows(emulated, "3", "2", "1")
    waits: list[float] = []
    assert run(lakehouse, "", patience(waits)) == 0
    assert waits == [10, 10]
    assert capsys.readouterr().out.splitlines()[-1] == "rows      3 entries: 2 accepted, 1 rejected"


def test_an_incomplete_extraction_ends_with_1(lakehouse: Lakehouse, cloud: FakeCloud, emulated: EmulatedAws) -> None:
    cloud.told |= {"is_complete": False, "stopped_by": "limit"}
    cloud.runs = [[workflow_run("COMPLETED")]]
    can_rows(emulated, "3", "3", "0")
    assert run(lakehouse, "me", patience()) == 1


@pytest.mark.parametrize(("told", "error", "message"), [
    pytest.param({"key": None, "stopped_by": "login"}, None, "landed nothing: stopped by login", id="a dead login"),
    pytest.param({"errorMessage": "it broke."}, "Unhandled", "it broke. Its log says more", id="an error"),
])  # fmt: skip
def test_an_extraction_that_lands_nothing_is_one_line(
    lakehouse: Lakehouse, cloud: FakeCloud, told: Any, error: str | None, message: str
) -> None:
    cloud.told, cloud.error = told, error
    with pytest.raises(UserError, match=message):
        run(lakehouse, "", patience())


@pytest.mark.parametrize(("runs", "message"), [
    pytest.param([], "did not start within 30 s; the object has landed", id="no run"),
    pytest.param([workflow_run("RUNNING")], "did not end within 60 s", id="an endless run"),
    pytest.param([workflow_run("COMPLETED", FailedActions=1)], "the load failed", id="a failed job"),
    pytest.param([workflow_run("STOPPED")], "the load failed", id="a stopped run"),
])  # fmt: skip
def test_a_load_that_does_not_succeed_is_one_line(
    lakehouse: Lakehouse, cloud: FakeCloud, runs: list[Any], message: str
) -> None:
    cloud.runs = [runs]
    with pytest.raises(UserError, match=message):
        run(lakehouse, "", patience())


def test_a_copy_that_fails_is_not_blamed_on_the_load_alone(lakehouse: Lakehouse, cloud: FakeCloud) -> None:
    cloud.runs = [[workflow_run("COMPLETED", FailedActions=1)]]
    with_copy = dataclasses.replace(lakehouse, publish_rds_job=f"{NAME}-publish-rds")
    with pytest.raises(UserError, match=f"{NAME}-load-music or {NAME}-publish-rds failed"):
        run(with_copy, "", patience())


def test_an_object_in_no_ledger_is_said(lakehouse: Lakehouse, cloud: FakeCloud, emulated: EmulatedAws) -> None:
    cloud.runs = [[workflow_run("COMPLETED")]]
    can_rows(emulated)
    with pytest.raises(UserError, match=r"raw/a\.ndjson\.gz is in no ledger"):
        run(lakehouse, "", patience())


def test_an_unknown_account_is_refused(lakehouse: Lakehouse) -> None:
    with pytest.raises(UserError, match="--account: expected one of me, got 'anna'"):
        run(lakehouse, "anna")


def test_a_function_that_is_not_there_is_one_line(lakehouse: Lakehouse) -> None:
    with pytest.raises(UserError, match=r"--env pr-7: .*What has landed stays landed"):
        run(lakehouse, "")


def test_the_paths_of_run_are_those_of_moto_too(lakehouse: Lakehouse) -> None:
    assert next(running.poll_runs(lakehouse, NOW)) is None


def test_a_fresh_copy_says_that_nothing_was_loaded(gauge: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(gauge("OpenRejected", 0)) == 1
    said = capsys.readouterr().out
    assert "schedule  me: cron(0 6 * * ? *) Europe/Berlin, next 20" in said
    assert "trouble   no load has been reported yet" in said


def schedule(expression: str, **told: Any) -> dict[str, Any]:
    return {"ScheduleExpression": expression, "State": "ENABLED", "CreationDate": NEAR_SUMMER - 25 * HOUR, **told}


HOUR = dt.timedelta(hours=1)
NEAR_SUMMER = dt.datetime(2027, 3, 27, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(("found", "expected"), [
    pytest.param(schedule("cron(0 6 * * ? *)"), "next 2027-03-28 06:00 CEST, in 16 h 0 min", id="by summer's clock"),
    pytest.param(schedule("cron(30 2 * * ? *)"), "next 2027-03-29 02:30 CEST, in 1 d 12 h", id="the hour left out"),
    pytest.param(schedule("cron(5 13 * * ? *)"), "next 2027-03-27 13:05 CET, in 5 min", id="soon"),
    pytest.param(schedule("rate(6 hours)"), "next about 2027-03-27 18:00 CET, in 5 h 0 min", id="a rate"),
    pytest.param(schedule("rate(6 hours)", StartDate=NEAR_SUMMER + HOUR),
                 "next about 2027-03-27 14:00 CET, in 1 h 0 min", id="a rate with a beginning"),
    pytest.param(schedule("cron(0 6 * * ? *)", State="DISABLED"), "disabled: it does not run", id="disabled"),
    pytest.param(schedule("cron(0 6 1 1 ? 2026)"), "it does not run again", id="a year that is over"),
    pytest.param(schedule("cron(0 6 * * ? *)", EndDate=NEAR_SUMMER + HOUR), "it does not run again", id="it ends"),
    pytest.param(schedule("at(2027-03-28T06:00:00)"), "next run not known: got 'at(2027-03-28T06:00:00)'", id="once"),
])  # fmt: skip
def test_the_next_run_is_said(found: dict[str, Any], expected: str) -> None:
    assert describe_next(found, "Europe/Berlin", NEAR_SUMMER).startswith(expected)


def test_a_good_copy_ends_with_0(gauge: Any, capsys: pytest.CaptureFixture[str]) -> None:
    gauge("LoginAgeDays", 12, "extract")
    assert status(gauge("HoursSinceLoad", 2.5)) == 0
    said = capsys.readouterr().out
    assert "gauge     hours since the newest load: 2.5\n" in said
    assert f"athena    jdbc:athena://Region={REGION};WorkGroup=primary;Database=music_pr_7;\n" in said
    sqlalchemy = f"awsathena+rest://:@athena.{REGION}.amazonaws.com:443/music_pr_7?work_group=primary"
    assert f"athena    {sqlalchemy}\n" in said
    assert "gauge     days since the oldest login: 12\n" in said
    assert said.endswith("all is as it should be\n")


def test_stale_data_ends_with_1(gauge: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(gauge("HoursSinceLoad", 26)) == 1
    assert "trouble   nothing was loaded for 26 hours; expected less than 26" in capsys.readouterr().out


def test_runs_are_listed(gauge: Any, emulated: EmulatedAws, capsys: pytest.CaptureFixture[str]) -> None:
    emulated.connect("glue").start_job_run(JobName=f"{NAME}-load-music")
    status(gauge("HoursSinceLoad", 1))
    assert f"load      {NOW:%Y-%m-%d}" in capsys.readouterr().out


def test_runs_of_a_copy_to_postgresql_are_listed_too(gauge: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with_copy = dataclasses.replace(gauge("HoursSinceLoad", 1), publish_rds_job=f"{NAME}-load-music")
    status(with_copy)
    assert f"copy      {NOW:%Y-%m-%d}" in capsys.readouterr().out


def test_dead_letters_and_alarms_end_with_1(
    gauge: Any, lakehouse: Lakehouse, emulated: EmulatedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    apart = gauge("HoursSinceLoad", 1)
    queues, (url,) = emulated.connect("sqs"), lakehouse.failed_queue_urls
    queues.send_message(QueueUrl=url, MessageBody="{}")
    metrics = emulated.connect("cloudwatch")
    metrics.put_metric_alarm(
        AlarmName="primary-load-stale", AlarmDescription="Too old.", Namespace="n", MetricName="m", Period=60,
        EvaluationPeriods=1, Threshold=1, Statistic="Sum", ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    metrics.put_metric_alarm(
        AlarmName="primary-fine", Namespace="n", MetricName="m", Period=60, EvaluationPeriods=1, Threshold=1,
        Statistic="Sum", ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    metrics.set_alarm_state(AlarmName="primary-fine", StateValue="OK", StateReason="test")
    metrics.set_alarm_state(AlarmName="primary-load-stale", StateValue="ALARM", StateReason="test")
    assert status(apart) == 1
    said = capsys.readouterr().out
    assert f"trouble   1 in {NAME}-load-undelivered; docs/runbook.md" in said
    assert "trouble   alarm load-stale: Too old. See docs/runbook.md" in said
    assert "alarm fine" not in said
    queues.purge_queue(QueueUrl=url)
    metrics.delete_alarms(AlarmNames=["primary-load-stale", "primary-fine"])


class FakeTerraform(Terraform):
    """A Terraform that only writes down what it is to do."""

    def __init__(self, outputs: dict[str, Any], *, changes: bool = True) -> None:
        """Answer with these outputs once something is applied, or from the start where nothing changes."""
        super().__init__("pr-7")
        self.known, self.changes, self.done = outputs, changes, list[str]()
        self.made = list[str]()
        self.sources = Path("lakehouse/sources/mine.json")

    def init(self, *, is_new: bool = True) -> None:
        self.done.append("init")

    def show(self, plan: Path) -> Any:
        return {"variables": {"accounts": {"value": {"me": {"sources": str(self.sources)}}}}}

    def plan(self, path: Path, *options: str, quiet: bool = False) -> bool:
        self.done.append("plan")
        return self.changes

    def apply(self, plan: Path, quiet: bool = False) -> None:
        self.done.append("apply")

    def destroy(self, quiet: bool = False) -> None:
        self.done.append("destroy")

    def forget(self) -> None:
        self.done.append("forget")

    def outputs(self) -> dict[str, Any]:
        return self.known

    def resources(self) -> list[str]:
        return self.made


@pytest.fixture
def outputs(lakehouse: Lakehouse) -> dict[str, Any]:
    return {**vars(lakehouse), "something_else": 1}


def test_deploy_applies_once_somebody_agrees(
    outputs: dict[str, Any], capsys: pytest.CaptureFixture[str], lakehouse: Lakehouse
) -> None:
    terraform = FakeTerraform(outputs)
    assert deploy(terraform, is_sure=False, ask=lambda _: "yes", build=False) == 0
    assert terraform.done == ["init", "plan", "apply"]
    said = capsys.readouterr().out
    assert said.startswith("Deploying pr-7 to account 123456789012, eu-central-1\n")
    assert f"lakehouse login --secret {NAME}/me" in said
    assert describe_next_steps(lakehouse) in said


def test_deploy_with_nothing_to_change_does_not_ask(outputs: dict[str, Any]) -> None:
    terraform = FakeTerraform(outputs, changes=False)
    assert deploy(terraform, is_sure=False, ask=pytest.fail, build=False) == 0
    assert terraform.done == ["init", "plan"]


def test_a_plan_is_only_shown(outputs: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    terraform = FakeTerraform(outputs)
    assert deploy(terraform, is_sure=True, only_plan=True, ask=pytest.fail, build=False) == 0
    assert terraform.done == ["init", "plan"]
    assert capsys.readouterr().out.endswith("Nothing was changed: this is what `lakehouse deploy` would do.\n")


@pytest.mark.parametrize(("changes", "code"), [(True, 1), (False, 0)], ids=["drift", "no drift"])
def test_a_plan_that_is_to_change_nothing_fails_where_it_does(
    outputs: dict[str, Any], changes: bool, code: int
) -> None:
    terraform = FakeTerraform(outputs, changes=changes)
    options = {"is_sure": True, "only_plan": True, "build": False, "fail_on_change": True}
    assert deploy(terraform, ask=pytest.fail, **options) == code
    assert "apply" not in terraform.done


def no_terminal(_: str) -> str:
    raise EOFError


@pytest.mark.parametrize(("ask", "message"), [
    pytest.param(lambda _: "no", "got 'no', expected 'yes'. Nothing was changed", id="no"),
    pytest.param(no_terminal, "nobody to ask; expected a terminal, or --yes", id="no terminal"),
])  # fmt: skip
def test_deploy_changes_nothing_unless_somebody_agrees(outputs: dict[str, Any], ask: Any, message: str) -> None:
    terraform = FakeTerraform(outputs)
    with pytest.raises(UserError, match=message):
        deploy(terraform, is_sure=False, ask=ask, build=False)
    assert "apply" not in terraform.done


def test_deploy_refuses_sources_that_the_extractor_would_refuse(outputs: dict[str, Any], tmp_path: Path) -> None:
    terraform = FakeTerraform(outputs)
    terraform.sources = tmp_path / "sources.json"
    terraform.sources.write_text('{"saved_trakcs": {}, "playlists": "all"}')
    with pytest.raises(
        UserError, match=r"sources\.json: .*saved_trakcs.*playlists.*\. Nothing was changed\.$"
    ) as fault:
        deploy(terraform, is_sure=True, build=False)
    assert "\n" not in str(fault.value)
    assert terraform.done == ["init", "plan"]


def test_destroy_asks_for_the_name(outputs: dict[str, Any]) -> None:
    terraform = FakeTerraform(outputs)
    with pytest.raises(UserError, match=r"got 'yes', expected 'pr-7'\. Nothing was removed"):
        destroy(terraform, is_sure=False, ask=lambda _: "yes")
    assert destroy(terraform, is_sure=False, ask=lambda _: "pr-7") == 0
    assert terraform.done == ["init", "init", "destroy", "forget"]


def test_a_protected_copy_is_not_destroyed(outputs: dict[str, Any]) -> None:
    terraform = FakeTerraform({**outputs, "removal_protection": True})
    with pytest.raises(UserError, match=r"--env pr-7 is protected.*infra/environments/pr-7\.tfvars.*Nothing"):
        destroy(terraform, is_sure=True)
    assert terraform.done == ["init"]


def test_what_stopped_half_way_can_be_removed() -> None:
    terraform = FakeTerraform({"environment": "pr-7"})
    assert destroy(terraform, is_sure=True) == 0
    terraform = FakeTerraform({})
    terraform.made = ["module.bucket.aws_s3_bucket.this"]
    assert destroy(terraform, is_sure=True) == 0
    assert terraform.done == ["init", "destroy", "forget"]


def test_where_nothing_was_made_nothing_is_removed() -> None:
    terraform = FakeTerraform({})
    with pytest.raises(UserError, match="--env pr-7: nothing deployed"):
        destroy(terraform, is_sure=True)
    assert terraform.done == ["init"]


@pytest.mark.parametrize(("known", "seen"), [
    pytest.param({}, "nothing deployed; expected `lakehouse deploy --env pr-7`", id="nothing"),
    pytest.param({"bucket": "b"}, "a state without environment, region, database", id="a state of before"),
])  # fmt: skip
def test_what_is_not_deployed_is_said(known: dict[str, Any], seen: str) -> None:
    with pytest.raises(UserError, match=seen):
        read_lakehouse(known, "pr-7")


def test_a_state_from_before_the_copies_is_read(outputs: dict[str, Any]) -> None:
    without = {name: value for name, value in outputs.items() if name != "publish_rds_job"}
    assert read_lakehouse(without, "pr-7").publish_rds_job == ""
    assert read_lakehouse({**outputs, "publish_rds_job": "copy"}, "pr-7").publish_rds_job == "copy"


def test_before_the_first_load_there_is_nothing_to_publish(
    lakehouse: Lakehouse, emulated: EmulatedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    emulated.connect("glue").create_database(DatabaseInput={"Name": "nothing_yet"})
    empty = dataclasses.replace(lakehouse, database="nothing_yet")
    assert environments.publish_by_hand(empty) == 0
    assert capsys.readouterr().out == "nothing_yet holds no tables yet; lakehouse run --env pr-7 loads the first rows\n"


def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {**without_aws(os.environ), "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    known |= {"AWS_EC2_METADATA_DISABLED": "true", **environment}
    return subprocess.run(
        [sys.executable, "-m", "lakehouse", *words],
        cwd=ROOT,
        env=known,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_without_credentials_every_command_says_so_in_one_line(name: str) -> None:
    done = command(name, "--env=pr-7")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{name}: no AWS credentials: expected those of `aws configure`")
    assert done.stderr.count("\n") == 1


def test_credentials_without_a_region_are_said() -> None:
    done = command("status", AWS_ACCESS_KEY_ID="k", AWS_SECRET_ACCESS_KEY="s")
    seen = "no AWS region: expected AWS_REGION, AWS_DEFAULT_REGION or one in the profile. Nothing was changed."
    assert (done.returncode, done.stderr) == (2, f"status: {seen}\n")


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_every_command_takes_the_region_from_either_variable(name: str, variable: str, emulated: EmulatedAws) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_ENDPOINT_URL": emulated.endpoint}
    # Without Terraform each ends right after it has asked AWS who it is.
    done = command(name, "--env=pr-7", **keys, PATH="/nowhere", **{variable: REGION})
    assert done.returncode == 2
    assert done.stderr.startswith(f"{name}: terraform is not on this machine")


@pytest.mark.parametrize(("given", "expected"), [
    pytest.param({"AWS_REGION": "eu-west-1"}, "eu-west-1", id="the one boto3 does not read"),
    pytest.param({"AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1", id="the one Terraform does not prefer"),
    pytest.param({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}, "eu-west-1", id="both"),
    pytest.param({"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-east-1"}, "us-east-1", id="an empty one"),
    pytest.param({"AWS_REGION": " "}, None, id="nothing"),
])  # fmt: skip
def test_a_region_counts_for_every_sdk(given: dict[str, str], expected: str | None) -> None:
    share_region(given)
    assert given == (dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), expected) if expected else {})


def test_the_name_that_terraform_keeps_is_refused() -> None:
    done = command("deploy", "--env=default")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("deploy: --env default: Terraform keeps that name")


def test_without_terraform_deploy_says_so_before_it_builds_anything(tmp_path: Path) -> None:
    done = command("deploy", PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "deploy: terraform is not on this machine; expected 1.10 or newer, see infra/README.md\n"


@pytest.mark.parametrize("name", ["", "Prod", "pr_7", "-x", "a" * 17])
def test_an_environment_of_another_form_is_refused(name: str) -> None:
    done = command("deploy", f"--env={name}")
    assert done.returncode == 2
    assert done.stderr.startswith(f"deploy: --env {name}: expected up to 16 lower-case letters")


def test_a_mirror_is_found_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "registry.terraform.io").mkdir()
    assert find_mirror({MIRROR: str(tmp_path)}) == tmp_path
    with pytest.raises(UserError, match=r"expected a folder that holds registry\.terraform\.io"):
        find_mirror({MIRROR: str(tmp_path / "none")})


@pytest.mark.parametrize(("said", "advice"), [
    pytest.param("│ Error: creating Glue Job: AccessDeniedException: Account\n│ 123456789012 is denied access.\n",
                 "AWS has not opened Glue to this account yet", id="a new account"),
    pytest.param("│ User: arn:aws:iam::1:user/a is not authorized to perform: s3:CreateBucket", "lacks this right",
                 id="a missing right"),
    pytest.param("│ Error: Invalid value", "", id="something else"),
])  # fmt: skip
def test_errors_of_aws_that_do_not_say_what_to_do_get_advice(said: str, advice: str) -> None:
    assert (advice in find_advice(said)) if advice else (find_advice(said) == "")


def test_what_a_command_says_is_shown_and_its_errors_are_kept(capfd: pytest.CaptureFixture[str]) -> None:
    done = run_and_show(["sh", "-c", "echo plan; echo 'Error: no' >&2; exit 3"], dict(os.environ))
    assert (done.returncode, done.stderr) == (3, "Error: no\n")
    assert tuple(capfd.readouterr()) == ("plan\n", "Error: no\n")


def test_what_terraform_says_becomes_one_line() -> None:
    errors = [("Invalid value", "a must\nbe 2."), ("B", "")]
    lines = [{"diagnostic": {"severity": "error", "summary": name, "detail": text}} for name, text in errors]
    output = "\n".join(json.dumps(line) for line in ({"type": "version"}, *lines))
    assert read_reason(output, "") == "Invalid value: a must be 2. (and 1 more)"
    assert read_reason("", "╷\n│ Error: no such\n│ workspace\n╵\n") == "Error: no such workspace"
    assert read_reason("", "") == "it said nothing"


def test_a_folder_that_terraform_cannot_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('terraform {\n  required_version = ">= 99"\n}\n', encoding="utf-8")
    copy = Terraform("pr-9", folder=tmp_path, build=tmp_path / "build")
    with pytest.raises(UserError, match="terraform init ended with 1: Unsupported Terraform Core version: This conf"):
        copy.init()
