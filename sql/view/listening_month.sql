-- listening_month: how much was played in each month of the listener's clock, and how many artists were new.
-- An artist is the first one of a song, and is new in the month of the first known play.
-- New is who was not played before, so every play is read, whichever month is asked about.
-- Grain: one row per account and month_date. Reads: play_once, song_latest.
create or replace view listening_month as
with played as (
    select
        play_once.account,
        cast(date_trunc('month', play_once.played_at_local) as date) as month_date,
        play_once.song_id,
        song_latest.artist_id,
        play_once.ms_played
    from play_once
    left join song_latest on play_once.song_id = song_latest.song_id
    where play_once.played_at_local is not null
),

first_month as (
    select
        account,
        artist_id,
        min(month_date) as month_date
    from played
    where artist_id is not null
    group by account, artist_id
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
        count(*) as plays,
        count(distinct song_id) as songs,
        count(distinct artist_id) as artists,
        cast(sum(ms_played) as bigint) as ms_played
    from played
    group by account, month_date
)

select
    counted.account,
    counted.month_date,
    counted.plays,
    counted.songs,
    counted.artists,
    coalesce(new_artist.new_artists, 0) as new_artists,
    counted.ms_played
from counted
left join new_artist
    on
        counted.account = new_artist.account
        and counted.month_date = new_artist.month_date
