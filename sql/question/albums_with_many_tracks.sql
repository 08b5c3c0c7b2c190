-- albums_with_many_tracks: Which albums have many tracks?
-- Grain: one row per album_id. Reads: album_summary.
with parameter as (
    select
        10 as least_tracks,
        20 as "limit"
),

ranked as (
    select
        row_number() over (
            order by album_summary.total_tracks desc, album_summary.name asc nulls last, album_summary.album_id asc
        ) as place,
        album_summary.total_tracks,
        album_summary.name,
        album_summary.artist_name,
        album_summary.release_date_text,
        album_summary.songs,
        album_summary.album_id
    from album_summary
    inner join parameter on album_summary.total_tracks >= parameter.least_tracks
)

select
    ranked.place,
    ranked.total_tracks,
    ranked.name as album_name,
    ranked.artist_name,
    ranked.release_date_text as released,
    ranked.songs as known_songs,
    ranked.album_id
from ranked
inner join parameter on ranked.place <= parameter."limit"
order by ranked.place asc
