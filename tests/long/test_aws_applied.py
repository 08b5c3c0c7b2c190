"""The whole root applied to moto by Terraform: twice side by side, used, destroyed, and made again."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.catalog.glue import GlueCatalog

from glue_jobs.maintain.arguments import parse_maintain_settings
from lakehouse.aws.terraform import Terraform
from lakehouse.emulated_aws.emulated import REGION, EmulatedAws
from lakehouse.emulated_aws.glue_job import (
    as_words,
    default_arguments,
    emulated_settings,
    run_arguments,
)
from lakehouse.errors import UserError
from lakehouse.paths import ROOT
from lakehouse.spark.submit import AWS_JARS, submit
from tests.e2e.conftest import KEY, SONGS, raw_object
from tests.glue_arguments import maintain_arguments, publish_arguments
from tests.infra.conftest import LEFT_OUT, emulated, packages, project
from tests.infra.policies import find_broad, read_statements

__all__ = ["emulated", "packages", "project"]
ENVIRONMENTS = ("pr-7", "pr-8")
KNOWN_GAPS = {"module.bucket.aws_s3_bucket_notification.this": "moto does not return that the bucket sends events"}
"""What a second plan would change on moto, and why."""


@dataclass
class Copy:
    """One applied copy of the lakehouse."""

    terraform: Terraform
    outputs: dict[str, Any]


def make(project: Path, packages: Path, environment: str, folder: Path, **more: str) -> Terraform:
    told = {"emulated": "true", "packages": str(packages), **more}
    return Terraform(environment, project / "infra", folder, variables=told)


def apply(terraform: Terraform, folder: Path) -> Copy:
    terraform.init()
    plan = folder / f"{terraform.environment}.plan"
    terraform.plan(plan, quiet=True)
    terraform.apply(plan, quiet=True)
    return Copy(terraform, terraform.outputs())


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file in which Terraform writes down each call of AWS."""
    return tmp_path_factory.mktemp("calls") / "calls.log"


@pytest.fixture(scope="module")
def copies(
    project: Path, packages: Path, emulated: EmulatedAws, calls: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Copy]]:
    """Apply two copies at the same time into one account."""
    folder = tmp_path_factory.mktemp("terraform")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TF_LOG_PROVIDER", "DEBUG")
        patch.setenv("TF_LOG_PATH", str(calls))
        yield apply_all(project, packages, folder)


def apply_all(project: Path, packages: Path, folder: Path) -> list[Copy]:
    made = [make(project, packages, environment, folder) for environment in ENVIRONMENTS]
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda one: apply(one, folder), made))


def make_network(aws: EmulatedAws) -> dict[str, Any]:
    """Make a network with private subnets in two zones, as a person has one before."""
    ec2 = aws.connect("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")
        for number, zone in enumerate("ab")
    ]
    return {"vpc_id": vpc, "subnet_ids": [one["Subnet"]["SubnetId"] for one in subnets]}


WHEELS = ("--additional-python-modules", "--python-modules-installer-option")
LISTINGS: dict[str, Callable[[EmulatedAws], list[str]]] = {
    "buckets": lambda aws: [one["Name"] for one in aws.connect("s3").list_buckets()["Buckets"]],
    "databases": lambda aws: [one["Name"] for one in aws.connect("glue").get_databases()["DatabaseList"]],
    "jobs": lambda aws: aws.connect("glue").list_jobs()["JobNames"],
    "workflows": lambda aws: aws.connect("glue").list_workflows()["Workflows"],
    "triggers": lambda aws: aws.connect("glue").list_triggers()["TriggerNames"],
    "functions": lambda aws: [one["FunctionName"] for one in aws.connect("lambda").list_functions()["Functions"]],
    "roles": lambda aws: [one["RoleName"] for one in aws.connect("iam").list_roles()["Roles"]],
    "policies": lambda aws: [one["PolicyName"] for one in aws.connect("iam").list_policies(Scope="Local")["Policies"]],
    "rules": lambda aws: [one["Name"] for one in aws.connect("events").list_rules()["Rules"]],
    "queues": lambda aws: aws.connect("sqs").list_queues().get("QueueUrls", []),
    "schedules": lambda aws: [one["Name"] for one in aws.connect("scheduler").list_schedules()["Schedules"]],
    "secrets": lambda aws: [one["Name"] for one in aws.connect("secretsmanager").list_secrets()["SecretList"]],
    "topics": lambda aws: [one["TopicArn"] for one in aws.connect("sns").list_topics()["Topics"]],
    "alarms": lambda aws: [one["AlarmName"] for one in aws.connect("cloudwatch").describe_alarms()["MetricAlarms"]],
    "logs": lambda aws: [one["logGroupName"] for one in aws.connect("logs").describe_log_groups()["logGroups"]],
    "workgroups": lambda aws: [
        one["Name"] for one in aws.connect("athena").list_work_groups()["WorkGroups"] if one["Name"] != "primary"
    ],
}


