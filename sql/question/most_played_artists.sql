-- most_played_artists: Which artists were played most, of all time or of a week?
-- An artist is the first one of a song. by_time=true ranks by minutes, which are known from an account's export only;
-- else by plays. The days are those of the listener's clock.
-- Grain: one row per account and artist_id. Reads: artist_latest, play_once, song_latest.
with parameter as (
    select
        10 as "limit",
        date '1900-01-01' as since,
        date '9999-12-30' as until,
        false as by_time,
        cast(null as varchar) as account
),

counted as (
    select
        play_once.account,
        song_latest.artist_id,
        count(*) as plays,
        count(distinct play_once.song_id) as songs,
        cast(sum(play_once.ms_played) as bigint) as ms_played
    from play_once
    inner join song_latest on play_once.song_id = song_latest.song_id
    inner join parameter
        on
            cast(play_once.played_at_local as date) between parameter.since and parameter.until
            and play_once.played_date >= cast(date_add('day', -1, parameter.since) as date)
            and play_once.played_date <= cast(date_add('day', 1, parameter.until) as date)
    where
        song_latest.artist_id is not null
        and (parameter.account is null or play_once.account = parameter.account)
    group by play_once.account, song_latest.artist_id
),

ranked as (
    select
        row_number() over (
            partition by counted.account
            order by
                case when parameter.by_time then coalesce(counted.ms_played, 0) else counted.plays end desc,
                counted.plays desc,
                counted.artist_id asc
        ) as place,
        counted.plays,
        counted.songs,
        counted.ms_played,
        counted.artist_id,
        counted.account
    from counted
    cross join parameter
)

select
    ranked.place,
    artist_latest.name as artist_name,
    ranked.plays,
    ranked.songs,
    round(cast(ranked.ms_played as double) / 60000, 1) as minutes_played,
    ranked.artist_id,
    ranked.account
from ranked
inner join parameter on ranked.place <= parameter."limit"
left join artist_latest on ranked.artist_id = artist_latest.artist_id
order by ranked.account asc, ranked.place asc
