-- listing_positions: listings in which a position is missing, below 1 or taken twice.
-- Severity: error. Remedy: Rebuild the day with load --reload; if it stays, report it with the raw object.
-- Grain: one row per account, source_kind, source_id, extraction_date and position. Reads: listing_entry.
select
    account,
    source_kind,
    source_id,
    extraction_date,
    position,
    count(*) as entries,
    'each position from 1 taken once' as expected
from listing_entry
group by account, source_kind, source_id, extraction_date, position
having count(*) > 1 or position is null or position < 1
order by account asc, source_kind asc, source_id asc, extraction_date asc, position asc
