-- most_played_albums: Which albums did I play most, of all time or in a week?
-- An album is that of the song, by name and artist where no id is known.
-- by_time=true ranks by minutes, else by plays; skips alone do not count. The days are those of the listener's
-- clock, and one more day on either side is read, because tables keep UTC.
-- A play of less than least_seconds is a skip; 30 is how Spotify counts. Minutes are those of plays and skips, and known
-- from an account's export only.
-- Grain: one row per account and album (album_id, or the name where no id is known). Reads: play_history.
with parameter as (
    select
        10 as "limit",
        date '1900-01-01' as since,
        date '9999-12-30' as until,
        false as by_time,
        30 as least_seconds,
        cast(null as varchar) as account
),

counted as (
    select
        play_history.account,
        play_history.album_key,
        max(play_history.album_id) as album_id,
        max(play_history.album_name) as album_name,
        max(play_history.artist_name) as artist_name,
        cast(
            sum(case when play_history.ms_played < parameter.least_seconds * 1000 then 0 else 1 end) as bigint
        ) as plays,
        cast(
            sum(case when play_history.ms_played < parameter.least_seconds * 1000 then 1 else 0 end) as bigint
        ) as skips,
        count(distinct play_history.song_id) as songs,
        cast(sum(play_history.ms_played) as bigint) as ms_played
    from play_history
    inner join parameter
        on
            cast(play_history.played_at_local as date) between parameter.since and parameter.until
            and play_history.played_date >= cast(date_add('day', -1, parameter.since) as date)
            and play_history.played_date <= cast(date_add('day', 1, parameter.until) as date)
    where
        play_history.album_key is not null
        and (parameter.account is null or play_history.account = parameter.account)
    group by play_history.account, play_history.album_key
),

ranked as (
    select
        row_number() over (
            partition by counted.account
            order by
                case when parameter.by_time then coalesce(counted.ms_played, 0) else counted.plays end desc,
                counted.plays desc,
                counted.album_name asc nulls last,
                counted.album_key asc
        ) as place,
        counted.album_name,
        counted.artist_name,
        counted.plays,
        counted.skips,
        counted.songs,
        counted.ms_played,
        counted.album_id,
        counted.account
    from counted
    cross join parameter
    where counted.plays > 0
)

select
    ranked.place,
    ranked.album_name,
    ranked.artist_name,
    ranked.plays,
    ranked.skips,
    ranked.songs,
    round(cast(ranked.ms_played as double) / 60000, 1) as minutes_played,
    ranked.album_id,
    ranked.account
from ranked
inner join parameter on ranked.place <= parameter."limit"
order by ranked.account asc, ranked.place asc
