"""From raw objects to lists: each line parsed once, each answer's outermost list (or lists) found.

An answer's entries are the elements of its outermost list: of `items`, as an array or (a playlist of 2026) as a page;
else of the lists of a search or several-answer; a single object, or a single entry, counts as a list of one.
"""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as T

from glue_jobs import raw_schema as shapes
from glue_jobs import sql_text as sql
from glue_jobs.driver_rows import frame_of

# Not _metadata.file_path: Spark would copy each line to put that beside it, and a line may be hundreds of megabytes.
RAW_KEY = "concat('raw/', regexp_extract(input_file_name(), '(extraction_date=[^/]+/[^/]+)$', 1))"
MOST_BYTES = 32 * 1024 * 1024
"""The longest line that is parsed: a hundred full pages, and what a driver of 2 GB can take."""
LONG_START = 64 * 1024
LONG_FACTS = "named_struct('length', cast(octet_length(value) as bigint), 'hash', sha2(value, 256))"
TEXT = T.StructType(
    [
        T.StructField("raw_key", T.StringType()),
        T.StructField("row", T.LongType()),
        T.StructField("value", T.StringType()),
        T.StructField(
            "long_line", T.StructType([T.StructField("length", T.LongType()), T.StructField("hash", T.StringType())])
        ),
    ]
)
"""The columns of read_lines."""
OBJECTS = "('song', 'album', 'artist', 'episode', 'show', 'audiobook')"
PAGE_FACTS = ("offset", "limit", "total", "href")
PARSE_OPTIONS = f"""map('columnNameOfCorruptRecord', '{shapes.MISFIT}', 'mode', 'PERMISSIVE',
    'maxStringLen', '{2**31 - 1}', 'maxNestingDepth', '2000')"""


def read_lines(spark: SparkSession, paths: list[str]) -> DataFrame:
    """Read the lines of raw objects as text; `row` numbers the lines of one object without a gap.

    Of a line longer than any answer only the start stays, with the whole one's length and hash (`long_line`): parsing
    takes many times its length, and one such line must not end every run.
    """
    text_df = spark.read.options(lineSep="\n", __globPaths__="false").text(paths)
    is_long = f"octet_length(value) > {MOST_BYTES}"
    # Not trimmed where it is long: that would be a copy of it.
    line_df = text_df.where(f"{is_long} or trim(value) <> ''")
    return line_df.selectExpr(
        f"{RAW_KEY} as raw_key",
        "monotonically_increasing_id() as row",
        f"case when {is_long} then substring(value, 1, {LONG_START}) else value end as value",
        f"case when {is_long} then {LONG_FACTS} end as long_line",
    )


def no_lines(spark: SparkSession) -> DataFrame:
    """Return what read_lines gives where there is nothing to read."""
    return frame_of(spark, [], TEXT)


def parse(line_df: DataFrame) -> DataFrame:
    """Parse each line, once: `line` is its fields, `value` stays for the seldom lists that have no typed field."""
    text = "case when long_line is null then value end"
    return line_df.selectExpr("*", f"from_json({text}, '{shapes.LINE.simpleString()}', {PARSE_OPTIONS}) as line")


def find_elements(parsed_df: DataFrame) -> DataFrame:
    """Give each line the elements of its outermost lists (`items`) and what is known of these lists (`lists`).

    `items` is null where an answer has no list and is no single object. A list's `size` tells which of the elements
    are its own, in order.
    """
    known_df = parsed_df.selectExpr("*", f"{_kind()} as self_kind")
    shaped_df = known_df.selectExpr("*", f"{_shape()} as shape")
    late_df = shaped_df.selectExpr("*", f"{_late_lists()} as late_lists")
    return late_df.selectExpr("*", f"{_items()} as items", f"{_lists()} as lists").drop("value", "late_lists")


def _kind() -> str:
    answer = "line.response"
    by_shape = f"""case when {answer}.show is not null then 'episode'
        when coalesce({answer}.duration_ms, {answer}.track_number, {answer}.external_ids.isrc) is not null then 'song'
        when coalesce({answer}.album_type, {answer}.total_tracks, {answer}.release_date) is not null then 'album'
        when coalesce({answer}.genres, {answer}.followers) is not null then 'artist' end"""
    hint = f"case when {answer}.snapshot_id is not null then 'playlist' end"
    return f"case when {answer}.items is null then {sql.kind_of(answer, by_shape, hint)} end"


