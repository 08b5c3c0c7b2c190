"""The AWS region of a command: boto3 reads only AWS_DEFAULT_REGION, most other tools AWS_REGION. Either is taken."""

import os
from collections.abc import MutableMapping

import boto3

from lakehouse.errors import UserError

NAMES = ("AWS_REGION", "AWS_DEFAULT_REGION")
"""The variables that name a region. Where both do, the first counts, as it does for the AWS CLI."""


def share_region(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let every SDK see the region that one of the variables names."""
    named = next((value for name in NAMES if (value := environment.get(name, "").strip())), None)
    for name in NAMES:
        if named:
            environment[name] = named
        else:
            # An empty variable would hide the profile's region.
            environment.pop(name, None)


def require_region(outcome: str) -> str:
    """Return the region of the environment or of the profile."""
    share_region()
    region = boto3.session.Session().region_name
    if region is None:
        raise UserError(f"no AWS region: expected AWS_REGION, AWS_DEFAULT_REGION or one in the profile. {outcome}")
    return region
