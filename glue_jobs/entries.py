"""From lists to entries: one row per element of an answer's outermost list, told apart and judged.

Every line gives at least one row, also one that cannot be read, so that the ledger counts all of them. `outcome`:

- accepted: a song, an album or an artist, to become rows
- skipped: understood, but nothing of the catalogue (`reason`: see tables.SKIP_REASONS)
- rejected: an element that was not understood; its neighbours go on
- document: a whole answer that is no JSON or holds no music
- nothing: an empty list, or the summary line
"""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql.types import StructType

from glue_jobs import contents
from glue_jobs import raw_schema as shapes
from glue_jobs import sql_text as sql
from glue_jobs.tables import NO_ACCOUNT, SKIP_REASONS

SCHEMA_VERSION = 1
"""The newest version of the raw line that is understood."""

FULL_PAGE = 50
"""Plays in the greatest page of recently played; assumed where a page does not say its limit."""

NUMBERS = {
    "song": ("duration_ms", "disc_number", "track_number", "popularity", "album.total_tracks", "album.popularity"),
    "album": ("total_tracks", "popularity"),
    "artist": ("followers.total", "popularity"),
}
"""Numbers a kind's rows are made of; text that is no number sets the entry aside."""

TRUTHS = {"song": ("explicit", "is_playable")}

CONTAINERS = {
    "song": ("artists", "album", "album.artists", "external_ids", "external_urls"),
    "album": ("artists", "images", "tracks", "external_ids", "external_urls"),
    "artist": ("genres", "followers", "images", "external_urls"),
}
"""Containers a kind's rows are made of; where one is null in a line that misfits the schema, its text is looked at."""

OBJECT = {"song": "track", "album": "album", "artist": "artist"}
"""Where an element's object stands in Spotify's fields until it is judged, by kind; then contents.py reads it."""

PAGE_ALBUM_ID = "regexp_extract(coalesce(list.href, line.request_path), 'albums/([^/?]+)/tracks', 1)"
"""The album whose page of tracks was asked for; these tracks name none."""

HISTORY_URI = "coalesce(element.spotify_track_uri, element.spotify_episode_uri, element.audiobook_uri)"
SKIPPED = ", ".join(f"'{reason}'" for reason in SKIP_REASONS)


def judge_entries(line_df: DataFrame) -> DataFrame:
    """Return one row per element (and per line without any): its kind, id, `outcome`, `reason`, and what it says.

    What an accepted entry says stands in `song`, `album`, `songs` (of a whole album) and `artist`, in the tables' names
    and types (contents.py).
    """
    element_df = line_df.transform(_explode).transform(_find_list).transform(_locate).transform(_take_objects)
    return element_df.transform(_tell_kind).transform(_judge).transform(_keep_what_is_needed)


def _explode(line_df: DataFrame) -> DataFrame:
    """Return a row per element; what is the line's own stands as one struct, which each step hands on as it is."""
    facts = {
        "raw_key": "raw_key",
        "row": "row",
        "kind": "line.kind",
        "source": "line.source",
        "sources": "case when line.kind = 'summary' then line.sources end",
        "extraction_date": "to_date(regexp_extract(raw_key, 'extraction_date=([0-9-]+)', 1))",
        "account": f"coalesce(line.account, '{NO_ACCOUNT}')",
        "fetched_at": sql.instant("line.fetched_at"),
        "is_complete": sql.truth("line.is_complete"),
        "request_path": "line.request.path",
        "playlist": f"case when self_kind = 'playlist' then {_playlist()} end",
    }
    narrow_df = line_df.selectExpr(
        *("lists", "items"),
        f"{sql.struct(facts)} as line",
        f"{_document_reason()} as document_reason",
        # What was parsed from text a second time has no flag of its own.
        f"(line.{shapes.MISFIT} is not null or shape not in ('items', 'tracks')) as is_misfit",
    )
    return narrow_df.selectExpr(
        *(name for name in narrow_df.columns if name != "items"),
        "posexplode_outer(case when document_reason is null then items end) as (item_index, element)",
    )


def _document_reason() -> str:
    """Return why an answer as a whole gives no entries; null where it does, and for the summary."""
    version = sql.whole_number("line.schema_version")
    return f"""case
        when long_line is not null then 'line_too_long'
        when line.kind = 'summary' then null
        when line.kind is null and line.{shapes.MISFIT} is not null then 'unreadable_line'
        when line.kind is null or line.kind <> 'answer' then 'unknown_line'
        when coalesce({version}, 0) not between 1 and {SCHEMA_VERSION} then 'unknown_schema_version'
        when items is not null then null
        when line.response_text is not null then 'not_json'
        when line.response is null and line.{shapes.MISFIT} is not null then 'not_an_object'
        when line.response is null then 'empty_answer'
        when line.response.error is not null then 'error_body'
        when self_kind = 'user' then 'user'
        else 'no_music' end"""


