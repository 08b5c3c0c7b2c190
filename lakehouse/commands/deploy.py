"""`lakehouse deploy`."""

from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import Environment, Yes


@command(
    "lakehouse deploy",
    "lakehouse deploy --plan",
    "lakehouse deploy --env pr-7 --yes",
    stopped="What was done before stays done.",
)
def deploy(
    env: Environment = "prod",
    yes: Yes = False,
    plan: Annotated[bool, typer.Option("--plan", help="Only show what would change.")] = False,
    fail_on_change: Annotated[
        bool, typer.Option("--fail-on-change", help="With --plan: exit with code 1 if anything would change.")
    ] = False,
) -> int:
    """Deploy to your AWS account, or update a deployment: shows the plan, asks, applies."""
    from lakehouse.aws import deploy as deploying
    from lakehouse.aws.environments import one_line_errors, open_environment

    with one_line_errors():
        return deploying.deploy(open_environment(env), is_sure=yes, only_plan=plan, fail_on_change=fail_on_change)
