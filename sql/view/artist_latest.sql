-- artist_latest: what is known of each artist: per column the newest known value, so that today's mention of an artist
-- on a song does not hide last week's genres.
-- Grain: one row per artist_id. Reads: artist.
create or replace view artist_latest as
select
    artist_id,
    max_by(name, extraction_date) filter (where name is not null) as name,
    max_by(genres, extraction_date) filter (where genres is not null) as genres,
    max_by(followers, extraction_date) filter (where followers is not null) as followers,
    max_by(popularity, extraction_date) filter (where popularity is not null) as popularity,
    max_by(image_url, extraction_date) filter (where image_url is not null) as image_url,
    max_by(url, extraction_date) filter (where url is not null) as url,
    min(extraction_date) as first_seen_date,
    max(extraction_date) as last_seen_date
from artist
group by artist_id
