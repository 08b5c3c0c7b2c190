-- popular_songs: Which songs are the most popular on Spotify?
-- Spotify gives popularity (0 to 100) to some apps only; where none was given one row says so.
-- Grain: one row per song_id, or one without a song. Reads: song_full.
with parameter as (
    select 20 as "limit"
),

ranked as (
    select
        row_number() over (order by popularity desc, name asc nulls last, song_id asc) as place,
        popularity,
        name,
        artist_names,
        album_name,
        last_seen_date,
        song_id
    from song_full
    where popularity is not null
)

select
    case when ranked.song_id is null then 'not given to this app' else 'given' end as availability,
    ranked.place,
    ranked.popularity,
    ranked.name as song_name,
    ranked.artist_names,
    ranked.album_name,
    ranked.last_seen_date,
    ranked.song_id
from parameter
left join ranked on greatest(parameter."limit", 1) >= ranked.place
order by ranked.place asc nulls last
