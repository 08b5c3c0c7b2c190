-- play_twice: plays that another source tells as well and tells better, each with the play that is kept.
-- A play of the extended history (export) is kept before one of the short history (export_short), and both before one of
-- recently played (api). Two plays are the same when account and song agree and the times can be those of one event: the
-- export gives the end in whole seconds, the short history the minute of the end, recently played the end or the start.
-- A start is at most an hour of pauses before the end less ms_played, and not before the play that ended before it. Times
-- may differ by 10 seconds. Songs agree by id, or by artist and title.
-- Plays are matched one to one, in order of time, so that a song in a loop is counted as often as it was played: of the
-- plays that could be its partner each gets the first that is free. A second round gives what is left another chance.
-- A partner may be on any day, so all plays are read, whichever day is asked about.
-- Grain: one row per account, played_at, song_id and origin. Reads: play.
create or replace view play_twice as
with rule as (
    select
        10000 as tolerance_ms,
        3600000 as longest_pause_ms,
        60000 as minute_ms
),

told as (
    select
        account,
        played_at,
        song_id,
        origin,
        coalesce(ms_played, 0) as ms_played,
        context_type,
        context_id,
        date_diff('millisecond', timestamp '1970-01-01 00:00:00', cast(played_at as timestamp(3))) as at_ms,
        -- An id has the names of any of its plays, so that a play without names is known by its id all the same.
        coalesce(
            max(concat(artist_name, ' / ', song_name)) over (partition by song_id),
            song_id
        ) as song_key
    from play
),

followed as (
    select
        account,
        played_at,
        song_id,
        origin,
        at_ms,
        song_key,
        at_ms - ms_played as start_ms,
        lag(at_ms) over (partition by account, origin order by at_ms asc, song_id asc) as previous_ms
    from told
    where origin in ('export', 'export_short')
),

-- When a source (teller) may say that a play of an export was.
slot as (
    select
        'api' as teller,
        followed.account,
        followed.song_key,
        followed.played_at,
        followed.song_id,
        followed.origin,
        least(
            followed.start_ms,
            greatest(
                followed.start_ms - rule.longest_pause_ms,
                coalesce(followed.previous_ms, followed.start_ms - rule.longest_pause_ms)
            )
        ) - rule.tolerance_ms as from_ms,
        followed.at_ms
        + rule.tolerance_ms
        + case when followed.origin = 'export_short' then rule.minute_ms else 0 end as to_ms
    from followed
    cross join rule
    union all
    select
        'export_short' as teller,
        followed.account,
        followed.song_key,
        followed.played_at,
        followed.song_id,
        followed.origin,
        followed.at_ms - rule.minute_ms - rule.tolerance_ms as from_ms,
        followed.at_ms + rule.tolerance_ms as to_ms
    from followed
    cross join rule
    where followed.origin = 'export'
),

numbered_1 as (
    select
        teller,
        account,
        song_key,
        played_at,
        song_id,
        origin,
        from_ms,
        to_ms,
        row_number() over (
            partition by teller, account, song_key order by to_ms asc, from_ms asc, song_id asc
        ) as number,
        case
            when
                from_ms <= lag(to_ms) over (
                    partition by teller, account, song_key order by to_ms asc, from_ms asc, song_id asc
                )
                then 0
            else 1
        end as begins_chain
    from slot
    where origin = 'export'
),

chained_1 as (
    select
        teller,
        account,
        song_key,
        played_at,
        song_id,
        origin,
        from_ms,
        to_ms,
        number,
        sum(begins_chain) over (
            partition by teller, account, song_key order by number asc rows between unbounded preceding and current row
        ) as chain
    from numbered_1
),

-- The first slot that is not over before the time told: as many are over as come before it in order of time.
moment_1 as (
    select
        origin as teller,
        account,
        song_key,
        at_ms as ms,
        0 as is_slot,
        played_at,
        song_id
    from told
    where origin in ('api', 'export_short')
    union all
    select
        teller,
        account,
        song_key,
        to_ms as ms,
        1 as is_slot,
        played_at,
        song_id
    from chained_1
),

first_1 as (
    select
        teller,
        account,
        song_key,
        ms,
        is_slot,
        played_at,
        song_id,
        1 + sum(is_slot) over (
            partition by teller, account, song_key
            order by ms asc, is_slot asc, song_id asc
            rows between unbounded preceding and current row
        ) as number
    from moment_1
),

ranked_1 as (
    select
        first_1.teller,
        first_1.account,
        first_1.song_key,
        first_1.ms,
        first_1.played_at,
        first_1.song_id,
        first_1.number,
        chained_1.chain,
        row_number() over (
            partition by first_1.teller, first_1.account, first_1.song_key, chained_1.chain
            order by first_1.ms asc, first_1.song_id asc
        ) as place
    from first_1
    inner join chained_1
        on
            first_1.teller = chained_1.teller
            and first_1.account = chained_1.account
            and first_1.song_key = chained_1.song_key
            and first_1.number = chained_1.number
            and first_1.ms >= chained_1.from_ms
    where first_1.is_slot = 0
),

