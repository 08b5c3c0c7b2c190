-- layers: How many rows does each layer have, and how fresh are they?
-- Layers: 1 raw objects, 2 their entries, 3 tables. days_old counts from the newest day of all.
-- Grain: one row per layer and name. Reads: freshness, load_status.
with parameter as (
    select 1 as first_layer
),

entry as (
    select
        cast(coalesce(sum(entries), 0) as bigint) as entries,
        cast(coalesce(sum(accepted), 0) as bigint) as accepted,
        cast(coalesce(sum(skipped), 0) as bigint) as skipped,
        cast(coalesce(sum(rejected_entries), 0) as bigint) as rejected,
        min(extraction_date) as first_date,
        max(extraction_date) as last_date,
        max(last_loaded_at) as newest_at
    from load_status
),

layer as (
    select
        case when table_name = 'raw_object' then 1 else 3 end as layer,
        table_name as name,
        row_count,
        first_date,
        last_date,
        newest_at
    from freshness
    union all
    select
        2 as layer,
        'entries' as name,
        entries as row_count,
        first_date,
        last_date,
        newest_at
    from entry
    union all
    select
        2 as layer,
        'entries accepted' as name,
        accepted as row_count,
        first_date,
        last_date,
        newest_at
    from entry
    union all
    select
        2 as layer,
        'entries skipped' as name,
        skipped as row_count,
        first_date,
        last_date,
        newest_at
    from entry
    union all
    select
        2 as layer,
        'entries rejected' as name,
        rejected as row_count,
        first_date,
        last_date,
        newest_at
    from entry
)

select
    layer.layer,
    layer.name,
    layer.row_count,
    layer.first_date,
    layer.last_date,
    date_diff('day', layer.last_date, max(layer.last_date) over ()) as days_old,
    layer.newest_at
from layer
inner join parameter on layer.layer >= parameter.first_layer
order by layer asc, name asc -- noqa: RF02
