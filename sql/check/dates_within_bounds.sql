-- dates_within_bounds: days and times that cannot be: before Spotify or recorded music, or after they were seen.
-- A release may be announced some days ahead. A clock may be off by a day.
-- Severity: warning. Remedy: Look at the raw object: what Spotify or an export gave is kept as it is; a wrong clock
-- of an import is mended by importing with --date.
-- Grain: one row per table_name, column_name and date_seen. Reads: album, artist, listing, play, raw_object, song.
with parameter as (
    select
        date '2006-04-23' as first_day,
        date '1860-01-01' as first_release,
        400 as most_days_ahead
),

dated as (
    select
        'album' as table_name,
        'extraction_date' as column_name,
        album.extraction_date as date_seen,
        parameter.first_day as earliest,
        cast(date_add('day', 1, coalesce(cast(album.seen_at as date), album.extraction_date)) as date) as latest
    from album
    cross join parameter
    union all
    select
        'album' as table_name,
        'release_date' as column_name,
        album.release_date as date_seen,
        parameter.first_release as earliest,
        cast(date_add('day', parameter.most_days_ahead, album.extraction_date) as date) as latest
    from album
    cross join parameter
    where album.release_date is not null
    union all
    select
        'artist' as table_name,
        'extraction_date' as column_name,
        artist.extraction_date as date_seen,
        parameter.first_day as earliest,
        cast(date_add('day', 1, coalesce(cast(artist.seen_at as date), artist.extraction_date)) as date) as latest
    from artist
    cross join parameter
    union all
    select
        'song' as table_name,
        'extraction_date' as column_name,
        song.extraction_date as date_seen,
        parameter.first_day as earliest,
        cast(date_add('day', 1, coalesce(cast(song.seen_at as date), song.extraction_date)) as date) as latest
    from song
    cross join parameter
    union all
    select
        'listing' as table_name,
        'extraction_date' as column_name,
        listing.extraction_date as date_seen,
        parameter.first_day as earliest,
        cast(date_add('day', 1, coalesce(cast(listing.seen_at as date), listing.extraction_date)) as date) as latest
    from listing
    cross join parameter
    union all
    select
        'play' as table_name,
        'played_at' as column_name,
        cast(play.played_at as date) as date_seen,
        parameter.first_day as earliest,
        cast(date_add('day', 1, coalesce(cast(play.seen_at as date), cast(play.played_at as date))) as date) as latest
    from play
    cross join parameter
    union all
    select
        'raw_object' as table_name,
        'extraction_date' as column_name,
        raw_object.extraction_date as date_seen,
        parameter.first_day as earliest,
        cast(
            date_add('day', 1, coalesce(cast(raw_object.loaded_at as date), raw_object.extraction_date)) as date
        ) as latest
    from raw_object
    cross join parameter
)

select
    table_name,
    column_name,
    date_seen,
    count(*) as row_count,
    concat(cast(min(earliest) as varchar), ' to ', cast(min(latest) as varchar)) as expected
from dated
where date_seen < earliest or date_seen > latest
group by table_name, column_name, date_seen
order by table_name asc, column_name asc, date_seen asc
