"""Read the figures of a table from its metadata."""

import datetime as dt

from pyspark.sql import SparkSession

from glue_jobs.iceberg.metadata import load_table
from glue_jobs.maintain.plan import Figures, instant

SMALL_BYTES = 384 * 1024 * 1024
"""Three quarters of the size that Iceberg aims at: smaller files are compacted."""


def read_figures(spark: SparkSession, name: str, now: dt.datetime, keep_days: int) -> Figures:
    """Return what a table takes now."""
    spark.catalog.refreshTable(name)
    table = load_table(spark, name)
    current = table.currentSnapshot()
    if current is None:
        return Figures()
    before = instant(now - dt.timedelta(days=keep_days))
    partition = "partition" if table.spec().isPartitioned() else "0"
    row = spark.sql(f"""
        select f.*, s.*, m.*
        from (
            select sum(files) as files, sum(bytes) as bytes, sum(greatest(small - 1, 0)) as spare
            from (
                select
                    count(*) as files,
                    sum(file_size_in_bytes) as bytes,
                    count_if(file_size_in_bytes < {SMALL_BYTES}) as small
                from {name}.files
                group by {partition}
            )
        ) f
        cross join (
            select
                count(*) as snapshots,
                count_if(committed_at < {before} and snapshot_id <> {current.snapshotId()}) as old
            from {name}.snapshots
        ) s
        cross join (select count(*) as manifests, sum(length) as manifest_bytes from {name}.manifests) m
    """).first()
    assert row is not None
    metadata_file = table.operations().current().metadataFileLocation()
    return Figures(
        files=int(row["files"] or 0),
        bytes=int(row["bytes"] or 0),
        spare_files=int(row["spare"] or 0),
        snapshots=int(row["snapshots"]),
        old_snapshots=int(row["old"]),
        manifests=int(row["manifests"]),
        metadata_bytes=int(row["manifest_bytes"] or 0) + int(table.io().newInputFile(metadata_file).getLength()),
    )
