-- most_played_songs: Which songs did I play most, of all time or in a week?
-- by_time=true ranks by minutes, else by plays; skips alone do not count. The days are those of the listener's
-- clock, and one more day on either side is read, because tables keep UTC.
-- A play of less than least_seconds is a skip; 30 is how Spotify counts. Minutes are those of plays and skips, and known
-- from an account's export only.
-- Grain: one row per account and song_id. Reads: play_history.
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
        play_history.song_id,
        max(play_history.song_name) as song_name,
        max(play_history.artist_names) as artist_names,
        max(play_history.album_name) as album_name,
        cast(
            sum(case when play_history.ms_played < parameter.least_seconds * 1000 then 0 else 1 end) as bigint
        ) as plays,
        cast(
            sum(case when play_history.ms_played < parameter.least_seconds * 1000 then 1 else 0 end) as bigint
        ) as skips,
        cast(sum(play_history.ms_played) as bigint) as ms_played
    from play_history
    inner join parameter
        on
            cast(play_history.played_at_local as date) between parameter.since and parameter.until
            and play_history.played_date >= cast(date_add('day', -1, parameter.since) as date)
            and play_history.played_date <= cast(date_add('day', 1, parameter.until) as date)
    where parameter.account is null or play_history.account = parameter.account
    group by play_history.account, play_history.song_id
),

ranked as (
    select
        row_number() over (
            partition by counted.account
            order by
                case when parameter.by_time then coalesce(counted.ms_played, 0) else counted.plays end desc,
                counted.plays desc,
                counted.song_name asc nulls last,
                counted.song_id asc
        ) as place,
        counted.song_name,
        counted.artist_names,
        counted.album_name,
        counted.plays,
        counted.skips,
        counted.ms_played,
        counted.song_id,
        counted.account
    from counted
    cross join parameter
    where counted.plays > 0
)

select
    ranked.place,
    ranked.song_name,
    ranked.artist_names,
    ranked.album_name,
    ranked.plays,
    ranked.skips,
    round(cast(ranked.ms_played as double) / 60000, 1) as minutes_played,
    ranked.song_id,
    ranked.account
from ranked
inner join parameter on ranked.place <= parameter."limit"
order by ranked.account asc, ranked.place asc
