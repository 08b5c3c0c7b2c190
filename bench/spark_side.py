"""What is measured inside one warm JVM, started by spark-submit as the load job is: loads, a bare parse, a naive job.

It reads its plan (JSON: named steps) from a file and writes each step's seconds and what it reports into another.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench import bare_schema
from glue_jobs.arguments import parse_settings
from glue_jobs.load_music import run
from glue_jobs.session import open_session

CATALOG = "local"
NAIVE = {
    "song": """select track.id as song_id, track.name, track.album.id as album_id, track.artists.id as artist_ids,
        track.duration_ms, track.external_ids.isrc, track.popularity, track.external_urls.spotify as url""",
    "album": """select track.album.id as album_id, track.album.name, track.album.release_date as release_date_text,
        track.album.total_tracks, track.album.artists.id as artist_ids, track.album.external_urls.spotify as url""",
    "artist": """select artist.id as artist_id, artist.name, artist.external_urls.spotify as url""",
}


def parse(spark: SparkSession, raw: str) -> None:
    """Only parse, with the job's own schema, into nothing."""
    spark.read.schema(bare_schema.LINE).json(_files(raw)).write.format("noop").mode("overwrite").save()


def load(spark: SparkSession, raw: str, database: str) -> dict[str, Any]:
    """Run the load job into a separate database; return its report."""
    spark.sql(f"create namespace if not exists {CATALOG}.{database}")
    report = run(spark, parse_settings(["--raw", raw, "--catalog", CATALOG, "--database", database]))
    return dict(json.loads(report.as_json()))


def land(_spark: SparkSession, given: str, raw: str) -> None:
    """Put raw objects into a raw folder."""
    shutil.copytree(given, raw, dirs_exist_ok=True)


def naive(spark: SparkSession, raw: str, out: str) -> None:
    """Infer the schema, drop duplicates and MERGE, file by file; write the rows out to be compared."""
    spark.sql(f"create namespace if not exists {CATALOG}.naive")
    for path in _files(raw):
        line_df = spark.read.json(path).where("kind = 'answer'")
        track_df = line_df.selectExpr("explode(response.items) as item").select("item.track")
        song_df = track_df.where("track.type = 'track' and track.id is not null")
        day = path.split("extraction_date=")[1].split("/")[0]
        for name in NAIVE:
            _merge_naively(spark, name, _flatten_naively(song_df, name).withColumn("extraction_date", F.lit(day)))
    for name in NAIVE:
        spark.table(f"{CATALOG}.naive.{name}").write.mode("overwrite").parquet(f"{out}/{name}")


def _flatten_naively(song_df: DataFrame, name: str) -> DataFrame:
    song_df.createOrReplaceTempView("naive_song")
    source = "naive_song"
    if name == "artist":
        source = "(select explode(concat(track.artists, track.album.artists)) as artist from naive_song)"
    return song_df.sparkSession.sql(f"{NAIVE[name]} from {source}").dropDuplicates([f"{name}_id"])


def _merge_naively(spark: SparkSession, name: str, df: DataFrame) -> None:
    df = df.withColumn("extraction_date", F.col("extraction_date").cast("date"))
    table = f"{CATALOG}.naive.{name}"
    if not spark.catalog.tableExists(table):
        df.writeTo(table).using("iceberg").partitionedBy(F.col("extraction_date")).create()
        return
    df.createOrReplaceTempView("naive_source")
    spark.sql(
        f"merge into {table} t using naive_source s "
        f"on t.{name}_id = s.{name}_id and t.extraction_date = s.extraction_date "
        "when matched then update set * when not matched then insert *"
    )


def _files(raw: str) -> list[str]:
    return sorted(str(path) for path in Path(raw).glob("extraction_date=*/*.ndjson.gz"))


def jvm_seconds() -> float | None:
    """Return the processor seconds of the JVM, which is the parent of this Python; None where the system hides it."""
    stat = Path(f"/proc/{os.getppid()}/stat")
    if not stat.exists():
        return None
    user, system = stat.read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


STEPS: dict[str, Callable[..., Any]] = {"parse": parse, "load": load, "land": land, "naive": naive}


def main(plan: str, out: str) -> None:
    """Take the plan's steps one after the other."""
    spark = open_session("bench")
    done = []
    for step in json.loads(Path(plan).read_text()):
        before, start = jvm_seconds(), monotonic()
        report = STEPS[step["do"]](spark, *step["with"])
        seconds, after = monotonic() - start, jvm_seconds()
        cpu = None if before is None or after is None else after - before
        done.append({**step, "seconds": seconds, "cpu": cpu, "report": report})
        sys.stderr.write(f"  {step['name']}: {seconds:.1f} s\n")
    Path(out).write_text(json.dumps(done))


if __name__ == "__main__":
    main(*sys.argv[1:])
