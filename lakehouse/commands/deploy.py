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
        bool, typer.Option("--fail-on-change", help="With --plan: exit code 1 if it would change anything.")
    ] = False,
) -> int:
    """Put the lakehouse into your AWS account, or change it there: shows the plan, asks, applies."""
    from lakehouse.aws import deploy as deploying
    from lakehouse.aws.environments import one_line_errors, open_environment

    with one_line_errors():
        return deploying.deploy(open_environment(env), is_sure=yes, only_plan=plan, fail_on_change=fail_on_change)
