-- chart_all_time: Which songs led a chart of all time: most days, best places, longest streaks?
-- Any source with an order is a chart. Days are those on which the source was read.
-- Grain: one row per account, source_kind, source_id and song_id. Reads: chart_run, song_full.
with parameter as (
    select
        10 as "limit",
        cast(null as varchar) as source_id
),

ranked as (
    select
        chart_run.account,
        chart_run.source_kind,
        chart_run.source_id,
        chart_run.source_name,
        chart_run.song_id,
        chart_run.days,
        chart_run.best_place,
        chart_run.average_place,
        chart_run.longest_streak,
        chart_run.current_streak,
        row_number() over (
            partition by chart_run.account, chart_run.source_kind, chart_run.source_id
            order by
                chart_run.days desc, chart_run.average_place asc, chart_run.best_place asc, chart_run.song_id asc
        ) as place
    from chart_run
    cross join parameter
    where parameter.source_id is null or chart_run.source_id = parameter.source_id
)

select
    ranked.source_name,
    ranked.place,
    song_full.name as song_name,
    song_full.artist_names,
    ranked.days,
    ranked.best_place,
    ranked.average_place,
    ranked.longest_streak,
    ranked.current_streak,
    ranked.song_id,
    ranked.source_kind,
    ranked.source_id,
    ranked.account
from ranked
inner join parameter on ranked.place <= parameter."limit"
left join song_full on ranked.song_id = song_full.song_id
order by ranked.account asc, ranked.source_kind asc, ranked.source_id asc, ranked.place asc
