-- listing_items_known: songs, albums and artists that a source listed but their table does not know.
-- Severity: warning. Remedy: Rebuild the days with load --reload; if they stay, look at the raw object of the
-- listing.
-- Grain: one row per item_kind and item_id. Reads: album, artist, listing_entry, song.
with known as (
    select distinct
        'song' as item_kind,
        song_id as item_id
    from song
    union all
    select distinct
        'album' as item_kind,
        album_id as item_id
    from album
    union all
    select distinct
        'artist' as item_kind,
        artist_id as item_id
    from artist
)

select
    listing_entry.item_kind,
    listing_entry.item_id,
    count(*) as entries,
    min(listing_entry.source_id) as example_source_id,
    max(listing_entry.extraction_date) as last_date,
    concat('a row of ', listing_entry.item_kind, ' with this id') as expected
from listing_entry
left join known
    on
        listing_entry.item_kind = known.item_kind
        and listing_entry.item_id = known.item_id
where
    listing_entry.item_kind in ('song', 'album', 'artist')
    and listing_entry.item_id is not null
    and known.item_id is null
group by listing_entry.item_kind, listing_entry.item_id
order by listing_entry.item_kind asc, listing_entry.item_id asc
