"""The whole root on MiniStack, an emulator that is not moto, with its IAM enforcement on: applied, used by the deployed
roles, and destroyed. What differs from moto is listed in DIFFERENCES and LACKING.

It serves TLS: the bucket's policy refuses everything else, and MiniStack, unlike moto, holds to it."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from devtools.aws_tools import HOW, find_tool
from lakehouse.aws.terraform import Terraform
from lakehouse.emulated_aws.emulated import REGION, EmulatedAws, Names, environment_of
from tests.infra.conftest import packages, project

__all__ = ["packages", "project"]
ACCOUNT, PREFIX, ROLE = "123456789012", "spotify-lakehouse-pr-7", "lakehouse-pr-7-euc1"
BUCKET = f"{PREFIX}-{ACCOUNT}-{REGION}"
KEY = "raw/extraction_date=2026-11-20/20261120T060000Z-me-1.ndjson.gz"

DIFFERENCES = {
    "aws_cloudwatch_metric_alarm": "MiniStack gives back no description, dimensions, period or actions; moto does",
    "aws_glue_job": "MiniStack gives back no execution class, concurrency and queuing; of these moto lacks queuing",
    "aws_glue_trigger": "MiniStack gives back no batch condition; moto does",
}
"""Types of which a second plan would change something, and why. moto's own differences: test_aws_applied.py, and
`emulated` in infra/variables.tf: it starts no workflow and queues no run, so that the rule feeds a queue there."""


LACKING = {"GetWorkflowRuns": "InvalidAction"}
"""Calls that MiniStack does not know, with its error: whether an event has started the workflow cannot be seen."""


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    words = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["openssl", "req", "-x509", *words, *names, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    return certificate, key


@pytest.fixture(scope="module")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedAws]:
    """Run MiniStack on this machine alone, with enforcement of IAM; its root's key is `test`."""
    tool = find_tool("ministack")
    if tool is None:
        pytest.skip(f"ministack is not installed: {HOW}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("ministack")
    certificate, key = make_certificate(folder)
    settings = {
        "USE_SSL": "1", "MINISTACK_SSL_CERT": str(certificate), "MINISTACK_SSL_KEY": str(key),
        "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MINISTACK_ACCOUNT_ID": ACCOUNT, "AUTH": "true",
        "MINISTACK_REGION": REGION, "LOG_LEVEL": "ERROR", "SFTP_ENABLED": "0", "IOT_MTLS_ENABLED": "0",
    }  # fmt: skip
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen([tool], env={**os.environ, **settings}, stdout=log, stderr=subprocess.STDOUT) as process,
    ):
        try:
            wait_for(port, process)
            aws = EmulatedAws(f"https://127.0.0.1:{port}", Names())
            with environment_of(aws), pytest.MonkeyPatch.context() as patch:
                patch.setenv("AWS_CA_BUNDLE", str(certificate))
                patch.setenv("AWS_ACCESS_KEY_ID", "test")
                patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
                yield aws
        finally:
            process.terminate()


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Wait until a server listens."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail("MiniStack did not start")


@pytest.fixture(scope="module")
def applied(
    project: Path, packages: Path, ministack: EmulatedAws, tmp_path_factory: pytest.TempPathFactory
) -> Terraform:
    """Apply the root as it is for an account: `emulated` stays false."""
    folder = tmp_path_factory.mktemp("terraform")
    made = Terraform("pr-7", project / "infra", folder, variables={"packages": str(packages)})
    made.init()
    made.plan(folder / "plan", quiet=True)
    made.apply(folder / "plan", quiet=True)
    return made


def test_a_second_plan_changes_nothing_but_what_is_listed(applied: Terraform, tmp_path: Path) -> None:
    assert len(applied.resources()) > 140
    applied.plan(tmp_path / "second", quiet=True)
    changes = applied.show(tmp_path / "second")["resource_changes"]
    changed = {one["type"] for one in changes if one["change"]["actions"] not in (["no-op"], ["read"])}
    assert changed <= set(DIFFERENCES)


def take_role(name: str) -> Any:
    """Return a session as one of the deployed roles."""
    sts = boto3.session.Session().client("sts")
    taken = sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName="test")["Credentials"]
    return boto3.session.Session(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"], REGION)


def is_denied(call: Any, **params: Any) -> bool:
    """Return whether a call is refused for lack of a right."""
    try:
        call(**params)
    except ClientError as error:
        return "Denied" in error.response["Error"]["Code"]
    return False


def test_the_line_runs_with_the_deployed_roles_and_no_further(applied: Terraform) -> None:
    """Extract, load and publish, by the calls that each makes; their neighbours' things are closed to them."""
    extract, load, publish = (take_role(f"{ROLE}-{name}") for name in ("extract-me", "load-music", "publish"))
    s3 = extract.client("s3")
    assert not is_denied(s3.get_object, Bucket=BUCKET, Key="config/me/sources.json")
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"x")
    assert is_denied(s3.get_object, Bucket=BUCKET, Key=KEY)
    assert is_denied(s3.put_object, Bucket=BUCKET, Key="warehouse/a", Body=b"x")

    s3, glue = load.client("s3"), load.client("glue")
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="raw/")["KeyCount"] == 1
    assert s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read() == b"x"
    s3.put_object(Bucket=BUCKET, Key="warehouse/music_pr_7.db/song/metadata/1.json", Body=b"{}")
    glue.create_table(DatabaseName="music_pr_7", TableInput={"Name": "song"})
    glue.update_table(DatabaseName="music_pr_7", TableInput={"Name": "song", "Description": "again"})
    assert is_denied(s3.put_object, Bucket=BUCKET, Key=KEY, Body=b"y")
    assert is_denied(s3.delete_object, Bucket=BUCKET, Key=KEY)
    assert is_denied(glue.delete_table, DatabaseName="music_pr_7", Name="song")

    s3, glue = publish.client("s3"), publish.client("glue")
    assert [one["Name"] for one in glue.get_tables(DatabaseName="music_pr_7")["TableList"]] == ["song"]
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="raw/")["KeyCount"] == 1
    s3.put_object(Bucket=BUCKET, Key="state/publish/state.json", Body=b"{}")
    query = {"WorkGroup": PREFIX, "QueryExecutionContext": {"Database": "music_pr_7"}}
    assert publish.client("athena").start_query_execution(QueryString="select 1", **query)["QueryExecutionId"]
    assert is_denied(s3.get_object, Bucket=BUCKET, Key=KEY)
    assert is_denied(s3.put_object, Bucket=BUCKET, Key="warehouse/a", Body=b"x")


def test_what_it_lacks_is_what_is_listed(applied: Terraform, ministack: EmulatedAws) -> None:
    with pytest.raises(ClientError) as refused:
        ministack.connect("glue").get_workflow_runs(Name=f"{PREFIX}-load")
    assert {refused.value.operation_name: refused.value.response["Error"]["Code"]} == LACKING


def test_it_is_destroyed(applied: Terraform, ministack: EmulatedAws) -> None:
    applied.destroy(quiet=True)
    assert [one["Name"] for one in ministack.connect("s3").list_buckets()["Buckets"]] == []
    roles = [one["RoleName"] for one in ministack.connect("iam").list_roles()["Roles"]]
    assert [name for name in roles if name.startswith(ROLE)] == []
    assert json.dumps(applied.resources()) == "[]"
