-- load_status: what was loaded for each day of extraction, and whether it is complete.
-- is_complete is false where an object could not be read or a run did not read everything it planned, and null where
-- that is unknown. Times are UTC without a zone, because an Athena view cannot hold a zone.
-- Grain: one row per extraction_date. Reads: raw_object.
create or replace view load_status as
select
    extraction_date,
    count(*) as objects,
    count(*) filter (where status = 'loaded') as loaded,
    count(*) filter (where status is distinct from 'loaded') as unreadable,
    sum(coalesce(entries, 0)) as entries,
    sum(coalesce(accepted, 0)) as accepted,
    sum(
        coalesce(skipped_null_entry, 0)
        + coalesce(skipped_local_file, 0)
        + coalesce(skipped_episode, 0)
        + coalesce(skipped_show, 0)
        + coalesce(skipped_audiobook, 0)
        + coalesce(skipped_playlist, 0)
    ) as skipped,
    sum(coalesce(rejected_entries, 0)) as rejected_entries,
    sum(coalesce(rejected_documents, 0)) as rejected_documents,
    case
        when count(*) filter (where status is distinct from 'loaded' or is_complete = false) > 0 then false
        when count(*) filter (where is_complete is null) = 0 then true
    end as is_complete,
    cast(max(loaded_at) as timestamp(3)) as last_loaded_at
from raw_object
group by extraction_date
