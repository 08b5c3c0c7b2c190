-- rejected_over_time: What share of the data was rejected, by origin and month?
-- came_by is import for files, extraction for answers that the extractor fetched. A rising share is a change at Spotify,
-- or of an export.
-- Grain: one row per account, came_by and month. Reads: raw_object.
with parameter as (
    select
        cast(null as varchar) as account,
        1 as least_entries
),

counted as (
    select
        account,
        case when raw_key like '%-import-%' then 'import' else 'extraction' end as came_by,
        cast(date_trunc('month', extraction_date) as date) as month,
        coalesce(entries, 0) as entries,
        coalesce(rejected_entries, 0) as rejected_entries,
        coalesce(rejected_documents, 0) as rejected_documents
    from raw_object
    where status in ('loaded', 'expired')
),

summed as (
    select
        counted.account,
        counted.came_by,
        counted.month,
        count(*) as objects,
        sum(counted.entries) as entries,
        sum(counted.rejected_entries) as rejected_entries,
        sum(counted.rejected_documents) as rejected_documents
    from counted
    inner join parameter on parameter.account is null or counted.account = parameter.account
    group by counted.account, counted.came_by, counted.month
)

select
    summed.account,
    summed.came_by,
    summed.month,
    summed.objects,
    summed.entries,
    summed.rejected_entries,
    summed.rejected_documents,
    round(
        100 * cast(summed.rejected_entries as double) / cast(nullif(summed.entries, 0) as double), 1
    ) as rejected_percent
from summed
inner join parameter on summed.entries >= parameter.least_entries
order by summed.account asc, summed.came_by asc, summed.month desc
