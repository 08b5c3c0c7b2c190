"""What each role may and may not do, decided by a simulator of IAM: principal, call, resource, circumstances."""

import json
import re
import subprocess
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from devtools.aws_tools import HOW, find_tool
from lakehouse.aws.terraform import BUILD, Terraform
from lakehouse.emulated_aws.emulated import EmulatedAws
from lakehouse.paths import ROOT
from tests.infra.conftest import applying, emulated, packages, project, recorder, terraform
from tests.infra.simulator import Call, Policies, evaluate, find_wrong, read_policies

__all__ = ["applying", "emulated", "packages", "project", "recorder", "terraform"]

BUCKET = "arn:aws:s3:::spotify-lakehouse-pr-7-123456789012-eu-central-1"
PLACE = "eu-central-1:123456789012"
GLUE, ATHENA, LOGS = f"arn:aws:glue:{PLACE}", f"arn:aws:athena:{PLACE}", f"arn:aws:logs:{PLACE}"
NAME, IAM_NAME = "spotify-lakehouse-pr-7", "lakehouse-pr-7-euc1"
EXTRACT, LOAD, PUBLISH, READER, EVENTS, SCHEDULER, START = (
    f"{IAM_NAME}-{part}"
    for part in (
        "extract-me",
        "load-music",
        "publish",
        "reader",
        "load-events",
        "load-scheduler",
        "extract-me-schedule",
    )
)
RAW = f"{BUCKET}/raw/extraction_date=2026-11-20/20261120T060000Z-me-1.ndjson.gz"
DATA = f"{BUCKET}/warehouse/music_pr_7.db/song/data/a.parquet"
SUMMARY = f"{BUCKET}/summary/song_by_week__20261120t080000/a.parquet"
RESULT = f"{BUCKET}/athena/result.csv"
SECRET = f"arn:aws:secretsmanager:{PLACE}:secret:{NAME}/me-??????"
LOAD_LOGS = f"{LOGS}:log-group:/aws-glue/{NAME}/load_music/output"


def listing(prefix: str) -> dict[str, str]:
    return {"s3:prefix": prefix}


def call(who: str, action: str, resource: str, may: bool, context: Mapping[str, str] | None = None) -> Call:
    return Call(who, action, resource, may, context or {})


