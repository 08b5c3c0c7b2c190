-- saved_but_never_played: Which saved songs have I never played?
-- Accounts without known plays are left out. The songs saved first come first.
-- Grain: one row per account and song_id. Reads: saved_unplayed.
with parameter as (
    select
        cast(null as varchar) as account,
        50 as "limit"
),

ranked as (
    select
        row_number() over (
            partition by saved_unplayed.account
            order by saved_unplayed.added_at asc nulls last, saved_unplayed.song_id asc
        ) as place,
        saved_unplayed.song_name,
        saved_unplayed.artist_names,
        saved_unplayed.album_name,
        saved_unplayed.added_at,
        saved_unplayed.plays_known_since,
        saved_unplayed.song_id,
        saved_unplayed.account
    from saved_unplayed
    cross join parameter
    where parameter.account is null or saved_unplayed.account = parameter.account
)

select
    ranked.place,
    ranked.song_name,
    ranked.artist_names,
    ranked.album_name,
    ranked.added_at,
    ranked.plays_known_since,
    ranked.song_id,
    ranked.account
from ranked
inner join parameter on ranked.place <= parameter."limit"
order by ranked.account asc, ranked.place asc
