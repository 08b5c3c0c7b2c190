"""Warehouses to look at the report with: an export alone, the API alone, one day, and no row at all.

Made without Spark from tables' own types; the same every time.
"""

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.io.pyarrow import schema_to_pyarrow
from sqlglot import exp

from glue_jobs.tables import TABLES
from lakehouse.warehouse import duckdb_engine as stand_in

ARTISTS = (
    "The Paper Lanterns", "宇多田ヒカル", "Молчат Дома", "أم كلثوم", "עידן רייכל", "방탄소년단", "ลาบานูน", "लता मंगेशकर",
    "Σωκράτης Μάλαμας", "Björk", "Ólafur Arnalds", "Zoë Kravitz Quartet", "Mồng Tơi", "Ana Tijoux", "Sigur Rós",
    "A Very Long Name of an Orchestra and Its Choir from a Town Nobody Has Heard Of",
)  # fmt: skip
WORDS = ("Night", "River", "夜", "Ночь", "ليل", "Glass", "Ember", "Harbour", "North", "Sleep", "Copper", "Tide", "Echo")
GENRES = ("indie folk", "j-pop", "post-punk", "tarab", "k-pop", "ambient", "art pop", "latin alternative")
COVER = "https://i.scdn.co/image/{}"
START = dt.datetime(2026, 11, 20, 22, tzinfo=dt.UTC)
"""The newest play of each sample."""

Row = dict[str, Any]


