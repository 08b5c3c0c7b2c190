"""`lakehouse publish`."""

from lakehouse.commands.command import command
from lakehouse.commands.options import Environment


@command("lakehouse publish", "lakehouse publish --env pr-7", stopped="What was done before stays done.")
def publish(env: Environment = "prod") -> int:
    """On AWS, create changed views, refresh the summaries and run the checks.

    Exit code 1: a check found rows.
    """
    from lakehouse.aws.deployment import find_lakehouse
    from lakehouse.aws.environments import one_line_errors, open_environment, publish_by_hand

    with one_line_errors():
        return publish_by_hand(find_lakehouse(open_environment(env)))
