"""`lakehouse doctor`."""

import json as as_json
import sys
from dataclasses import asdict

from lakehouse.commands.command import command
from lakehouse.commands.options import AsJson


@command("lakehouse doctor", "lakehouse doctor --json")
def doctor(json: AsJson = False) -> int:
    """Show which Python and Java are used, what is cached and what is missing.

    Exit code 1: something would stop the demo.
    """
    from lakehouse.doctor import exit_code, look_at_everything, show, verdict

    findings = look_at_everything()
    last = verdict(findings)
    if json:
        sys.stdout.write(f"{as_json.dumps([asdict(finding) for finding in findings], indent=2)}\n")
    else:
        show(findings, last)
    return exit_code(last)
