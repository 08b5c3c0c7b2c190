-- artist_statistics: How many songs and albums of each artist, how long, and from when to when?
-- Short songs are below 2:30, long ones from 5:00. The artists with the most songs come first.
-- Grain: one row per artist_id. Reads: artist_summary.
with parameter as (
    select
        20 as "limit",
        cast(null as varchar) as artist_id
),

ranked as (
    select
        row_number() over (
            order by
                artist_summary.songs desc,
                artist_summary.albums desc,
                artist_summary.name asc nulls last,
                artist_summary.artist_id asc
        ) as place,
        artist_summary.name,
        artist_summary.albums,
        artist_summary.songs,
        round(cast(artist_summary.average_duration_ms as double) / 1000, 1) as average_seconds,
        artist_summary.short_songs,
        artist_summary.medium_songs,
        artist_summary.long_songs,
        artist_summary.explicit_percent,
        artist_summary.first_release_text,
        artist_summary.last_release_text,
        artist_summary.artist_id
    from artist_summary
    cross join parameter
    where parameter.artist_id is null or artist_summary.artist_id = parameter.artist_id
)

select
    ranked.place,
    ranked.name as artist_name,
    ranked.albums,
    ranked.songs,
    ranked.average_seconds,
    ranked.short_songs,
    ranked.medium_songs,
    ranked.long_songs,
    ranked.explicit_percent,
    ranked.first_release_text as first_release,
    ranked.last_release_text as last_release,
    ranked.artist_id
from ranked
inner join parameter on ranked.place <= parameter."limit"
order by ranked.place asc
