-- listening_month: how much was played in each month of the listener's clock, and how many artists were new.
-- An artist is the first one of a song, by name where no id is known, and is new in the month of the first known play.
-- A play of less than 30 seconds is a skip, as Spotify counts. How long was played is known from an account's export only.
-- New is who was not played before, so every play is read, whichever month is asked about.
-- Grain: one row per account and month_date. Reads: play_history.
create or replace view listening_month as
with played as (
    select
        account,
        cast(date_trunc('month', played_at_local) as date) as month_date,
        song_id,
        artist_key,
        ms_played,
        case when ms_played < 30000 then 0 else 1 end as is_play
    from play_history
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
    counted.account,
    counted.month_date,
    counted.plays,
    counted.skips,
    counted.songs,
    counted.artists,
    coalesce(new_artist.new_artists, 0) as new_artists,
    counted.ms_played
from counted
left join new_artist
    on
        counted.account = new_artist.account
        and counted.month_date = new_artist.month_date
