-- reconciliation: what became of the entries of each raw object: accepted, skipped or rejected.
-- difference is 0 where every entry is accounted for, and null for an object that could not be read.
-- Grain: one row per raw_key. Reads: raw_object.
create or replace view reconciliation as
with counted as (
    select
        raw_key,
        extraction_date,
        account,
        status,
        entries,
        accepted,
        skipped_null_entry
        + skipped_local_file
        + skipped_episode
        + skipped_show
        + skipped_audiobook
        + skipped_playlist as skipped,
        rejected_entries,
        rejected_documents
    from raw_object
)

select
    raw_key,
    extraction_date,
    account,
    status,
    entries,
    accepted,
    skipped,
    rejected_entries,
    rejected_documents,
    entries - accepted - skipped - rejected_entries as difference
from counted
