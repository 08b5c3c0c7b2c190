-- rejections: Which data was rejected, and why?
-- Grain: one row per reason. Reads: rejected_by_reason.
with parameter as (
    select 0 as least_open_records
)

select
    rejected_by_reason.reason,
    rejected_by_reason.open_records,
    rejected_by_reason.resolved_records,
    rejected_by_reason.objects,
    rejected_by_reason.first_extraction_date,
    rejected_by_reason.last_extraction_date
from rejected_by_reason
inner join parameter on rejected_by_reason.open_records >= parameter.least_open_records
order by rejected_by_reason.open_records desc, rejected_by_reason.reason asc nulls last
