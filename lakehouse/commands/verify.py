"""`lakehouse verify`."""

from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import Environment, Yes


@command(
    "lakehouse verify",
    "lakehouse verify --env pr-7 --account me --yes",
    stopped="What was started goes on on AWS.",
)
def verify(
    env: Environment = "prod",
    account: Annotated[str, typer.Option(metavar="NAME", help="Spotify account; needed if there are several.")] = "",
    yes: Yes = False,
) -> int:
    """Test a deployment on AWS step by step, and write a transcript into data/.

    It names the costs (about 0.10 USD) and asks first. Exit code 1: a step failed.
    """
    from lakehouse.aws import verify as verifying
    from lakehouse.aws.deployment import find_lakehouse
    from lakehouse.aws.environments import one_line_errors, open_environment

    with one_line_errors():
        return verifying.verify(
            find_lakehouse(open_environment(env)),
            is_sure=yes,
            account=account,
            transcript=verifying.name_transcript(env),
        )
