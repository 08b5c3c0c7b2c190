-- song_duration: how long each song is, and its class: short below 2:30, medium, long from 5:00.
-- Duration and class are null where they are not known; 0 ms is not known either.
-- Grain: one row per song_id. Reads: song_latest.
create or replace view song_duration as
select
    song_id,
    name as song_name,
    artist_id,
    album_id,
    nullif(duration_ms, 0) as duration_ms,
    case
        when duration_ms > 0
            then concat(
                cast(duration_ms / 60000 as varchar),
                ':',
                lpad(cast(duration_ms % 60000 / 1000 as varchar), 2, '0')
            )
    end as duration,
    case
        when duration_ms > 0 and duration_ms < 150000 then 'short'
        when duration_ms >= 300000 then 'long'
        when duration_ms > 0 then 'medium'
    end as length_class
from song_latest
