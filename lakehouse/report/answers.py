"""What the report shows: each part with its question, the statement that answers it, and its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lakehouse.output import to_rows
from lakehouse.statements.questions import find_question
from lakehouse.statements.statement import parse_statement, set_parameters
from lakehouse.warehouse.session import Session

FIGURES = """select
    (select count(*) from song_latest)
    + (
        select count(distinct play_once.song_id)
        from play_once
        left join song_latest on play_once.song_id = song_latest.song_id
        where song_latest.song_id is null
    ) as songs,
    (select count(*) from artist_latest)
    + (select count(distinct artist_key) from play_history where artist_id is null) as artists,
    (select count(*) from album_latest)
    + (select count(distinct album_key) from play_history where album_id is null) as albums,
    (select count(*) from play_once where ms_played is null or ms_played >= 30000) as plays,
    (select count(*) from load_status) as days,
    (select count(*) from listing_latest) as sources,
    (select cast(coalesce(sum(open_records), 0) as bigint) from rejected_by_reason) as records_rejected,
    (select max(newest_at) from freshness where table_name not in ('raw_object', 'rejected_record')) as newest_at,
    (select max(last_loaded_at) from load_status) as last_loaded_at"""

CHART = """with risen as (
    select account, source_kind, source_id, count(*) as rises
    from listing_change
    where item_kind = 'song' and change = 'rose'
    group by account, source_kind, source_id
),

followed as (
    select chart_day.account, chart_day.source_kind, chart_day.source_id
    from chart_day
    left join risen
        on chart_day.account = risen.account
        and chart_day.source_kind = risen.source_kind
        and chart_day.source_id = risen.source_id
    group by chart_day.account, chart_day.source_kind, chart_day.source_id
    order by
        count(distinct chart_day.extraction_date) desc,
        max(chart_day.source_name) is null asc,
        coalesce(max(risen.rises), 0) desc,
        count(*) desc,
        chart_day.source_id asc,
        chart_day.source_kind asc,
        chart_day.account asc
    limit 1
),

place as (
    select
        chart_day.extraction_date,
        coalesce(chart_day.source_name, concat(chart_day.source_kind, ' ', chart_day.source_id)) as source_name,
        chart_day.song_id,
        chart_day.place
    from followed
    inner join chart_day
        on followed.account = chart_day.account
        and followed.source_kind = chart_day.source_kind
        and followed.source_id = chart_day.source_id
),

last_day as (
    select max(extraction_date) as extraction_date from place
),

leader as (
    select place.song_id
    from place
    inner join last_day on place.extraction_date = last_day.extraction_date
    order by place.place asc, place.song_id asc
    limit 8
)

select
    place.extraction_date,
    place.source_name,
    coalesce(song_full.name, place.song_id) as song_name,
    song_full.artist_names,
    place.place,
    place.song_id
from leader
inner join place on leader.song_id = place.song_id
left join song_full on place.song_id = song_full.song_id
order by place.extraction_date asc, place.place asc, place.song_id asc"""

TOP_ALBUMS = """select
    song_full.album_name,
    count(distinct listing_now.item_id) as songs,
    count(*) as entries,
    min(song_full.release_date_text) as released,
    song_full.album_id
from listing_now
inner join song_full on listing_now.item_id = song_full.song_id
where song_full.album_id is not null
group by song_full.album_name, song_full.album_id
order by songs desc, entries desc, song_full.album_id asc
limit 12"""

PLAYED_ARTISTS = """select
    max(artist_name) as artist_name,
    cast(sum(case when ms_played < 30000 then 0 else 1 end) as bigint) as plays,
    cast(sum(case when ms_played < 30000 then 1 else 0 end) as bigint) as skips,
    round(cast(sum(ms_played) as double) / 60000, 1) as minutes_played,
    max(artist_id) as artist_id
from play_history
where artist_key is not null
group by artist_key
order by plays desc, artist_name asc nulls last, artist_key asc
limit 12"""

PLAYED_SONGS = """select
    max(song_name) as song_name,
    max(artist_names) as artist_names,
    cast(sum(case when ms_played < 30000 then 0 else 1 end) as bigint) as plays,
    cast(sum(case when ms_played < 30000 then 1 else 0 end) as bigint) as skips,
    round(cast(sum(ms_played) as double) / 60000, 1) as minutes_played,
    max(case when song_id not like 'name:%' then song_id end) as song_id
from play_history
group by song_id
order by plays desc, song_name asc nulls last, song_id asc
limit 12"""

PLAYED_ALBUMS = """select
    max(album_name) as album_name,
    max(artist_name) as artist_name,
    cast(sum(case when ms_played < 30000 then 0 else 1 end) as bigint) as plays,
    cast(sum(case when ms_played < 30000 then 1 else 0 end) as bigint) as skips,
    round(cast(sum(ms_played) as double) / 60000, 1) as minutes_played,
    max(album_id) as album_id