def test_two_copies_share_no_name(copies: list[Copy], emulated: EmulatedAws) -> None:
    for what, names in LISTINGS.items():
        found = [name for name in names(emulated) if "pr" in name]
        assert len([name for name in found if "pr-7" in name or "pr_7" in name]) == len(found) / 2, what
        assert found, what
    settings = ("time_zones", "least_monthly_cost")
    first, second = ({str(value) for name, value in copy.outputs.items() if name not in settings} for copy in copies)
    # Empty is what an optional part says that is off.
    assert (first & second) - {"", "None"} == {REGION, "26", "False"}


def test_no_policy_of_the_whole_is_broader_than_it_must_be(copies: list[Copy], emulated: EmulatedAws) -> None:
    for copy in copies:
        own = [
            one
            for one in read_statements(emulated)
            if one.owner.startswith(f"lakehouse-{copy.outputs['environment']}-")
        ]
        assert len(own) > 20
        assert find_broad(own, copy.outputs["bucket"]) == []


def test_a_second_plan_changes_nothing_but_what_moto_does_not_know(copies: list[Copy], tmp_path: Path) -> None:
    terraform = copies[0].terraform
    terraform.plan(tmp_path / "second", quiet=True)
    changes = terraform.show(tmp_path / "second")["resource_changes"]
    assert len(changes) > 60
    assert {one["address"] for one in changes if one["change"]["actions"] != ["no-op"]} <= set(KNOWN_GAPS)


def test_no_secret_is_in_state_or_plan(copies: list[Copy]) -> None:
    state = copies[0].terraform.call("show", "-json", quiet=True).stdout
    assert "aws_secretsmanager_secret" in state
    assert "aws_secretsmanager_secret_version" not in state


def test_the_job_gets_exactly_what_the_local_runner_passes(copies: list[Copy]) -> None:
    told = copies[0].outputs
    expected = default_arguments(told["bucket"], told["database"])
    expected["--custom-logGroup-prefix"] = f"/aws-glue/{told['workgroup']}/load_music"
    applied = dict(told["load_arguments"])
    # What only Glue needs: the wheels are installed here.
    assert applied.pop("--additional-python-modules").startswith(f"s3://{told['bucket']}/code/wheels/glue-5.1/")
    assert applied.pop("--python-modules-installer-option") == "--no-index --no-deps"
    assert set(applied.pop("--conf").split(" --conf ")) == set(expected.pop("--conf").split(" --conf "))
    assert applied == expected


def test_upkeep_gets_exactly_what_it_reads_and_a_schedule(copies: list[Copy], emulated: EmulatedAws) -> None:
    told = copies[0].outputs
    expected = maintain_arguments(told["bucket"], told["database"])
    expected["--custom-logGroup-prefix"] = f"/aws-glue/{told['workgroup']}/maintain_tables"
    applied = emulated.connect("glue").get_job(JobName=told["maintain_tables_job"])["Job"]["DefaultArguments"]
    assert set(applied.pop("--conf").split(" --conf ")) == set(expected.pop("--conf").split(" --conf "))
    assert applied == expected
    settings = parse_maintain_settings(as_words({**applied, **run_arguments("1")}))
    assert (settings.database, settings.minutes, settings.keep_days) == (told["database"], 50, 7)
    schedule = emulated.connect("scheduler").get_schedule(Name=f"{told['workflow']}-upkeep")
    assert json.loads(schedule["Target"]["Input"]) == {"JobName": told["maintain_tables_job"]}