-- Each gets its first slot, or the one after that of the play before it.
given_1 as (
    select
        teller,
        account,
        song_key,
        ms,
        played_at,
        song_id,
        place + max(number - place) over (
            partition by teller, account, song_key, chain
            order by place asc
            rows between unbounded preceding and current row
        ) as number
    from ranked_1
),

matched_1 as (
    select
        given_1.teller as origin,
        given_1.account,
        given_1.played_at,
        given_1.song_id,
        chained_1.played_at as kept_played_at,
        chained_1.song_id as kept_song_id,
        chained_1.origin as kept_origin
    from given_1
    inner join chained_1
        on
            given_1.teller = chained_1.teller
            and given_1.account = chained_1.account
            and given_1.song_key = chained_1.song_key
            and given_1.number = chained_1.number
            and given_1.ms >= chained_1.from_ms
            and given_1.ms <= chained_1.to_ms
),

-- The second round: recently played without a partner, and what of both histories has none of it.
free as (
    select
        slot.account,
        slot.song_key,
        slot.played_at,
        slot.song_id,
        slot.origin,
        slot.from_ms,
        slot.to_ms
    from slot
    left join matched_1 as taken
        on
            taken.origin = 'api'
            and slot.account = taken.account
            and slot.played_at = taken.kept_played_at
            and slot.song_id = taken.kept_song_id
            and slot.origin = taken.kept_origin
    left join matched_1 as dropped
        on
            dropped.origin = 'export_short'
            and slot.account = dropped.account
            and slot.played_at = dropped.played_at
            and slot.song_id = dropped.song_id
            and slot.origin = dropped.origin
    where slot.teller = 'api' and taken.account is null and dropped.account is null
),

numbered_2 as (
    select
        account,
        song_key,
        played_at,
        song_id,
        origin,
        from_ms,
        to_ms,
        row_number() over (
            partition by account, song_key order by to_ms asc, from_ms asc, song_id asc
        ) as number,
        case
            when
                from_ms <= lag(to_ms) over (
                    partition by account, song_key order by to_ms asc, from_ms asc, song_id asc
                )
                then 0
            else 1
        end as begins_chain
    from free
),

chained_2 as (
    select
        account,
        song_key,
        played_at,
        song_id,
        origin,
        from_ms,
        to_ms,
        number,
        sum(begins_chain) over (
            partition by account, song_key order by number asc rows between unbounded preceding and current row
        ) as chain
    from numbered_2
),

moment_2 as (
    select
        told.account,
        told.song_key,
        told.at_ms as ms,
        0 as is_slot,
        told.played_at,
        told.song_id
    from told
    left join matched_1
        on
            told.account = matched_1.account
            and told.played_at = matched_1.played_at
            and told.song_id = matched_1.song_id
            and told.origin = matched_1.origin
    where told.origin = 'api' and matched_1.account is null
    union all
    select
        account,
        song_key,
        to_ms as ms,
        1 as is_slot,
        played_at,
        song_id
    from chained_2
),

first_2 as (
    select
        account,
        song_key,
        ms,
        is_slot,
        played_at,
        song_id,
        1 + sum(is_slot) over (
            partition by account, song_key
            order by ms asc, is_slot asc, song_id asc
            rows between unbounded preceding and current row
        ) as number
    from moment_2
),

ranked_2 as (
    select
        first_2.account,
        first_2.song_key,
        first_2.ms,
        first_2.played_at,
        first_2.song_id,
        first_2.number,
        chained_2.chain,
        row_number() over (
            partition by first_2.account, first_2.song_key, chained_2.chain
            order by first_2.ms asc, first_2.song_id asc
        ) as place
    from first_2
    inner join chained_2
        on
            first_2.account = chained_2.account
            and first_2.song_key = chained_2.song_key
            and first_2.number = chained_2.number
            and first_2.ms >= chained_2.from_ms
    where first_2.is_slot = 0
),

given_2 as (
    select
        account,
        song_key,
        ms,
        played_at,
        song_id,
        place + max(number - place) over (
            partition by account, song_key, chain order by place asc rows between unbounded preceding and current row
        ) as number
    from ranked_2
),

matched as (
    select
        origin,
        account,
        played_at,
        song_id,
        kept_played_at,
        kept_song_id,
        kept_origin
    from matched_1
    union all
    select
        'api' as origin,
        given_2.account,
        given_2.played_at,
        given_2.song_id,
        chained_2.played_at as kept_played_at,
        chained_2.song_id as kept_song_id,
        chained_2.origin as kept_origin
    from given_2
    inner join chained_2
        on
            given_2.account = chained_2.account
            and given_2.song_key = chained_2.song_key
            and given_2.number = chained_2.number
            and given_2.ms >= chained_2.from_ms
            and given_2.ms <= chained_2.to_ms
)

select
    matched.account,
    cast(matched.played_at as timestamp(3)) as played_at,
    matched.song_id,
    matched.origin,
    cast(matched.kept_played_at as timestamp(3)) as kept_played_at,
    matched.kept_song_id,
    matched.kept_origin
from matched
