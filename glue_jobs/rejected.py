"""What could not be understood: looked at once more as text, and kept with its reason."""

import datetime as dt
from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.tables import REJECTED_RECORD

SET_ASIDE = "outcome in ('rejected', 'document')"
TO_LOOK_AT = f"to_look_at is not null or {SET_ASIDE}"
LINE_REASONS = "('line_too_long', 'unreadable_line', 'unknown_line', 'unknown_schema_version')"
PAYLOAD_BYTES = 64 * 1024
BLANK = r'^\\{("[^"]*":(null|\\{\\}),?)*\\}$'
"""An object whose values are all null or empty: `{}`, or `{"track":null}` of a `fields` filter."""


def look_at_text(entry_df: DataFrame, text_df: DataFrame) -> DataFrame:
    """Return the set-aside and doubtful entries with `line`, `payload` and the final `outcome` and `reason`.

    `text_df` holds the same raw objects as text. A doubtful entry is one without a known field (blank, or a shape
    nobody knows) and one that lost a container in a line that did not fit the schema.
    """
    first_df = text_df.groupBy("raw_key").agg(F.min("row").alias("first_row"))
    line_df = text_df.join(F.broadcast(first_df), "raw_key", "inner").selectExpr(
        "raw_key", "row - first_row + 1 as line", "value", "long_line"
    )
    first_entry_df = entry_df.groupBy("raw_key").agg(F.min("row").alias("first_row"))
    aside_df = (
        entry_df.where(TO_LOOK_AT)
        .join(F.broadcast(first_entry_df), "raw_key", "inner")
        .selectExpr(
            *("raw_key", "row", "extraction_date", "outcome", "reason", "path", "place", "to_look_at"),
            "row - first_row + 1 as line",
        )
    )
    seen_df = line_df.join(F.broadcast(aside_df), ["raw_key", "line"], "inner")
    return seen_df.selectExpr("*", f"{_payload()} as payload").transform(_decide).drop("value")


def _payload() -> str:
    return f"""coalesce(case
        when reason in {LINE_REASONS} then value
        when reason = 'not_json' then get_json_object(value, '$.response_text')
        else get_json_object(value, concat('$.response', substring(path, 2))) end, 'null')"""


def _decide(seen_df: DataFrame) -> DataFrame:
    lost = "filter(to_look_at, name -> get_json_object(payload, concat('$', place, '.', name)) is not null)"
    looked_df = seen_df.selectExpr("*", f"{lost} as lost", f"payload rlike '{BLANK}' as is_blank")
    return looked_df.withColumns(
        {
            "outcome": F.expr(
                """case when reason = 'unknown_shape' and is_blank then 'skipped'
                when reason is null and size(lost) > 0 then 'rejected' else outcome end"""
            ),
            "reason": F.expr(
                """case when reason = 'unknown_shape' and is_blank then 'null_entry'
                when reason is null and size(lost) > 0 then concat('unexpected_type: ', lost[0]) else reason end"""
            ),
        }
    ).drop("lost", "is_blank", "place", "to_look_at")


def correct(entry_df: DataFrame, looked_df: DataFrame) -> DataFrame:
    """Return the entries with the outcome and reason that the look at the text gave them."""
    verdict_df = looked_df.where("outcome <> 'document'").selectExpr(
        "raw_key", "row", "path", "outcome as new_outcome", "reason as new_reason"
    )
    joined_df = entry_df.join(F.broadcast(verdict_df), ["raw_key", "row", "path"], "left")
    return joined_df.withColumns(
        {
            "outcome": F.expr("coalesce(new_outcome, outcome)"),
            "reason": F.expr("case when new_outcome is null then reason else new_reason end"),
        }
    ).drop("new_outcome", "new_reason")


def rejected_rows(looked_df: DataFrame) -> DataFrame:
    """Return the rows of rejected_record; the payload is cut to 64 KB, its hash and length are of the whole."""
    cut = f"""case when octet_length(payload) <= {PAYLOAD_BYTES} then payload
        when octet_length(payload) = length(payload) then substring(payload, 1, {PAYLOAD_BYTES})
        else substring(payload, 1, {PAYLOAD_BYTES // 4}) end"""
    rules = {
        "payload": cut,
        "payload_hash": "coalesce(long_line.hash, sha2(payload, 256))",
        "payload_length": "coalesce(long_line.length, cast(octet_length(payload) as bigint))",
        "resolved_at": "cast(null as timestamp)",
    }
    return looked_df.where(SET_ASIDE).selectExpr(
        *(f"{rules.get(column.name, column.name)} as {column.name}" for column in REJECTED_RECORD.columns)
    )


def resolved_rows(open_df: DataFrame, still_dfs: Sequence[DataFrame], now: dt.datetime) -> DataFrame:
    """Return the open records that are no longer set aside, as resolved now."""
    for still_df in still_dfs:
        open_df = open_df.join(still_df, list(REJECTED_RECORD.key), "left_anti")
    return open_df.withColumn("resolved_at", F.lit(now)).select(*REJECTED_RECORD.column_names)
