-- artist_trend: How many songs had an artist in a chart over time, and how high did they stand?
-- Without an artist_id it is the artist with the most entries; name a source_id to choose the chart.
-- Grain: one row per account, source_kind, source_id, artist_id and extraction_date.
-- Reads: artist_latest, chart_day, song_latest.
with parameter as (
    select
        cast(null as varchar) as artist_id,
        cast(null as varchar) as source_id,
        date '1900-01-01' as since,
        date '9999-12-31' as until
),

credit as (
    select distinct
        song_latest.song_id,
        member.artist_id
    from song_latest
    cross join unnest(song_latest.artist_ids) with ordinality as member (artist_id, position)
),

counted as (
    select
        chart_day.account,
        chart_day.source_kind,
        chart_day.source_id,
        chart_day.extraction_date,
        credit.artist_id,
        max(chart_day.source_name) as source_name,
        count(*) as songs,
        min(chart_day.place) as best_place
    from chart_day
    inner join credit on chart_day.song_id = credit.song_id
    inner join parameter on chart_day.extraction_date between parameter.since and parameter.until
    where
        (parameter.artist_id is null or credit.artist_id = parameter.artist_id)
        and (parameter.source_id is null or chart_day.source_id = parameter.source_id)
    group by
        chart_day.account,
        chart_day.source_kind,
        chart_day.source_id,
        chart_day.extraction_date,
        credit.artist_id
),

most as (
    select
        artist_id,
        row_number() over (order by sum(songs) desc, artist_id asc) as place
    from counted
    group by artist_id
)

select
    counted.extraction_date,
    counted.source_name,
    artist_latest.name as artist_name,
    counted.songs,
    counted.best_place,
    counted.artist_id,
    counted.source_kind,
    counted.source_id,
    counted.account
from counted
inner join most on counted.artist_id = most.artist_id and most.place = 1
left join artist_latest on counted.artist_id = artist_latest.artist_id
order by counted.account asc, counted.source_kind asc, counted.source_id asc, counted.extraction_date asc
