"""Policies evaluated offline by a simulator of IAM: identity policies, boundary and conditions."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from devtools.aws_tools import HOW, find_simulator
from lakehouse.emulated_aws.emulated import EmulatedAws

ACCOUNT = "123456789012"
ALLOWED = "Allowed"
KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    ],
}
"""The policy of a key that leaves it to IAM who may use it, as AWS gives to new keys."""

Policies = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A call that a role makes: what, on what, in which circumstances, and whether it may."""

    who: str
    action: str
    resource: str
    may: bool
    context: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Name it for the list of tests."""
        where = " ".join(f"{name}={value}" for name, value in self.context.items())
        return f"{self.who} {'may' if self.may else 'may not'} {self.action} {self.resource} {where}".rstrip()


def evaluate(
    calls: Iterable[Call], policies: Mapping[str, Policies], boundary: Any = None, region: str = "eu-central-1"
) -> list[str]:
    """Return what each call ends with."""
    found = find_simulator()
    if found is None:
        pytest.skip(f"no node or no IAM simulator on this machine: {HOW}")
    node, folder = found
    told = [
        {
            "principal": f"arn:aws:iam::{ACCOUNT}:role/{call.who}",
            "account": ACCOUNT,
            "action": call.action,
            "resource": call.resource,
            "context": {"aws:RequestedRegion": region, "aws:SecureTransport": "true", **call.context},
            "policies": [{"name": name, "policy": policy} for name, policy in policies[call.who].items()],
            "keyPolicy": KEY_POLICY if ":kms:" in call.resource else None,
            "boundary": [{"name": "boundary", "policy": boundary}] if boundary else None,
        }
        for call in calls
    ]
    done = subprocess.run(
        [node, "simulate.mjs"], cwd=folder, input=json.dumps(told), capture_output=True, text=True, check=True
    )
    ends: list[str] = json.loads(done.stdout)
    return ends


def find_wrong(calls: list[Call], ends: list[str]) -> list[str]:
    """Return the calls that end otherwise than they should."""
    return [f"{call}: {end}" for call, end in zip(calls, ends, strict=True) if (end == ALLOWED) != call.may]


def read_policies(aws: EmulatedAws) -> dict[str, Policies]:
    """Return the policies of each role, and of each managed policy of ours under its own name."""
    iam, found = aws.connect("iam"), dict[str, Policies]()
    for role in iam.list_roles()["Roles"]:
        name = role["RoleName"]
        own = iam.list_role_policies(RoleName=name)["PolicyNames"]
        found[name] = {one: iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"] for one in own}
        for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            found[name][attached["PolicyName"]] = read_managed(iam, attached["PolicyArn"])
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        found[policy["PolicyName"]] = {"policy": read_managed(iam, policy["Arn"])}
    return found


def read_managed(iam: Any, arn: str) -> Any:
    """Return the document of a managed policy."""
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
