"""The ledger: what of each raw object was read, and what became of its entries."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs import sql_text as sql
from glue_jobs.rejected import TO_LOOK_AT
from glue_jobs.tables import SKIP_REASONS


def _told(what: str) -> str:
    """Sum up what the summary line says of its sources; null where it does not say so of one of them."""
    number = sql.whole_number(f"one.{what}", "bigint")
    return f"max(aggregate(sources, cast(0 as bigint), (sum, one) -> sum + {number}))"


API_PLAY = "origin = 'api'"

COUNTS = {
    "account": "max(account)",
    "lines": "max(row) - min(row) + 1",
    "entries": "count_if(outcome in ('accepted', 'skipped', 'rejected'))",
    "accepted": "count_if(outcome = 'accepted')",
    **{f"skipped_{reason}": f"count_if(outcome = 'skipped' and reason = '{reason}')" for reason in SKIP_REASONS},
    "rejected_entries": "count_if(outcome = 'rejected')",
    "rejected_documents": "count_if(outcome = 'document')",
    "is_complete": "max(case when line_kind = 'summary' then is_complete end)",
    "plays_from": f"min(case when {API_PLAY} then played_at end)",
    "plays_to": f"max(case when {API_PLAY} then played_at end)",
    "plays_page_full": f"max(case when {API_PLAY} then is_full_page end)",
    "summary_pages": _told("pages"),
    "summary_entries": _told("entries"),
}
"""The columns of the ledger that are counted: lines, entries by outcome, and what recently played covered."""

PLAY_MONTH = """case when origin is not null and outcome = 'accepted'
    then to_date(date_trunc('month', played_at)) end"""
FACTS = {
    "play_months": f"collect_set({PLAY_MONTH})",
    "entries_to_look_at": f"count_if({TO_LOOK_AT})",
    "doubtful_entries": "count_if(to_look_at is not null)",
}
"""The months of an object's plays, by their first days, and how many of its entries want a look at their text."""


def count_objects(entry_df: DataFrame) -> DataFrame:
    """Return one row per raw object: the ledger's counts, and what the rest of the load wants to know of it."""
    rules = COUNTS | FACTS
    return entry_df.groupBy("raw_key").agg(*(F.expr(rule).alias(name) for name, rule in rules.items()))
