-- artist_trend: How did an artist do in a chart over time?
-- Without an artist_id it is the artist with the most entries; name a source_id to choose the chart.
-- Credits and names are those of that time or of the 35 days before, so that no other days are read.
-- Grain: one row per account, source_kind, source_id, artist_id and extraction_date.
-- Reads: artist, listing, listing_basis, listing_entry, song.
with parameter as (
    select
        cast(null as varchar) as artist_id,
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
    where listing_entry.item_kind = 'song' and listing_entry.item_id is not null
    group by
        listing_entry.account,
        listing_entry.source_kind,
        listing_entry.source_id,
        listing_entry.extraction_date,
        listing_entry.item_id
),

credited as (
    select
        song.song_id,
        max_by(song.artist_ids, song.extraction_date) filter (where song.artist_ids is not null) as artist_ids
    from song
    inner join parameter
        on
            song.extraction_date >= cast(date_add('day', -35, parameter.since) as date)
            and song.extraction_date <= parameter.until
    group by song.song_id
),

credit as (
    select distinct
        credited.song_id,
        member.artist_id
    from credited
    cross join unnest(credited.artist_ids) with ordinality as member (artist_id, position)
),

counted as (
    select
        basis.account,
        basis.source_kind,
        basis.source_id,
        basis.extraction_date,
        credit.artist_id,
        count(*) as songs,
        min(placed.place) as best_place
    from basis
    inner join placed
        on
            basis.account = placed.account
            and basis.source_kind = placed.source_kind
            and basis.source_id = placed.source_id
            and basis.walk_date = placed.walk_date
    inner join credit on placed.song_id = credit.song_id
    cross join parameter
    where parameter.artist_id is null or credit.artist_id = parameter.artist_id
    group by
        basis.account,
        basis.source_kind,
        basis.source_id,
        basis.extraction_date,
        credit.artist_id
),

most as (
    select
        artist_id,
        row_number() over (order by sum(songs) desc, artist_id asc) as place
    from counted
    group by artist_id
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

artist_name as (
    select
        artist.artist_id,
        max_by(artist.name, artist.extraction_date) filter (where artist.name is not null) as name
    from artist
    inner join parameter
        on
            artist.extraction_date >= cast(date_add('day', -35, parameter.since) as date)
            and artist.extraction_date <= parameter.until
    group by artist.artist_id
)

select
    counted.extraction_date,
    source_name.name as source_name,
    artist_name.name as artist_name,
    counted.songs,
    counted.best_place,
    counted.artist_id,
    counted.source_kind,
    counted.source_id,
    counted.account
from counted
inner join most on counted.artist_id = most.artist_id and most.place = 1
left join source_name
    on
        counted.account = source_name.account
        and counted.source_kind = source_name.source_kind
        and counted.source_id = source_name.source_id
left join artist_name on counted.artist_id = artist_name.artist_id
order by counted.account asc, counted.source_kind asc, counted.source_id asc, counted.extraction_date asc
