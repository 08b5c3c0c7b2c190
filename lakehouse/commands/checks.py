"""`lakehouse checks`."""

import sys

from lakehouse.commands.command import command
from lakehouse.commands.options import WAREHOUSE, AsJson, AskedEngine, Quiet, WarehouseFolder


@command("lakehouse checks", "lakehouse checks --quiet", "lakehouse checks --json --warehouse ~/music/tables")
def checks(
    warehouse: WarehouseFolder = WAREHOUSE,
    json: AsJson = False,
    engine: AskedEngine = "duckdb",
    quiet: Quiet = False,
) -> int:
    """Check the tables for wrong, missing or duplicate rows.

    Exit code 1: a check found such rows. 2: a check could not run, or nothing is loaded.
    """
    from lakehouse.asking import open_session, require_loaded, run_checks
    from lakehouse.console import note_unless
    from lakehouse.output import to_json
    from lakehouse.warehouse.folder import choose_warehouse, read_as_of
    from lambda_extract.plain_text import mask_text

    results = []
    note = note_unless(quiet)
    folder = choose_warehouse(warehouse, note)
    with open_session(folder, engine) as session:
        require_loaded(session)
        if as_of := read_as_of(folder):
            note(f"checked as of {as_of}, the last day of these made-up answers")
        for result in run_checks(session, as_of):
            results.append(result)
            if not json and not (quiet and result.is_ok):
                sys.stdout.write(f"{mask_text(result.as_text(), keep=chr(10))}\n")
    if json:
        sys.stdout.write(f"{to_json([result.as_data() for result in results])}\n")
    if any(result.error for result in results):
        return 2
    return 0 if all(result.is_ok for result in results) else 1
