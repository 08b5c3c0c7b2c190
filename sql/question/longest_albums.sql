-- longest_albums: Which albums are the longest?
-- is_whole says that all songs of the album are known; else the album is longer than shown.
-- Grain: one row per album_id. Reads: album_summary.
with parameter as (
    select 10 as "limit"
),

ranked as (
    select
        row_number() over (order by duration_ms desc, name asc nulls last, album_id asc) as place,
        round(cast(duration_ms as double) / 60000, 1) as minutes,
        name,
        artist_name,
        songs,
        total_tracks,
        is_whole,
        album_id
    from album_summary
    where duration_ms > 0
)

select
    ranked.place,
    ranked.minutes,
    ranked.name as album_name,
    ranked.artist_name,
    ranked.songs as known_songs,
    ranked.total_tracks,
    ranked.is_whole,
    ranked.album_id
from ranked
inner join parameter on ranked.place <= parameter."limit"
order by ranked.place asc
