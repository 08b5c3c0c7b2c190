"""`lakehouse status`."""

from lakehouse.commands.command import command
from lakehouse.commands.options import Environment


@command("lakehouse status", "lakehouse status --env pr-7")
def status(env: Environment = "prod") -> int:
    """Show the state of a deployment: last and next runs, freshness, rejected records, alarms."""
    from lakehouse.aws import status as showing
    from lakehouse.aws.deployment import find_lakehouse
    from lakehouse.aws.environments import one_line_errors, open_environment

    with one_line_errors():
        return showing.status(find_lakehouse(open_environment(env)))
