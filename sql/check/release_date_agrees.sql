-- release_date_agrees: albums whose release date is not the first day of what Spotify gave as text and precision.
-- Where no precision was given, the text's own length is it.
-- Severity: warning. Remedy: Rebuild the day with load --reload; if it stays, report it with the raw object.
-- Grain: one row per album_id and extraction_date. Reads: album.
with precise as (
    select
        album_id,
        extraction_date,
        release_date_text,
        release_date_precision,
        release_date,
        coalesce(
            release_date_precision,
            case length(release_date_text)
                when 4 then 'year'
                when 7 then 'month'
                when 10 then 'day'
            end
        ) as precision_read
    from album
),

read_again as (
    select
        album_id,
        extraction_date,
        release_date_text,
        release_date_precision,
        release_date,
        case precision_read
            when 'year' then try_cast(concat(release_date_text, '-01-01') as date)
            when 'month' then try_cast(concat(release_date_text, '-01') as date)
            when 'day' then try_cast(release_date_text as date)
        end as expected
    from precise
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