def make_warehouse(folder: Path, **tables: Sequence[Mapping[str, Any]]) -> Path:
    """Write a warehouse with all tables, typed as the job types them; what a row does not name is null."""
    folder.mkdir(parents=True, exist_ok=True)
    catalog = SqlCatalog("local", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
    catalog.create_namespace("music")
    for table in TABLES:
        written = catalog.create_table(("music", table.name), schema=arrow_schema(table.name))
        if rows := tables.get(table.name):
            written.append(pa.Table.from_pylist(list(rows), schema=schema_to_pyarrow(written.schema())))
    catalog.close()
    return folder


def arrow_schema(name: str) -> pa.Schema:
    """Return a table's Arrow schema."""
    (table,) = (table for table in TABLES if table.name == name)
    kinds = [exp.DataType.build(column.type.simpleString(), dialect="spark").sql("duckdb") for column in table.columns]
    nulls = ", ".join(f'null::{kind} as "{column}"' for column, kind in zip(table.column_names, kinds, strict=True))
    return stand_in.fetch(stand_in.connect(), f"select {nulls}").schema


class Listener:
    """Somebody with a taste, made of a number: hears some artists more than others, more in the evening."""

    def __init__(self, seed: int, artists: int) -> None:
        """Make up the artists and their songs."""
        self.random = random.Random(seed)
        others = (f"{self.word()} {self.word()} {at}" for at in range(len(ARTISTS), artists))
        self.artists = [*ARTISTS[:artists], *others]
        self.songs = [
            (artist, f"{self.word()} {self.word()}", album)
            for artist in range(artists)
            for album in range(2)
            for _ in range(6)
        ]

    def word(self) -> str:
        """Return a word of a title."""
        return self.random.choice(WORDS)

    def moments(self, days: int, a_day: float) -> list[dt.datetime]:
        """Return when something was played, up to START: evenings more than mornings, some days without."""
        moments = []
        for back in range(days):
            midnight = (START - dt.timedelta(days=back)).replace(hour=0)
            if self.random.random() < 0.12:
                continue
            at = midnight + dt.timedelta(hours=self.random.choice((7, 8, 12, 17, 18, 19, 20, 21)))
            for _ in range(int(self.random.gauss(a_day, a_day / 3))):
                at += dt.timedelta(seconds=self.random.randint(150, 300))
                if at <= START:
                    moments.append(at)
        return sorted(moments)

    def pick(self, share: float) -> int:
        """Return a song: of the artists known by then, the first ones more."""
        known = max(3, int(len(self.artists) * share))
        artist = min(int(self.random.expovariate(1 / (known / 5))), known - 1)
        return artist * 12 + min(int(self.random.expovariate(0.4)), 11)


def export_plays(account: str, seed: int, *, days: int, a_day: float, artists: int) -> list[Row]:
    """Return plays as an account's extended history tells them: by name and id, with how long."""
    listener = Listener(seed, artists)
    moments, rows = listener.moments(days, a_day), []
    for at, moment in enumerate(moments):
        number = listener.pick((at + 1) / len(moments))
        artist, title, album = listener.songs[number]
        is_skip = listener.random.random() < 0.14
        rows.append({
            "account": account, "played_at": moment, "song_id": f"s{seed}x{number}", "origin": "export",
            "ms_played": listener.random.randint(*(2_000, 29_000) if is_skip else (90_000, 290_000)),
            "song_name": f"{title} {number}", "artist_name": listener.artists[artist],
            "album_name": f"{listener.songs[artist * 12][1]} {'I' * (album + 1)}", "is_skipped": is_skip,
            "seen_at": START, "raw_key": "raw/export",
        })  # fmt: skip
    return rows


def make_ten_years(folder: Path) -> Path:
    """Write a warehouse of ten years: some 150,000 plays of 1,500 artists, by two accounts."""
    return make_export(folder, days=3653, a_day=40, artists=1500)


def make_export(folder: Path, *, days: int = 1200, a_day: float = 9, artists: int = 70) -> Path:
    """Write a warehouse of two accounts' exports, and nothing else."""
    plays = export_plays("ada", 1, days=days, a_day=a_day, artists=artists)
    return make_warehouse(
        folder, play=[*plays, *export_plays("björn", 2, days=days // 4, a_day=a_day / 2, artists=artists // 2)]
    )


def make_api(folder: Path, *, days: int = 75, a_day: float = 14, artists: int = 24) -> Path:
    """Write a warehouse of what the API alone gives: the catalogue, lists, recently played."""
    listener = Listener(3, artists)
    first = START.date() - dt.timedelta(days=days - 1)
    seen = {"extraction_date": first, "seen_at": START, "raw_key": "raw/api"}
    song_id, artist_id, album_id = "song{}".format, "artist{}".format, "album{}x{}".format
    songs = [
        {**seen, "song_id": song_id(at), "name": f"{title} {at}", "album_id": album_id(artist, album),
         "artist_id": artist_id(artist), "artist_ids": [artist_id(artist)], "duration_ms": 120_000 + 4_000 * (at % 50)}
        for at, (artist, title, album) in enumerate(listener.songs)
    ]  # fmt: skip
    released = [dt.date(1968 + (at * 7) % 59, 1 + at % 12, 1 + at % 28) for at in range(2 * artists)]
    albums = [
        {**seen, "album_id": album_id(at // 2, at % 2), "name": f"{listener.songs[at * 6][1]} {'I' * (at % 2 + 1)}",
         "album_type": "album" if at % 3 else "single", "release_date": released[at],
         "release_date_text": str(released[at]), "release_date_precision": "day", "artist_id": artist_id(at // 2),
         "artist_ids": [artist_id(at // 2)], "image_url": COVER.format(f"album{at}")}
        for at in range(2 * artists)
    ]  # fmt: skip
    people = [
        {**seen, "artist_id": artist_id(at), "name": name, "genres": [GENRES[at % 8], GENRES[(at * 3) % 8]],
         "image_url": COVER.format(f"artist{at}")}
        for at, name in enumerate(listener.artists)
    ]  # fmt: skip
    moments = listener.moments(days, a_day)
    plays = [
        {"account": "ada", "played_at": moment, "song_id": song_id(listener.pick(1)), "origin": "api",
         "seen_at": moment, "raw_key": "raw/api"}
        for moment in moments
    ]  # fmt: skip
    return make_warehouse(
        folder, song=songs, album=albums, artist=people, play=plays,
        listing=[*chart_days(days, listener.random), *own_lists(artists)], raw_object=ledger(days),
    )  # fmt: skip


def chart_days(days: int, chance: random.Random) -> list[Row]:
    """Return a playlist of ten songs on each day, in which songs rise, fall, leave and come back."""
    order, rows = list(range(0, 160, 12)), []
    for back in range(days - 1, -1, -1):
        day = START.date() - dt.timedelta(days=back)
        at = chance.randrange(len(order) - 1)
        order[at], order[at + 1] = order[at + 1], order[at]
        if chance.random() < 0.1:
            order.append(order.pop(chance.randrange(10)))
        if back % 17 == 5:
            continue
        entries = [
            {"position": place, "item_kind": "song", "item_id": f"song{song}"}
            for place, song in enumerate(order[:10], start=1)
        ]
        rows.append({
            "account": "-", "source_kind": "playlist", "source_id": "p1", "extraction_date": day,
            "name": "Daily 10 – 毎日", "status": "ok", "is_complete": True, "total": 10, "entries": entries,
            "seen_at": START, "raw_key": "raw/api",
        })  # fmt: skip
    return rows


def own_lists(artists: int) -> list[Row]:
    """Return what an account has saved and whom it follows."""
    day = START.date()
    own = {"account": "ada", "extraction_date": day, "status": "ok", "is_complete": True, "seen_at": START,
           "raw_key": "raw/api", "source_id": "me"}  # fmt: skip
    saved = [
        {"position": at + 1, "item_kind": "song", "item_id": f"song{at * 3}", "added_at": START - dt.timedelta(days=at)}
        for at in range(80)
    ]
    followed = [{"position": at + 1, "item_kind": "artist", "item_id": f"artist{at}"} for at in range(artists // 2)]
    return [
        {**own, "source_kind": "saved_tracks", "entries": saved, "total": 80},
        {**own, "source_kind": "followed_artists", "entries": followed, "total": artists // 2},
    ]


def ledger(days: int) -> list[Row]:
    """Return the books of a raw object a day."""
    return [
        {"raw_key": f"raw/{day}", "extraction_date": day, "account": "ada", "status": "loaded", "entries": 60,
         "accepted": 60, "written_at": START, "loaded_at": START, "lines": 9, "size": 4000, "rejected_entries": 0,
         "rejected_documents": 0}
        for day in (START.date() - dt.timedelta(days=back) for back in range(days))
    ]  # fmt: skip


def make_day(folder: Path) -> Path:
    """Write a warehouse of one day."""
    return make_api(folder, days=1, a_day=18, artists=8)


SAMPLES: Mapping[str, Callable[[Path], Path]] = {
    "export": make_export,
    "api": make_api,
    "day": make_day,
    "empty": make_warehouse,
}
"""The four kinds of data, by name."""
