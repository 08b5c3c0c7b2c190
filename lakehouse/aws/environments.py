"""The commands for an account of AWS, as the Makefile calls them."""

import argparse
import os
import re
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from lakehouse.aws.deploy import deploy, destroy, say
from lakehouse.aws.deployment import Lakehouse, find_lakehouse
from lakehouse.aws.run import run
from lakehouse.aws.status import status
from lakehouse.aws.terraform import Terraform
from lakehouse.errors import UserError
from sql.publish import PublishFault, Settings, publish

ENVIRONMENT = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
COMMANDS = ("deploy", "destroy", "run", "status", "publish")


def main(argv: Sequence[str] | None = None) -> int:
    """Do one command for one environment; 2 where it cannot be done at all."""
    parser = argparse.ArgumentParser(prog="make", description=__doc__, allow_abbrev=False)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--env", default="prod", help="the environment")
    parser.add_argument("--account", default="", help="the Spotify account, where there are several")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--plan", action="store_true", help="of deploy: only show what it would change")
    told = parser.parse_args(argv)
    try:
        return do(told)
    except (UserError, PublishFault) as error:
        # What AWS answers may have lines of its own.
        sys.stderr.write(f"{told.command}: {' '.join(str(error).split())}\n")
        return 2
    except (ClientError, BotoCoreError) as error:
        sys.stderr.write(f"{told.command}: AWS: {' '.join(str(error).split())}. What was done before stays done.\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write(f"{told.command}: stopped. What was done before stays done.\n")
        return 130


def do(told: argparse.Namespace) -> int:
    """Do what is told."""
    if not ENVIRONMENT.fullmatch(told.env) or len(told.env) > 16:
        raise UserError(
            f"ENV={told.env}: expected up to 16 lower-case letters, digits and single hyphens. Nothing was changed."
        )
    if told.env == "default":
        raise UserError("ENV=default: Terraform keeps that name for itself; expected another. Nothing was changed.")
    terraform = Terraform(told.env, variables=read_variables())
    if told.command == "deploy":
        return deploy(terraform, is_sure=told.yes, only_plan=told.plan)
    if told.command == "destroy":
        return destroy(terraform, is_sure=told.yes)
    lakehouse = find_lakehouse(terraform)
    if told.command == "run":
        return run(lakehouse, told.account)
    return status(lakehouse) if told.command == "status" else publish_by_hand(lakehouse)


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
    )
    os.environ.setdefault("AWS_DEFAULT_REGION", lakehouse.region)
    require_tables(lakehouse)
    report = publish(settings, say=lambda _: None)
    for name, rows in report.offending.items():
        say(f"check     {name}: {rows} rows")
    say(f"published {len(report.created)} of {len(report.created) + len(report.unchanged)}; the others stood already")
    return 1 if report.offending else 0


def require_tables(lakehouse: Lakehouse) -> None:
    """Refuse a database without tables: every view would fail with a reason of its own."""
    if not lakehouse.connect("glue").get_tables(DatabaseName=lakehouse.database, MaxResults=1)["TableList"]:
        raise UserError(
            f"{lakehouse.database} holds no tables; expected a load: make run ENV={lakehouse.environment}."
            " Nothing was published."
        )


if __name__ == "__main__":
    sys.exit(main())