from play_history
where album_key is not null
group by album_key
order by plays desc, album_name asc nulls last, album_key asc
limit 12"""

CLOCK = """select
    weekday,
    hour_of_day,
    sum(plays) as plays,
    sum(skips) as skips,
    round(cast(sum(ms_played) as double) / 60000, 1) as minutes_played
from listening_clock
where hour_of_day is not null
group by weekday, hour_of_day
order by weekday asc, hour_of_day asc"""

MONTHS = """select
    month_date,
    sum(plays) as plays,
    sum(skips) as skips,
    round(cast(sum(ms_played) as double) / 60000, 1) as minutes_played,
    sum(new_artists) as new_artists
from listening_month
where month_date is not null
group by month_date
order by month_date asc"""

FRESHNESS = """select table_name, row_count, first_date, last_date, newest_at
from freshness
order by table_name asc"""


@dataclass(frozen=True)
class Part:
    """One part of the page; `answers` is a statement, or the name of a saved question with its parameters."""

    key: str
    title: str
    caption: str
    answers: str
    empty: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    link: tuple[str, str] | None = None
    """Which column shows the link, and what on open.spotify.com the row's last column is the id of."""


@dataclass(frozen=True)
class Answer:
    """The rows of a part."""

    part: Part
    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]

    @property
    def records(self) -> list[dict[str, Any]]:
        """Return the rows by the names of their columns."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


HEARD = (
    "A play of less than 30 seconds is a skip. Minutes are known from an account's export only; artists and albums are"
    " known by name where Spotify's id is not."
)
NO_PLAY = "No play is known yet. Recently played or a streaming history brings them."

PARTS = (
    Part(
        "chart",
        "Ups and downs of a chart",
        "Of the lists that were read on most days the one in which songs rise most, and where its leaders of the last"
        " day stood on each day. The top is 1.",
        CHART,
        "No list was read yet. A playlist or any other list with an order becomes a chart.",
        link=("song_name", "track"),
    ),
    Part(
        "artists",
        "Artists who occur most",
        "Songs known of each artist, also those on which several artists are named.",
        "top_artists",
        "No song is known yet.",
        {"limit": "12"},
        ("artist_name", "artist"),
    ),
    Part(
        "albums",
        "Albums with most songs on the lists",
        "How many songs of each album are on any current list, each counted once.",
        TOP_ALBUMS,
        "No list holds a song of a known album yet.",
        link=("album_name", "album"),
    ),
    Part(
        "releases",
        "Releases by year",
        "Albums, singles and compilations by the year they came out. Those without a readable date are not drawn.",
        "releases_by_year",
        "No album is known yet.",
    ),
    Part(
        "durations",
        "How long songs are",
        "Songs by whole minutes of their duration.",
        "song_durations",
        "No song with a known duration yet.",
    ),
    Part(
        "played_artists",
        "Artists most played",
        HEARD,
        PLAYED_ARTISTS,
        NO_PLAY,
        link=("artist_name", "artist"),
    ),
    Part(
        "played_songs",
        "Songs most played",
        HEARD,
        PLAYED_SONGS,
        NO_PLAY,
        link=("song_name", "track"),
    ),
    Part(
        "played_albums",
        "Albums most played",
        HEARD,
        PLAYED_ALBUMS,
        NO_PLAY,
        link=("album_name", "album"),
    ),
    Part(
        "clock",
        "When music is played",
        "Plays by hour and weekday, on the listener's own clock.",
        CLOCK,
        NO_PLAY,
    ),
    Part(
        "months",
        "New artists per month",
        "Artists that were heard for the first time in a month. In the first known month all of them are new.",
        MONTHS,
        "No play is known yet.",
    ),
    Part(
        "fresh",
        "How fresh the tables are",
        "Rows of each table, the days they are of, and when Spotify last showed one; of raw_object, when it was"
        " landed (UTC).",
        FRESHNESS,
        "No table holds a row yet.",
    ),
    Part(
        "aside",
        "What was rejected",
        "Records that were not understood stay in the table rejected_record until a later load understands them.",
        "rejections",
        "Nothing was rejected.",
    ),
)


def read_figures(session: Session) -> dict[str, Any]:
    """Return the key figures."""
    rows: list[dict[str, Any]] = session.run_text(FIGURES).to_pylist()
    return rows[0]


def read_part(session: Session, part: Part) -> Answer:
    """Return the rows of one part."""
    text = part.answers if " " in part.answers else find_question(part.answers).text
    rows = session.run(set_parameters(parse_statement(text), part.parameters))
    return Answer(part, rows.column_names, to_rows(rows))
