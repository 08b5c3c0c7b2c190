"""Take rows out of the tables for good: those that landed too long ago, and those of a person who is to be forgotten.

Rows go first, the ledger last: killed in between, the next run finds the same again. A row that is gone is still in
older snapshots; these are expired afterwards, with their files.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.errors import LoadError
from glue_jobs.iceberg.conflicts import try_again
from glue_jobs.iceberg.merge import literal
from glue_jobs.iceberg.metadata import load_table
from glue_jobs.maintain.arguments import MaintainSettings
from glue_jobs.maintain.plan import instant
from glue_jobs.tables import LISTING, NO_ACCOUNT, PLAY, RAW_OBJECT, TABLES

EXPIRED = "expired"
"""The ledger's status of an object whose rows are gone because of their age: it is never loaded again."""
EXPORTS = ("export", "export_short")
"""The origin of plays that a person got from Spotify as their own copy."""
MANIFEST_SIZE = "commit.manifest.target-size-bytes"
VIEW = "object_to_remove"


@dataclass
class Removed:
    """What was removed, or is to be: raw objects, and rows by table."""

    objects: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    is_late: bool = False
    """Something was older than it may become: earlier states of the tables that hold it go at once."""

    def as_text(self, why: str) -> str:
        """Return the line for people."""
        rows = ", ".join(f"{table} {count}" for table, count in self.rows.items() if count) or "none"
        return f"{why}: {self.objects} raw objects, rows: {rows}"


def expire_rows(spark: SparkSession, settings: MaintainSettings, present: Collection[str], now: dt.datetime) -> Removed:
    """Remove the rows of raw objects that landed too long ago, and mark these in the ledger.

    Earlier states of the tables keep a row for `keep_days` more, so it is taken out that much before its time.
    """
    if not settings.retention_days or RAW_OBJECT.name not in present:
        return Removed()
    limit = now - dt.timedelta(days=settings.retention_days)
    early = limit + dt.timedelta(days=min(settings.keep_days, settings.retention_days - 1))
    landed = F.coalesce("written_at", "loaded_at")
    old_df = spark.table(settings.name_of(RAW_OBJECT.name)).where(f"status <> '{EXPIRED}'")
    old_df = old_df.where(landed < F.expr(instant(early))).select("raw_key", landed.alias("landed"))
    if not settings.imports_too and PLAY.name in present:
        old_df = old_df.join(_own_copies(spark, settings), "raw_key", "left_anti")
    old_objects = [(row["raw_key"], row["landed"] < limit.replace(tzinfo=None)) for row in _utc(old_df).collect()]
    if not old_objects:
        return Removed()
    removed = _remove(spark, settings, present, [key for key, _ in old_objects], "false")
    removed.is_late = any(is_late for _, is_late in old_objects)
    ledger = settings.name_of(RAW_OBJECT.name)
    _write(spark, ledger, f"update {ledger} set status = '{EXPIRED}' where {_of_objects()}")
    return removed


def _utc(df: DataFrame) -> DataFrame:
    """Return times as Python takes them without a zone: the session's is UTC, the machine's may be any."""
    return df.withColumn("landed", F.to_timestamp_ntz(F.date_format("landed", "yyyy-MM-dd HH:mm:ss")))


def _own_copies(spark: SparkSession, settings: MaintainSettings) -> DataFrame:
    """Return the raw objects of a person's own export: imported, with plays of an export or under their name."""
    ledger_df = spark.table(settings.name_of(RAW_OBJECT.name)).where("raw_key like '%-import-%'")
    named_df = ledger_df.where(F.col("account") != NO_ACCOUNT).select("raw_key")
    played_df = spark.table(settings.name_of(PLAY.name)).where(F.col("origin").isin(*EXPORTS)).select("raw_key")
    return named_df.unionByName(played_df).distinct()


def forget_account(
    spark: SparkSession, settings: MaintainSettings, present: Collection[str], account: str, *, is_dry: bool
) -> Removed:
    """Remove all rows that belong to an account or were seen in its raw objects, with its part of the ledger."""
    if account == NO_ACCOUNT:
        raise LoadError(
            f"--forget_account {account}: expected a user's name, got that of no user. Nothing was changed."
        )
    if RAW_OBJECT.name not in present:
        return Removed()
    ledger_df = spark.table(settings.name_of(RAW_OBJECT.name)).where(F.col("account") == account)
    keys = [row["raw_key"] for row in ledger_df.select("raw_key").collect()]
    removed = _remove(spark, settings, present, keys, f"account = {literal(account)}", is_dry=is_dry)
    if not is_dry and keys:
        ledger = settings.name_of(RAW_OBJECT.name)
        _write(spark, ledger, f"delete from {ledger} where {_of_objects()}")
    return removed


def _remove(
    spark: SparkSession,
    settings: MaintainSettings,
    present: Collection[str],
    keys: Sequence[str],
    is_own: str,
    *,
    is_dry: bool = False,
) -> Removed:
    """Remove the rows seen in raw objects, and where a table has accounts also those that are `is_own`."""
    spark.createDataFrame([(key,) for key in keys], "raw_key string").createOrReplaceTempView(VIEW)
    removed = Removed(len(keys))
    for table in TABLES:
        if table is RAW_OBJECT or table.name not in present:
            continue
        own = f" or {is_own}" if table in (PLAY, LISTING) else ""
        name, condition = settings.name_of(table.name), f"{_of_objects()}{own}"
        spark.catalog.refreshTable(name)
        removed.rows[table.name] = spark.table(name).where(condition).count()
        if removed.rows[table.name] and not is_dry:
            _write(spark, name, f"delete from {name} where {condition}")
    return removed


def _of_objects() -> str:
    return f"raw_key in (select raw_key from {VIEW})"


def _write(spark: SparkSession, table: str, statement: str) -> None:
    """Run a statement that changes a table; against a load that writes the same files, try again."""
    outcome = "Rows of some tables are removed, the ledger still names their objects: the next run does the rest."
    try_again(lambda _: spark.sql(statement), table, outcome)


def write_manifests_anew(spark: SparkSession, catalog: str, database: str, table: str) -> None:
    """Rewrite the manifests of a table, so that none names a file that is gone or its bounds.

    Iceberg leaves a single manifest alone where one is enough, so two are asked for then.
    """
    name = f"{catalog}.{database}.{table}"
    spark.catalog.refreshTable(name)
    iceberg_table = load_table(spark, name)
    snapshot = iceberg_table.currentSnapshot()
    manifests = list(snapshot.allManifests(iceberg_table.io())) if snapshot is not None else []
    if not manifests:
        return
    if len(manifests) == 1:
        half = max(1, int(manifests[0].length()) // 2)
        spark.sql(f"alter table {name} set tblproperties ('{MANIFEST_SIZE}' = '{half}')")
    try:
        spark.sql(f"call {catalog}.system.rewrite_manifests('{database}.{table}', false)").collect()
    finally:
        if len(manifests) == 1:
            spark.sql(f"alter table {name} unset tblproperties ('{MANIFEST_SIZE}')")


def remove_unknown_files(spark: SparkSession, name: str) -> int:
    """Remove all files of a table that none of its states knows, also those of today; return how many.

    Only where nothing else writes: the files of a running load would be among them.
    """
    jvm = spark._jvm
    assert jvm is not None
    spark.catalog.refreshTable(name)
    table = load_table(spark, name)
    action = jvm.org.apache.iceberg.spark.actions.SparkActions.get().deleteOrphanFiles(table).usePrefixListing(True)
    later = int((dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)).timestamp() * 1000)
    return sum(1 for _ in action.olderThan(later).execute().orphanFileLocations())
