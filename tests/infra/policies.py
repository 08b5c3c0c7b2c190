"""The policies that an applied root has, and what they allow."""

import fnmatch
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lakehouse.emulated_aws.emulated import EmulatedAws

WITHOUT_RESOURCES = {
    "cloudwatch:PutMetricData": "knows no resources; its namespace is bound to Glue",
    "cloudwatch:DescribeAlarms": "is a listing: it answers with names and settings",
    "logs:DescribeLogGroups": "is a listing: it answers with names and settings",
    "ec2:DescribeNetworkInterfaces": "knows no resources; nothing is changed by it",
    "ec2:DescribeRouteTables": "knows no resources; nothing is changed by it",
    "ec2:DescribeSecurityGroups": "knows no resources; nothing is changed by it",
    "ec2:DescribeSubnets": "knows no resources; nothing is changed by it",
    "ec2:DescribeVpcAttribute": "knows no resources; nothing is changed by it",
    "ec2:DescribeVpcEndpoints": "knows no resources; nothing is changed by it",
    "athena:ListDataCatalogs": "is a listing: it answers with names",
    "athena:ListEngineVersions": "is a listing: it answers with names",
    "athena:ListWorkGroups": "is a listing: it answers with names",
    "sns:GetSubscriptionAttributes": "knows no resources: a subscription cannot be named in a policy",
    "sns:Unsubscribe": "knows no resources: a subscription cannot be named in a policy",
}
"""Actions that may be on everything, and why AWS allows nothing else."""

WITHOUT_PREFIX = {"AskForBucket": "to ask whether a bucket is there gives no prefix"}
"""Statements that may list a bucket without a prefix, by their sid, and why."""

UNDER = r"arn:aws:[a-z0-9-]+:[^:*]*:[^:*]*:([^*]*[:/])?{prefix}[-/]\*"
"""Things whose names begin with the prefix of one environment."""


@dataclass(frozen=True)
class Statement:
    """One statement of a policy, and whose it is."""

    owner: str
    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Any

    def allows(self, action: str, resource: str, prefix: str | None = None) -> bool:
        """Return whether it allows an action on a resource; a listing asks for a prefix."""
        if action not in self.actions or not any(fnmatch.fnmatchcase(resource, known) for known in self.resources):
            return False
        prefixes = self.condition.get("StringLike", {}).get("s3:prefix")
        return prefixes is None or any(fnmatch.fnmatchcase(prefix or "", known) for known in as_tuple(prefixes))


def as_tuple(value: Any) -> tuple[str, ...]:
    """Return one or many texts as many."""
    return (value,) if isinstance(value, str) else tuple(value)


def read_statements(aws: EmulatedAws) -> list[Statement]:
    """Return the statements of all roles and of all policies of our own."""
    iam = aws.connect("iam")
    found: list[Statement] = []
    for role in iam.list_roles()["Roles"]:
        for name in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)["PolicyDocument"]
            found += parse_policy(role["RoleName"], document)
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        found += parse_policy(policy["PolicyName"], version["PolicyVersion"]["Document"])
    return found


def parse_policy(owner: str, document: Any) -> Iterator[Statement]:
    """Yield what one policy allows; what it denies makes nothing broader."""
    document = json.loads(document) if isinstance(document, str) else document
    for one in document["Statement"]:
        if one["Effect"] == "Allow":
            actions, resources = as_tuple(one["Action"]), as_tuple(one["Resource"])
            yield Statement(owner, one.get("Sid", ""), actions, resources, one.get("Condition", {}))


def find_broad(statements: list[Statement], bucket: str, prefix: str | None = None) -> list[str]:
    """Return what is broader than it must be: actions or resources with a wildcard where a name could stand.

    Who deploys makes things whose names are not known yet: where a prefix is given, it may stand for them.
    """
    found = []
    for one in statements:
        found += [f"{one.owner} {one.sid}: action {action}" for action in one.actions if "*" in action]
        found += [
            f"{one.owner} {one.sid}: {resource}"
            for resource in one.resources
            if is_broad(resource, bucket)
            and not (resource == "*" and set(one.actions) <= set(WITHOUT_RESOURCES))
            and not (prefix and re.fullmatch(UNDER.format(prefix=prefix), resource))
        ]
        is_bounded = one.condition.get("StringLike", {}).get("s3:prefix") or one.sid in WITHOUT_PREFIX
        if "s3:ListBucket" in one.actions and not is_bounded:
            found.append(f"{one.owner} {one.sid}: lists without a prefix")
    return found


def is_broad(resource: str, bucket: str) -> bool:
    """Return whether a resource names more than one thing, one folder of ours, or one database's tables."""
    if "*" not in resource:
        return False
    folder = resource.removeprefix(f"arn:aws:s3:::{bucket}/")
    if folder != resource:
        return not (folder.endswith("/*") and folder.count("*") == 1 and len(folder) > 2)
    if ":ec2:" in resource:
        # An interface has no name before it is made; where, the subnet beside it says.
        return not (resource.endswith(":network-interface/*") and resource.count("*") == 1)
    if ":log-group:" in resource:
        return not (resource.endswith(":*") and resource.count("*") == 1)
    if ":glue:" in resource:
        kind, _, name = resource.split(":", 5)[5].partition("/")
        database, _, thing = name.partition("/")
        return kind not in ("table", "userDefinedFunction") or "*" in database or thing not in ("*", "*__*")
    return True
