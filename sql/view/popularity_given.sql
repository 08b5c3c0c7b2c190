-- popularity_given: which figures of popularity Spotify gave to this app, since when and until when.
-- availability is `not given to this app` where a column has no value in any row.
-- Grain: one row per table_name and column_name. Reads: album, artist, song.
create or replace view popularity_given as
with given as (
    select
        'album' as table_name,
        'popularity' as column_name,
        count(*) as row_count,
        count(popularity) as rows_given,
        min(extraction_date) filter (where popularity is not null) as first_date,
        max(extraction_date) filter (where popularity is not null) as last_date
    from album
    union all
    select
        'album' as table_name,
        'label' as column_name,
        count(*) as row_count,
        count(label) as rows_given,
        min(extraction_date) filter (where label is not null) as first_date,
        max(extraction_date) filter (where label is not null) as last_date
    from album
    union all
    select
        'artist' as table_name,
        'popularity' as column_name,
        count(*) as row_count,
        count(popularity) as rows_given,
        min(extraction_date) filter (where popularity is not null) as first_date,
        max(extraction_date) filter (where popularity is not null) as last_date
    from artist
    union all
    select
        'artist' as table_name,
        'followers' as column_name,
        count(*) as row_count,
        count(followers) as rows_given,
        min(extraction_date) filter (where followers is not null) as first_date,
        max(extraction_date) filter (where followers is not null) as last_date
    from artist
    union all
    select
        'song' as table_name,
        'popularity' as column_name,
        count(*) as row_count,
        count(popularity) as rows_given,
        min(extraction_date) filter (where popularity is not null) as first_date,
        max(extraction_date) filter (where popularity is not null) as last_date
    from song
)

select
    table_name,
    column_name,
    case when rows_given = 0 then 'not given to this app' else 'given' end as availability,
    rows_given,
    row_count,
    first_date,
    last_date
from given
