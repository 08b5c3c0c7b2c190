-- listing_on_day: What did each source list on a day?
-- Where a source was not read on the day, its last reading in the look_back_days before counts; without a day it is the
-- newest reading. Names are those of that time, so that no other days are read.
-- Grain: one row per account, source_kind, source_id and position. Reads: listing_day, song.
with parameter as (
    select
        cast(null as date) as day,
        7 as look_back_days,
        cast(null as varchar) as source_kind,
        cast(null as varchar) as source_id,
        100 as "limit"
),

near as (
    select
        listing_day.account,
        listing_day.source_kind,
        listing_day.source_id,
        listing_day.source_name,
        listing_day.extraction_date,
        listing_day.walk_date,
        listing_day.position,
        listing_day.item_kind,
        listing_day.item_id,
        rank() over (
            partition by listing_day.account, listing_day.source_kind, listing_day.source_id
            order by listing_day.extraction_date desc
        ) as day_rank
    from listing_day
    inner join parameter
        on
            listing_day.extraction_date >= coalesce(
                cast(date_add('day', -parameter.look_back_days, parameter.day) as date), date '1900-01-01'
            )
            and listing_day.extraction_date <= coalesce(parameter.day, date '9999-12-31')
    where
        (parameter.source_kind is null or listing_day.source_kind = parameter.source_kind)
        and (parameter.source_id is null or listing_day.source_id = parameter.source_id)
),

song_name as (
    select
        song.song_id,
        max_by(song.name, song.extraction_date) filter (where song.name is not null) as name
    from song
    inner join parameter
        on
            song.extraction_date >= coalesce(
                cast(date_add('day', -35 - parameter.look_back_days, parameter.day) as date), date '1900-01-01'
            )
            and song.extraction_date <= coalesce(parameter.day, date '9999-12-31')
    group by song.song_id
)

select
    near.extraction_date,
    near.source_kind,
    near.source_name,
    near.position,
    near.item_kind,
    song_name.name as song_name,
    near.walk_date,
    near.item_id,
    near.source_id,
    near.account
from near
inner join parameter on near.position <= parameter."limit"
left join song_name on near.item_kind = 'song' and near.item_id = song_name.song_id
where near.day_rank = 1
order by near.account asc, near.source_kind asc, near.source_id asc, near.position asc
