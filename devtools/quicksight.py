"""Write infra/quicksight_views.json: the columns of each view in QuickSight's types, for data sets that name them.

Columns that hold lists, or times with a zone, are left out: QuickSight has no types for what Athena gives of them.
`make samples` runs this.
"""

import json
import sys
from collections.abc import Mapping

import duckdb
import pyarrow as pa

from devtools.sql_readme import open_rows
from lakehouse.paths import ROOT
from lakehouse.statements.statement import read_folder
from lakehouse.warehouse import duckdb_engine as stand_in

Columns = list[tuple[str, str]]
VIEWS = ROOT / "infra" / "quicksight_views.json"


def is_local_time(kind: pa.DataType) -> bool:
    """Return whether it is a date and time without a zone."""
    return bool(pa.types.is_timestamp(kind)) and kind.tz is None


KINDS = {
    "BOOLEAN": (pa.types.is_boolean,),
    "INTEGER": (pa.types.is_integer,),
    "DECIMAL": (pa.types.is_floating, pa.types.is_decimal),
    "DATETIME": (pa.types.is_date, is_local_time),
    "STRING": (pa.types.is_string, pa.types.is_large_string),
}
"""QuickSight's types, and what they mean."""


def find_type(kind: pa.DataType) -> str | None:
    """Return QuickSight's type of a column; None where it has none."""
    return next((name for name, tests in KINDS.items() if any(test(kind) for test in tests)), None)


def describe_views(engine: duckdb.DuckDBPyConnection) -> dict[str, Columns]:
    """Return the columns of each view, in its order."""
    schemas = {name: stand_in.fetch(engine, f"select * from {name} limit 0").schema for name in read_folder("view")}
    return {
        name: [(column.name, kind) for column in schema if (kind := find_type(column.type))]
        for name, schema in sorted(schemas.items())
    }


def write_views(views: Mapping[str, Columns]) -> str:
    """Return them as JSON, a view a line."""
    lines = [f"  {json.dumps(name)}: {json.dumps(columns)}" for name, columns in views.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    VIEWS.write_text(write_views(describe_views(open_rows())), encoding="utf-8")
    sys.stdout.write(f"{VIEWS.name} is written\n")
