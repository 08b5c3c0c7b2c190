"""`lakehouse run`."""

from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import Environment


@command("lakehouse run", "lakehouse run --env pr-7 --account me", stopped="What was started goes on on AWS.")
def run(
    env: Environment = "prod",
    account: Annotated[str, typer.Option(metavar="NAME", help="Spotify account; needed if there are several.")] = "",
) -> int:
    """Start an extraction on AWS and follow it until its rows are loaded."""
    from lakehouse.aws import run as running
    from lakehouse.aws.deployment import find_lakehouse
    from lakehouse.aws.environments import one_line_errors, open_environment

    with one_line_errors():
        return running.run(find_lakehouse(open_environment(env)), account)
