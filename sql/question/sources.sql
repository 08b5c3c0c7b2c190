-- sources: Which playlists and lists are read, and when was each last read in full?
-- walk_date is the day of the full read that best shows what the source lists now; null if there was none.
-- Grain: one row per account, source_kind and source_id. Reads: listing_latest.
with parameter as (
    select
        cast(null as varchar) as account,
        cast(null as varchar) as source_kind
)

select
    listing_latest.source_kind,
    listing_latest.name,
    listing_latest.status,
    listing_latest.entry_count,
    listing_latest.total,
    listing_latest.is_complete,
    listing_latest.walk_date,
    listing_latest.last_seen_date,
    listing_latest.source_id,
    listing_latest.account
from listing_latest
cross join parameter
where
    listing_latest.account = coalesce(parameter.account, listing_latest.account)
    and listing_latest.source_kind = coalesce(parameter.source_kind, listing_latest.source_kind)
order by
    listing_latest.account asc,
    listing_latest.source_kind asc,
    listing_latest.name asc nulls last,
    listing_latest.source_id asc