CALLS = [
    call(EXTRACT, "s3:PutObject", RAW, True),
    call(EXTRACT, "s3:GetObject", RAW, False),
    call(EXTRACT, "s3:DeleteObject", RAW, False),
    call(EXTRACT, "s3:GetObject", f"{BUCKET}/config/me/sources.json", True),
    call(EXTRACT, "s3:GetObject", f"{BUCKET}/config/anna/sources.json", False),
    call(EXTRACT, "s3:ListBucket", BUCKET, True, listing("raw/extraction_date=2026-11-20/")),
    call(EXTRACT, "s3:ListBucket", BUCKET, False, listing("warehouse/")),
    call(EXTRACT, "s3:ListBucket", BUCKET, False),
    call(EXTRACT, "glue:GetTable", f"{GLUE}:table/music_pr_7/song", False),
    call(LOAD, "s3:GetObject", RAW, True),
    call(LOAD, "s3:PutObject", RAW, False),
    call(LOAD, "s3:GetObject", f"{BUCKET}/code/wheels/glue-5.1/tool.whl", True),
    call(LOAD, "s3:PutObject", f"{BUCKET}/code/glue_jobs.zip", False),
    call(LOAD, "s3:PutObject", DATA, True),
    call(LOAD, "s3:DeleteObject", DATA, True),
    call(LOAD, "s3:ListMultipartUploadParts", DATA, True),
    call(LOAD, "s3:ListBucket", BUCKET, True, listing("raw/")),
    call(LOAD, "s3:ListBucket", BUCKET, False, listing("config/me/")),
    call(LOAD, "glue:CreateTable", f"{GLUE}:table/music_pr_7/song", True),
    call(LOAD, "glue:DeleteTable", f"{GLUE}:table/music_pr_7/song", False),
    call(LOAD, "glue:CreateTable", f"{GLUE}:table/music_prod/song", False),
    call(LOAD, "glue:GetDatabase", f"{GLUE}:database/default", True),
    call(LOAD, "glue:GetDatabase", f"{GLUE}:database/music_prod", False),
    call(LOAD, "logs:CreateLogGroup", LOAD_LOGS, True),
    call(LOAD, "logs:PutLogEvents", f"{LOAD_LOGS}:log-stream:jr_1", True),
    call(LOAD, "logs:CreateLogGroup", f"{LOGS}:log-group:/aws-glue/jobs/output", False),
    call(LOAD, "cloudwatch:PutMetricData", "*", True, {"cloudwatch:namespace": "Glue"}),
    call(LOAD, "cloudwatch:PutMetricData", "*", False, {"cloudwatch:namespace": "AWS/Lambda"}),
    call(PUBLISH, "athena:StartQueryExecution", f"{ATHENA}:workgroup/{NAME}", True),
    call(PUBLISH, "athena:StartQueryExecution", f"{ATHENA}:workgroup/primary", False),
    call(PUBLISH, "s3:ListBucket", BUCKET, True, listing("raw/")),
    call(PUBLISH, "s3:GetObject", RAW, False),
    call(PUBLISH, "s3:PutObject", SUMMARY, True),
    call(PUBLISH, "s3:ListMultipartUploadParts", SUMMARY, True),
    call(PUBLISH, "s3:ListBucketMultipartUploads", BUCKET, True),
    call(PUBLISH, "s3:PutObject", DATA, False),
    call(PUBLISH, "glue:DeleteTable", f"{GLUE}:table/music_pr_7/song_by_week__20261120t080000", True),
    call(PUBLISH, "glue:DeleteTable", f"{GLUE}:table/music_pr_7/song", False),
    call(READER, "athena:ListWorkGroups", "*", True),
    call(READER, "athena:ListEngineVersions", "*", True),
    call(READER, "athena:ListDataCatalogs", "*", True),
    call(READER, "athena:GetDataCatalog", f"{ATHENA}:datacatalog/AwsDataCatalog", True),
    call(READER, "athena:ListDatabases", f"{ATHENA}:datacatalog/AwsDataCatalog", True),
    call(READER, "athena:ListTableMetadata", f"{ATHENA}:datacatalog/AwsDataCatalog", True),
    call(READER, "athena:GetTableMetadata", f"{ATHENA}:datacatalog/Another", False),
    call(READER, "athena:StartQueryExecution", f"{ATHENA}:workgroup/{NAME}", True),
    call(READER, "athena:StartQueryExecution", f"{ATHENA}:workgroup/primary", False),
    call(READER, "athena:DeleteWorkGroup", f"{ATHENA}:workgroup/{NAME}", False),
    call(READER, "glue:GetTable", f"{GLUE}:table/music_pr_7/song", True),
    call(READER, "glue:UpdateTable", f"{GLUE}:table/music_pr_7/song", False),
    call(READER, "s3:GetObject", DATA, True),
    call(READER, "s3:GetObject", SUMMARY, True),
    call(READER, "s3:GetObject", RAW, False),
    call(READER, "s3:PutObject", RESULT, True),
    call(READER, "s3:PutObject", DATA, False),
    call(EVENTS, "glue:NotifyEvent", f"{GLUE}:workflow/{NAME}-load", True),
    call(EVENTS, "glue:StartJobRun", f"{GLUE}:job/{NAME}-load-music", False),
    call(SCHEDULER, "glue:StartJobRun", f"{GLUE}:job/{NAME}-load-music", True),
    call(SCHEDULER, "glue:StartJobRun", f"{GLUE}:job/another", False),
    call(START, "lambda:InvokeFunction", f"arn:aws:lambda:{PLACE}:function:{NAME}-extract-me", True),
    call(START, "lambda:InvokeFunction", f"arn:aws:lambda:{PLACE}:function:{NAME}-publish", False),
]


