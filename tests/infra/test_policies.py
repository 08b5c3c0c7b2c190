"""What the roles may do, and that the load's own writes never start it: read from what Terraform applied to moto."""

import json
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from local.aws.emulated import EmulatedAws, event_pattern
from local.cloud.terraform import Terraform
from local.errors import UserError
from tests.infra.policies import Statement, find_broad, read_statements

BUCKET = "spotify-lakehouse-pr-7-123456789012"
S3 = f"arn:aws:s3:::{BUCKET}"
GLUE = "arn:aws:glue:eu-central-1:123456789012"
EXTRACT, LOAD, PUBLISH, READER = (
    f"spotify-lakehouse-pr-7-{part}" for part in ("extract-me", "load-music", "publish", "reader")
)


@pytest.fixture(scope="module")
def applied(applying: Future[None], emulated: EmulatedAws) -> EmulatedAws:
    """Wait until roles, rule and queue are applied."""
    applying.result()
    return emulated


@pytest.fixture(scope="module")
def statements(applied: EmulatedAws) -> list[Statement]:
    return [one for one in read_statements(applied) if one.owner.startswith("spotify-lakehouse-pr-7")]


def test_every_role_is_looked_at(statements: list[Statement]) -> None:
    assert {one.owner.removeprefix("spotify-lakehouse-pr-7-") for one in statements} == {
        "extract-me", "extract-me-schedule", "load-music", "load-events", "load-scheduler", "publish", "reader",
    }  # fmt: skip


def test_no_policy_is_broader_than_it_must_be(statements: list[Statement]) -> None:
    assert find_broad(statements, BUCKET) == []


@pytest.mark.parametrize("broad", [
    pytest.param({"resources": ("*",)}, id="everything"),
    pytest.param({"resources": (f"{S3}/*",)}, id="the whole bucket"),
    pytest.param({"resources": ("arn:aws:s3:::*/raw/*",)}, id="every bucket"),
    pytest.param({"resources": (f"{GLUE}:table/*",)}, id="every table"),
    pytest.param({"resources": ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:*",)}, id="every secret"),
    pytest.param({"actions": ("s3:*",)}, id="every action"),
    pytest.param({"actions": ("s3:ListBucket",), "resources": (S3,)}, id="a listing without a prefix"),
])  # fmt: skip
def test_a_wildcard_that_is_added_is_found(broad: dict[str, tuple[str, ...]]) -> None:
    fine = Statement("role", "Sid", ("s3:GetObject",), (f"{S3}/raw/*",), {})
    assert find_broad([fine], BUCKET) == []
    assert len(find_broad([replace(fine, **broad)], BUCKET)) == 1


MAY = [
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
