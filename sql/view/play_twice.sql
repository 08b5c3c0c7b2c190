-- play_twice: plays that another source reports better, each with the play that is kept.
-- A play of the extended history (export) is kept before one of the short history (export_short), and both before one of
-- recently played (api). Two plays are the same when account and song agree and the times can be those of one event: the
-- export gives the end in whole seconds, the short history the minute of the end, recently played the end or the start.
-- A start is at most an hour of pauses earlier than the end less ms_played, and not before the end of the play before it.
-- Times may differ by 10 seconds. Songs agree by id, or by artist and title.
-- The plays of one source are matched one to one with those of another (slots), in order of time, each with the first
-- slot that is free, so that a song in a loop counts as often as it was played. What finds no slot is left for a second
-- round, with the slots that are still free. Slots that touch make a chain; what does not fit in one harms no other.
-- A partner may be on any day, so all plays are read, whichever day is asked about.
-- Times are UTC without a zone, because an Athena view cannot hold a zone.
-- Grain: one row per account, played_at, song_id and origin. Reads: play.
create or replace view play_twice as
with rule as (
    select
        10000 as tolerance_ms,
        3600000 as longest_pause_ms,
        60000 as minute_ms
),

-- An id has the names of any of its plays, so that a play without names is recognised by its id.
named as (
    select
        song_id,
        max(concat(artist_name, ' / ', song_name)) as song_key
    from play
    where artist_name is not null and song_name is not null
    group by song_id
),

told as (
    select
        play.account,
        cast(play.played_at as timestamp(3)) as played_at,
        play.song_id,
        play.origin,
        coalesce(named.song_key, play.song_id) as song_key,
        date_diff('millisecond', timestamp '1970-01-01 00:00:00', cast(play.played_at as timestamp(3))) as at_ms,
        case when play.ms_played between -1000000000000 and 1000000000000 then play.ms_played else 0 end as ms_played
    from play
    left join named on play.song_id = named.song_id
),

timed as (
    select
        account,
        played_at,
        song_id,
        origin,
        song_key,
        at_ms,
        at_ms / 86400000 as day_number,
        at_ms - ms_played as start_ms,
        lag(at_ms) over (partition by account, origin order by at_ms asc, song_id asc) as previous_ms
    from told
),

-- Most plays have no other near: only songs that two sources tell of on these days are looked at.
near as (
    select distinct
        told.account,
        told.song_key,
        told.at_ms / 86400000 + neighbour.days as day_number
    from told
    cross join unnest(array[-1, 0, 1]) as neighbour (days)
    where told.origin <> 'export'
),

-- Each play once for each source (teller) that has to find its partner: recently played, and the short history.
copied as (
    select
        copy.teller,
        timed.account,
        timed.played_at,
        timed.song_id,
        timed.origin,
        timed.song_key,
        timed.at_ms,
        timed.start_ms,
        timed.previous_ms
    from timed
    inner join near
        on
            timed.account = near.account
            and timed.song_key = near.song_key
            and timed.day_number = near.day_number
    cross join unnest(array['api', 'export_short']) as copy (teller)
    where copy.teller = 'api' or timed.origin <> 'api'
),

-- From when to when the teller may say that the play was.
slot_0 as (
    select
        copied.teller,
        copied.account,
        copied.played_at,
        copied.song_id,
        copied.origin,
        copied.song_key,
        copied.at_ms,
        case
            when copied.teller = 'api'
                then
                    least(
                        copied.start_ms,
                        greatest(
                            copied.start_ms - rule.longest_pause_ms,
                            coalesce(copied.previous_ms, copied.start_ms - rule.longest_pause_ms)
                        )
                    ) - rule.tolerance_ms
            else copied.at_ms - rule.minute_ms - rule.tolerance_ms
        end as from_ms,
        case
            when copied.origin = 'export_short'
                then
                    copied.at_ms + rule.minute_ms + rule.tolerance_ms
            else copied.at_ms + rule.tolerance_ms
        end as to_ms,
        case when copied.origin = copied.teller then 1 else 0 end as is_point,
        case when copied.origin = 'export' then 1 else 0 end as is_slot
    from copied
    cross join rule
),

