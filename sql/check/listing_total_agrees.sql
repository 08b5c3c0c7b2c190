-- listing_total_agrees: reads that the extractor's summary calls complete, with more entries than Spotify announced.
-- Fewer are normal: Spotify counts entries that it does not return.
-- Severity: warning. Remedy: Nothing, if the list changed while it was read; the next read heals it.
-- Grain: one row per account, source_kind, source_id and extraction_date. Reads: listing.
select
    account,
    source_kind,
    source_id,
    extraction_date,
    cardinality(entries) as entries,
    total as expected
from listing
where
    is_complete
    and entries is not null
    and total is not null
    and cardinality(entries) > total
order by account asc, source_kind asc, source_id asc, extraction_date asc