@pytest.fixture(scope="module")
def policies(applying: Future[None], emulated: EmulatedAws) -> dict[str, Policies]:
    """Return the policies that Terraform applied."""
    applying.result()
    return read_policies(emulated)


def test_roles_may_do_what_they_must_and_no_more(policies: dict[str, Policies]) -> None:
    assert len({one.who for one in CALLS}) == 7
    assert find_wrong(CALLS, evaluate(CALLS, policies)) == []


def test_a_right_that_is_added_or_missing_is_found(policies: dict[str, Policies]) -> None:
    broken = json.loads(json.dumps(policies[READER]).replace("/warehouse/*", "/*"))
    wrong = find_wrong(CALLS, evaluate(CALLS, {**policies, READER: broken, EVENTS: {}}))
    assert any("reader may not s3:GetObject" in one and RAW in one for one in wrong)
    assert any("load-events may glue:NotifyEvent" in one for one in wrong)


WORST = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" { region = "%(region)s" }
module "ci_role" {
  source       = "%(source)s"
  prefix       = "spotify-lakehouse-a-sixteen-letter"
  iam_prefix   = "lakehouse-a-sixteen-letter-usgw1"
  bucket_arn   = "arn:aws-us-gov:s3:::spotify-lakehouse-a-sixteen-letter-123456789012-%(region)s"
  database     = "music_a_sixteen_letter"
  repository   = "some-organization@123456789/some-lakehouse@1234567890"
  provider_arn = "arn:aws-us-gov:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  kms_key_arn  = "arn:aws-us-gov:kms:%(region)s:123456789012:key/11111111-2222-3333-4444-555555555555"
  boundary_arn = "arn:aws-us-gov:iam::123456789012:policy/lakehouse-a-sixteen-letter-usgw1-boundary"
  state = {
    bucket = "a-bucket-for-states", key = "some/folder/spotify-lakehouse.tfstate", workspace = "a-sixteen-letter"
  }
  roles = {
    plan     = { pull_requests = true }
    deploy   = { access = "deploy", branches = ["main"], environments = ["production"] }
    previews = { access = "deploy", environments = ["previews"], may_destroy = true }
  }
}
"""
REGION = "us-gov-west-1"
AWS = "arn:aws-us-gov"
GOV, OWN = f"{REGION}:123456789012", "lakehouse-a-sixteen-letter-usgw1"
GITHUB = f"github-{OWN}-deploy"
BOUNDARY = f"{AWS}:iam::123456789012:policy/{OWN}-boundary"
KEY = f"{AWS}:kms:{GOV}:key/11111111-2222-3333-4444-555555555555"
ROLE, ROLES = f"{AWS}:iam::123456789012:role/{OWN}-publish", f"{AWS}:iam::123456789012:role"
READERS = f"{AWS}:iam::123456789012:policy/{OWN}-reader"
BOUND, UNBOUND = {"iam:PermissionsBoundary": BOUNDARY}, {"iam:PermissionsBoundary": f"{AWS}:iam::aws:policy/Other"}

CI_CALLS = [
    call(GITHUB, "iam:CreateRole", ROLE, True, BOUND),
    call(GITHUB, "iam:CreateRole", ROLE, False),
    call(GITHUB, "iam:CreateRole", ROLE, False, UNBOUND),
    call(GITHUB, "iam:PutRolePolicy", ROLE, True, BOUND),
    call(GITHUB, "iam:PutRolePolicy", ROLE, False, UNBOUND),
    call(GITHUB, "iam:PutRolePolicy", f"{ROLES}/admin", False, BOUND),
    call(GITHUB, "iam:PutRolePolicy", f"{ROLES}/{GITHUB}", False, BOUND),
    call(GITHUB, "iam:AttachRolePolicy", ROLE, False, BOUND),
    call(GITHUB, "iam:DeleteRolePermissionsBoundary", ROLE, False, BOUND),
    call(GITHUB, "iam:UpdateRoleDescription", ROLE, True),
    call(GITHUB, "iam:CreatePolicy", READERS, True),
    call(GITHUB, "iam:CreatePolicyVersion", READERS, False),
    call(GITHUB, "iam:SetDefaultPolicyVersion", READERS, False),
    call(GITHUB, "iam:CreatePolicyVersion", BOUNDARY, False),
    call(GITHUB, "iam:DeletePolicy", BOUNDARY, False),
    call(GITHUB, "iam:PassRole", ROLE, True, {"iam:PassedToService": "glue.amazonaws.com"}),
    call(GITHUB, "iam:PassRole", ROLE, False, {"iam:PassedToService": "ec2.amazonaws.com"}),
    call(GITHUB, "kms:CreateGrant", KEY, True, {"kms:GrantIsForAWSResource": "true"}),
    call(GITHUB, "kms:CreateGrant", KEY, False, {"kms:GrantIsForAWSResource": "false"}),
    call(GITHUB, "kms:CreateGrant", KEY, False),
    call(GITHUB, "glue:UpdateJob", f"{AWS}:glue:{GOV}:job/spotify-lakehouse-a-sixteen-letter-load-music", True),
    call(GITHUB, "s3:DeleteBucket", f"{AWS}:s3:::spotify-lakehouse-a-sixteen-letter-123456789012-{REGION}", False),
    call(f"github-{OWN}-previews", "s3:DeleteBucket",
         f"{AWS}:s3:::spotify-lakehouse-a-sixteen-letter-123456789012-{REGION}", True),
    call(f"github-{OWN}-plan", "iam:GetRole", ROLE, True),
    call(f"github-{OWN}-plan", "iam:CreateRole", ROLE, False, BOUND),
    call(f"github-{OWN}-plan", "glue:UpdateJob",
         f"{AWS}:glue:{GOV}:job/spotify-lakehouse-a-sixteen-letter-load-music", False),
]  # fmt: skip


@pytest.fixture(scope="module")
def worst(terraform: Terraform, emulated: EmulatedAws, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Policies]:
    """Return the policies of CI roles where everything is as long as it can be, by role and part; only planned."""
    folder = tmp_path_factory.mktemp("worst")
    source = ROOT / "infra" / "modules" / "ci_role"
    (folder / "main.tf").write_text(WORST % {"region": REGION, "source": source}, "utf-8")
    made = BareTerraform("worst", folder, BUILD / "worst", workspace=False)
    made.init()
    made.plan(folder / "plan", quiet=True)
    found = dict[str, Policies]()
    for change in made.show(folder / "plan")["resource_changes"]:
        if change["type"] == "aws_iam_policy":
            name, document = change["change"]["after"]["name"], json.loads(change["change"]["after"]["policy"])
            role, _, part = name.rpartition("-")
            found.setdefault(role, {})[part] = document
    return found


class BareTerraform(Terraform):
    """A Terraform of a folder without variables."""

    def _variables(self) -> list[str]:
        return []


def test_every_part_of_a_workflows_rights_fits_a_policy_where_everything_is_long(worst: dict[str, Policies]) -> None:
    lengths = {
        f"{role} {part}": len(json.dumps(document, separators=(",", ":")))
        for role, parts in worst.items()
        for part, document in parts.items()
    }
    assert len(lengths) == 2 + 4 + 5
    # AWS counts characters without white space, and takes 6,144.
    assert {name: length for name, length in lengths.items() if length > 6144} == {}
    assert max(lengths.values()) > 3000, "the worst case is not long"
    assert max(len(parts) for parts in worst.values()) <= 10, "a role takes ten policies"


def test_a_workflow_has_no_way_past_the_boundary(worst: dict[str, Policies]) -> None:
    ends = evaluate(CI_CALLS, worst, region=REGION)
    assert find_wrong(CI_CALLS, ends) == []


def test_the_boundary_stays_whatever_else_a_workflow_is_given(worst: dict[str, Policies]) -> None:
    """As where a person adds a policy of broad rights by policy_arns."""
    broad = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}
    calls = [
        call(GITHUB, "iam:CreatePolicyVersion", BOUNDARY, False),
        call(GITHUB, "iam:DeleteRolePermissionsBoundary", ROLE, False),
        call(GITHUB, "iam:CreateUser", f"{AWS}:iam::123456789012:user/a", True),
    ]
    assert find_wrong(calls, evaluate(calls, {GITHUB: {**worst[GITHUB], "broad": broad}}, region=REGION)) == []


# What a reader of policies says that is so on purpose.
KNOWN = {
    "RESOURCE_MISMATCH": "a statement for several calls names the resources of all of them",
    "RESOURCE_STAR": "listings and metrics take no resource; tests.infra.policies names each",
    "UNKNOWN_ACTION": "the reader's list of actions is older than the call",
    "UNKNOWN_PREFIX": "the reader's list of services is older than the service",
    "PERMISSIONS_MANAGEMENT_ACTIONS": "who deploys roles gives rights; a boundary bounds them",
    "PRIVILEGE_ESCALATION": "who deploys roles could give itself rights through them; a boundary bounds them",
    "RESOURCE_POLICY_PRIVILEGE_ESCALATION": "who deploys the bucket's policy could open it to roles of the account",
    "MISMATCHED_TYPE_BUT_USABLE": "IAM documents iam:PermissionsBoundary with StringEquals",
    "CREDENTIALS_EXPOSURE": "the extractor reads its login",
}


def read_findings(tool: Path, folder: Path) -> list[dict[str, Any]]:
    """Return what the reader says of the policies in a folder."""
    command = [tool, "--directory", str(folder), "--include_policy_extension", "json", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_a_reader_of_policies_finds_no_mistake_in_them(
    policies: dict[str, Policies], worst: dict[str, Policies], tmp_path: Path
) -> None:
    tool = find_tool("parliament")
    if tool is None:
        pytest.skip(f"parliament is not installed: {HOW}")
    for owner, parts in {**policies, **worst}.items():
        for part, document in parts.items():
            (tmp_path / f"{owner}-{part}.json").write_text(json.dumps(document), "utf-8")
    findings = read_findings(tool, tmp_path)
    assert len(list(tmp_path.iterdir())) > 20
    unexpected = [one for one in findings if one["issue"] not in KNOWN]
    assert unexpected == []


def test_the_reader_finds_a_misspelt_call(tmp_path: Path) -> None:
    tool = find_tool("parliament")
    if tool is None:
        pytest.skip(f"parliament is not installed: {HOW}")
    wrong = {"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "arn:aws:s3:::a/*", "Condition": {"Strin": {}}}
    (tmp_path / "a.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [wrong]}))
    issues = {one["issue"] for one in read_findings(tool, tmp_path)}
    assert issues & {"UNKNOWN_ACTION", "UNKNOWN_OPERATOR", "MALFORMED"}, issues


def test_every_role_of_the_whole_bears_the_boundary() -> None:
    """Read from the text: a role that is added without it is found wherever it is."""
    missing = []
    for path in (ROOT / "infra").rglob("*.tf"):
        for name, body in re.findall(
            r'^resource "aws_iam_role" "(\w+)" \{\n(.*?)^\}', path.read_text("utf-8"), re.M | re.S
        ):
            if "permissions_boundary = var.boundary_arn" not in re.sub(" +", " ", body):
                missing.append(f"{path}: {name}")
    assert missing == []
    makers = ("lambda_function", "glue_job", "load_workflow", "ci_role")
    for path in (ROOT / "infra").glob("*.tf"):
        for body in re.findall(r'^module "\w+" \{\n(.*?)^\}', path.read_text("utf-8"), re.M | re.S):
            if any(f'"./modules/{name}"' in body for name in makers):
                assert re.search(r"^  boundary_arn\s+= var\.boundary_arn$", body, re.M), f"{path}: {body[:80]}"
