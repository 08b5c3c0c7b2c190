-- play_once: what was played, each play once: where an account's export reaches, the export counts, elsewhere the
-- recently played. Without names: who only counts plays need not read what is known of all songs.
-- Times are UTC without a zone, because an Athena view cannot hold a zone; played_at_local is the listener's clock.
-- played_date is the day in UTC: a condition on it lets an engine skip the months of the table that it rules out.
-- How far an export reaches is found in all its plays, whichever day is asked about.
-- Grain: one row per account, played_at, song_id and origin. Reads: play.
create or replace view play_once as
with export_span as (
    select
        account,
        min(played_at) as first_played_at,
        max(played_at) as last_played_at
    from play
    where origin = 'export'
    group by account
)

select
    play.account,
    cast(play.played_at as timestamp(3)) as played_at,
    cast(play.played_at_local as timestamp(3)) as played_at_local,
    cast(play.played_at as date) as played_date,
    play.origin,
    play.song_id,
    play.ms_played,
    play.context_type,
    play.context_id
from play
left join export_span on play.account = export_span.account
where
    play.origin = 'export'
    or export_span.account is null
    or play.played_at < export_span.first_played_at
    or play.played_at > export_span.last_played_at
