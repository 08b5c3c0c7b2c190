-- row_traceable: raw objects that rows name as their origin but the ledger does not know.
-- Severity: error. Remedy: Load once more; if it stays, the ledger was changed: use rebuild.
-- Grain: one row per table_name and raw_key. Reads: album, artist, listing, play, raw_object, song.
with origin as (
    select
        'album' as table_name,
        raw_key
    from album
    union all
    select
        'artist' as table_name,
        raw_key
    from artist
    union all
    select
        'song' as table_name,
        raw_key
    from song
    union all
    select
        'listing' as table_name,
        raw_key
    from listing
    union all
    select
        'play' as table_name,
        raw_key
    from play
)

select
    origin.table_name,
    origin.raw_key,
    count(*) as row_count,
    'a raw_key of the ledger' as expected
from origin
left join raw_object on origin.raw_key = raw_object.raw_key
where raw_object.raw_key is null
group by origin.table_name, origin.raw_key
order by origin.table_name asc, origin.raw_key asc
