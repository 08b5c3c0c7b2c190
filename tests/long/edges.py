"""Tables at the edges for two engines: each golden case, all of them beside each other, and tables without a row.

The rows of all cases stand in Iceberg tables of one database, each with the user it belongs to. In a second database,
which holds every view, the seven tables are views of what belongs to the user who asks: who asks chooses the case.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from glue_jobs.tables import TABLES, Table
from lakehouse.emulated_aws.glue_warehouse import GlueWarehouse
from lakehouse.trino.server import OWNER
from lakehouse.trino.session import TrinoSession
from tests.sql.golden import AN_HOUR_AHEAD, CASES
from tests.sql.test_large_listings import LENGTHS, large_listing

ROWS, EDGES, EMPTY = "golden_rows", "edges", "empty"
OWN = "belongs_to"
TOGETHER, NOBODY = "together", "nobody"
"""Who sees the rows of all cases, and who sees none."""

NAMES = re.compile(r"(.*_ids?|account|raw_key|snapshot_id)")
"""Columns that say what a row is about; where cases stand together each has names of its own."""
Rows = dict[str, list[dict[str, Any]]]


def user_of(number: int) -> str:
    """Return who sees the rows of one case."""
    return f"case_{number}"


def rows_together(schemas: Mapping[str, pa.Schema]) -> Rows:
    """Return the rows of all cases, each under names of its own."""
    together: Rows = {}
    for number, case in enumerate(CASES):
        for table, rows in case.rows(schemas).items():
            together.setdefault(table, []).extend(own_names(f"{number}.", row) for row in rows)
    return together


def own_names(prefix: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row, or an entry in it, whose ids begin with a prefix."""
    return {name: prefixed(prefix, value, bool(NAMES.fullmatch(name))) for name, value in row.items()}


def prefixed(prefix: str, value: Any, is_name: bool) -> Any:
    """Return an id with a prefix, also in a list or in the entries of a listing; one that is not known stays so."""
    if isinstance(value, list):
        return [prefixed(prefix, one, is_name) for one in value]
    if isinstance(value, dict):
        return own_names(prefix, value)
    return f"{prefix}{value}" if is_name and value else value


def rows_by_user(schemas: Mapping[str, pa.Schema]) -> Iterator[tuple[str, Rows]]:
    """Yield what each user sees."""
    yield from ((user_of(number), case.rows(schemas)) for number, case in enumerate(CASES))
    yield TOGETHER, rows_together(schemas)
    yield from ((f"large_{length}", {"listing": [large_listing(length)]}) for length in LENGTHS)


def write_rows(schemas: Mapping[str, pa.Schema], bucket: str, filesystem: fs.FileSystem) -> None:
    """Write the rows of every user into tables of the emulated catalog: one file each.

    Not by pyiceberg's append, which writes a list that is null as an empty one.
    """
    catalog = GlueWarehouse().glue
    catalog.create_namespace(ROWS)
    seen = list(rows_by_user(schemas))
    for table in TABLES:
        schema = schemas[table.name].append(pa.field(OWN, pa.string()))
        rows = [{**row, OWN: user} for user, tables in seen for row in tables.get(table.name, [])]
        path = f"{bucket}/{ROWS}/{table.name}"
        written = catalog.create_table((ROWS, table.name), schema=schema, location=f"s3://{path}")
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), f"{path}/rows.parquet", filesystem=filesystem)
        written.add_files([f"s3://{path}/rows.parquet"])


def write_nothing(schemas: Mapping[str, pa.Schema], bucket: str) -> None:
    """Create the seven tables as the job does before its first row: without a snapshot."""
    catalog = GlueWarehouse().glue
    catalog.create_namespace(EMPTY)
    for table in TABLES:
        location = f"s3://{bucket}/{EMPTY}/{table.name}"
        catalog.create_table((EMPTY, table.name), schema=schemas[table.name], location=location)


def create_edges(port: int) -> None:
    """Create the database in which a user sees what belongs to it as if there were nothing else."""
    owner = TrinoSession(port, ROWS, OWNER)
    owner.run_text(f"create schema {EDGES}")
    for table in TABLES:
        owner.run_text(f"create view {EDGES}.{table.name} as {select_own(table)}")
    TrinoSession(port, EDGES).create_views(AN_HOUR_AHEAD)
    # Each case has its own clocks.
    owner.run_text(f"create or replace view {EDGES}.account_clock as {select_clocks()}")


def select_clocks() -> str:
    """Return what gives the clocks of whoever asks."""
    clocks = [
        (user_of(number), account, zone)
        for number, case in enumerate(CASES)
        for account, zone in case.time_zones.items()
    ]
    clocks += [(user, account, zone) for user in (TOGETHER, NOBODY) for account, zone in AN_HOUR_AHEAD.items()]
    rows = ", ".join(f"('{user}', '{account}', '{zone}')" for user, account, zone in clocks)
    names = f"{OWN}, account, time_zone"
    return f"select account, time_zone from (values {rows}) as clock ({names}) where {OWN} = current_user"


def select_own(table: Table) -> str:
    """Return what gives the rows of whoever asks, in the table's own columns."""
    return f"select {', '.join(table.column_names)} from {ROWS}.{table.name} where {OWN} = current_user"
