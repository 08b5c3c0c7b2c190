"""What Trino's statistics say of a statement that was run."""

import re

from sqlglot import exp

from lakehouse.trino.session import TrinoSession

SCAN = re.compile(r"Scan\w*\[table = \w+:music\.(?P<table>\w+)\$data.*?Input: (?P<rows>[\d,]+) rows? ", re.DOTALL)
"""In the plan of a statement that was run: a scan of a table, and the rows it read."""


def rows_read(trino: TrinoSession, tree: exp.Expr) -> list[tuple[str, int]]:
    """Run a statement and return each scan's table with the rows it read."""
    plan = trino.run_text(f"explain analyze {tree.sql(dialect='trino')}").column(0)[0].as_py()
    scans = [(scan["table"], int(scan["rows"].replace(",", ""))) for scan in SCAN.finditer(plan)]
    assert len(scans) == plan.count("$data")
    return scans
