"""What the roles may do, and that the load's own writes never start it: read from what Terraform applied to moto."""

import json
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from lakehouse.aws.terraform import Terraform
from lakehouse.emulated_aws.emulated import EmulatedAws, event_pattern
from lakehouse.errors import UserError
from tests.infra.policies import Statement, as_tuple, find_broad, read_statements

BUCKET = "spotify-lakehouse-pr-7-123456789012-eu-central-1"
S3 = f"arn:aws:s3:::{BUCKET}"
GLUE = "arn:aws:glue:eu-central-1:123456789012"
EXTRACT, LOAD, PUBLISH, READER, UPKEEP = (
    f"lakehouse-pr-7-euc1-{part}" for part in ("extract-me", "load-music", "publish", "reader", "maintain-tables")
)


@pytest.fixture(scope="module")
def applied(applying: Future[None], emulated: EmulatedAws) -> EmulatedAws:
    """Wait until roles, rule and queue are applied."""
    applying.result()
    return emulated


@pytest.fixture(scope="module")
def statements(applied: EmulatedAws) -> list[Statement]:
    return [one for one in read_statements(applied) if one.owner.startswith("lakehouse-pr-7")]


def test_every_role_is_looked_at(statements: list[Statement]) -> None:
    assert {one.owner.removeprefix("lakehouse-pr-7-euc1-") for one in statements} == {
        "extract-me", "extract-me-schedule", "load-music", "load-events", "load-scheduler", "maintain-tables",
        "publish", "reader",
    }  # fmt: skip


def test_no_policy_is_broader_than_it_must_be(statements: list[Statement]) -> None:
    assert find_broad(statements, BUCKET) == []


