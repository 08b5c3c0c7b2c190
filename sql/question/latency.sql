-- latency: How long does it take until new data is loaded?
-- Grain: one row per extraction_date, the newest first. Reads: load_latency.
with parameter as (
    select
        date '1900-01-01' as since,
        date '9999-12-31' as until
)

select
    load_latency.extraction_date,
    load_latency.objects,
    load_latency.least_seconds,
    load_latency.average_seconds,
    load_latency.most_seconds
from load_latency
inner join parameter on load_latency.extraction_date between parameter.since and parameter.until
order by load_latency.extraction_date desc
