-- song_trend: How did a song do in a chart over time?
-- Without a song_id it is the song that was in a chart on most of these days; name a source_id to choose the
-- chart. rise is positive where the song moved up since the last day on which it was there.
-- Names are those of that time or of the 35 days before, so that no other days are read.
-- Grain: one row per account, source_kind, source_id, song_id and extraction_date.
-- Reads: listing, listing_basis, listing_entry, song.
with parameter as (
    select
        cast(null as varchar) as song_id,
        cast(null as varchar) as source_id,
        date '1900-01-01' as since,
        date '9999-12-31' as until
),

basis as (
    select
        listing_basis.account,
        listing_basis.source_kind,
        listing_basis.source_id,
        listing_basis.extraction_date,
        max(listing_basis.walk_date) as walk_date
    from listing_basis
    inner join parameter
        on
            listing_basis.extraction_date between parameter.since and parameter.until
            and listing_basis.walk_date >= cast(date_add('day', -35, parameter.since) as date)
            and listing_basis.walk_date <= parameter.until
    where parameter.source_id is null or listing_basis.source_id = parameter.source_id
    group by
        listing_basis.account,
        listing_basis.source_kind,
        listing_basis.source_id,
        listing_basis.extraction_date
),

placed as (
    select
        listing_entry.account,
        listing_entry.source_kind,
        listing_entry.source_id,
        listing_entry.extraction_date as walk_date,
        listing_entry.item_id as song_id,
        min(listing_entry.position) as place
    from listing_entry
    inner join parameter
        on
            listing_entry.extraction_date >= cast(date_add('day', -35, parameter.since) as date)
            and listing_entry.extraction_date <= parameter.until
    where
        listing_entry.item_kind = 'song'
        and listing_entry.item_id is not null
        and (parameter.song_id is null or listing_entry.item_id = parameter.song_id)
    group by
        listing_entry.account,
        listing_entry.source_kind,
        listing_entry.source_id,
        listing_entry.extraction_date,
        listing_entry.item_id
),

stood as (
    select
        basis.account,
        basis.source_kind,
        basis.source_id,
        basis.extraction_date,
        placed.song_id,
        placed.place
    from basis
    inner join placed
        on
            basis.account = placed.account
            and basis.source_kind = placed.source_kind
            and basis.source_id = placed.source_id
            and basis.walk_date = placed.walk_date
),

ranked as (
    select
        account,
        source_kind,
        source_id,
        song_id,
        row_number() over (
            order by
                count(*) desc,
                min(place) asc,
                song_id asc,
                account asc,
                source_kind asc,
                source_id asc
        ) as place
    from stood
    group by account, source_kind, source_id, song_id
),

chosen as (
    select
        ranked.account,
        ranked.source_kind,
        ranked.source_id,
        ranked.song_id
    from ranked
    cross join parameter
    where parameter.song_id is not null or ranked.place = 1
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
            listing.extraction_date >= cast(date_add('day', -35, parameter.since) as date)
            and listing.extraction_date <= parameter.until
    group by listing.account, listing.source_kind, listing.source_id
),

song_name as (
    select
        song.song_id,
        max_by(song.name, song.extraction_date) filter (where song.name is not null) as name
    from song
    inner join parameter
        on
            song.extraction_date >= cast(date_add('day', -35, parameter.since) as date)
            and song.extraction_date <= parameter.until
    group by song.song_id
)

select
    stood.extraction_date,
    source_name.name as source_name,
    song_name.name as song_name,
    stood.place,
    lag(stood.place) over (
        partition by stood.account, stood.source_kind, stood.source_id, stood.song_id
        order by stood.extraction_date asc
    ) - stood.place as rise,
    stood.song_id,
    stood.source_kind,
    stood.source_id,
    stood.account
from stood
inner join chosen
    on
        stood.account = chosen.account
        and stood.source_kind = chosen.source_kind
        and stood.source_id = chosen.source_id
        and stood.song_id = chosen.song_id
left join source_name
    on
        stood.account = source_name.account
        and stood.source_kind = source_name.source_kind
        and stood.source_id = source_name.source_id
left join song_name on stood.song_id = song_name.song_id
order by
    stood.account asc,
    stood.source_kind asc,
    stood.source_id asc,
    stood.song_id asc,
    stood.extraction_date asc