def _playlist() -> str:
    return sql.struct(
        {
            "name": "line.response.name",
            "owner": "line.response.owner.id",
            "snapshot_id": "line.response.snapshot_id",
            "url": "line.response.external_urls.spotify",
        }
    )


def _find_list(element_df: DataFrame) -> DataFrame:
    """Give each element its list, and its index there."""
    before = "aggregate(slice(lists, 1, {number}), 0, (sum, one) -> sum + one.size)".format
    passed = f"size(filter(sequence(1, size(lists)), number -> {before(number='number')} <= item_index))"
    numbered_df = element_df.selectExpr(
        "*", f"case when size(lists) > 1 and item_index is not null then {passed} else 0 end as list_number"
    )
    return numbered_df.selectExpr(
        *(name for name in numbered_df.columns if name not in ("lists", "list_number", "item_index")),
        "get(lists, list_number) as list",
        f"case when list_number > 0 then item_index - {before(number='list_number')} else item_index end"
        " as element_index",
    )


def _locate(element_df: DataFrame) -> DataFrame:
    """Find the object of each element: `place` is its path inside the element, empty for the element itself."""
    return element_df.selectExpr(
        "*",
        f"""(coalesce({HISTORY_URI}, element.endTime) is not null
            or (element.ts is not null and element.ms_played is not null)) as is_history""",
        f"""case when {sql.is_given("element.item")} then '.item'
            when {sql.is_given("element.track")} then '.track'
            when {sql.is_given("element")} then ''
            when element.album is not null then '.album'
            when element.episode like '{{%' then '.episode'
            when element.show is not null then '.show'
            else '' end as place""",
    )


def _take_objects(located_df: DataFrame) -> DataFrame:
    """Take from each element what it may be: `track` (for an album its common fields), `album` and `artist`."""
    itself = _fields_of("element", shapes.TRACK) | {
        "uri": f"coalesce({HISTORY_URI}, element.uri)",
        "name": "coalesce(element.master_metadata_track_name, element.name)",
        "album": _struct_of("element.album", shapes.RELEASE),
    }
    played = "coalesce(element.played_at, case when is_history then element.ts end)"
    wrapped_album = dict.fromkeys(shapes.TRACK.names, "null") | _fields_of("element.album", shapes.COMMON)
    entry = {
        "added_at": sql.instant("element.added_at"),
        "played_at": sql.instant(played),
        "origin": "case when is_history then 'export' when element.played_at is not null then 'api' end",
        "ms_played": sql.whole_number("element.ms_played", "bigint"),
        "context_uri": "element.context.uri",
    }
    taken_df = located_df.selectExpr(
        *(name for name in located_df.columns if name != "element"),
        "element is null as is_null",
        "(element.item is null and element.track is null) as is_bare",
        "coalesce(element.added_at, element.played_at, element.is_local) is not null as is_wrapper",
        "lower(element.is_local) = 'true' as is_local",
        "element.endTime is not null as is_short_history",
        f"{sql.struct(entry)} as entry",
        f"({played} is not null and {sql.instant(played)} is null) as is_misread_time",
        f"""case place when '.item' then element.item when '.track' then element.track
            when '.album' then {_typed(wrapped_album, shapes.TRACK)}
            else {_typed(itself, shapes.TRACK)} end as track""",
        f"""case place when '.album' then element.album
            when '' then {_typed(_fields_of("element", shapes.ALBUM), shapes.ALBUM)} end as album""",
        f"case when place = '' then {_typed(_fields_of('element', shapes.ARTIST), shapes.ARTIST)} end as artist",
    )
    return taken_df


def _fields_of(thing: str, kind: StructType) -> dict[str, str]:
    return {name: f"{thing}.{name}" for name in kind.names}


def _struct_of(thing: str, kind: StructType) -> str:
    return f"case when {thing} is not null then {sql.struct(_fields_of(thing, kind))} end"


def _typed(fields: Mapping[str, str], kind: StructType) -> str:
    return f"cast({sql.struct(fields)} as {kind.simpleString()})"


def _tell_kind(object_df: DataFrame) -> DataFrame:
    hint = f"""case when not {sql.is_given("track")} then null
        when place in ('.item', '.track') or list.name in ('tracks', 'queue', 'currently_playing') then 'song'
        when place = '.album' or list.name = 'albums' then 'album'
        when list.name = 'artists' then 'artist' end"""
    by_shape = """case when track.show is not null then 'episode'
        when coalesce(track.duration_ms, track.track_number, track.external_ids.isrc) is not null
            or track.album is not null then 'song'
        when coalesce(album.album_type, album.total_tracks, album.release_date) is not null then 'album'
        when artist.genres is not null or artist.followers is not null then 'artist' end"""
    return object_df.selectExpr(
        "*",
        f"""case when is_null then null when is_local then 'local_file'
            when place in ('.episode', '.show') then substring(place, 2)
            else {sql.kind_of("track", by_shape, hint)} end as item_kind""",
        f"{sql.spotify_id('track')} as item_id",
    )


