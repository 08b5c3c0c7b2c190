-- load_latency: how long it took from writing a raw object to having loaded it, by day of extraction.
-- Grain: one row per extraction_date. Reads: raw_object.
create or replace view load_latency as
with waited as (
    select
        extraction_date,
        date_diff('millisecond', cast(written_at as timestamp(3)), cast(loaded_at as timestamp(3))) as wait_ms
    from raw_object
    where written_at is not null and loaded_at is not null
)

select
    extraction_date,
    count(*) as objects,
    round(cast(min(wait_ms) as double) / 1000, 1) as least_seconds,
    round(avg(cast(wait_ms as double)) / 1000, 1) as average_seconds,
    round(cast(max(wait_ms) as double) / 1000, 1) as most_seconds
from waited
group by extraction_date
