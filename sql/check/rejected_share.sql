-- rejected_share: days on which too large a share of the entries was rejected.
-- A day with few entries is checked if it has at least least_rejected rejected ones.
-- Severity: warning. Remedy: Ask the question rejections why; after an update load --replay-rejected reads them
-- again.
-- Grain: one row per extraction_date. Reads: load_status.
with parameter as (
    select
        5 as most_percent,
        3 as least_rejected
),

shared as (
    select
        load_status.extraction_date,
        load_status.entries,
        load_status.rejected_entries,
        round(
            100 * cast(load_status.rejected_entries as double) / cast(nullif(load_status.entries, 0) as double), 1
        ) as rejected_percent,
        parameter.most_percent
    from load_status
    inner join parameter on load_status.rejected_entries >= parameter.least_rejected
)

select
    extraction_date,
    entries,
    rejected_entries,
    rejected_percent,
    concat('at most ', cast(most_percent as varchar), ' percent') as expected
from shared
where rejected_percent > most_percent
order by extraction_date asc
