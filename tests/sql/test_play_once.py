"""Each play once: true plays are drawn, told by each source in its own way, and counted.

A source tells whole sessions or leaves them out; recently played leaves out single plays, too, and those of less than
30 seconds. Between sessions are hours.
"""

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from lakehouse.warehouse import duckdb_engine as stand_in
from tests.sql.conftest import views_behind

BEGIN = dt.datetime(2024, 3, 1, 20, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class Song:
    """A song under the ids that Spotify gives it."""

    title: str
    artist: str
    seconds: int
    ids: tuple[str, ...]


SONGS = (
    Song("Short", "Ann", 31, ("short",)),
    Song("Long", "Ann", 240, ("long", "long_again")),
    Song("Middle", "Bo", 100, ("middle",)),
    Song("Tiny", "Bo", 12, ("tiny",)),
)


@dataclass(frozen=True)
class Play:
    """What was truly played: from when to when, and for how long of that."""

    account: str
    session: int
    song: Song
    start: dt.datetime
    end: dt.datetime
    ms_played: int


def draw_plays(draw: random.Random, account: str) -> Iterator[Play]:
    """Yield the plays of a few sessions, one after the other: whole ones, skips, pauses, and songs in a loop."""
    now = BEGIN
    for session in range(draw.randint(1, 5)):
        now += dt.timedelta(hours=draw.randint(2, 30), milliseconds=draw.randrange(60_000))
        for _ in range(draw.randint(1, 8)):
            song = draw.choice(SONGS)
            for _ in range(draw.choice((1, 1, 1, 2, 3, 12))):
                whole = dt.timedelta(seconds=song.seconds)
                played = draw.choice((whole, whole, whole, whole * draw.uniform(0.15, 1)))
                pause = draw.choice((0, 0, 0, draw.randrange(1, 1800))) * SECOND
                end = now + played + pause
                yield Play(account, session, song, now, end, int(played / dt.timedelta(milliseconds=1)))
                now = end + draw.choice((0, 0, 1, 3)) * SECOND


def pick_sessions(draw: random.Random) -> set[int]:
    """Return which sessions a source tells."""
    share = draw.choice((0, 0.5, 1))
    return {session for session in range(5) if draw.random() < share}


def tell_export(draw: random.Random, plays: list[Play]) -> Iterator[tuple[Play, dict]]:
    """Yield the plays as the extended history has them: the end in whole seconds."""
    sessions = pick_sessions(draw)
    for play in plays:
        if play.session in sessions:
            at = play.end.replace(microsecond=0)
            yield play, row(play, at, "export", draw.choice(play.song.ids), ms_played=play.ms_played)


def tell_short(draw: random.Random, plays: list[Play]) -> Iterator[tuple[Play, dict]]:
    """Yield the plays as the short history has them: the minute of the end and names, no id."""
    sessions, numbers = pick_sessions(draw), Counter()
    for play in plays:
        if play.session in sessions:
            minute = play.end.replace(second=0, microsecond=0)
            at = minute + dt.timedelta(milliseconds=numbers[minute, play.song])
            numbers[minute, play.song] += 1
            yield play, row(play, at, "export_short", f"name:{play.song.title}", ms_played=play.ms_played)


def tell_api(draw: random.Random, plays: list[Play]) -> Iterator[tuple[Play, dict]]:
    """Yield the plays as recently played has them: the end with milliseconds, at times the start; no short ones."""
    sessions, loss = pick_sessions(draw), draw.choice((0, 0.2, 0.6))
    starts = draw.choice((0, 0.3, 1))
    for play in plays:
        if play.session in sessions and play.ms_played >= 30_000 and draw.random() >= loss:
            at = play.start if draw.random() < starts else play.end + draw.uniform(-1, 2) * SECOND
            yield play, row(play, at, "api", draw.choice(play.song.ids), context_id="p1")


def row(play: Play, at: dt.datetime, origin: str, song_id: str, **more) -> dict:
    """Return a row of the table."""
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    names = {"song_name": play.song.title, "artist_name": play.song.artist}
    return {"account": play.account, "played_at": at, "song_id": song_id, "origin": origin, **names, **more}


@pytest.mark.parametrize("seed", range(60))
def test_play_once_gives_the_true_number_of_plays_of_each_song_and_day(engine, fill, seed):
    draw = random.Random(seed)
    told: dict[Play, dict] = {}
    rows = []
    for account in ("u1", "u2"):
        plays = list(draw_plays(draw, account))
        for tell in (tell_export, tell_short, tell_api):
            for play, one in tell(draw, plays):
                rows.append(one)
                told.setdefault(play, one)
    draw.shuffle(rows)
    fill(play=rows)
    stand_in.add_views(engine, views_behind("play_once"))
    counted = engine.sql("select account, song_name, played_date, origin from play_once").fetchall()
    expected = [(one["account"], one["song_name"], one["played_at"].date(), one["origin"]) for one in told.values()]
    assert Counter(counted) == Counter(expected)
