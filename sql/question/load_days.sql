-- load_days: What was loaded for each day, and is it complete?
-- Grain: one row per extraction_date, the newest first. Reads: load_status.
with parameter as (
    select 30 as "limit"
),

ranked as (
    select
        row_number() over (order by extraction_date desc) as place,
        extraction_date,
        objects,
        loaded,
        unreadable,
        entries,
        accepted,
        skipped,
        rejected_entries,
        rejected_documents,
        is_complete,
        last_loaded_at
    from load_status
)

select
    ranked.extraction_date,
    ranked.objects,
    ranked.loaded,
    ranked.unreadable,
    ranked.entries,
    ranked.accepted,
    ranked.skipped,
    ranked.rejected_entries,
    ranked.rejected_documents,
    ranked.is_complete,
    ranked.last_loaded_at
from ranked
inner join parameter on ranked.place <= parameter."limit"
order by ranked.extraction_date desc
