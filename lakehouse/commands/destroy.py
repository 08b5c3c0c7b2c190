"""`lakehouse destroy`."""

from lakehouse.commands.command import command
from lakehouse.commands.options import Environment, Yes


@command(
    "lakehouse destroy --env pr-7", "lakehouse destroy --env pr-7 --yes", stopped="What was done before stays done."
)
def destroy(env: Environment = "prod", yes: Yes = False) -> int:
    """Delete a deployment and all its data, unless it is protected."""
    from lakehouse.aws import deploy
    from lakehouse.aws.environments import one_line_errors, open_environment

    with one_line_errors():
        return deploy.destroy(open_environment(env), is_sure=yes)
