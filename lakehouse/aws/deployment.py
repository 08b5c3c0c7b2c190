"""One deployment of the lakehouse: its names, and the clients that reach it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lakehouse.aws.region import require_region, share_region
from lakehouse.aws.terraform import Terraform
from lakehouse.errors import UserError
from sql.time_zones import UTC_FOR_ALL

PATIENT = Config(read_timeout=910, retries={"mode": "standard", "max_attempts": 5})
"""An extraction is waited for as long as Lambda lets it run."""

HOW_TO_LOG_IN = "expected those of `aws configure`, `aws sso login` with AWS_PROFILE, or AWS_ACCESS_KEY_ID"


OPTIONAL = ("publish_rds_job", "maintain_tables_job", "time_zones")
"""Outputs that a copy deployed by an earlier version does not have."""


@dataclass(frozen=True)
class Lakehouse:
    """The names that commands need, as Terraform gave them out."""

    environment: str
    region: str
    bucket: str
    database: str
    workgroup: str
    accounts: Mapping[str, Mapping[str, str]]
    load_job: str
    workflow: str
    namespace: str
    topic_arn: str
    stale_after_hours: float
    failed_queue_urls: list[str]
    removal_protection: bool
    time_zones: Mapping[str, str] = field(default_factory=lambda: UTC_FOR_ALL)
    """Time zone of each account's local times, `*` for all others."""
    publish_rds_job: str = ""
    """Brings the tables into PostgreSQL after each load; empty if this copy has no such job."""
    maintain_tables_job: str = ""
    """Keeps the tables small, weekly."""

    def connect(self, service: str) -> Any:
        """Return a client of one service, in the copy's region."""
        session = boto3.session.Session()
        config = PATIENT if service != "lambda" else PATIENT.merge(Config(retries={"max_attempts": 0}))
        return session.client(service, region_name=self.region, config=config)  # type: ignore[call-overload]

    def account(self, name: str) -> Mapping[str, str]:
        """Return what belongs to one Spotify account; the only one where none is named."""
        if not name and len(self.accounts) == 1:
            return next(iter(self.accounts.values()))
        if name not in self.accounts:
            got = f"{name!r}" if name else "none"
            raise UserError(f"--account: expected one of {', '.join(self.accounts)}, got {got}. Nothing was started.")
        return self.accounts[name]


def read_lakehouse(outputs: Mapping[str, Any], environment: str) -> Lakehouse:
    """Make it of Terraform's outputs."""
    names = [field.name for field in fields(Lakehouse)]
    if missing := [name for name in names if name not in outputs and name not in OPTIONAL]:
        got = f"a state without {', '.join(missing)}" if outputs else "nothing deployed"
        raise UserError(f"--env {environment}: {got}; expected `lakehouse deploy --env {environment}` to have run here")
    return Lakehouse(**{name: outputs[name] for name in names if name in outputs})


def find_lakehouse(terraform: Terraform) -> Lakehouse:
    """Return what is deployed as one environment; without credentials for it, say so."""
    require_credentials()
    terraform.init(is_new=False)
    return read_lakehouse(terraform.outputs(), terraform.environment)


def require_credentials() -> tuple[str, str]:
    """Return account and region of the ordinary credential chain; one error says what it lacks."""
    share_region()
    try:
        session = boto3.session.Session()
        if session.get_credentials() is None:
            raise UserError(f"no AWS credentials: {HOW_TO_LOG_IN}. Nothing was changed.")
        region = require_region("Nothing was changed.")
        account: str = session.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise UserError(f"AWS credentials: {error}; {HOW_TO_LOG_IN}. Nothing was changed.") from error
    return account, region
