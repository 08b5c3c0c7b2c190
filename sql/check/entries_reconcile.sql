-- entries_reconcile: loaded objects whose entries are not accounted for, one by one.
-- Severity: error. Remedy: Rebuild the day with load --reload; if it stays, the load counts wrongly: report it with
-- the raw object.
-- Grain: one row per raw_key. Reads: raw_object.
with accounted as (
    select
        raw_key,
        extraction_date,
        entries,
        accepted
        + skipped_null_entry
        + skipped_local_file
        + skipped_episode
        + skipped_show
        + skipped_audiobook
        + skipped_playlist
        + rejected_entries as accounted_entries
    from raw_object
    where status = 'loaded'
)

select
    raw_key,
    extraction_date,
    entries,
    accounted_entries,
    'entries = accounted_entries, both known' as expected
from accounted
where
    entries is null
    or accounted_entries is null
    or entries <> accounted_entries
order by raw_key asc
