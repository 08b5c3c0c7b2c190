-- latest_listing: What is on each playlist and list now?
-- Name a source_kind, a source_id or both to see less. walk_date is the day on which this was listed.
-- Grain: one row per account, source_kind, source_id and position.
-- Reads: album_latest, artist_latest, listing_now, song_full.
with parameter as (
    select
        cast(null as varchar) as account,
        cast(null as varchar) as source_kind,
        cast(null as varchar) as source_id,
        100 as "limit"
)

select
    listing_now.source_kind,
    listing_now.source_name,
    listing_now.position,
    listing_now.item_kind,
    coalesce(song_full.name, album_latest.name, artist_latest.name) as item_name,
    song_full.artist_names,
    song_full.album_name,
    listing_now.added_at,
    listing_now.walk_date,
    listing_now.item_id,
    listing_now.source_id,
    listing_now.account
from listing_now
inner join parameter
    on
        listing_now.account = coalesce(parameter.account, listing_now.account)
        and listing_now.source_kind = coalesce(parameter.source_kind, listing_now.source_kind)
        and listing_now.source_id = coalesce(parameter.source_id, listing_now.source_id)
        and listing_now.position <= parameter."limit"
left join song_full on listing_now.item_kind = 'song' and listing_now.item_id = song_full.song_id
left join album_latest on listing_now.item_kind = 'album' and listing_now.item_id = album_latest.album_id
left join artist_latest on listing_now.item_kind = 'artist' and listing_now.item_id = artist_latest.artist_id
order by
    listing_now.account asc,
    listing_now.source_kind asc,
    listing_now.source_name asc nulls last,
    listing_now.source_id asc,
    listing_now.position asc