def test_publish_rds_is_to_get_exactly_what_the_local_runner_passes(
    project: Path, packages: Path, emulated: EmulatedAws, tmp_path: Path
) -> None:
    """Planned, not applied: for a server in moto the provider waits for minutes."""
    terraform = make(project, packages, "pr-9", tmp_path, postgres=json.dumps(make_network(emulated)))
    terraform.init()
    terraform.plan(tmp_path / "plan", quiet=True)
    plan = terraform.show(tmp_path / "plan")
    planned = {one["address"]: one["change"] for one in plan["resource_changes"]}
    arguments = plan["output_changes"]["publish_rds_arguments"]
    job = planned["module.publish_rds[0].aws_glue_job.this"]
    bucket = planned["module.bucket.aws_s3_bucket.this"]["after"]["bucket"]
    expected = publish_arguments(bucket, "music_pr_9", {"port": "5432", "dbname": "music"})
    expected["--custom-logGroup-prefix"] = "/aws-glue/spotify-lakehouse-pr-9/publish_rds"
    told = {name: value for name, value in arguments["after"].items() if name not in WHEELS}
    assert set(told.pop("--conf").split(" --conf ")) == set(expected.pop("--conf").split(" --conf "))
    assert told == expected
    # What RDS says only once it is made.
    assert set(arguments["after_unknown"]) == {"--host", "--secret"}
    assert job["after"]["connections"] == ["spotify-lakehouse-pr-9-network"]
    trigger = planned['module.load_workflow.aws_glue_trigger.next["publish-rds"]']["after"]
    # Also after a load of which some objects failed: what it loaded is to be published.
    conditions = {(one["job_name"], one["state"]) for one in trigger["predicate"][0]["conditions"]}
    assert trigger["type"] == "CONDITIONAL"
    assert conditions == {("spotify-lakehouse-pr-9-load-music", state) for state in ("SUCCEEDED", "FAILED")}
    assert [one["job_name"] for one in trigger["actions"]] == ["spotify-lakehouse-pr-9-publish-rds"]


def test_a_landed_object_becomes_rows_by_rule_and_job_as_applied(
    copies: list[Copy], emulated: EmulatedAws, tmp_path: Path
) -> None:
    told = copies[0].outputs
    emulated.connect("s3").put_object(Bucket=told["bucket"], Key=KEY, Body=raw_object())
    (message,) = emulated.connect("sqs").receive_message(QueueUrl=told["events_queue_url"])["Messages"]
    assert json.loads(message["Body"])["detail"]["object"]["key"] == KEY
    other = emulated.connect("sqs").receive_message(QueueUrl=copies[1].outputs["events_queue_url"])
    assert "Messages" not in other, "the event reached another copy"
    job = emulated.connect("glue").get_job(JobName=told["load_job"])["Job"]
    arguments = {**job["DefaultArguments"], **run_arguments("1")}
    settings = dict(one.split("=", 1) for one in arguments["--conf"].split(" --conf "))
    settings |= emulated_settings(emulated.endpoint, REGION)
    said = tmp_path / "job.log"
    assert submit("load_music", as_words(arguments), settings, quick=True, output_file=said, jars=AWS_JARS) == 0
    known = {f"{service}.{name}": value for service in ("glue", "s3") for name, value in {
        "endpoint": emulated.endpoint, "region": REGION,
    }.items()}  # fmt: skip
    table = GlueCatalog("glue_catalog", **known).load_table((told["database"], "song"))
    assert table.metadata_location.startswith(f"s3://{told['bucket']}/warehouse/{told['database']}.db/song/")
    rows = table.scan().to_arrow().to_pylist()
    assert {row["song_id"]: row["name"] for row in rows} == SONGS
    upkeep = emulated.connect("glue").get_job(JobName=told["maintain_tables_job"])["Job"]
    words = as_words({**upkeep["DefaultArguments"], **run_arguments("2")})
    assert submit("maintain_tables", words, settings, quick=True, output_file=said, jars=AWS_JARS) == 0
    assert "song " in said.read_text("utf-8")
    table = GlueCatalog("glue_catalog", **known).load_table((told["database"], "song"))
    assert len(table.scan().to_arrow()) == len(rows)


