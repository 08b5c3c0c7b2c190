-- chart_run: the whole time of each song in a source: days, best and average place, streaks.
-- current_streak is 0 where the song has left.
-- Grain: one row per account, source_kind, source_id and song_id. Reads: chart_streak.
create or replace view chart_run as
select
    account,
    source_kind,
    source_id,
    max(source_name) as source_name,
    song_id,
    min(first_date) as first_date,
    max(last_date) as last_date,
    cast(sum(days) as bigint) as days,
    min(best_place) as best_place,
    round(cast(sum(sum_of_places) as double) / cast(sum(days) as double), 2) as average_place,
    count(*) as streaks,
    max(days) as longest_streak,
    coalesce(max(days) filter (where is_current), 0) as current_streak
from chart_streak
group by account, source_kind, source_id, song_id
