"""The tables in PostgreSQL are those of the lake, cell by cell; only what changed is written, whole or not at all."""

import datetime as dt
import json
import random
import string
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import types as T

from glue_jobs import publish_rds
from glue_jobs.errors import LoadError
from glue_jobs.iceberg.merge import create_statement
from glue_jobs.postgres.arguments import parse_publish_settings
from glue_jobs.postgres.connection import Postgres
from glue_jobs.postgres.relation_schema import prepare_schema
from glue_jobs.postgres.relations import PUBLISHED, Relation, line_of, relations_of
from glue_jobs.postgres.target import Target, make_target
from glue_jobs.publish_rds import Copied, PublishReport, publish
from glue_jobs.tables import LISTING, PLAY, SONG, STRINGS, Column, Table
from tests.long.postgresql import Client, run_postgresql
from tests.spark.conftest import Lake, open_lake

PASSWORD = "p'a$s w\\ö"
NASTY = 'a\tb\nc\rd\\e\\N "f" {g,h} \\. \0 🎈유שק'


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    with run_postgresql(PASSWORD) as port:
        yield port


@pytest.fixture
def client(server: int, request: pytest.FixtureRequest) -> Client:
    """Return a client of a database of its own."""
    return make_database(server, f"d_{abs(hash(request.node.nodeid))}")


def make_database(server: int, name: str) -> Client:
    Client(server, PASSWORD).ask(f"create database {name}")
    return Client(server, PASSWORD, name)


def target_of(client: Client, **other: Any) -> Target:
    told = {"host": "127.0.0.1", "port": client.port, "database": client.database, "user": "postgres",
            "password": PASSWORD, "mode": None, "tls_ca": None}  # fmt: skip
    return make_target(**{**told, **other})


def bring(lake: Lake, client: Client, *words: str) -> PublishReport:
    settings = parse_publish_settings(["--catalog", "lake", "--database", lake.database, *words])
    return publish(lake.spark, settings, target_of(client))


def track(song: str, name: str, **more: Any) -> dict[str, Any]:
    artists = [{"id": "a1", "name": NASTY, "type": "artist", "genres": [NASTY, "", "x"]}, {"id": "a2", "name": "B"}]
    album = {"id": "b1", "name": "", "type": "album", "release_date": "0001-02", "release_date_precision": "month"}
    return {"id": song, "name": name, "type": "track", "artists": artists, "album": album, "duration_ms": 2**40, **more}


def page(*tracks: dict[str, Any] | None) -> dict[str, Any]:
    items = [{"added_at": "2025-03-30T02:30:00Z", "track": one} for one in tracks]
    return {"href": "https://api.spotify.com/v1/playlists/p1/tracks", "items": items, "total": len(items)}


def land_two_days(lake: Lake) -> None:
    lake.land(page(track("s1", NASTY), track("s2", "two"), None), at="2026-11-01T10:00:00", run_id="d1", total=3)
    lake.land(page(track("s1", "one")), at="2026-11-02T10:00:00", run_id="d2", total=1)
    lake.land(page(), at="2026-11-02T11:00:00", run_id="d3", source=("playlist", "empty"), total=0)
    lake.land(at="2026-11-02T12:00:00", run_id="d4", source=("playlist", "none"), status="forbidden", is_complete=False)
    artist = {
        "id": "a3",
        "name": "C",
        "type": "artist",
        "genres": [NASTY, "", "x"],
        "followers": {"total": 2**40},
        "popularity": 0,
    }
    lake.land(artist, at="2026-11-02T13:00:00", run_id="d5", source=("artist", "a3"))
    plays = [
        {"played_at": moment, "track": track("s1", "one"), "context": None}
        for moment in ("2026-10-31T23:59:59.999Z", "2026-11-01T00:00:00Z", "2026-03-29T01:30:00.5Z")
    ]
    lake.land({"items": plays}, at="2026-11-02T14:00:00", run_id="d6", source=("recently_played", "me"), account="me")


