"""What is sent to AWS fits its models, alarms look at metrics that exist, AWS reads arguments as the job does."""

import datetime as dt
import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import Future
from typing import Any

import pytest

from devtools.aws_tools import HOW, VENV
from lakehouse.emulated_aws.emulated import EmulatedAws
from lakehouse.emulated_aws.glue_job import as_words, default_arguments, run_arguments
from lambda_extract import handler
from sql.gauges import read_job_gauges, read_table_gauges
from sql.publish import Report, Settings, describe_account_metrics, describe_metrics
from tests.glue_arguments import what_the_job_reads
from tests.infra.contracts import Recorder, find_faults, load_model, read_call

NOW = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def calls(applying: Future[None], recorder: Recorder) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the calls that Terraform made."""
    applying.result()
    return recorder.calls


def test_every_call_of_terraform_fits_the_models_of_aws(calls: list[tuple[str, str, dict[str, Any]]]) -> None:
    made = Counter(service for service, _, _ in calls)
    assert {"athena", "cloudwatch", "events", "glue", "iam", "lambda", "logs", "scheduler", "sns", "sqs"} <= set(made)
    writing = {f"{service}:{operation}" for service, operation, _ in calls}
    assert {"glue:CreateJob", "scheduler:CreateSchedule", "iam:PutRolePolicy", "cloudwatch:PutMetricAlarm"} <= writing
    assert [fault for one in calls for fault in find_faults(*one)] == []


@pytest.mark.parametrize(("service", "operation", "params", "fault"), [
    pytest.param("glue", "CreateTrigger", {"Name": "t", "Type": "EVENTS", "Actions": []}, "is none of", id="an enum"),
    pytest.param("glue", "CreateTrigger", {"Name": "t", "Type": "EVENT", "Actions": [], "EventBatchingCondition": {
        "BatchSize": 101}}, "not between 1 and 100", id="a number that is too great"),
    pytest.param("iam", "CreateRole", {"RoleName": "r" * 65, "AssumeRolePolicyDocument": "{}"}, "not between 1 and 64",
                 id="a name that is too long"),
    pytest.param("iam", "CreateRole", {"RoleName": "a role", "AssumeRolePolicyDocument": "{}"}, "does not match",
                 id="a name with a space"),
    pytest.param("scheduler", "CreateSchedule", {"Name": "s"}, "missing", id="what is missing"),
    pytest.param("sqs", "CreateQueue", {"QueueName": "q", "Colour": "red"}, "no such member", id="what is unknown"),
])  # fmt: skip
def test_a_call_that_aws_would_refuse_is_found(
    service: str, operation: str, params: dict[str, Any], fault: str
) -> None:
    assert any(fault in one for one in find_faults(service, operation, params))


def test_calls_of_each_protocol_are_read() -> None:
    def headers(service: str, **more: str) -> dict[str, str]:
        return {"Authorization": f"AWS4-HMAC-SHA256 Credential=k/20261128/eu-central-1/{service}/aws4_request", **more}

    assert read_call("POST", "/", headers("glue", **{"X-Amz-Target": "AWSGlue.GetJob"}), b'{"JobName": "j"}') == (
        "glue", "GetJob", {"JobName": "j"},
    )  # fmt: skip
    form = b"Action=TagRole&Version=2010-05-08&RoleName=r&Tags.member.1.Key=a&Tags.member.1.Value=b"
    assert read_call("POST", "/", headers("iam"), form) == (
        "iam", "TagRole", {"RoleName": "r", "Tags": [{"Key": "a", "Value": "b"}]},
    )  # fmt: skip
    assert read_call("POST", "/schedules/s", headers("scheduler"), b'{"State": "ENABLED"}') == (
        "scheduler", "CreateSchedule", {"Name": "s", "State": "ENABLED"},
    )  # fmt: skip
    assert read_call("PUT", "/bucket/key", headers("s3"), b"x") is None


def test_what_the_scheduler_calls_is_a_call_of_glue(calls: list[tuple[str, str, dict[str, Any]]]) -> None:
    targets = [
        params["Target"] for service, name, params in calls if (service, name) == ("scheduler", "CreateSchedule")
    ]
    # The catch-up and the upkeep.
    started = [one for one in targets if ":aws-sdk:" in one["Arn"]]
    assert {json.loads(one["Input"])["JobName"].removeprefix("spotify-lakehouse-pr-7-") for one in started} == {
        "load-music", "maintain-tables",
    }  # fmt: skip
    assert "StartJobRun" in load_model("glue").operation_names
    for one in started:
        service, _, operation = one["Arn"].rpartition(":aws-sdk:")[2].partition(":")
        assert (service, operation) == ("glue", "startJobRun")
        assert find_faults("glue", "StartJobRun", json.loads(one["Input"])) == []


# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
DOCUMENTED = {
    ("AWS/Lambda", "Errors", ("FunctionName",)),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", ("QueueName",)),
    ("AWS/Events", "FailedInvocations", ("RuleName",)),
    ("AWS/Events", "InvocationsSentToDlq", ("RuleName",)),
}


class NoRuns:
    """Glue without a run, and an Athena whose answers are 0."""

    def get_paginator(self, _name: str) -> "NoRuns":
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"JobRuns": []}]

    def fetch_row(self, _text: str) -> list[str]:
        return ["0", "0"]


def list_own_metrics(namespace: str) -> set[tuple[str, str, tuple[str, ...]]]:
    """Return the metrics that the two functions report, with their dimensions; publish's as it writes them."""
    gauges = read_job_gauges(NoRuns(), (), NOW, ("copy",), ("upkeep",))
    gauges |= read_table_gauges(NoRuns(), ("raw_object", "rejected_record"))
    report = Report(gauges=gauges, checks={"a": 1}, hours_not_loaded={"me": 0.0})
    settings = Settings("d", "w", "b", namespace)
    lines = [describe_metrics(settings, report, NOW), *describe_account_metrics(settings, report, NOW)]
    found = set()
    for told in (json.loads(line) for line in lines):
        (definition,) = told["_aws"]["CloudWatchMetrics"]
        dimensions = tuple(sorted(definition["Dimensions"][0]))
        found |= {(definition["Namespace"], one["Name"], dimensions) for one in definition["Metrics"]}
    extract = {*handler.REASON_METRICS.values(), "TokenNotStored", "QuotaStops"}
    extract |= {f"{name}AgeDays" for name in handler.AGES.values()}
    return found | {(namespace, name, ("service",)) for name in extract}