@pytest.mark.parametrize("broad", [
    pytest.param({"resources": ("*",)}, id="everything"),
    pytest.param({"actions": ("cloudwatch:PutMetricData", "s3:GetObject"), "resources": ("*",)}, id="beside metrics"),
    pytest.param({"resources": (f"{S3}/*",)}, id="the whole bucket"),
    pytest.param({"resources": ("arn:aws:s3:::*/raw/*",)}, id="every bucket"),
    pytest.param({"resources": (f"{GLUE}:table/*",)}, id="every table"),
    pytest.param({"resources": (f"{GLUE}:table/*/*",)}, id="the tables of every database"),
    pytest.param({"resources": ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:*",)}, id="every secret"),
    pytest.param({"actions": ("s3:*",)}, id="every action"),
    pytest.param({"actions": ("s3:ListBucket",), "resources": (S3,)}, id="a listing without a prefix"),
])  # fmt: skip
def test_a_wildcard_that_is_added_is_found(broad: dict[str, tuple[str, ...]]) -> None:
    fine = Statement("role", "Sid", ("s3:GetObject",), (f"{S3}/raw/*",), {})
    assert find_broad([fine], BUCKET) == []
    assert len(find_broad([replace(fine, **broad)], BUCKET)) == 1


MAY = [
    (UPKEEP, "s3:DeleteObject", f"{S3}/warehouse/music_pr_7.db/song/data/a.parquet"),
    (UPKEEP, "s3:GetObject", f"{S3}/code/glue_jobs.zip"),
    (UPKEEP, "glue:UpdateTable", f"{GLUE}:table/music_pr_7/song"),
    (EXTRACT, "s3:PutObject", f"{S3}/raw/extraction_date=2026-11-20/a.ndjson.gz"),
    (EXTRACT, "s3:GetObject", f"{S3}/config/me/sources.json"),
    (EXTRACT, "s3:PutObject", f"{S3}/state/extract/limits-1.json"),
    (LOAD, "s3:GetObject", f"{S3}/raw/extraction_date=2026-11-20/a.ndjson.gz"),
    (LOAD, "s3:GetObject", f"{S3}/code/glue_jobs.zip"),
    (LOAD, "s3:DeleteObject", f"{S3}/warehouse/music_pr_7.db/song/data/a.parquet"),
    (LOAD, "glue:CreateTable", f"{GLUE}:table/music_pr_7/song"),
    (PUBLISH, "glue:UpdateTable", f"{GLUE}:table/music_pr_7/song_full"),
    (PUBLISH, "glue:DeleteTable", f"{GLUE}:table/music_pr_7/song_by_week__20261120t080000"),
    (PUBLISH, "s3:PutObject", f"{S3}/summary/song_by_week__20261120t080000/a.parquet"),
    (PUBLISH, "glue:GetDatabase", f"{GLUE}:database/default"),
    (READER, "glue:GetDatabase", f"{GLUE}:database/default"),
    (READER, "s3:GetObject", f"{S3}/warehouse/music_pr_7.db/song/data/a.parquet"),
    (READER, "s3:PutObject", f"{S3}/athena/result.csv"),
]
MAY_NOT = [
    (EXTRACT, "s3:GetObject", f"{S3}/raw/extraction_date=2026-11-20/a.ndjson.gz"),
    (EXTRACT, "s3:GetObject", f"{S3}/warehouse/music_pr_7.db/song/data/a.parquet"),
    (EXTRACT, "s3:PutObject", f"{S3}/config/me/sources.json"),
    (EXTRACT, "s3:DeleteObject", f"{S3}/raw/extraction_date=2026-11-20/a.ndjson.gz"),
    (EXTRACT, "glue:GetTable", f"{GLUE}:table/music_pr_7/song"),
    (LOAD, "s3:PutObject", f"{S3}/raw/extraction_date=2026-11-20/a.ndjson.gz"),
    (LOAD, "s3:DeleteObject", f"{S3}/raw/extraction_date=2026-11-20/a.ndjson.gz"),
    (LOAD, "glue:CreateTable", f"{GLUE}:table/music_prod/song"),
    (PUBLISH, "glue:DeleteTable", f"{GLUE}:table/music_pr_7/song"),
    (PUBLISH, "s3:PutObject", f"{S3}/warehouse/music_pr_7.db/song/data/a.parquet"),
    (PUBLISH, "s3:GetObject", f"{S3}/raw/extraction_date=2026-11-20/a.ndjson.gz"),
    (READER, "s3:GetObject", f"{S3}/raw/extraction_date=2026-11-20/a.ndjson.gz"),
    (READER, "s3:PutObject", f"{S3}/warehouse/music_pr_7.db/song/data/a.parquet"),
    (READER, "glue:UpdateTable", f"{GLUE}:table/music_pr_7/song"),
    (READER, "glue:GetTable", f"{GLUE}:table/default/anything"),
    (UPKEEP, "s3:GetObject", f"{S3}/raw/extraction_date=2026-11-20/a.ndjson.gz"),
    (UPKEEP, "s3:DeleteObject", f"{S3}/raw/extraction_date=2026-11-20/a.ndjson.gz"),
    (UPKEEP, "glue:CreateTable", f"{GLUE}:table/music_pr_7/song"),
    (UPKEEP, "glue:DeleteTable", f"{GLUE}:table/music_pr_7/song"),
    (UPKEEP, "glue:UpdateTable", f"{GLUE}:table/music_prod/song"),
]


def is_allowed(statements: list[Statement], owner: str, action: str, resource: str, prefix: str | None = None) -> bool:
    return any(one.allows(action, resource, prefix) for one in statements if one.owner == owner)


@pytest.mark.parametrize(("owner", "action", "resource"), MAY)
def test_may(statements: list[Statement], owner: str, action: str, resource: str) -> None:
    assert is_allowed(statements, owner, action, resource)


@pytest.mark.parametrize(("owner", "action", "resource"), MAY_NOT)
def test_may_not(statements: list[Statement], owner: str, action: str, resource: str) -> None:
    assert not is_allowed(statements, owner, action, resource)


def test_listing_names_the_bucket_and_its_folders(statements: list[Statement]) -> None:
    assert is_allowed(statements, LOAD, "s3:ListBucket", S3, "raw/extraction_date=2026-11-20/")
    assert not is_allowed(statements, LOAD, "s3:ListBucket", S3, "config/me/")
    assert not is_allowed(statements, EXTRACT, "s3:ListBucket", S3, "warehouse/music_pr_7.db/")
    assert not is_allowed(statements, READER, "s3:ListBucket", S3, "raw/")


def test_the_extractor_reads_its_own_secret_and_no_other(statements: list[Statement], applied: EmulatedAws) -> None:
    own = applied.connect("secretsmanager").describe_secret(SecretId="spotify-lakehouse-pr-7/me")
    assert is_allowed(statements, EXTRACT, "secretsmanager:GetSecretValue", own["ARN"])
    assert is_allowed(statements, EXTRACT, "secretsmanager:PutSecretValue", own["ARN"])
    assert not is_allowed(statements, EXTRACT, "secretsmanager:GetSecretValue", own["ARN"].replace("/me", "/anna"))
    assert "VersionIdsToStages" not in own, "the secret's value must not come from Terraform"


def test_only_a_raw_object_reaches_the_queue_so_the_load_never_starts_itself(applied: EmulatedAws) -> None:
    sqs, s3 = applied.connect("sqs"), applied.connect("s3")
    raw = "raw/extraction_date=2026-11-20/20261120T060000Z-r1.ndjson.gz"
    for key in (
        f"warehouse/{raw}", "warehouse/music_pr_7.db/song/data/a.parquet", "state/extract/limits-1.json",
        "athena/result.csv", "summary/a.ndjson.gz", "raw/extraction_date=2026-11-20/notes.txt", raw,
    ):  # fmt: skip
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    url = sqs.get_queue_url(QueueName="spotify-lakehouse-pr-7-load-events")["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(message["Body"])["detail"]["object"]["key"] for message in messages] == [raw]


def test_the_rule_has_the_pattern_that_the_demo_uses(applied: EmulatedAws) -> None:
    rule = applied.connect("events").describe_rule(Name="spotify-lakehouse-pr-7-load")
    assert json.loads(rule["EventPattern"]) == json.loads(event_pattern(BUCKET))


def test_a_rule_without_its_prefix_is_refused(terraform: Terraform, project: Path, emulated: EmulatedAws) -> None:
    """A looser pattern file does not even reach a plan; see also the runs of load_workflow's own tests."""
    pattern = project / "infra" / "raw_object_created.json.tftpl"
    before = pattern.read_text("utf-8")
    pattern.write_text(before.replace("raw/extraction_date=*/", ""), "utf-8")
    try:
        with pytest.raises(UserError, match="begins with raw/"):
            terraform.plan(project / "loose", "-target=module.load_workflow", quiet=True)
    finally:
        pattern.write_text(before, "utf-8")


@pytest.fixture(scope="module")
def workflows(applied: EmulatedAws) -> list[Statement]:
    """Return what workflows of GitHub may do, each statement with the policy that it is part of."""
    return [one for one in read_statements(applied) if one.owner.startswith("github-")]


def test_workflows_may_do_nothing_beyond_their_environment(workflows: list[Statement]) -> None:
    own = [one for one in workflows if one.sid != "DestroyData"]
    assert find_broad(own, BUCKET, prefix=NAMES) == []
    (all_data,) = {one.resources for one in workflows if one.sid == "DestroyData"}
    assert all_data == (f"{S3}/*",), "to remove a bucket is to remove all that is in it, and nothing else"
    assert find_broad(own, BUCKET, prefix="spotify-lakehouse-prod") != []


@pytest.mark.parametrize("resource", ["arn:aws:iam::123456789012:role/*", "arn:aws:iam::*:role/lakehouse-pr-7-euc1-*"])
def test_a_wildcard_that_is_added_to_a_workflow_is_found(resource: str) -> None:
    broad = Statement("github", "ChangeRoles", ("iam:PutRolePolicy",), (resource,), {})
    assert len(find_broad([broad], BUCKET, prefix=NAMES)) == 1


PREFIX, IAM_PREFIX = "spotify-lakehouse-pr-7", "lakehouse-pr-7-euc1"
NAMES = f"({PREFIX}|(github-)?{IAM_PREFIX})"
ROLE = f"arn:aws:iam::123456789012:role/{IAM_PREFIX}-publish"
OWN_ROLE = f"arn:aws:iam::123456789012:role/github-{IAM_PREFIX}-deploy"
SECRET = f"arn:aws:secretsmanager:eu-central-1:123456789012:secret:{PREFIX}/me-AbCdEf"
FUNCTION = f"arn:aws:lambda:eu-central-1:123456789012:function:{PREFIX}-publish"
STATE = "arn:aws:s3:::a-state/env:/pr-7/lake.tfstate"


PARTS = {
    "plan": ("plan-read", "plan-view"),
    "deploy": ("deploy-read", "deploy-view", "deploy-change", "deploy-grant"),
    "remove": ("deploy-destroy",),
}
"""The policies that make up what a plan, a deployment, and beyond it a removal may do."""


@pytest.mark.parametrize(("role", "action", "resource", "may"), [
    ("plan", "iam:GetRole", ROLE, True),
    ("plan", "iam:PutRolePolicy", ROLE, False),
    ("plan", "s3:GetObject", STATE, True),
    ("plan", "s3:PutObject", f"{STATE}.tflock", True),
    ("plan", "s3:PutObject", STATE, False),
    ("plan", "s3:GetObject", f"{S3}/raw/extraction_date=2026-11-20/a.ndjson.gz", False),
    ("plan", "secretsmanager:DescribeSecret", SECRET, True),
    ("plan", "lambda:UpdateFunctionCode", FUNCTION, False),
    ("deploy", "lambda:UpdateFunctionCode", FUNCTION, True),
    ("deploy", "lambda:UpdateFunctionCode", "arn:aws:lambda:eu-central-1:123456789012:function:another", False),
    ("deploy", "iam:PutRolePolicy", ROLE, True),
    ("deploy", "iam:PutRolePolicy", OWN_ROLE, False),
    ("deploy", "iam:GetRole", OWN_ROLE, True),
    ("deploy", "iam:UpdateAssumeRolePolicy", OWN_ROLE, False),
    ("deploy", "iam:PassRole", "arn:aws:iam::123456789012:role/admin", False),
    ("deploy", "secretsmanager:GetSecretValue", SECRET, False),
    ("deploy", "s3:PutObject", f"{S3}/code/glue_jobs.zip", True),
    ("deploy", "s3:PutObject", STATE, True),
    ("deploy", "s3:PutObject", "arn:aws:s3:::a-state/env:/prod/lake.tfstate", False),
    ("deploy", "s3:DeleteObject", f"{S3}/raw/extraction_date=2026-11-20/a.ndjson.gz", False),
    ("deploy", "s3:DeleteBucket", S3, False),
    ("deploy", "glue:DeleteDatabase", f"{GLUE}:database/music_pr_7", False),
    ("remove", "s3:DeleteObject", f"{S3}/raw/extraction_date=2026-11-20/a.ndjson.gz", True),
    ("remove", "s3:DeleteBucket", S3, True),
    ("remove", "s3:DeleteBucket", "arn:aws:s3:::a-state", False),
    ("remove", "glue:DeleteDatabase", f"{GLUE}:database/music_prod", False),
])  # fmt: skip
def test_workflows_may(workflows: list[Statement], role: str, action: str, resource: str, may: bool) -> None:
    owners = {f"github-{IAM_PREFIX}-{part}" for part in PARTS[role]}
    assert owners <= {one.owner for one in workflows}
    assert any(is_allowed(workflows, owner, action, resource) for owner in owners) == may


def test_roles_of_a_workflow_are_taken_by_the_runs_that_are_named(applied: EmulatedAws) -> None:
    iam, host = applied.connect("iam"), "token.actions.githubusercontent.com"
    claims = {"plan": ["pull_request"], "deploy": ["environment:previews", "ref:refs/heads/main"]}
    for name, expected in claims.items():
        role = iam.get_role(RoleName=f"github-{IAM_PREFIX}-{name}")["Role"]
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert statement["Principal"]["Federated"].endswith(f":oidc-provider/{host}")
        assert statement["Condition"].keys() == {"StringEquals"}
        equal = statement["Condition"]["StringEquals"]
        assert equal[f"{host}:aud"] == "sts.amazonaws.com"
        assert sorted(as_tuple(equal[f"{host}:sub"])) == [f"repo:anna/lakehouse:{claim}" for claim in expected]
        attached = iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
        parts = {"plan": ["read", "view"], "deploy": ["change", "destroy", "grant", "read", "view"]}[name]
        assert sorted(one["PolicyName"].rsplit("-", 1)[1] for one in attached) == parts


def test_roles_are_handed_to_the_services_of_the_line_only(workflows: list[Statement]) -> None:
    (handed,) = (one for one in workflows if "iam:PassRole" in one.actions)
    assert set(handed.condition["StringEquals"]["iam:PassedToService"]) == {
        "events.amazonaws.com", "glue.amazonaws.com", "lambda.amazonaws.com", "scheduler.amazonaws.com",
    }  # fmt: skip


def test_each_part_of_a_workflows_rights_fits_a_policy(applied: EmulatedAws) -> None:
    iam = applied.connect("iam")
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        document = json.dumps(version["PolicyVersion"]["Document"], separators=(",", ":"))
        # AWS takes 6,144 characters, white space aside. An environment may be named with sixteen, and there may be a
        # boundary to name.
        longest = len(document) + document.count(PREFIX) * (16 - len("pr-7")) + 200
        assert longest < 6144, policy["PolicyName"]