def test_nothing_is_left_and_it_can_be_made_again(copies: list[Copy], emulated: EmulatedAws, tmp_path: Path) -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda copy: copy.terraform.destroy(quiet=True), copies))
    assert {what: names(emulated) for what, names in LISTINGS.items()} == {what: [] for what in LISTINGS}
    copies[0].terraform.forget()
    with pytest.raises(UserError, match="--env pr-7: nothing deployed; expected `lakehouse deploy"):
        copies[0].terraform.init(is_new=False)
    again = apply(copies[0].terraform, tmp_path)
    assert again.outputs == copies[0].outputs
    again.terraform.destroy(quiet=True)
    assert {what: names(emulated) for what, names in LISTINGS.items()} == {what: [] for what in LISTINGS}


BACKEND = re.search(
    r"```hcl\n(terraform \{\n  backend .+?)```", (ROOT / "infra" / "README.md").read_text("utf-8"), re.DOTALL
)


def test_state_lies_in_s3_and_is_locked_as_documented(
    project: Path, packages: Path, emulated: EmulatedAws, tmp_path: Path
) -> None:
    s3, bucket = emulated.connect("s3"), "my-terraform-state"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    shutil.copytree(project, tmp_path / "project", symlinks=True, ignore=LEFT_OUT)
    assert BACKEND
    # An emulated S3 is reached by its address and knows no account.
    emulator = f'use_path_style = true\n    endpoints = {{ s3 = "{emulated.endpoint}", sts = "{emulated.endpoint}" }}\n'
    text = BACKEND[1].replace("    encrypt ", f"    {emulator}    encrypt ")
    (tmp_path / "project" / "infra" / "backend.tf").write_text(text, "utf-8")
    terraform = make(tmp_path / "project", packages, "pr-9", tmp_path / "terraform")
    terraform.init()
    key = "env:/pr-9/spotify-lakehouse.tfstate"
    s3.put_object(Bucket=bucket, Key=f"{key}.tflock", Body=b'{"ID": "0", "Who": "somebody else"}')
    with pytest.raises(UserError, match="state lock"):
        terraform.plan(tmp_path / "plan", "-target=module.catalog", quiet=True)
    s3.delete_object(Bucket=bucket, Key=f"{key}.tflock")
    terraform.plan(tmp_path / "plan", "-target=module.catalog", quiet=True)
    terraform.apply(tmp_path / "plan", quiet=True)
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    assert b"music_pr_9" in s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    terraform.destroy(quiet=True)


SERVICES = {
    "Athena": "athena", "CloudWatch": "cloudwatch", "CloudWatch Logs": "logs", "EventBridge": "events", "Glue": "glue",
    "IAM": "iam", "Lambda": "lambda", "S3": "s3", "SNS": "sns", "SQS": "sqs", "Scheduler": "scheduler",
    "Secrets Manager": "secretsmanager",
}  # fmt: skip
S3_ACTIONS = {
    "DeleteBucketEncryption": "PutEncryptionConfiguration", "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls", "DeleteObjects": "DeleteObjectVersion",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration", "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock", "HeadBucket": "ListBucket", "HeadObject": "GetObject",
    "ListObjectVersions": "ListBucketVersions", "ListObjectsV2": "ListBucket",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}  # fmt: skip
"""Calls of S3 whose right has another name."""


def test_a_workflow_may_make_every_call_that_terraform_made(copies: list[Copy], calls: Path) -> None:
    """The last test, so that making, looking and removing have all been written down."""
    lines = [line for line in calls.read_text("utf-8").splitlines() if "rpc.method=" in line]
    made = {(service_of(line), re.search(r"rpc\.method=(\w+)", line)[1]) for line in lines if "rpc.service=" in line}
    needed = {
        f"{SERVICES[service]}:{S3_ACTIONS.get(method, method) if service == 'S3' else method}"
        for service, method in made
        # Who one is everybody may ask; the network of the optional PostgreSQL is for a person to deploy.
        if service not in ("STS", "EC2")
    }
    assert {"s3:CreateBucket", "s3:DeleteBucket", "lambda:CreateFunction", "iam:DeleteRole"} <= needed
    module = (ROOT / "infra" / "modules" / "ci_role" / "main.tf").read_text("utf-8")
    assert needed - set(re.findall(r'"([a-z0-9]+:[A-Z]\w+)"', module)) == set()


def service_of(line: str) -> str:
    return re.search(r'rpc\.service=("[^"]+"|\S+)', line)[1].strip('"')
