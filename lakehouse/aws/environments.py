"""The environments in an AWS account: opened by name, and the SQL published to one."""

import contextlib
import os
import re
from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from lakehouse.aws.deploy import say
from lakehouse.aws.deployment import Lakehouse
from lakehouse.aws.terraform import Terraform
from lakehouse.errors import UserError
from lakehouse.paths import IS_CLONE
from sql.publish import PublishFault, Settings, publish

ENVIRONMENT = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST_NAME = 16


def open_environment(name: str) -> Terraform:
    """Return the Terraform of an environment; refuse a name that cannot be one."""
    require_clone()
    if not ENVIRONMENT.fullmatch(name) or len(name) > LONGEST_NAME:
        raise UserError(
            f"--env {name}: expected up to {LONGEST_NAME} lower-case letters, digits and single hyphens."
            " Nothing was changed."
        )
    if name == "default":
        raise UserError("--env default: Terraform keeps that name for itself; expected another. Nothing was changed.")
    return Terraform(name, variables=read_variables())


def require_clone() -> None:
    """Refuse to work from an installed package: the settings and Terraform's state belong to a clone."""
    if not IS_CLONE:
        raise UserError(
            "this needs a clone of the project, which holds the settings and Terraform's state; expected to be started"
            " there as bin/lakehouse. Nothing was changed."
        )


@contextlib.contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what AWS and the publishing of SQL raise into the one error for users."""
    try:
        yield
    except PublishFault as error:
        raise UserError(str(error)) from error
    except (ClientError, BotoCoreError) as error:
        raise UserError(f"AWS: {error}. What was done before stays done.") from error


def read_variables() -> dict[str, str]:
    """Return what the environment says to Terraform: that AWS is an emulated one."""
    return {"emulated": "true"} if os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://127.") else {}


def publish_by_hand(lakehouse: Lakehouse) -> int:
    """Publish the SQL of this folder; 1 where a check found rows."""
    settings = Settings(
        lakehouse.database,
        lakehouse.workgroup,
        lakehouse.bucket,
        lakehouse.namespace,
        (lakehouse.load_job,),
        lakehouse.topic_arn,
        tuple(filter(None, [lakehouse.publish_rds_job])),
        lakehouse.time_zones,
        tuple(lakehouse.accounts),
        tuple(filter(None, [lakehouse.maintain_tables_job])),
    )
    os.environ["AWS_DEFAULT_REGION"] = lakehouse.region
    if not has_tables(lakehouse):
        hint = f"lakehouse run --env {lakehouse.environment} loads the first rows"
        say(f"{lakehouse.database} holds no tables yet; {hint}")
        return 0
    report = publish(settings, say=lambda _: None, is_full=True)
    for name, rows in report.offending.items():
        say(f"check     {name}: {rows} rows")
    say(f"published {len(report.created)} of {len(report.created) + len(report.unchanged)}; the others stood already")
    return 1 if report.offending else 0


def has_tables(lakehouse: Lakehouse) -> bool:
    """Return whether a load has made tables."""
    return bool(lakehouse.connect("glue").get_tables(DatabaseName=lakehouse.database, MaxResults=1)["TableList"])
