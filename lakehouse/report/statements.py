"""The SQL behind the page, in Athena's dialect: the same numbers a user gets who asks these himself.

`heard` is what play_history says, cut down to what the page counts; it is asked for once and the other statements read
it by that name. Its rows come once under their account and, where there are several accounts, once more under `*`.
A period is a year (2024), a month (2024-03) or, as an empty text, all the time there is.
"""

HEARD = """select
    account,
    account as listener,
    played_at_local,
    substr(cast(cast(played_at_local as date) as varchar), 1, 10) as local_date,
    substr(cast(cast(played_at_local as date) as varchar), 1, 7) as month,
    song_id,
    song_name,
    artist_names,
    artist_key,
    artist_name,
    artist_id,
    album_key,
    album_name,
    album_id,
    cast(coalesce(ms_played, duration_ms) as bigint) as ms,
    case when ms_played is null and duration_ms is not null then 1 else 0 end as is_estimated,
    case when ms_played < 30000 then 0 else 1 end as is_play
from play_history"""

KINDS = {
    "artist": ("artist_key", "artist_name", "cast(null as varchar)", "artist_id", "cast(null as varchar)"),
    "song": (
        "song_id",
        "song_name",
        "artist_names",
        "case when song_id not like 'name:%' then song_id end",
        "album_id",
    ),
    "album": ("album_key", "album_name", "artist_name", "album_id", "album_id"),
}
"""Of each kind of thing: what it is counted by, its name, whose it is, its id at Spotify, the album its cover is of."""

MOST = "case length(period) when 0 then 50 when 4 then 15 else 10 end"
"""How many leaders are kept of all time, of a year and of a month."""


def leaders(kind: str) -> str:
    """Return the statement for the leaders of each period, by time and by plays; of songs also those skipped most."""
    key = KINDS[kind][0]
    skipped = " or (by_skips <= 5 and skips > 0 and length(period) < 7)" if kind == "song" else ""
    return f"""with by_month as (
    select account, month, {key} as entity,
        sum(is_play) as plays, sum(1 - is_play) as skips, sum(ms) as ms
    from heard
    where {key} is not null
    group by account, month, {key}
),

period as (
    select account, '' as period, entity, sum(plays) as plays, sum(skips) as skips, sum(ms) as ms
    from by_month
    group by account, entity
    union all
    select account, substr(month, 1, 4) as period, entity, sum(plays) as plays, sum(skips) as skips, sum(ms) as ms
    from by_month
    group by account, substr(month, 1, 4), entity
    union all
    select account, month as period, entity, plays, skips, ms
    from by_month
),

ranked as (
    select account, period, entity, plays, skips, ms,
        row_number() over (
            partition by account, period order by coalesce(ms, 0) desc, plays desc, entity asc
        ) as by_time,
        row_number() over (
            partition by account, period order by plays desc, coalesce(ms, 0) desc, entity asc
        ) as by_plays,
        row_number() over (
            partition by account, period order by skips desc, plays desc, entity asc
        ) as by_skips
    from period
)

select account, period, entity, cast(plays as bigint) as plays, cast(skips as bigint) as skips,
    round(cast(ms as double) / 60000, 1) as minutes
from ranked
where by_time <= {MOST} or by_plays <= {MOST}{skipped}
order by account asc, period asc, by_time asc"""


def known(kind: str) -> str:
    """Return the statement for each thing heard: its newest name, when it was first and last heard, how much."""
    key, name, owner, identity, cover = KINDS[kind]
    return f"""select account, {key} as entity,
    max_by({name}, played_at_local) as name,
    max_by({owner}, played_at_local) as owner,
    max({identity}) as id,
    max({cover}) as cover_id,
    min(local_date) as first_date,
    max(local_date) as last_date,
    cast(sum(is_play) as bigint) as plays,
    round(cast(sum(ms) as double) / 60000, 1) as minutes
from heard
where {key} is not null
group by account, {key}
order by plays desc, minutes desc nulls last, entity asc"""


def months_of(kind: str) -> str:
    """Return the statement for how much of each thing was heard in each month."""
    key = KINDS[kind][0]
    return f"""select account, {key} as entity, month,
    cast(sum(is_play) as bigint) as plays, round(cast(sum(ms) as double) / 60000, 1) as minutes
from heard
where {key} is not null
group by account, {key}, month
order by account asc, entity asc, month asc"""


FIGURES = """with placed as (
    select account, '' as period, song_id, artist_key, album_key, local_date, is_play, is_estimated, ms from heard
    union all
    select account, substr(month, 1, 4) as period, song_id, artist_key, album_key, local_date, is_play, is_estimated, ms
    from heard
    union all
    select account, month as period, song_id, artist_key, album_key, local_date, is_play, is_estimated, ms from heard
)

select account, period,
    cast(sum(is_play) as bigint) as plays,
    cast(sum(1 - is_play) as bigint) as skips,
    round(cast(sum(ms) as double) / 60000, 1) as minutes,
    round(cast(sum(case when is_estimated = 1 then ms end) as double) / 60000, 1) as estimated,
    count(distinct song_id) as songs,
    count(distinct artist_key) as artists,
    count(distinct album_key) as albums,
    count(distinct local_date) as days
from placed
group by account, period
order by account asc, period asc"""

