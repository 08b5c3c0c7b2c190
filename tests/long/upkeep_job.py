"""The upkeep beside a load: it waits until the load is about to commit, then runs again and again."""

import os
import sys
from pathlib import Path
from time import monotonic, sleep

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from glue_jobs import maintain_tables
from glue_jobs.maintain.report import MaintainReport

PLACE = Path(os.environ["MEET"])
RIVALS = 2
PATIENCE = 120
ROUNDS = 3
"""How often the upkeep runs at least; it goes on while the load does."""
maintain_once = maintain_tables.maintain


def maintain(*told: object) -> MaintainReport:
    (PLACE / str(os.getpid())).touch()
    until = monotonic() + PATIENCE
    while len(list(PLACE.iterdir())) < RIVALS and monotonic() < until:
        sleep(0.05)
    report = MaintainReport()
    rounds = 0
    while rounds < ROUNDS or (not (PLACE / "ended").exists() and monotonic() < until):
        rounds += 1
        report = maintain_once(*told)
        if report.failed:
            break
    return report


maintain_tables.maintain = maintain
sys.exit(maintain_tables.main(sys.argv[1:]))
