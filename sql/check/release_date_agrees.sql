-- release_date_agrees: albums whose release date is not the first day of what Spotify gave as text and precision.
-- Grain: one row per album_id and extraction_date. Reads: album.
with read_again as (
    select
        album_id,
        extraction_date,
        release_date_text,
        release_date_precision,
        release_date,
        case release_date_precision
            when 'year' then try_cast(concat(release_date_text, '-01-01') as date)
            when 'month' then try_cast(concat(release_date_text, '-01') as date)
            when 'day' then try_cast(release_date_text as date)
        end as expected
    from album
)

select
    album_id,
    extraction_date,
    release_date_text,
    release_date_precision,
    release_date,
    expected
from read_again
where release_date is not null and release_date is distinct from expected
order by album_id asc, extraction_date asc
