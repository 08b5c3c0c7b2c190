"""Run the demo; whatever ends it, nothing that it started is left."""

import sys
from collections.abc import Callable

from lakehouse.emulated_aws.start import Server, running_server
from lakehouse.errors import UserError
from lakehouse.spark.submit import heeding_signals

STOPPED = "\ndemo: stopped, and with it all that it had started. The next one starts afresh.\n"


def main(run: Callable[[Server], None] | None = None) -> int:
    """Return the exit code: 0, 1 for what went wrong (one line says it), 130 after Ctrl-C."""
    try:
        with heeding_signals(), running_server() as server:
            # Seconds of imports, in which the server starts, and Ctrl-C is one line, too.
            from lakehouse.demo.steps import run_demo

            (run or run_demo)(server)
    except UserError as error:
        sys.stderr.write(f"demo: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(STOPPED)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
