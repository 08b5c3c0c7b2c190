"""Bring the Iceberg tables into PostgreSQL, for people and tools that want to join them there.

Only partitions whose files changed since the last run are read. Their rows are staged in temporary tables and brought
over in one transaction for all tables, which also records what was copied: a concurrent reader sees the state
before or the state after, and a run that is killed leaves nothing behind. Two runs wait for each other.
"""

import datetime as dt
import json
import logging
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from time import monotonic

from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.errors import LoadError
from glue_jobs.iceberg.merge import partition_filter
from glue_jobs.iceberg.schema_evolution import find_faults, find_missing
from glue_jobs.postgres.arguments import PublishSettings, parse_publish_settings
from glue_jobs.postgres.connection import Postgres
from glue_jobs.postgres.partition_state import Change, Remembered, find_change, read_snapshots
from glue_jobs.postgres.relation_schema import STATE, literal, prepare_schema, quote, quote_all
from glue_jobs.postgres.relations import LONGEST_KEY, PUBLISHED, Relation, line_of, relations_of, rows_of
from glue_jobs.postgres.target import NOTHING_PUBLISHED, Target, fetch_certificates, find_target, require_server
from glue_jobs.script import as_seen, log_file_of, run_script
from glue_jobs.session import run_job
from glue_jobs.tables import Table

log = logging.getLogger("publish_rds")


