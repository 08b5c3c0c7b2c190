-- freshness: how many rows each table has, of which days, and when Spotify last showed one of them.
-- Times are UTC without a zone, because an Athena view cannot hold a zone.
-- Grain: one row per table_name. Reads: album, artist, listing, play, raw_object, rejected_record, song.
create or replace view freshness as
select
    'album' as table_name,
    count(*) as row_count,
    min(extraction_date) as first_date,
    max(extraction_date) as last_date,
    cast(max(seen_at) as timestamp(3)) as newest_at
from album
union all
select
    'artist' as table_name,
    count(*) as row_count,
    min(extraction_date) as first_date,
    max(extraction_date) as last_date,
    cast(max(seen_at) as timestamp(3)) as newest_at
from artist
union all
select
    'song' as table_name,
    count(*) as row_count,
    min(extraction_date) as first_date,
    max(extraction_date) as last_date,
    cast(max(seen_at) as timestamp(3)) as newest_at
from song
union all
select
    'listing' as table_name,
    count(*) as row_count,
    min(extraction_date) as first_date,
    max(extraction_date) as last_date,
    cast(max(seen_at) as timestamp(3)) as newest_at
from listing
union all
select
    'play' as table_name,
    count(*) as row_count,
    cast(min(played_at) as date) as first_date,
    cast(max(played_at) as date) as last_date,
    cast(max(seen_at) as timestamp(3)) as newest_at
from play
union all
select
    'raw_object' as table_name,
    count(*) as row_count,
    min(extraction_date) as first_date,
    max(extraction_date) as last_date,
    cast(max(written_at) as timestamp(3)) as newest_at
from raw_object
union all
select
    'rejected_record' as table_name,
    count(*) as row_count,
    min(extraction_date) as first_date,
    max(extraction_date) as last_date,
    cast(null as timestamp(3)) as newest_at
from rejected_record
