-- play_once: what was played, each play once, even if recently played, the extended and the short history all report it.
-- Of plays that are one (play_twice) the richer stays, with what it was played from as recently played says; a play that
-- has no partner stays, also within the time of an export. Without names of the catalogue: who only counts plays need not
-- read what is known of all songs. A song of the short history has its id as soon as another play tells both.
-- Times are UTC without a zone, because an Athena view cannot hold a zone; played_at_local is the listener's clock, as
-- account_clock says when asked.
-- played_date is the day in UTC: a condition on it lets an engine skip the months of the table that it rules out.
-- Which plays are one is found in all plays, whichever day is asked about.
-- Grain: one row per account, played_at, song_id and origin. Reads: account_clock, play, play_twice.
create or replace view play_once as
with clock as (
    select max(time_zone) as time_zone
    from account_clock
    where account = '*'
),

twice as (
    select
        account,
        played_at,
        song_id,
        origin,
        kept_played_at,
        kept_song_id,
        kept_origin
    from play_twice
),

named as (
    select
        artist_name,
        song_name,
        min(song_id) as song_id
    from play
    where song_id not like 'name:%' and artist_name is not null and song_name is not null
    group by artist_name, song_name
),

listened as (
    select
        twice.account,
        twice.kept_played_at,
        twice.kept_song_id,
        twice.kept_origin,
        play.context_type,
        play.context_id
    from twice
    inner join play
        on
            twice.account = play.account
            and twice.played_at = cast(play.played_at as timestamp(3))
            and twice.song_id = play.song_id
            and twice.origin = play.origin
    where twice.origin = 'api'
)

select
    play.account,
    cast(play.played_at as timestamp(3)) as played_at,
    cast(
        at_timezone(play.played_at, coalesce(account_clock.time_zone, clock.time_zone, 'UTC')) as timestamp(3)
    ) as played_at_local,
    cast(play.played_at as date) as played_date,
    play.origin,
    coalesce(named.song_id, play.song_id) as song_id,
    -- More than 31 years is no duration, and sums of it would not fit a bigint.
    case when play.ms_played between -1000000000000 and 1000000000000 then play.ms_played end as ms_played,
    play.song_name,
    play.artist_name,
    play.album_name,
    play.is_skipped,
    play.reason_start,
    play.reason_end,
    play.is_shuffle,
    play.is_offline,
    play.is_incognito,
    coalesce(play.context_type, listened.context_type) as context_type,
    coalesce(play.context_id, listened.context_id) as context_id
from play
left join twice
    on
        play.account = twice.account
        and cast(play.played_at as timestamp(3)) = twice.played_at
        and play.song_id = twice.song_id
        and play.origin = twice.origin
left join listened
    on
        play.account = listened.account
        and cast(play.played_at as timestamp(3)) = listened.kept_played_at
        and play.song_id = listened.kept_song_id
        and play.origin = listened.kept_origin
left join named
    on
        play.song_id like 'name:%'
        and play.artist_name = named.artist_name
        and play.song_name = named.song_name
left join account_clock on play.account = account_clock.account
cross join clock
where twice.account is null