DAYS = """with by_song as (
    select account, local_date, song_id,
        sum(is_play) as plays, sum(1 - is_play) as skips, sum(ms) as ms
    from heard
    group by account, local_date, song_id
)

select account, local_date,
    cast(sum(plays) as bigint) as plays,
    cast(sum(skips) as bigint) as skips,
    round(cast(sum(ms) as double) / 60000, 1) as minutes,
    max_by(song_id, coalesce(ms, 0) + plays) as song
from by_song
group by account, local_date
order by account asc, local_date asc"""

CLOCK = """select account, month,
    (day_of_week(played_at_local) - 1) * 24 + hour(played_at_local) as slot,
    cast(sum(is_play) as bigint) as plays,
    round(cast(sum(ms) as double) / 60000, 1) as minutes
from heard
group by account, month, (day_of_week(played_at_local) - 1) * 24 + hour(played_at_local)
order by account asc, month asc, slot asc"""

DISCOVERIES = """with artist as (
    select account, artist_key,
        min(month) as month, min(local_date) as first_date, max(local_date) as last_date
    from heard
    where artist_key is not null and is_play = 1
    group by account, artist_key
)

select account, month, count(*) as new_artists,
    count(*) filter (where date_diff('day', cast(first_date as date), cast(last_date as date)) >= 30) as stayed
from artist
group by account, month
order by account asc, month asc"""

DECADES = """with placed as (
    select heard.account, heard.month, year(album_latest.release_date) / 10 * 10 as decade,
        sum(heard.is_play) as plays, sum(heard.ms) as ms
    from heard
    inner join album_latest on heard.album_id = album_latest.album_id
    where album_latest.release_date is not null
    group by heard.account, heard.month, year(album_latest.release_date) / 10 * 10
)

select account, month, cast(decade as varchar) as label,
    cast(plays as bigint) as plays, round(cast(ms as double) / 60000, 1) as minutes
from placed
order by account asc, month asc, label asc"""

GENRES = """with tagged as (
    select artist_latest.artist_id, tag.genre
    from artist_latest
    cross join unnest(artist_latest.genres) as tag (genre)
),

by_month as (
    select heard.account, heard.month, tagged.genre, sum(heard.is_play) as plays, sum(heard.ms) as ms
    from heard
    inner join tagged on heard.artist_id = tagged.artist_id
    group by heard.account, heard.month, tagged.genre
),

ranked as (
    select account, month, genre, plays, ms,
        row_number() over (partition by account, genre order by month asc) as nth,
        sum(plays) over (partition by account, genre) as all_plays
    from by_month
),

leading as (
    select account, genre,
        row_number() over (partition by account order by all_plays desc, genre asc) as place
    from ranked
    where nth = 1
)

select ranked.account, ranked.month, ranked.genre as label,
    cast(ranked.plays as bigint) as plays, round(cast(ranked.ms as double) / 60000, 1) as minutes
from ranked
inner join leading on ranked.account = leading.account and ranked.genre = leading.genre
where leading.place <= 40
order by ranked.account asc, ranked.month asc, label asc"""

SESSIONS = """with timed as (
    select account, listener, played_at_local as end_at, coalesce(ms, 0) as ms, is_play, song_id,
        date_add('millisecond', -coalesce(ms, 0), played_at_local) as start_at,
        lag(played_at_local) over (partition by account, listener order by played_at_local asc, song_id asc) as last_at
    from heard
),

numbered as (
    select account, listener, start_at, end_at, ms, is_play, song_id,
        sum(case when date_diff('minute', last_at, start_at) <= 30 then 0 else 1 end) over (
            partition by account, listener order by end_at asc, song_id asc
            rows between unbounded preceding and current row
        ) as session
    from timed
),

session as (
    select account, listener, session,
        min(start_at) as start_at,
        max(end_at) as end_at,
        cast(sum(is_play) as bigint) as plays,
        round(cast(sum(ms) as double) / 60000, 1) as minutes,
        count(distinct song_id) as songs
    from numbered
    group by account, listener, session
),

ranked as (
    select account, listener, start_at, end_at, plays, minutes, songs,
        row_number() over (
            partition by account, year(start_at) order by minutes desc nulls last, plays desc, start_at asc
        ) as place
    from session
    where plays > 1
)

select account, start_at, end_at, plays, minutes, songs
from ranked
where place <= 10
order by minutes desc nulls last, plays desc, start_at asc"""