@dataclass
class Copied:
    """Rows of one table in PostgreSQL: what became of those that were read again."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    left_out: int = 0
    """Rows whose key is too long for PostgreSQL."""


@dataclass
class PublishReport:
    """What one run did; `made` are tables that were new or got new columns."""

    made: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    partitions: dict[str, int | None] = field(default_factory=dict)
    tables: dict[str, Copied] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def written(self) -> int:
        """Return how many rows were written or removed."""
        return sum(counts.inserted + counts.updated + counts.deleted for counts in self.tables.values())

    def as_text(self) -> str:
        """Return the summary for people."""
        made = f", made or widened: {', '.join(self.made)}" if self.made else ""
        lacking = f", not in the lake yet: {', '.join(self.missing)}" if self.missing else ""
        if not self.tables:
            return f"nothing new, 0 rows written{made}{lacking} ({self.seconds:.1f} s)"
        lines = [f"{self.written} rows written{made}{lacking} ({self.seconds:.1f} s)"]
        lines.append(f"{'table':<16}{'inserted':>10}{'updated':>10}{'deleted':>10}{'unchanged':>11}")
        lines += [
            f"{name:<16}{counts.inserted:>10}{counts.updated:>10}{counts.deleted:>10}{counts.unchanged:>11}"
            for name, counts in self.tables.items()
        ]
        lines += [
            f"{name}: {counts.left_out} rows left out, their keys are over {LONGEST_KEY} bytes"
            for name, counts in self.tables.items()
            if counts.left_out
        ]
        return "\n".join(lines)

    def as_json(self) -> str:
        """Return the summary as one line of JSON."""
        return json.dumps({**asdict(self), "written": self.written})


def publish(spark: SparkSession, settings: PublishSettings, target: Target) -> PublishReport:
    """Bring over what changed; one run at a time."""
    start, report = monotonic(), PublishReport()
    names = _require_tables(spark, settings)
    report.missing = [table.name for table in PUBLISHED if table.name not in names]
    with closing(Postgres(spark, target)) as postgres:
        postgres.execute("set time zone 'UTC'")
        _wait_for_turn(postgres, settings.schema)
        relations = [relation for table in PUBLISHED for relation in relations_of(table)]
        report.made = prepare_schema(postgres, settings.schema, relations)
        before = {} if settings.is_whole else _read_state(postgres, settings.schema)
        changes = _find_changes(spark, settings, names, before)
        for table in PUBLISHED:
            if change := changes.get(table.name):
                report.partitions[table.name] = None if change.days is None else len(change.days)
                report.tables |= _bring(spark, settings, postgres, table, change)
        if changes:
            _commit(postgres)
    report.seconds = round(monotonic() - start, 2)
    return report


def _require_tables(spark: SparkSession, settings: PublishSettings) -> dict[str, str]:
    """Return the full names of the Iceberg tables there are; they have to be those of this version."""
    place = f"{settings.catalog}.{settings.database}"
    try:
        existing = {row["tableName"] for row in spark.sql(f"show tables in {place}").collect()}
    except (AnalysisException, Py4JJavaError) as error:
        if "NoSuchNamespace" not in str(error) and "SCHEMA_NOT_FOUND" not in str(error):
            raise
        raise LoadError(f"{place}: expected a database, got none. {NOTHING_PUBLISHED}") from error
    names = {table.name: settings.name_of(table) for table in PUBLISHED if table.name in existing}
    if not names:
        raise LoadError(f"{place}: expected tables that load_music made, got none. {NOTHING_PUBLISHED}")
    faults: list[str] = []
    for table in PUBLISHED:
        if table.name in names:
            schema = spark.table(names[table.name]).schema
            faults += find_faults(table, schema)
            faults += [f"{table.name}.{name}: expected a column, got none" for name in find_missing(table, schema)]
    if faults:
        raise LoadError(
            f"{place}: tables of another version: {'; '.join(faults)}; a load of this version adds what is missing."
            f" {NOTHING_PUBLISHED}"
        )
    return names


def _wait_for_turn(postgres: Postgres, schema: str) -> None:
    """Let one run at a time go on; the lock goes with the connection, however that ends."""
    key = f"pg_catalog.hashtextextended({literal(f'publish_rds {schema}')}, 0)"
    if postgres.query(f"select pg_catalog.pg_try_advisory_lock({key})") == [("t",)]:
        return
    log.info("%s: another run publishes into schema %s; waiting for it", postgres.target, schema)
    postgres.query(f"select pg_catalog.pg_advisory_lock({key})")
    # Log what it did.
    postgres.commit()


def _read_state(postgres: Postgres, schema: str) -> dict[str, Remembered]:
    rows = postgres.query(f"select table_name, snapshot_id, partitions::text from {quote(schema)}.{STATE}")
    return {str(name): Remembered(int(str(snapshot)), json.loads(str(digests))) for name, snapshot, digests in rows}


def _find_changes(
    spark: SparkSession, settings: PublishSettings, names: Mapping[str, str], before: Mapping[str, Remembered]
) -> dict[str, Change]:
    """Return what changed in each table that changed, all as of one moment."""
    changes = {}
    for name, snapshot in read_snapshots(spark, names).items():
        known = before.get(name)
        if known and known.snapshot == snapshot:
            continue
        table = next(published for published in PUBLISHED if published.name == name)
        if change := find_change(spark, table, settings.name_of(table), snapshot, known):
            changes[name] = change
    return changes


def _bring(
    spark: SparkSession, settings: PublishSettings, postgres: Postgres, table: Table, change: Change
) -> dict[str, Copied]:
    """Make the rows of the changed partitions those of the Iceberg table, and remember it; nothing is committed."""
    relations = relations_of(table)
    table_df = _read_rows(spark, settings, table, change)
    staged = {relation.name: _stage(postgres, settings.schema, relation, table_df) for relation in relations}
    scope = row_scope(table, change.days)
    # First the rows that hang on others, then those others; and back.
    deleted = {relation.name: _delete(postgres, settings.schema, relation, scope) for relation in reversed(relations)}
    copied = {}
    for relation in relations:
        inserted, updated = _upsert(postgres, settings.schema, relation)
        count, left_out = staged[relation.name]
        copied[relation.name] = Copied(inserted, updated, count - inserted - updated, deleted[relation.name], left_out)
        counts = (relation.name, count, inserted, updated, deleted[relation.name])
        log.info("%s: %d rows read, %d inserted, %d updated, %d deleted", *counts)
    _remember(postgres, settings.schema, table, change.now)
    return copied


def _read_rows(spark: SparkSession, settings: PublishSettings, table: Table, change: Change) -> DataFrame:
    """Return the rows of the partitions that changed, as of the snapshot that was looked at."""
    rows_df = spark.sql(f"select * from {settings.name_of(table)} version as of {change.now.snapshot}")
    # A snapshot has the columns of its time; those that were added since are null in its rows.
    lacking = {
        column.name: F.lit(None).cast(column.type) for column in table.columns if column.name not in rows_df.columns
    }
    rows_df = rows_df.withColumns(lacking) if lacking else rows_df
    return rows_df if change.changed is None else rows_df.where(partition_filter(table, change.changed, row=""))


def _stage(postgres: Postgres, schema: str, relation: Relation, table_df: DataFrame) -> tuple[int, int]:
    """Send a relation's rows to a table that only this transaction has; return how many, and how many were left out."""
    name = _staged(relation)
    postgres.execute(f"create temporary table {name} (like {quote(schema)}.{quote(relation.name)}) on commit drop")
    left_out = 0

    def read_lines() -> Iterator[str]:
        nonlocal left_out
        for row in rows_of(relation, table_df).select(line_of(relation)).toLocalIterator():
            if row["line"] is None:
                left_out += 1
            else:
                yield row["line"]

    count = postgres.copy(f"copy pg_temp.{name} ({quote_all(relation.column_names)}) from stdin", read_lines())
    postgres.execute(f"analyze pg_temp.{name}")
    return count, left_out