def _judge(kind_df: DataFrame) -> DataFrame:
    reasoned_df = kind_df.selectExpr(
        "*",
        f"""case
            when document_reason is not null then document_reason
            when element_index is null then null
            when {_is_blank()} then 'null_entry'
            when item_kind in ({SKIPPED}) then item_kind
            when item_kind is null or (item_kind <> 'song' and place in ('.item', '.track')) then 'unknown_shape'
            when item_kind = 'user' then 'user'
            when item_id is null and track.id is not null then 'bad_value: id'
            when item_id is null then 'no_id'
            when is_misread_time then 'bad_value: played_at'
            else concat('bad_value: ', {_misread_field()}) end as reason""",
    )
    return reasoned_df.selectExpr(
        "*",
        f"""case
            when document_reason is not null then 'document'
            when element_index is null then 'nothing'
            when reason is null then 'accepted'
            when reason in ({SKIPPED}) then 'skipped'
            else 'rejected' end as outcome""",
        f"""case when element_index is null then null
            when reason = 'unknown_shape' then array()
            when reason is null and is_misfit then {_missing_containers()} end as to_look_at""",
    )


def _is_blank() -> str:
    """Tell an entry that holds nothing: null, or a wrapper around null."""
    nothing = f"not {sql.is_given('track')}"
    return f"""(is_null or (is_history and {nothing} and not is_short_history)
        or (place = '' and {nothing} and is_wrapper and is_bare))"""


def _misread_field() -> str:
    """Name the first field with text where a number or a truth belongs: a field that changed its meaning."""
    cases = []
    for kind, names in NUMBERS.items():
        thing = OBJECT[kind]
        rules = {name: sql.whole_number(f"{thing}.{name}", "bigint") for name in names}
        rules |= {name: sql.truth(f"{thing}.{name}") for name in TRUTHS.get(kind, ())}
        misread = (f"when {thing}.{name} is not null and {rule} is null then '{name}'" for name, rule in rules.items())
        cases.append(f"when '{kind}' then case {' '.join(misread)} end")
    return f"(case item_kind {' '.join(cases)} end)"


def _missing_containers() -> str:
    """List the containers of an object that are null, as paths inside it."""
    cases = []
    for kind, names in CONTAINERS.items():
        missing = (f"case when {OBJECT[kind]}.{name} is null then '{name}' end" for name in names)
        cases.append(f"when '{kind}' then array_compact(array({', '.join(missing)}))")
    return f"(case item_kind {' '.join(cases)} end)"


def _keep_what_is_needed(judged_df: DataFrame) -> DataFrame:
    """Keep what tables, ledger and rejected records are made of; page facts stand on a list's first row only."""
    first = "coalesce(element_index, 0) = 0"
    offset = sql.whole_number("list.offset", "bigint")
    full_page = f"list.size >= coalesce({sql.whole_number('list.limit')}, {FULL_PAGE})"
    return judged_df.selectExpr(
        *(f"line.{name}" for name in ("raw_key", "row", "extraction_date", "account", "is_complete", "sources")),
        *("line.kind as line_kind", "line.source.kind as source_kind", "line.source.id as source_id"),
        "list.name as list_name",
        "coalesce(line.fetched_at, cast(line.extraction_date as timestamp)) as seen_at",
        f"case when {first} then line.playlist end as playlist",
        f"case when {first} then {sql.whole_number('list.total', 'bigint')} end as list_total",
        f"case when entry.origin = 'api' then {full_page} end as is_full_page",
        f"case when {offset} >= 0 then try_add({offset}, element_index + 1) end as position",
        *("element_index", "outcome", "reason", "place", "item_kind"),
        "case when size(to_look_at) > 0 or reason = 'unknown_shape' then to_look_at end as to_look_at",
        f"{_path()} as path",
        "case when item_kind = 'local_file' then track.uri else item_id end as item_id",
        *(f"entry.{name}" for name in ("added_at", "played_at", "origin", "ms_played", "context_uri")),
        *(f"case when outcome = 'accepted' then {rule} end as {name}" for name, rule in _contents().items()),
    )


def _contents() -> dict[str, str]:
    """Return what an accepted entry holds: a song and the album it names, an album and its songs, or an artist."""
    named_album = sql.spotify_id("track.album")
    of_song = contents.album("track.album", named_album)
    return {
        "song": f"""case when item_kind = 'song'
            then {contents.song("track", "item_id", f"coalesce({named_album}, nullif({PAGE_ALBUM_ID}, ''))")} end""",
        "album": f"""case item_kind when 'song' then case when track.album is not null then {of_song} end
            when 'album' then {contents.album("album", "item_id")} end""",
        "songs": f"case when item_kind = 'album' then {contents.songs_of('album', 'item_id')} end",
        "artist": f"case when item_kind = 'artist' then {contents.artist('artist', 'item_id')} end",
    }


def _path() -> str:
    return """case when element_index is null or list.name is null then '$'
        when list.name = 'currently_playing' then list.path
        else concat(list.path, '[', element_index, ']') end"""