-- Of each play that looks for a partner: the first slot that is not over (number), and the last that has begun.
numbered_1 as (
    select
        teller,
        account,
        played_at,
        song_id,
        origin,
        song_key,
        at_ms,
        from_ms,
        to_ms,
        is_point,
        is_slot,
        is_point + sum(is_slot) over (
            partition by teller, account, song_key
            order by case when is_slot = 1 then to_ms else at_ms end asc, is_slot asc, at_ms asc, song_id asc
            rows between unbounded preceding and current row
        ) as number,
        min(case when is_slot = 1 then from_ms end) over (
            partition by teller, account, song_key
            order by case when is_slot = 1 then to_ms else at_ms end asc, is_slot asc, at_ms asc, song_id asc
            rows between 1 following and unbounded following
        ) as next_from_ms,
        sum(is_slot) over (
            partition by teller, account, song_key
            order by case when is_slot = 1 then from_ms else at_ms end asc, is_slot desc, at_ms asc, song_id asc
            rows between unbounded preceding and current row
        ) as last_number
    from slot_0
),

chained_1 as (
    select
        teller,
        account,
        played_at,
        song_id,
        origin,
        song_key,
        at_ms,
        from_ms,
        to_ms,
        is_point,
        is_slot,
        number,
        last_number,
        case when is_point = 1 and next_from_ms <= at_ms then 1 else 0 end as is_candidate,
        -- How many chains are over before this row.
        coalesce(
            sum(case when is_slot = 1 and coalesce(next_from_ms > to_ms, true) then 1 else 0 end) over (
                partition by teller, account, song_key
                order by case when is_slot = 1 then to_ms else at_ms end asc, is_slot asc, at_ms asc, song_id asc
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as chain
    from numbered_1
),

placed_1 as (
    select
        teller,
        account,
        played_at,
        song_id,
        origin,
        song_key,
        at_ms,
        from_ms,
        to_ms,
        is_point,
        is_slot,
        number,
        last_number,
        is_candidate,
        chain,
        sum(is_candidate) over (
            partition by teller, account, song_key, chain
            order by case when is_slot = 1 then to_ms else at_ms end asc, is_slot asc, at_ms asc, song_id asc
            rows between unbounded preceding and current row
        ) as place
    from chained_1
),

-- A candidate gets its first slot, or the one after that of the candidate before it.
given_1 as (
    select
        teller,
        account,
        played_at,
        song_id,
        origin,
        song_key,
        at_ms,
        from_ms,
        to_ms,
        is_point,
        is_slot,
        number,
        last_number,
        is_candidate,
        place + max(case when is_candidate = 1 then number - place end) over (
            partition by teller, account, song_key, chain
            order by case when is_slot = 1 then to_ms else at_ms end asc, is_slot asc, at_ms asc, song_id asc
            rows between unbounded preceding and current row
        ) as given_number
    from placed_1
),

paired_1 as (
    select
        teller,
        account,
        played_at,
        song_id,
        origin,
        song_key,
        at_ms,
        from_ms,
        to_ms,
        is_slot,
        case when is_candidate = 1 and given_number <= last_number then 1 else 0 end as is_matched,
        case
            when is_slot = 1 then number
            when is_candidate = 1 and given_number <= last_number then given_number
        end as pair
    from given_1
),

matched_1 as (
    select
        teller,
        account,
        played_at,
        song_id,
        origin,
        song_key,
        at_ms,
        from_ms,
        to_ms,
        is_slot,
        is_matched,
        max(case when is_slot = 1 then played_at end)
            over (partition by teller, account, song_key, pair) as kept_played_at,
        max(case when is_slot = 1 then song_id end) over (partition by teller, account, song_key, pair) as kept_song_id,
        max(case when is_slot = 1 then origin end) over (partition by teller, account, song_key, pair) as kept_origin,
        max(is_matched) over (partition by teller, account, song_key, pair) as is_taken,
        -- On each copy of a play: whether any copy has found a partner.
        max(is_matched) over (partition by account, played_at, song_id, origin) as is_dropped
    from paired_1
),

-- The second round: plays of recently played without a partner, and what of both histories is not matched with any.
slot_1 as (
    select
        teller,
        account,
        played_at,
        song_id,
        origin,
        song_key,
        at_ms,
        from_ms,
        to_ms,
        case when is_matched = 1 then kept_played_at end as kept_played_at,
        case when is_matched = 1 then kept_song_id end as kept_song_id,
        case when is_matched = 1 then kept_origin end as kept_origin,
        case when origin = 'api' and is_matched = 0 then 1 else 0 end as is_point,
        case
            when teller = 'api' and origin = 'export' and is_taken = 0 then 1
            when teller = 'api' and origin = 'export_short' and is_dropped = 0 then 1
            else 0
        end as is_slot
    from matched_1
),

-- Of each play that looks for a partner: the first slot that is not over (number), and the last that has begun.
numbered_2 as (
    select
        teller,
        account,
        played_at,
        song_id,
        origin,
        song_key,
        at_ms,
        from_ms,
        to_ms,
        kept_played_at,
        kept_song_id,
        kept_origin,
        is_point,
        is_slot,
        is_point + sum(is_slot) over (
            partition by teller, account, song_key
            order by case when is_slot = 1 then to_ms else at_ms end asc, is_slot asc, at_ms asc, song_id asc
            rows between unbounded preceding and current row
        ) as number,
        min(case when is_slot = 1 then from_ms end) over (
            partition by teller, account, song_key
            order by case when is_slot = 1 then to_ms else at_ms end asc, is_slot asc, at_ms asc, song_id asc
            rows between 1 following and unbounded following
        ) as next_from_ms,
        sum(is_slot) over (
            partition by teller, account, song_key
            order by case when is_slot = 1 then from_ms else at_ms end asc, is_slot desc, at_ms asc, song_id asc
            rows between unbounded preceding and current row
        ) as last_number
    from slot_1
),

chained_2 as (
    select
        teller,
        account,
        played_at,
        song_id,
        origin,
        song_key,
        at_ms,
        from_ms,
        to_ms,
        kept_played_at,
        kept_song_id,
        kept_origin,
        is_point,
        is_slot,
        number,
        last_number,
        case when is_point = 1 and next_from_ms <= at_ms then 1 else 0 end as is_candidate,
        -- How many chains are over before this row.
        coalesce(
            sum(case when is_slot = 1 and coalesce(next_from_ms > to_ms, true) then 1 else 0 end) over (
                partition by teller, account, song_key
                order by case when is_slot = 1 then to_ms else at_ms end asc, is_slot asc, at_ms asc, song_id asc
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as chain
    from numbered_2
),

placed_2 as (
    select
        teller,
        account,
        played_at,
        song_id,
        origin,
        song_key,
        at_ms,
        from_ms,
        to_ms,
        kept_played_at,
        kept_song_id,
        kept_origin,
        is_point,
        is_slot,
        number,
        last_number,
        is_candidate,
        chain,
        sum(is_candidate) over (
            partition by teller, account, song_key, chain
            order by case when is_slot = 1 then to_ms else at_ms end asc, is_slot asc, at_ms asc, song_id asc
            rows between unbounded preceding and current row
        ) as place
    from chained_2
),

-- A candidate gets its first slot, or the one after that of the candidate before it.
given_2 as (
    select
        teller,
        account,
        played_at,
        song_id,
        origin,
        song_key,
        at_ms,
        from_ms,
        to_ms,
        kept_played_at,
        kept_song_id,
        kept_origin,
        is_point,
        is_slot,
        number,
        last_number,
        is_candidate,
        place + max(case when is_candidate = 1 then number - place end) over (
            partition by teller, account, song_key, chain
            order by case when is_slot = 1 then to_ms else at_ms end asc, is_slot asc, at_ms asc, song_id asc
            rows between unbounded preceding and current row
        ) as given_number
    from placed_2
),

paired_2 as (
    select
        teller,
        account,
        played_at,
        song_id,
        origin,
        song_key,
        at_ms,
        from_ms,
        to_ms,
        kept_played_at,
        kept_song_id,
        kept_origin,
        is_slot,
        case when is_candidate = 1 and given_number <= last_number then 1 else 0 end as is_matched,
        case
            when is_slot = 1 then number
            when is_candidate = 1 and given_number <= last_number then given_number
        end as pair
    from given_2
),

matched_2 as (
    select
        account,
        played_at,
        song_id,
        origin,
        is_matched,
        kept_played_at,
        kept_song_id,
        kept_origin,
        max(case when is_slot = 1 then played_at end)
            over (partition by teller, account, song_key, pair) as slot_played_at,
        max(case when is_slot = 1 then song_id end) over (partition by teller, account, song_key, pair) as slot_song_id,
        max(case when is_slot = 1 then origin end) over (partition by teller, account, song_key, pair) as slot_origin
    from paired_2
)

select
    account,
    played_at,
    song_id,
    origin,
    case when is_matched = 1 then slot_played_at else kept_played_at end as kept_played_at,
    case when is_matched = 1 then slot_song_id else kept_song_id end as kept_song_id,
    case when is_matched = 1 then slot_origin else kept_origin end as kept_origin
from matched_2
where is_matched = 1 or kept_origin is not null