def _staged(relation: Relation) -> str:
    return quote(f"{relation.name}_staged")


def row_scope(table: Table, days: Iterable[dt.date] | None) -> str:
    """Return the condition on rows `t` of the partitions that begin on these days."""
    if days is None:
        return "true"
    listed = ", ".join(f"date '{day}'" for day in sorted(days))
    if not listed:
        return "false"
    column = f"t.{quote(table.partition)}"
    if table.partition_transform == "identity":
        return f"{column} in ({listed})"
    spans = (
        f"({column} >= timestamptz '{day} 00:00:00+00'"
        f" and {column} < (date '{day}' + interval '1 month') at time zone 'UTC')"
        for day in sorted(days)
    )
    return f"({' or '.join(spans)})"


def _delete(postgres: Postgres, schema: str, relation: Relation, scope: str) -> int:
    """Remove the rows of the scope that are no longer in the Iceberg table."""
    same = " and ".join(f"s.{quote(name)} = t.{quote(name)}" for name in relation.key)
    rows = postgres.query(
        f"with gone as (delete from {quote(schema)}.{quote(relation.name)} t where {scope}"
        f" and not exists (select from pg_temp.{_staged(relation)} s where {same}) returning 1)"
        f" select count(*) from gone"
    )
    return int(str(rows[0][0]))


def _upsert(postgres: Postgres, schema: str, relation: Relation) -> tuple[int, int]:
    """Write the staged rows that are new or differ; return how many were inserted and updated."""
    columns, keys = quote_all(relation.column_names), quote_all(relation.key)
    others = [name for name in relation.column_names if name not in relation.key]
    sets = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in others)
    differs = f"({quote_all(others, 't.')}) is distinct from ({quote_all(others, 'excluded.')})"
    rows = postgres.query(
        f"with written as (insert into {quote(schema)}.{quote(relation.name)} as t ({columns})"
        f" select {columns} from pg_temp.{_staged(relation)}"
        f" on conflict ({keys}) do update set {sets} where {differs} returning (t.xmax = 0) as is_new)"
        f" select count(*) filter (where is_new), count(*) filter (where not is_new) from written"
    )
    inserted, updated = rows[0]
    return int(str(inserted)), int(str(updated))


def _remember(postgres: Postgres, schema: str, table: Table, now: Remembered) -> None:
    partitions = literal(json.dumps(dict(now.partitions), sort_keys=True))
    postgres.execute(
        f"insert into {quote(schema)}.{STATE} (table_name, snapshot_id, partitions, published_at)"
        f" values ({literal(table.name)}, {now.snapshot}, {partitions}::jsonb, now())"
        " on conflict (table_name) do update set snapshot_id = excluded.snapshot_id,"
        " partitions = excluded.partitions, published_at = excluded.published_at"
    )


def _commit(postgres: Postgres) -> None:
    postgres.commit()


def main(argv: Sequence[str]) -> int:
    """Run the job; return its exit code."""

    def copy() -> None:
        settings = parse_publish_settings(argv)
        target = fetch_certificates(find_target(settings))
        require_server(target)
        with run_job("publish_rds", argv) as spark:
            report = publish(spark, settings, target)
        sys.stdout.write(f"{as_seen(report.as_text())}\n{report.as_json()}\n")

    return run_script("publish_rds", argv, copy, NOTHING_PUBLISHED, log_file_of(argv))


if __name__ == "__main__" and (exit_code := main(sys.argv[1:])):
    sys.exit(exit_code)
