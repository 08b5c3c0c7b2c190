-- new_artists: Which artists were heard for the first time, and when?
-- An artist is the first one of a song. The newest discoveries come first; days are those of the listener's clock.
-- Grain: one row per account and artist_id. Reads: artist_latest, play_once, song_latest.
with parameter as (
    select
        20 as "limit",
        cast(null as varchar) as account
),

heard as (
    select
        play_once.account,
        song_latest.artist_id,
        min(play_once.played_at_local) as first_played_at,
        count(*) as plays
    from play_once
    inner join song_latest on play_once.song_id = song_latest.song_id
    cross join parameter
    where
        song_latest.artist_id is not null
        and (parameter.account is null or play_once.account = parameter.account)
    group by play_once.account, song_latest.artist_id
),

ranked as (
    select
        row_number() over (
            partition by account order by first_played_at desc, artist_id asc
        ) as place,
        first_played_at,
        plays,
        artist_id,
        account
    from heard
)

select
    ranked.place,
    artist_latest.name as artist_name,
    ranked.first_played_at,
    ranked.plays,
    ranked.artist_id,
    ranked.account
from ranked
inner join parameter on ranked.place <= parameter."limit"
left join artist_latest on ranked.artist_id = artist_latest.artist_id
order by ranked.account asc, ranked.place asc
