-- listing_on_day: What was on each playlist and list on a given day?
-- Where a source was not read on the day, its last reading in the look_back_days before counts; without a day it is the
-- newest reading. Names are those of that time, so that no other days are read.
-- Grain: one row per account, source_kind, source_id and position. Reads: listing, listing_basis, listing_entry, song.
with parameter as (
    select
        cast(null as date) as day,
        7 as look_back_days,
        cast(null as varchar) as source_kind,
        cast(null as varchar) as source_id,
        100 as "limit"
),

basis as (
    select
        listing_basis.account,
        listing_basis.source_kind,
        listing_basis.source_id,
        listing_basis.extraction_date,
        max(listing_basis.walk_date) as walk_date,
        row_number() over (
            partition by listing_basis.account, listing_basis.source_kind, listing_basis.source_id
            order by listing_basis.extraction_date desc
        ) as day_rank
    from listing_basis
    inner join parameter
        on
            listing_basis.extraction_date >= coalesce(
                cast(date_add('day', -parameter.look_back_days, parameter.day) as date), date '1900-01-01'
            )
            and listing_basis.extraction_date <= coalesce(parameter.day, date '9999-12-31')
            and listing_basis.walk_date >= coalesce(
                cast(date_add('day', -35 - parameter.look_back_days, parameter.day) as date), date '1900-01-01'
            )
            and listing_basis.walk_date <= coalesce(parameter.day, date '9999-12-31')
    where
        (parameter.source_kind is null or listing_basis.source_kind = parameter.source_kind)
        and (parameter.source_id is null or listing_basis.source_id = parameter.source_id)
    group by
        listing_basis.account,
        listing_basis.source_kind,
        listing_basis.source_id,
        listing_basis.extraction_date
),

entry as (
    select
        listing_entry.account,
        listing_entry.source_kind,
        listing_entry.source_id,
        listing_entry.extraction_date as walk_date,
        listing_entry.position,
        listing_entry.item_kind,
        listing_entry.item_id
    from listing_entry
    inner join parameter
        on
            listing_entry.extraction_date >= coalesce(
                cast(date_add('day', -35 - parameter.look_back_days, parameter.day) as date), date '1900-01-01'
            )
            and listing_entry.extraction_date <= coalesce(parameter.day, date '9999-12-31')
            and listing_entry.position <= parameter."limit"
),

source_name as (
    select
        listing.account,
        listing.source_kind,
        listing.source_id,
        max_by(listing.name, listing.extraction_date) filter (where listing.name is not null) as name
    from listing
    inner join parameter
        on
            listing.extraction_date >= coalesce(
                cast(date_add('day', -35 - parameter.look_back_days, parameter.day) as date), date '1900-01-01'
            )
            and listing.extraction_date <= coalesce(parameter.day, date '9999-12-31')
    group by listing.account, listing.source_kind, listing.source_id
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
    basis.extraction_date,
    basis.source_kind,
    source_name.name as source_name,
    entry.position,
    entry.item_kind,
    song_name.name as song_name,
    basis.walk_date,
    entry.item_id,
    basis.source_id,
    basis.account
from basis
inner join entry
    on
        basis.account = entry.account
        and basis.source_kind = entry.source_kind
        and basis.source_id = entry.source_id
        and basis.walk_date = entry.walk_date
left join source_name
    on
        basis.account = source_name.account
        and basis.source_kind = source_name.source_kind
        and basis.source_id = source_name.source_id
left join song_name on entry.item_kind = 'song' and entry.item_id = song_name.song_id
where basis.day_rank = 1
order by basis.account asc, basis.source_kind asc, basis.source_id asc, entry.position asc
