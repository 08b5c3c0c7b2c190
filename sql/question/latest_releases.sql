-- latest_releases: Which albums are the newest?
-- The date is as Spotify gave it: 1979, 1981-12 or 2025-01-13; an album known by year counts as of its first day.
-- Grain: one row per album_id. Reads: album_summary.
with parameter as (
    select
        20 as "limit",
        cast(null as varchar) as album_type
),

ranked as (
    select
        row_number() over (
            order by album_summary.release_date desc, album_summary.name asc nulls last, album_summary.album_id asc
        ) as place,
        album_summary.release_date_text,
        album_summary.name,
        album_summary.artist_name,
        album_summary.album_type,
        album_summary.total_tracks,
        album_summary.album_id
    from album_summary
    cross join parameter
    where
        album_summary.release_date is not null
        and (parameter.album_type is null or album_summary.album_type = parameter.album_type)
)

select
    ranked.place,
    ranked.release_date_text as released,
    ranked.name as album_name,
    ranked.artist_name,
    ranked.album_type,
    ranked.total_tracks,
    ranked.album_id
from ranked
inner join parameter on ranked.place <= parameter."limit"
order by ranked.place asc