def test_every_alarm_looks_at_a_metric_that_is_reported_with_just_these_dimensions(
    applying: Future[None], emulated: EmulatedAws
) -> None:
    applying.result()
    alarms = emulated.connect("cloudwatch").describe_alarms(AlarmNamePrefix="spotify-lakehouse-pr-7")["MetricAlarms"]
    assert len(alarms) > 20
    known = DOCUMENTED | list_own_metrics("SpotifyLakehouse/pr-7")
    seen = {
        one["AlarmName"]: (one["Namespace"], one["MetricName"], tuple(sorted(d["Name"] for d in one["Dimensions"])))
        for one in alarms
    }
    assert {name: metric for name, metric in seen.items() if metric not in known} == {}
    values = {d["Value"] for one in alarms for d in one["Dimensions"] if d["Name"] in ("service", "account")}
    assert values == {"extract", "publish", "me"}


READ = """
import json, sys
sys.path.append(sys.argv[1])
from awsglue.utils import getResolvedOptions
print(json.dumps(getResolvedOptions(sys.argv[2:], ["JOB_NAME", "raw", "catalog", "database"])))
"""


@pytest.mark.parametrize("flag_value", [None, ""], ids=["a flag alone", "a flag with an empty value"])
def test_awss_own_reader_reads_of_the_jobs_arguments_what_the_job_reads(flag_value: str | None) -> None:
    """Glue hands the arguments of the job and of the run to the script, its own among them."""
    found = list(VENV.glob("lib/python*/site-packages/awsglue"))
    if not found:
        pytest.skip(f"AWSGlueDataplanePython is not installed: {HOW}")
    arguments = {**default_arguments("a-lake", "music"), **run_arguments("1")}
    words = as_words(arguments) if flag_value is None else [word for pair in arguments.items() for word in pair]
    done = subprocess.run(
        [sys.executable, "-c", READ, str(found[0].parent), "load_music.py", *words], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    resolved, settings = json.loads(done.stdout.splitlines()[-1]), what_the_job_reads("a-lake", "music")
    assert resolved["JOB_NAME"] == arguments["--JOB_NAME"]
    assert (resolved["raw"], resolved["catalog"], resolved["database"]) == (
        settings.raw, settings.catalog, settings.database,
    )  # fmt: skip
