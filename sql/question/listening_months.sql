-- listening_months: How much did I listen each month, and to how many new artists?
-- Artists are the first ones of songs, by name where no id is known. New is who was not played in a month before.
-- A play of less than least_seconds is a skip; 30 is how Spotify counts. Minutes are those of plays and skips, and known
-- from an account's export only.
-- Grain: one row per account and month_date. Reads: play_history.
with parameter as (
    select
        cast(null as varchar) as account,
        date '1900-01-01' as since,
        date '9999-12-31' as until,
        30 as least_seconds
),

played as (
    select
        play_history.account,
        cast(date_trunc('month', play_history.played_at_local) as date) as month_date,
        play_history.song_id,
        play_history.artist_key,
        play_history.ms_played,
        case when play_history.ms_played < parameter.least_seconds * 1000 then 0 else 1 end as is_play
    from play_history
    cross join parameter
    where parameter.account is null or play_history.account = parameter.account
),

first_month as (
    select
        account,
        artist_key,
        min(month_date) as month_date
    from played
    where artist_key is not null
    group by account, artist_key
),

new_artist as (
    select
        account,
        month_date,
        count(*) as new_artists
    from first_month
    group by account, month_date
),

counted as (
    select
        account,
        month_date,
        cast(sum(is_play) as bigint) as plays,
        cast(sum(1 - is_play) as bigint) as skips,
        count(distinct song_id) as songs,
        count(distinct artist_key) as artists,
        cast(sum(ms_played) as bigint) as ms_played
    from played
    group by account, month_date
)

select
    counted.month_date,
    counted.plays,
    counted.skips,
    counted.songs,
    counted.artists,
    coalesce(new_artist.new_artists, 0) as new_artists,
    round(cast(counted.ms_played as double) / 60000, 1) as minutes_played,
    counted.account
from counted
inner join parameter on counted.month_date between parameter.since and parameter.until
left join new_artist
    on
        counted.account = new_artist.account
        and counted.month_date = new_artist.month_date
order by counted.account asc, counted.month_date asc
