"""Run the demo; whatever ends it, nothing that it started is left."""

from collections.abc import Callable

from lakehouse.emulated_aws.start import Server, running_server
from lakehouse.spark.submit import heeding_signals


def start_demo(run: Callable[[Server], None] | None = None) -> None:
    """Start the emulated AWS, and import what the demo needs while it starts."""
    with heeding_signals(), running_server() as server:
        # Seconds of imports, in which the server starts.
        from lakehouse.demo.steps import run_demo

        (run or run_demo)(server)
