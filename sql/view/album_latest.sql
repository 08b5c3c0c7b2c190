-- album_latest: what is known of each album: per column the newest known value, so that today's summary of an album
-- does not hide last week's label. The three release date columns are taken together, from one row.
-- Grain: one row per album_id. Reads: album.
create or replace view album_latest as
select
    album_id,
    max_by(name, extraction_date) filter (where name is not null) as name,
    max_by(album_type, extraction_date) filter (where album_type is not null) as album_type,
    max_by(release_date_text, extraction_date) filter (where release_date_text is not null) as release_date_text,
    nullif(
        max_by(coalesce(release_date_precision, ''), extraction_date) filter (where release_date_text is not null),
        ''
    ) as release_date_precision,
    -- The substitutes keep the null of a date that cannot be read: engines differ on a null in max_by.
    nullif(
        max_by(coalesce(release_date, date '0001-01-01'), extraction_date) filter (where release_date_text is not null),
        date '0001-01-01'
    ) as release_date,
    max_by(total_tracks, extraction_date) filter (where total_tracks is not null) as total_tracks,
    max_by(artist_id, extraction_date) filter (where artist_id is not null) as artist_id,
    max_by(artist_ids, extraction_date) filter (where artist_ids is not null) as artist_ids,
    max_by(label, extraction_date) filter (where label is not null) as label,
    max_by(upc, extraction_date) filter (where upc is not null) as upc,
    max_by(popularity, extraction_date) filter (where popularity is not null) as popularity,
    max_by(image_url, extraction_date) filter (where image_url is not null) as image_url,
    max_by(url, extraction_date) filter (where url is not null) as url,
    min(extraction_date) as first_seen_date,
    max(extraction_date) as last_seen_date
from album
group by album_id