@pytest.fixture(scope="module")
def full(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """Return a lake of two days, which no test changes."""
    for lake in open_lake(spark, tmp_path_factory.mktemp("lake")):
        land_two_days(lake)
        lake.load()
        yield lake


@pytest.fixture(scope="module")
def published(full: Lake, server: int) -> tuple[Client, PublishReport]:
    """Bring that lake into a database of its own."""
    client = make_database(server, "published_once")
    return client, bring(full, client)


DAYS = (dt.date(2026, 11, 1), dt.date(2026, 11, 2))
NOON = dt.datetime(2026, 11, 3, 12, tzinfo=dt.UTC)


def add(lake: Lake, table: Table, *rows: dict[str, Any]) -> None:
    """Write rows as the load would; what is not given is null."""
    found = [tuple(row.get(name) for name in table.column_names) for row in rows]
    lake.spark.createDataFrame(found, table.schema).writeTo(f"lake.{lake.database}.{table.name}").append()


@pytest.fixture
def small(lake: Lake) -> Lake:
    """Return a lake with few rows in the tables of each kind of partition, and none of the others yet."""
    for table in (SONG, LISTING, PLAY):
        lake.spark.sql(create_statement(table, f"lake.{lake.database}.{table.name}"))
    seen = {"seen_at": NOON, "raw_key": "raw/x"}
    add(lake, SONG, *({"song_id": song, "extraction_date": day, "name": song, **seen} for song in "ab" for day in DAYS))
    key = {"account": "-", "source_kind": "playlist", "source_id": "p", "status": "ok", **seen}
    entries = [(place, "song", "a", NOON) for place in (1, 2)]
    add(lake, LISTING, *({**key, "extraction_date": day, "entries": entries} for day in DAYS))
    plays = (dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (10, 11))
    add(lake, PLAY, *({"account": "me", "played_at": at, "song_id": "a", "origin": "api", **seen} for at in plays))
    return lake


def test_a_key_too_long_for_postgresql_costs_its_row_only(small: Lake, client: Client) -> None:
    seen = {"extraction_date": DAYS[0], "seen_at": NOON, "raw_key": "raw/x"}
    add(small, SONG, *({"song_id": song, "name": "long", **seen} for song in (random_text(3000), "n" * 1500)))
    entries = [(1, "song", "a", NOON)]
    key = {"account": random_text(1500), "source_kind": "playlist", "source_id": random_text(1500), "status": "ok"}
    add(small, LISTING, {**key, **seen, "entries": entries})
    report = bring(small, client)
    assert {name: one.left_out for name, one in report.tables.items() if one.left_out} == {
        "song": 1, "listing": 1, "listing_entry": 1
    }  # fmt: skip
    assert "song: 1 rows left out, their keys are over 2000 bytes" in report.as_text()
    assert client.ask("select count(*) from music.song") == "5"
    assert bring(small, client).tables == {}


def random_text(length: int) -> str:
    """Return text that does not compress, as an index would."""
    return "".join(random.Random(length).choices(string.ascii_letters, k=length))


def change(lake: Lake, table: str, sql: str) -> None:
    """Run an update or delete on a table of the lake; {} stands for its name."""
    lake.spark.sql(sql.format(f"lake.{lake.database}.{table}"))


def as_json(value: Any) -> Any:
    """Return a value of Spark as PostgreSQL's JSON has it."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [as_json(one) for one in value]
    if isinstance(value, dt.datetime):
        text = value.isoformat(timespec="microseconds").rstrip("0").rstrip(".")
        return text
    return value.isoformat() if isinstance(value, dt.date) else value


def lake_rows(lake: Lake, table: Table) -> dict[str, list[tuple[Any, ...]]]:
    """Return what a table should be in PostgreSQL, worked out in plain Python."""
    df = lake.spark.table(f"lake.{lake.database}.{table.name}")
    # Instants as text: Python would show them on this machine's clock.
    instants = [one.name for one in table.columns if isinstance(one.type, T.TimestampType)]
    texts = {name: f"date_format({name}, \"yyyy-MM-dd'T'HH:mm:ss.SSSSSS\")" for name in instants}
    df = df.selectExpr(*(f"{texts[name]} as {name}" if name in texts else name for name in table.column_names))
    found: dict[str, list[tuple[Any, ...]]] = {one.name: [] for one in relations_of(table)}
    for row in df.collect():
        values = row.asDict()
        for name in instants:
            values[name] = f"{values[name].rstrip('0').rstrip('.')}+00:00" if values[name] else None
        if table is LISTING:
            entries = values.pop("entries")
            keys = tuple(as_json(values[name]) for name in table.key)
            for place, one in enumerate(entries or [], 1):
                added = one["added_at"] and f"{one['added_at'].astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}+00:00"
                found["listing_entry"].append((*keys, place, one["position"], one["item_kind"], one["item_id"], added))
            values["entry_count"] = None if entries is None else len(entries)
        order = [one if one != "entries" else "entry_count" for one in table.column_names]
        found[table.name].append(tuple(as_json(values[name]) for name in order))
    return found


def postgres_rows(client: Client, relation: Relation) -> list[tuple[Any, ...]]:
    rows = client.rows(f"select * from music.{relation.name}")
    return [tuple(row[name] for name in relation.column_names) for row in rows]


def in_order(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=repr)


def differences(lake: Lake, client: Client) -> list[str]:
    """Name the tables whose rows are not the same; one that the lake lacks has no rows there."""
    present = {row["tableName"] for row in lake.spark.sql(f"show tables in lake.{lake.database}").collect()}
    found = []
    for table in PUBLISHED:
        expected = lake_rows(lake, table) if table.name in present else {}
        for one in relations_of(table):
            if in_order(postgres_rows(client, one)) != in_order(expected.get(one.name, [])):
                found.append(one.name)
    return found


def versions(client: Client) -> dict[str, list[Any]]:
    """Return which transaction wrote each row of each table."""
    names = [one.name for table in PUBLISHED for one in relations_of(table)] + ["published"]
    return {name: client.rows(f"select xmin::text, ctid::text from music.{name} order by ctid") for name in names}


def test_rows_are_the_lakes_cell_by_cell(full: Lake, published: tuple[Client, PublishReport]) -> None:
    client, report = published
    assert {name: one.inserted for name, one in report.tables.items()} == {
        "artist": 5, "album": 2, "song": 3, "listing": 4, "listing_entry": 4, "play": 3,
    }  # fmt: skip
    for table in PUBLISHED:
        for relation in relations_of(table):
            expected = in_order(lake_rows(full, table)[relation.name])
            assert in_order(postgres_rows(client, relation)) == expected, relation.name


def test_the_report_is_for_people_and_machines(published: tuple[Client, PublishReport]) -> None:
    _, report = published
    assert report.as_text().splitlines()[0].startswith("21 rows written, made or widened: artist, album, song, listing")
    assert json.loads(report.as_json())["tables"]["song"] == {
        "inserted": 3, "updated": 0, "unchanged": 0, "deleted": 0, "left_out": 0,
    }  # fmt: skip


def test_edges_are_what_people_meet_in_sql(published: tuple[Client, PublishReport]) -> None:
    client, _ = published
    first = "extraction_date = '2026-11-01'"
    shown = NASTY.replace("\0", "\ufffd")
    assert client.rows(f"select name from music.song where song_id = 's1' and {first}") == [{"name": shown}]
    known = client.rows("select artist_id, genres from music.artist where artist_id in ('a2', 'a3') order by 1")
    assert [row["genres"] for row in known] == [None, None, [shown, "", "x"]]
    assert client.ask(f"select release_date, name = '' from music.album where {first}") == "0001-02-01|t"
    counts = client.rows("select source_id, entry_count from music.listing order by source_id, extraction_date")
    assert [row["entry_count"] for row in counts] == [0, None, 3, 1]
    played = client.rows("select played_at from music.play order by 1 limit 1")
    assert played == [{"played_at": "2026-03-29T01:30:00.5+00:00"}]
    comment = "select obj_description('music.song'::regclass), col_description('music.song'::regclass, 1)"
    assert (
        client.ask(comment) == "one row per song (a track of the catalogue) and extraction date|Spotify id of the track"
    )
    joined = "select count(*) from music.listing_entry e join music.song s on (e.item_id, e.extraction_date)"
    assert client.ask(f"{joined} = (s.song_id, s.extraction_date)") == "3"


def test_a_run_with_nothing_new_writes_nothing_and_one_with_something_only_that(small: Lake, client: Client) -> None:
    assert bring(small, client).missing == ["artist", "album"]
    before = versions(client)
    assert bring(small, client).as_text().startswith("nothing new, 0 rows written, not in the lake yet: artist, album")
    assert versions(client) == before
    change(small, "song", "update {} set name = 'renamed' where song_id = 'a' and extraction_date = date'2026-11-02'")
    entries = "transform(entries, one -> named_struct('position', one.position, 'item_kind', one.item_kind, 'item_id',"
    entries += " if(one.position = 2, 'b', one.item_id), 'added_at', one.added_at))"
    change(small, "listing", f"update {{}} set entries = {entries} where extraction_date = date'2026-11-01'")
    add(small, PLAY, {"account": "me", "played_at": NOON, "song_id": "a", "origin": "api"})
    report = bring(small, client)
    assert report.partitions == {"song": 1, "listing": 1, "play": 1}
    assert report.tables == {
        "song": Copied(updated=1, unchanged=1),
        "listing": Copied(unchanged=1),
        "listing_entry": Copied(updated=1, unchanged=1),
        "play": Copied(inserted=1, unchanged=1),
    }
    assert differences(small, client) == []
    after = versions(client)
    assert after["listing"] == before["listing"]
    assert len([one for one in after["song"] if one in before["song"]]) == 3


def test_a_connection_that_dies_before_the_commit_leaves_all_as_it_was(
    small: Lake, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(small, client)
    before = versions(client)
    add(small, SONG, {"song_id": "c", "extraction_date": dt.date(2026, 11, 3)})

    def kill(postgres: Postgres) -> None:
        assert client.ask("select count(*) from music.song") == "4", "rows are seen before they are committed"
        ours = "from pg_stat_activity where application_name = 'publish_rds' and datname = current_database()"
        client.ask(f"select pg_terminate_backend(pid) {ours}")
        postgres.commit()

    with monkeypatch.context() as patch:
        patch.setattr(publish_rds, "_commit", kill)
        with pytest.raises(LoadError, match=r"Nothing was published\.$") as error:
            bring(small, client)
    assert "\n" not in str(error.value)
    assert versions(client) == before
    assert bring(small, client).tables == {"song": Copied(inserted=1)}
    assert differences(small, client) == []


def test_columns_and_comments_that_lack_are_added(spark: SparkSession, client: Client) -> None:
    relations = [one for table in PUBLISHED for one in relations_of(table)]
    postgres = Postgres(spark, target_of(client))
    assert prepare_schema(postgres, "music", relations) == [one.name for one in relations]
    client.ask("insert into music.published values ('song', 1, '{}', now()), ('listing', 1, '{}', now())")
    client.ask("alter table music.listing_entry drop column item_kind; comment on table music.play is 'x'")
    assert prepare_schema(postgres, "music", relations) == ["listing_entry"]
    assert prepare_schema(postgres, "music", relations) == []
    postgres.close()
    assert client.ask("select table_name from music.published") == "song", "a listing is to be read again"
    assert client.ask("select obj_description('music.play'::regclass)") == PLAY.grain


@pytest.mark.parametrize(("change", "message"), [
    pytest.param(
        "alter table music.song alter duration_ms type integer using 0",
        "song.duration_ms: expected bigint, got integer", id="another type",
    ),
    pytest.param("alter table music.play add mine text", "play.mine: expected no such column, got text", id="unknown"),
    pytest.param(
        "alter table music.album drop constraint album_pkey",
        "album: expected the primary key (album_id, extraction_date), got ()", id="no key",
    ),
    pytest.param(
        "alter table music.published rename partitions to p",
        "published.p: expected no such column, got jsonb", id="another memory",
    ),
])  # fmt: skip
def test_a_table_that_differs_is_refused_in_one_line(
    spark: SparkSession, client: Client, change: str, message: str
) -> None:
    relations = [one for table in PUBLISHED for one in relations_of(table)]
    postgres = Postgres(spark, target_of(client))
    prepare_schema(postgres, "music", relations)
    client.ask(change)
    with pytest.raises(LoadError) as error:
        prepare_schema(postgres, "music", relations)
    postgres.close()
    assert message in str(error.value)
    assert str(error.value).endswith("Nothing was published. No table was changed.")


def test_decimals_and_other_types_to_come_are_kept(spark: SparkSession, client: Client) -> None:
    table = Table(
        "price", "one row per key", ("key",),
        (
            Column("key", T.StringType(), "k"), Column("amount", T.DecimalType(20, 10), "d"),
            Column("share", T.DoubleType(), "f"), Column("words", STRINGS, "w"),
            Column("days", T.ArrayType(T.DateType()), "a"), Column("flag", T.BooleanType(), "b"),
            Column("extraction_date", T.DateType(), "e"),
        ),
    )  # fmt: skip
    (relation,) = relations_of(table)
    day = dt.date(9999, 12, 31)
    rows = [
        ("a", Decimal("-1234567890.0000000001"), float("nan"), [None, "null", "NULL", "", NASTY], [day], True, day),
        ("b", Decimal("0.0000000001"), 1e-300, [], [None], False, day),
        ("c", None, None, None, None, None, day),
    ]
    df = spark.createDataFrame(rows, table.schema)
    postgres = Postgres(spark, target_of(client))
    prepare_schema(postgres, "music", [relation])
    lines = [row["line"] for row in df.select(line_of(relation)).collect()]
    assert postgres.copy("copy music.price from stdin", lines) == 3
    postgres.commit()
    postgres.close()
    shown = "select key, amount::text, share::text, words, days, flag, extraction_date from music.price order by key"
    assert [tuple(row.values()) for row in client.rows(shown)] == [
        (
            "a",
            "-1234567890.0000000001",
            "NaN",
            as_json([None, "null", "NULL", "", NASTY]),
            ["9999-12-31"],
            True,
            "9999-12-31",
        ),
        ("b", "0.0000000001", "1e-300", [], [None], False, "9999-12-31"),
        ("c", None, None, None, None, None, "9999-12-31"),
    ]


@pytest.mark.parametrize(("other", "message"), [
    pytest.param({"password": "wrong"}, "password authentication failed", id="a wrong password"),
    pytest.param(
        {"database": "no such/?&"}, 'database "no such/?&" does not exist; expected a database', id="no database"
    ),
    pytest.param({"user": "nobody"}, "password authentication failed", id="no user"),
    pytest.param({"mode": "require"}, "The server does not support SSL", id="encryption that it cannot give"),
    pytest.param({"port": 1}, "Connection to 127.0.0.1:1 refused", id="no server"),
])  # fmt: skip
def test_what_stands_in_the_way_is_one_line(
    spark: SparkSession, client: Client, other: dict[str, Any], message: str
) -> None:
    with pytest.raises(LoadError) as error:
        Postgres(spark, target_of(client, **other))
    assert message in str(error.value)
    assert str(error.value).endswith("Nothing was published.")
    assert "\n" not in str(error.value)
    assert PASSWORD not in repr(target_of(client))


def test_who_may_not_write_is_told(small: Lake, client: Client) -> None:
    client.ask("drop role if exists reader; create role reader login password 'r'")
    settings = parse_publish_settings(["--catalog", "lake", "--database", small.database])
    with pytest.raises(LoadError, match=r"permission denied for database .*; expected the right to create tables"):
        publish(small.spark, settings, target_of(client, user="reader", password="r"))


@pytest.mark.parametrize(("spoil", "message"), [
    pytest.param(lambda lake: None, "expected tables that load_music made, got none", id="no tables"),
    pytest.param(
        lambda lake: lake.spark.sql(f"create table lake.{lake.database}.song (song_id int) using iceberg"),
        "song.song_id: expected string, got int; song.extraction_date: expected a column, got none", id="others",
    ),
])  # fmt: skip
def test_a_lake_that_is_not_ours_is_refused(
    lake: Lake, client: Client, spoil: Callable[[Lake], object], message: str
) -> None:
    spoil(lake)
    with pytest.raises(LoadError) as error:
        bring(lake, client)
    assert message in str(error.value)
