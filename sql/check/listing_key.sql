-- listing_key: keys of listing that occur twice or have a part missing.
-- Severity: error. Remedy: Only the load writes here: find what else did, then rebuild the days with load --reload.
-- Grain: one row per account, source_kind, source_id and extraction_date. Reads: listing.
select
    account,
    source_kind,
    source_id,
    extraction_date,
    count(*) as row_count,
    'one row, no part of the key null' as expected
from listing
group by account, source_kind, source_id, extraction_date
having count(*) > 1 or account is null or source_kind is null or source_id is null or extraction_date is null
order by account asc, source_kind asc, source_id asc, extraction_date asc
