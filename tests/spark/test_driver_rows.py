"""Rows that the driver knows become a frame without a Python worker, with each value as it was."""

import datetime as dt

import pytest
from glue_jobs.driver_rows import frame_of
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as T

from glue_jobs.tables import RAW_OBJECT

SCHEMA = T.StructType(
    [
        T.StructField("name", T.StringType()),
        T.StructField("day", T.DateType()),
        T.StructField("at", T.TimestampType()),
        T.StructField("size", T.LongType()),
        T.StructField("is_whole", T.BooleanType()),
    ]
)


@pytest.mark.parametrize(
    "name", ["plain", 'it\'s "quoted" \\ and \\u0041', ":rows ?{}", "Пісня 歌 🎵", "line\nbreak\ttab", "", None]
)
def test_each_value_is_as_it_was(spark: SparkSession, name: str | None) -> None:
    at = dt.datetime(2026, 11, 1, 23, 59, 59, 123000, tzinfo=dt.timezone(dt.timedelta(hours=-9)))
    row = {"name": name, "day": dt.date(2026, 11, 1), "at": at, "size": 2**62, "is_whole": False}
    frame = frame_of(spark, [row, {"name": "other"}], SCHEMA)
    assert frame.schema == SCHEMA
    first, other = frame.selectExpr("name", "day", "cast(at as string) at", "size", "is_whole").collect()
    assert first.asDict() == row | {"at": "2026-11-02 08:59:59.123"}
    assert other.asDict() == {"name": "other", "day": None, "at": None, "size": None, "is_whole": None}


def test_a_time_that_spark_gave_comes_back_as_it_was(spark: SparkSession) -> None:
    given = spark.sql("select timestamp'2026-10-25 00:30:00Z' as at, '' as name").collect()[0]["at"]
    assert given.tzinfo is None  # in the machine's own zone
    back = frame_of(spark, [{"at": given}], SCHEMA).selectExpr("unix_millis(at) as at").collect()[0]["at"]
    assert back == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC).timestamp() * 1000


def test_no_row_is_an_empty_frame_of_the_same_columns(spark: SparkSession) -> None:
    frame = frame_of(spark, [], RAW_OBJECT.schema)
    assert (frame.count(), frame.schema) == (0, RAW_OBJECT.schema)


def test_no_python_worker_is_needed(spark: SparkSession) -> None:
    def reads_rdd(frame: DataFrame) -> bool:
        return "ExistingRDD" in frame._jdf.queryExecution().toString()

    assert reads_rdd(spark.createDataFrame([{"size": 1}], "size bigint"))
    assert not reads_rdd(frame_of(spark, [{"size": 1}], SCHEMA))


def test_a_value_of_another_kind_is_refused(spark: SparkSession) -> None:
    with pytest.raises(TypeError, match=r"b'x'.*expected a number"):
        frame_of(spark, [{"name": b"x"}], SCHEMA)
