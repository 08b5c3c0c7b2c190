-- listing_change: what entered, left, rose and fell in each source since the day it was read before.
-- Reads that broke off are left out. An item listed twice counts at its first place. places is positive for a rise.
-- The day read before may be any, so every day is read, whichever is asked about.
-- Grain: one row per account, source_kind, source_id, extraction_date, item_kind and item_id.
-- Reads: listing_day, listing_walk.
create or replace view listing_change as
with day as (
    select
        account,
        source_kind,
        source_id,
        extraction_date,
        source_name,
        lag(extraction_date) over (
            partition by account, source_kind, source_id order by extraction_date asc
        ) as previous_date
    from listing_walk
    where walk_date is not null and is_complete is distinct from false
),

item as (
    select
        account,
        source_kind,
        source_id,
        extraction_date,
        item_kind,
        item_id,
        min(position) as position
    from listing_day
    where item_id is not null and is_complete is distinct from false
    group by account, source_kind, source_id, extraction_date, item_kind, item_id
),

after_item as (
    select
        day.account,
        day.source_kind,
        day.source_id,
        day.extraction_date,
        item.item_kind,
        item.item_id,
        item.position
    from day
    inner join item
        on
            day.account = item.account
            and day.source_kind = item.source_kind
            and day.source_id = item.source_id
            and day.extraction_date = item.extraction_date
    where day.previous_date is not null
),

before_item as (
    select
        day.account,
        day.source_kind,
        day.source_id,
        day.extraction_date,
        item.item_kind,
        item.item_id,
        item.position
    from day
    inner join item
        on
            day.account = item.account
            and day.source_kind = item.source_kind
            and day.source_id = item.source_id
            and day.previous_date = item.extraction_date
),

compared as (
    select
        coalesce(after_item.account, before_item.account) as account,
        coalesce(after_item.source_kind, before_item.source_kind) as source_kind,
        coalesce(after_item.source_id, before_item.source_id) as source_id,
        coalesce(after_item.extraction_date, before_item.extraction_date) as extraction_date,
        coalesce(after_item.item_kind, before_item.item_kind) as item_kind,
        coalesce(after_item.item_id, before_item.item_id) as item_id,
        after_item.position,
        before_item.position as previous_position
    from after_item
    full outer join before_item
        on
            after_item.account = before_item.account
            and after_item.source_kind = before_item.source_kind
            and after_item.source_id = before_item.source_id
            and after_item.extraction_date = before_item.extraction_date
            and after_item.item_kind = before_item.item_kind
            and after_item.item_id = before_item.item_id
)

select
    compared.account,
    compared.source_kind,
    compared.source_id,
    day.source_name,
    compared.extraction_date,
    day.previous_date,
    case
        when compared.previous_position is null then 'entered'
        when compared.position is null then 'left'
        when compared.position < compared.previous_position then 'rose'
        else 'fell'
    end as change,
    compared.item_kind,
    compared.item_id,
    compared.position,
    compared.previous_position,
    compared.previous_position - compared.position as places
from compared
inner join day
    on
        compared.account = day.account
        and compared.source_kind = day.source_kind
        and compared.source_id = day.source_id
        and compared.extraction_date = day.extraction_date
where compared.position is distinct from compared.previous_position
