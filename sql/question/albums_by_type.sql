-- albums_by_type: How many albums, singles and compilations do I have?
-- Grain: one row per album_type; null where the type is not known. Reads: album_latest.
with parameter as (
    select date '1900-01-01' as seen_since
),

counted as (
    select
        album_latest.album_type,
        count(*) as albums
    from album_latest
    inner join parameter on album_latest.last_seen_date >= parameter.seen_since
    group by album_latest.album_type
)

select
    album_type,
    albums,
    round(100 * cast(albums as double) / sum(albums) over (), 1) as share_percent
from counted
order by albums desc, album_type asc nulls last
