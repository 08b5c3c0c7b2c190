-- song_by_week: the place of each song in each source over a week, kept so that years of charts are read at once.
-- Written by years, so that there are fewer than 100 partitions at any age. ${location} is set by who writes it.
-- Grain: one row per account, source_kind, source_id, week_date and song_id. Reads: chart_week, song_latest.
create table song_by_week
with (
    table_type = 'ICEBERG',
    is_external = false,
    location = '${location}',
    format = 'PARQUET',
    write_compression = 'ZSTD',
    partitioning = array['year(week_date)']
) as
select
    chart_week.account,
    chart_week.source_kind,
    chart_week.source_id,
    chart_week.source_name,
    chart_week.week_date,
    chart_week.song_id,
    song_latest.name as song_name,
    song_latest.artist_id,
    chart_week.place,
    chart_week.points,
    chart_week.days,
    chart_week.best_place
from chart_week
left join song_latest on chart_week.song_id = song_latest.song_id
