-- new_artists: Which artists did I discover, and when?
-- An artist is the first one of a song, by name where no id is known. The newest discoveries come first; days are those
-- of the listener's clock. Heard is what was played for least_seconds or longer; minutes are known from an account's
-- export only.
-- Grain: one row per account and artist (artist_id, or the name where no id is known). Reads: play_history.
with parameter as (
    select
        20 as "limit",
        cast(null as varchar) as account,
        30 as least_seconds
),

heard as (
    select
        play_history.account,
        play_history.artist_key,
        max(play_history.artist_id) as artist_id,
        max(play_history.artist_name) as artist_name,
        min(play_history.played_at_local) as first_played_at,
        count(*) as plays,
        cast(sum(play_history.ms_played) as bigint) as ms_played
    from play_history
    cross join parameter
    where
        play_history.artist_key is not null
        and (play_history.ms_played is null or play_history.ms_played >= parameter.least_seconds * 1000)
        and (parameter.account is null or play_history.account = parameter.account)
    group by play_history.account, play_history.artist_key
),

ranked as (
    select
        row_number() over (
            partition by account order by first_played_at desc, artist_key asc
        ) as place,
        artist_name,
        first_played_at,
        plays,
        ms_played,
        artist_id,
        account
    from heard
)

select
    ranked.place,
    ranked.artist_name,
    ranked.first_played_at,
    ranked.plays,
    round(cast(ranked.ms_played as double) / 60000, 1) as minutes_played,
    ranked.artist_id,
    ranked.account
from ranked
inner join parameter on ranked.place <= parameter."limit"
order by ranked.account asc, ranked.place asc