CHART = """with risen as (
    select account, source_kind, source_id, count(*) as rises
    from listing_change
    where item_kind = 'song' and change = 'rose'
    group by account, source_kind, source_id
),

followed as (
    select chart_day.account, chart_day.source_kind, chart_day.source_id,
        row_number() over (
            order by count(distinct chart_day.extraction_date) desc, max(chart_day.source_name) is null asc,
                coalesce(max(risen.rises), 0) desc, count(*) desc,
                chart_day.source_id asc, chart_day.source_kind asc, chart_day.account asc
        ) as rank
    from chart_day
    left join risen
        on chart_day.account = risen.account
        and chart_day.source_kind = risen.source_kind
        and chart_day.source_id = risen.source_id
    group by chart_day.account, chart_day.source_kind, chart_day.source_id
),

place as (
    select followed.rank, chart_day.account,
        coalesce(chart_day.source_name, concat(chart_day.source_kind, ' ', chart_day.source_id)) as source_name,
        chart_day.extraction_date, chart_day.song_id, chart_day.place,
        dense_rank() over (
            partition by chart_day.account, chart_day.source_kind, chart_day.source_id
            order by chart_day.extraction_date desc
        ) as days_ago
    from followed
    inner join chart_day
        on followed.account = chart_day.account
        and followed.source_kind = chart_day.source_kind
        and followed.source_id = chart_day.source_id
    where followed.rank <= 6
),

leader as (
    select rank, song_id, row_number() over (partition by rank order by place asc, song_id asc) as nth
    from place
    where days_ago = 1
),

day as (
    select rank, account, max(source_name) as source_name, extraction_date
    from place
    where days_ago <= 120
    group by rank, account, extraction_date
)

select day.rank, day.account, day.source_name, day.extraction_date, leader.nth, leader.song_id,
    coalesce(song_full.name, leader.song_id) as song_name, song_full.artist_names, place.place
from day
inner join leader on day.rank = leader.rank
left join place
    on day.rank = place.rank and day.extraction_date = place.extraction_date and leader.song_id = place.song_id
left join song_full on leader.song_id = song_full.song_id
where leader.nth <= 8
order by day.rank asc, leader.nth asc, day.extraction_date asc"""

CHANGES = """select listing_change.account, listing_change.extraction_date,
    coalesce(
        listing_change.source_name, concat(listing_change.source_kind, ' ', listing_change.source_id)
    ) as source_name,
    listing_change.change,
    coalesce(song_full.name, listing_change.item_id) as song_name,
    song_full.artist_names,
    listing_change.item_id as song_id
from listing_change
left join song_full on listing_change.item_id = song_full.song_id
where listing_change.item_kind = 'song' and listing_change.change in ('entered', 'left')
order by listing_change.extraction_date desc, source_name asc, listing_change.change asc, song_name asc,
    listing_change.item_id asc
limit 400"""

UNPLAYED = """select account, added_at, song_name, artist_names, album_name, song_id,
    count(*) over (partition by account) as songs
from saved_unplayed
order by added_at desc nulls last, song_id asc
limit 200"""

FOLLOWED = """with follows as (
    select distinct account, item_id as artist_id
    from listing_now
    where source_kind = 'followed_artists' and item_kind = 'artist' and item_id is not null
),

credit as (
    select distinct album_id, artist_id
    from album_artist
)

select follows.account, album_latest.release_date_text as released, album_latest.name as album_name,
    artist_latest.name as artist_name, album_latest.album_type, album_latest.album_id
from follows
inner join credit on follows.artist_id = credit.artist_id
inner join album_latest on credit.album_id = album_latest.album_id
left join artist_latest on follows.artist_id = artist_latest.artist_id
where album_latest.release_date is not null
order by album_latest.release_date desc, album_latest.name asc, album_latest.album_id asc, artist_latest.name asc
limit 100"""

LISTED_ALBUMS = """select
    song_full.album_name,
    max(song_full.artist_name) as artist_name,
    count(distinct listing_now.item_id) as songs,
    song_full.album_id
from listing_now
inner join song_full on listing_now.item_id = song_full.song_id
where song_full.album_id is not null
group by song_full.album_name, song_full.album_id
order by songs desc, song_full.album_id asc
limit 12"""

KEPT = """select
    (select count(*) from song_latest)
    + (
        select count(distinct play_history.song_id)
        from play_history
        left join song_latest on play_history.song_id = song_latest.song_id
        where song_latest.song_id is null
    ) as songs,
    (select count(*) from artist_latest)
    + (select count(distinct artist_key) from play_history where artist_id is null) as artists,
    (select count(*) from album_latest)
    + (select count(distinct album_key) from play_history where album_id is null) as albums,
    (select count(*) from play_history where ms_played is null or ms_played >= 30000) as plays,
    (select count(*) from load_status) as days,
    (select count(*) from listing_latest) as sources,
    (select cast(coalesce(sum(open_records), 0) as bigint) from rejected_by_reason) as records_rejected,
    (select max(newest_at) from freshness where table_name not in ('raw_object', 'rejected_record')) as newest_at,
    (select max(last_loaded_at) from load_status) as last_loaded_at"""

FRESHNESS = """select table_name, row_count, first_date, last_date, newest_at
from freshness
order by table_name asc"""

COVERS = """select 'album' as kind, album_id as id, image_url from album_latest where image_url like 'https://%'
union all
select 'artist' as kind, artist_id as id, image_url from artist_latest where image_url like 'https://%'"""