def _shape() -> str:
    """Tell how an answer lists its elements; null if it has none."""
    misfit_items = f"get_json_object(line.{shapes.MISFIT}, '$.response.items')"
    misfit_tracks = f"get_json_object(line.{shapes.MISFIT}, '$.response.tracks')"
    several = [_is_list(f"line.response.{name}") for name in shapes.TEXT_LISTS]
    several.append("line.response.currently_playing like '{%'")
    return f"""case
        when line.response is null then null
        when line.response.items is not null then 'items'
        when {_is_list(misfit_items)} then 'late_items'
        when self_kind in {OBJECTS} then 'alone'
        when {" or ".join(several)} then 'several'
        when line.response.tracks.items is not null then 'tracks'
        when {_is_list(misfit_tracks)} then 'several'
        when self_kind = 'playlist' or {_is_wrapper()} then 'alone' end"""


def _is_list(text: str) -> str:
    """Tell JSON text that is an array, or a page with one."""
    return f"coalesce({text} like '[%' or get_json_object({text}, '$.items') like '[%', false)"


def _is_wrapper() -> str:
    """Tell a single entry: an object under `item`, `track`, `album`, `episode` or `show`, or one of the history."""
    wrapped = " or ".join(f"line.response.{name} like '{{%'" for name in ("item", "track", "album", "episode", "show"))
    history = ", ".join(f"line.response.{name}" for name in ("ms_played", "spotify_track_uri", "endTime"))
    return f"({wrapped} or coalesce({history}) is not null)"


def _late_lists() -> str:
    """Return the lists that have no typed field: each one's name, path, page facts and the text of its array."""
    named = {"tracks": f"case when line.response.tracks.items is null then {_text('tracks')} end"}
    named |= {name: f"line.response.{name}" for name in shapes.TEXT_LISTS}
    named["currently_playing"] = "line.response.currently_playing"
    several = ", ".join(sql.struct({"name": f"'{name}'", "text": text}) for name, text in named.items())
    items = sql.struct({"name": "'items'", "text": _text("items")})
    alone = sql.struct({"name": "cast(null as string)", "text": "get_json_object(value, '$.response')"})
    texts = f"""case shape when 'late_items' then array({items}) when 'alone' then array({alone})
        when 'several' then array({several}) end"""
    single = "(one.name is null or one.name = 'currently_playing')"
    facts = {
        "name": "one.name",
        "path": f"""case when one.name is null then '$' when one.text like '{{%' and not {single}
            then concat('$.', one.name, '.items') else concat('$.', one.name) end""",
        **{fact: _page_fact(fact) for fact in PAGE_FACTS},
        "array_text": f"""case when {single} then concat('[', one.text, ']')
            when one.text like '[%' then one.text else get_json_object(one.text, '$.items') end""",
    }
    listed = f"transform(filter({texts}, one -> one.text like '[%' or one.text like '{{%'), one -> {sql.struct(facts)})"
    return f"filter({listed}, one -> one.array_text like '[%')"


def _page_fact(fact: str) -> str:
    """Return what a late list's page says; the page of a bare `items` array is the answer itself."""
    return f"""case when one.name = 'items' and one.text like '[%' then line.response.{fact}
        else get_json_object(one.text, '$.{fact}') end"""


def _text(name: str) -> str:
    return f"get_json_object(value, '$.response.{name}')"


def _items() -> str:
    # Element by element: one that is no object must not take the others with it.
    elements = "flatten(transform(late_lists, one -> from_json(one.array_text, 'array<string>')))"
    empty = "case when element like '{%' then element else '{}' end"
    parsed = f"from_json({empty}, '{shapes.ELEMENT.simpleString()}', {PARSE_OPTIONS})"
    late = f"transform({elements}, element -> case when element is not null then {parsed} end)"
    return f"""case when shape = 'items' then line.response.items
        when shape = 'tracks' then line.response.tracks.items
        when shape = 'several' and line.response.tracks.items is not null
            then concat(line.response.tracks.items, {late})
        when shape is not null then {late} end"""


def _lists() -> str:
    """Return the lists in the order of their elements; an answer that is its own only element has no name."""
    facts = {fact: f"one.{fact}" for fact in PAGE_FACTS}
    late = sql.struct(
        {"name": "one.name", "path": "one.path", **facts, "size": "coalesce(json_array_length(one.array_text), 0)"}
    )
    late_lists = f"transform(late_lists, one -> {late})"
    items = _typed("items", "$.items", "line.response")
    tracks = _typed("tracks", "$.tracks.items", "line.response.tracks")
    return f"""case when shape = 'items' then array({items}) when shape = 'tracks' then array({tracks})
        when shape = 'several' and line.response.tracks.items is not null then concat(array({tracks}), {late_lists})
        when shape is not null then {late_lists} end"""


def _typed(name: str, path: str, page: str) -> str:
    facts = {fact: f"{page}.{fact}" for fact in PAGE_FACTS}
    return sql.struct({"name": f"'{name}'", "path": f"'{path}'", **facts, "size": f"size({page}.items)"})
