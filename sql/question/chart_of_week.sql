-- chart_of_week: Which songs led the charts of a week?
-- Any source with an order is a chart. A week is named by any of its days and begins on Monday; without one it is the
-- newest of each source. A day gives as many points as the list has places for the first place, down to 1.
-- Names are those of the week or of the 35 days before, so that no other days are read.
-- Grain: one row per account, source_kind, source_id and song_id.
-- Reads: artist, listing, listing_basis, listing_entry, song.
with parameter as (
    select
        cast(null as date) as week,
        cast(null as varchar) as source_id,
        10 as "limit"
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
            listing_basis.extraction_date >= coalesce(
                cast(date_trunc('week', parameter.week) as date), date '1900-01-01'
            )
            and listing_basis.extraction_date <= coalesce(
                cast(date_add('day', 6, date_trunc('week', parameter.week)) as date), date '9999-12-31'
            )
            and listing_basis.walk_date >= coalesce(
                cast(date_add('day', -35, date_trunc('week', parameter.week)) as date), date '1900-01-01'
            )
            and listing_basis.walk_date <= coalesce(
                cast(date_add('day', 6, date_trunc('week', parameter.week)) as date), date '9999-12-31'
            )
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
            listing_entry.extraction_date >= coalesce(
                cast(date_add('day', -35, date_trunc('week', parameter.week)) as date), date '1900-01-01'
            )
            and listing_entry.extraction_date <= coalesce(
                cast(date_add('day', 6, date_trunc('week', parameter.week)) as date), date '9999-12-31'
            )
    where listing_entry.item_kind = 'song' and listing_entry.item_id is not null
    group by
        listing_entry.account,
        listing_entry.source_kind,
        listing_entry.source_id,
        listing_entry.extraction_date,
        listing_entry.item_id
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
                cast(date_add('day', -35, date_trunc('week', parameter.week)) as date), date '1900-01-01'
            )
            and listing.extraction_date <= coalesce(
                cast(date_add('day', 6, date_trunc('week', parameter.week)) as date), date '9999-12-31'
            )
    group by listing.account, listing.source_kind, listing.source_id
),

scored as (
    select
        basis.account,
        basis.source_kind,
        basis.source_id,
        cast(date_trunc('week', basis.extraction_date) as date) as week_date,
        placed.song_id,
        placed.place,
        max(placed.place) over (
            partition by basis.account, basis.source_kind, basis.source_id, basis.extraction_date
        ) + 1 - placed.place as points
    from basis
    inner join placed
        on
            basis.account = placed.account
            and basis.source_kind = placed.source_kind
            and basis.source_id = placed.source_id
            and basis.walk_date = placed.walk_date
),

counted as (
    select
        account,
        source_kind,
        source_id,
        week_date,
        song_id,
        cast(sum(points) as bigint) as points,
        count(*) as days,
        min(place) as best_place,
        rank() over (partition by account, source_kind, source_id order by week_date desc) as week_rank
    from scored
    group by account, source_kind, source_id, week_date, song_id
),

ranked as (
    select
        account,
        source_kind,
        source_id,
        week_date,
        song_id,
        points,
        days,
        best_place,
        row_number() over (
            partition by account, source_kind, source_id order by points desc, best_place asc, song_id asc
        ) as place
    from counted
    where week_rank = 1
),

song_name as (
    select
        song.song_id,
        max_by(song.name, song.extraction_date) filter (where song.name is not null) as name,
        max_by(song.artist_id, song.extraction_date) filter (where song.artist_id is not null) as artist_id
    from song
    inner join parameter
        on
            song.extraction_date >= coalesce(
                cast(date_add('day', -35, date_trunc('week', parameter.week)) as date), date '1900-01-01'
            )
            and song.extraction_date <= coalesce(
                cast(date_add('day', 6, date_trunc('week', parameter.week)) as date), date '9999-12-31'
            )
    group by song.song_id
),

artist_name as (
    select
        artist.artist_id,
        max_by(artist.name, artist.extraction_date) filter (where artist.name is not null) as name
    from artist
    inner join parameter
        on
            artist.extraction_date >= coalesce(
                cast(date_add('day', -35, date_trunc('week', parameter.week)) as date), date '1900-01-01'
            )
            and artist.extraction_date <= coalesce(
                cast(date_add('day', 6, date_trunc('week', parameter.week)) as date), date '9999-12-31'
            )
    group by artist.artist_id
)

select
    ranked.week_date,
    source_name.name as source_name,
    ranked.place,
    song_name.name as song_name,
    artist_name.name as artist_name,
    ranked.points,
    ranked.days,
    ranked.best_place,
    ranked.song_id,
    ranked.source_kind,
    ranked.source_id,
    ranked.account
from ranked
inner join parameter on ranked.place <= parameter."limit"
left join source_name
    on
        ranked.account = source_name.account
        and ranked.source_kind = source_name.source_kind
        and ranked.source_id = source_name.source_id
left join song_name on ranked.song_id = song_name.song_id
left join artist_name on song_name.artist_id = artist_name.artist_id
order by ranked.account asc, ranked.source_kind asc, ranked.source_id asc, ranked.place asc
