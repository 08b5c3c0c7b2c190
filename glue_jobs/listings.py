"""Listings: what one source listed in one raw object, in order, as one thing."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs import sql_text as sql
from glue_jobs.tables import LISTING

NO_LISTING = "('album', 'artist', 'track', 'recently_played')"
"""Sources that are no list of things chosen: single objects, and plays, which have a table of their own."""

SOURCE = ("raw_key", "account", "source_kind", "source_id", "extraction_date")


def find_listings(entry_df: DataFrame) -> DataFrame:
    """Return the listing sightings: walked sources with their entries, the others with their status alone."""
    walked_df = _walks(entry_df.where(f"line_kind = 'answer' and source_kind not in {NO_LISTING}"))
    said_df = _summaries(entry_df.where("sources is not null"))
    both_df = walked_df.join(said_df, list(SOURCE), "full")
    rules = {
        "name": "coalesce(walk.name, said.name)",
        "owner": "coalesce(walk.owner, said.owner)",
        "snapshot_id": "coalesce(walk.snapshot_id, said.snapshot_id)",
        "url": "coalesce(walk.url, said.url)",
        "total": f"coalesce(walk.total, {sql.whole_number('said.total', 'bigint')})",
        "status": "coalesce(said.status, 'ok')",
        "is_complete": sql.truth("said.is_complete"),
        "entries": "walk.entries",
        "seen_at": "coalesce(walk.seen_at, said_at)",
    }
    # An import's source without a list is a single object or no music: nothing was listed.
    listed_df = both_df.where("walk is not null or source_kind <> 'import'")
    return listed_df.selectExpr(
        *(
            f"cast({rules.get(column.name, column.name)} as {column.type.simpleString()}) as {column.name}"
            for column in LISTING.columns
        )
    )


def _walks(answer_df: DataFrame) -> DataFrame:
    """Gather the entries of each source of each raw object, in order, each position once."""
    # A playlist's own page may be called `tracks` where its further pages are `items`: it is one list.
    listed_df = answer_df.where("list_name is not null and origin is null").withColumn(
        "list_name", F.expr("case when list_name = 'tracks' then 'items' else list_name end")
    )
    entry = """case when element_index is not null then
        struct(list_name, position, row, element_index, item_kind, item_id, added_at) end"""
    gathered_df = listed_df.groupBy(*SOURCE).agg(
        F.expr(f"sort_array(collect_list({entry}))").alias("found"),
        F.expr("max(playlist.name)").alias("name"),
        F.expr("max(playlist.owner)").alias("owner"),
        F.expr("max(playlist.snapshot_id)").alias("snapshot_id"),
        F.expr("max(playlist.url)").alias("url"),
        F.expr("max(list_total)").alias("total"),
        F.expr("max(seen_at)").alias("seen_at"),
        F.expr("count(distinct list_name)").alias("lists"),
    )
    # A page that was read twice, or a playlist's own page beside its items: the position's last reading stays.
    again = """found[i].position = get(found, i + 1).position
        and found[i].list_name = get(found, i + 1).list_name"""
    last = f"filter(found, (one, i) -> not coalesce({again}, false))"
    placed_df = gathered_df.withColumn("found", F.expr(last))
    # A search answer has several lists, each numbered from 1; as one listing they are numbered on.
    position = "case when lists > 1 then i + 1 else coalesce(one.position, i + 1) end"
    entries = f"""transform(found, (one, i) -> named_struct('position', cast({position} as bigint),
        'item_kind', one.item_kind, 'item_id', one.item_id, 'added_at', one.added_at))"""
    walk = "struct(name, owner, snapshot_id, url, total, seen_at, entries) as walk"
    return placed_df.selectExpr("*", f"{entries} as entries").selectExpr(*SOURCE, walk)


def _summaries(summary_df: DataFrame) -> DataFrame:
    said_df = summary_df.selectExpr(
        "raw_key", "account", "extraction_date", "seen_at as said_at", "explode(sources) as said"
    )
    known_df = said_df.where(f"said.id is not null and said.kind not in {NO_LISTING}")
    return known_df.selectExpr(
        "raw_key", "account", "said.kind as source_kind", "said.id as source_id", "extraction_date", "said", "said_at"
    )
