"""Spotify's shapes are recognised and foreign wrappers unwrapped; nothing is left out."""

import itertools
import json
import random
import time

import pytest

from lakehouse.importing.documents import join_path, unwrap
from lambda_extract.spotify.shapes import count_entries, find_playlist_id, find_total, is_single, name_kind

NAMES = ("Ёлка", "夜汽車", "ليل طويل", "Łódź", "שיר", "Sólo tú", "गीत", "plain")


def made_up_id(number: int) -> str:
    return f"{number:04d}MadeUpId0000000000"


def common(kind: str, number: int) -> dict:
    identity = made_up_id(number)
    return {
        "id": identity,
        "name": NAMES[number % len(NAMES)],
        "type": kind,
        "uri": f"spotify:{kind}:{identity}",
        "href": f"https://api.spotify.com/v1/{kind}s/{identity}",
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{identity}"},
    }


def artist(number: int) -> dict:
    return common("artist", number)


def track(number: int) -> dict:
    return common("track", number) | {
        "duration_ms": 1000 + number,
        "track_number": 1,
        "artists": [artist(9000)],
        "album": common("album", 9001) | {"album_type": "single", "artists": [artist(9000)], "images": []},
        "available_markets": ["JP", "PL"],
        "external_ids": {"isrc": "XX0000000001"},
    }


def page(*items: object, **more: object) -> dict:
    return {"href": "https://api.spotify.com/v1/x", "items": list(items), "limit": 50, "offset": 0} | more


def album(number: int) -> dict:
    return common("album", number) | {
        "album_type": "album",
        "artists": [artist(9000)],
        "tracks": page(common("track", number + 1)),
    }


def entry(number: int, key: str = "track") -> dict:
    return {"added_at": "2024-05-01T00:00:00Z", "added_by": common("user", 9002), "is_local": False, key: track(number)}


def playlist(number: int, **pages: object) -> dict:
    return (
        common("playlist", number)
        | {"owner": common("user", 9002), "snapshot_id": "snap", "followers": {"total": 1}}
        | pages
    )


def play(number: int) -> dict:
    return {
        "ts": "2024-05-01T00:00:00Z",
        "ms_played": number,
        "spotify_track_uri": f"spotify:track:{made_up_id(number)}",
    }


def landed(value: object) -> list[tuple[str, object]]:
    return [(document.path, document.value) for document in unwrap(value).documents]


def counted(value: object) -> list[tuple[str, int]]:
    return [(document.path, document.entries) for document in unwrap(value).documents]


T1, T2, T3 = track(101), track(102), track(103)
DOCUMENTS = [
    pytest.param(page(entry(1), entry(2), None), 3, id="a playlist page, nulls included"),
    pytest.param(page(), 0, id="an empty page"),
    pytest.param(page(entry(1, "item") | {"track": track(1)}), 1, id="a page with both item and track"),
    pytest.param(page(artist(1), artist(2)), 2, id="a page of top artists"),
    pytest.param(
        page({"played_at": "2024-05-01T00:00:00.000Z", "track": T1, "context": None}), 1, id="recently played"
    ),
    pytest.param(page(playlist(1, tracks={"href": "h", "total": 9})), 1, id="a page of playlists without their pages"),
    pytest.param(page({"track": {"name": "only a name"}}, {}), 2, id="a page cut down by a fields filter"),
    pytest.param(playlist(1, tracks=page(entry(1), entry(2))), 2, id="a playlist with tracks"),
    pytest.param(playlist(1, items=page(entry(1, "item"))), 1, id="a playlist with items"),
    pytest.param(
        playlist(1, items=page(entry(1)), tracks=page(entry(1), entry(2))),
        1,
        id="a playlist with both counts items only",
    ),
    pytest.param(playlist(1, tracks=[T1, T2]), 2, id="a playlist with a plain list"),
    pytest.param(
        playlist(1, tracks=page(entry(1)), albums=[None]), 1, id="a playlist counts its page and no list beside it"
    ),
    pytest.param(playlist(1), 1, id="a foreign playlist without a page"),
    pytest.param(playlist(1, tracks={"href": "h", "total": 9}), 1, id="a playlist with only the size of its page"),
    pytest.param(T1, 1, id="a track"),
    pytest.param(album(1), 1, id="an album, whatever tracks it embeds"),
    pytest.param(artist(1), 1, id="an artist"),
    pytest.param(common("show", 1) | {"episodes": page(common("episode", 2))}, 1, id="a show"),
    pytest.param(common("episode", 1), 1, id="an episode"),
    pytest.param(common("audiobook", 1), 1, id="an audiobook"),
    pytest.param(common("chapter", 1), 1, id="a chapter"),
    pytest.param(common("user", 1), 0, id="a user is no music"),
    pytest.param({"tracks": [T1, None, T2]}, 3, id="several tracks, one of them null"),
    pytest.param({"albums": [album(1)], "own": 1}, 1, id="several albums beside an own key"),
    pytest.param(
        {"tracks": page(T1), "artists": page(artist(1), artist(2)), "albums": page()}, 3, id="a search answer"
    ),
    pytest.param({"artists": page(artist(1))}, 1, id="followed artists"),
    pytest.param({"albums": page(common("album", 1))}, 1, id="new releases"),
    pytest.param({"currently_playing": T1, "queue": [T2, T3]}, 3, id="the player's queue"),
    pytest.param({"currently_playing": None, "queue": []}, 0, id="an empty queue"),
    pytest.param({"is_playing": True, "item": T1, "progress_ms": 1, "context": None}, 1, id="currently playing"),
    pytest.param({"is_playing": False, "item": None, "currently_playing_type": "ad"}, 0, id="nothing playing"),
    pytest.param(entry(1), 1, id="a single saved track"),
    pytest.param({"track": T1}, 1, id="a bare entry"),
    pytest.param({"added_at": "2024-05-01T00:00:00Z", "album": album(1)}, 1, id="a single saved album"),
    pytest.param({"added_at": "2024-05-01T00:00:00Z", "show": common("show", 1)}, 1, id="a single saved show"),
    pytest.param(play(1), 1, id="a play of the extended export"),
    pytest.param(
        {"endTime": "2024-05-01 00:00", "artistName": "Ёлка", "trackName": "夜", "msPlayed": 1},
        1,
        id="a play of the short export",
    ),
    pytest.param({"error": {"status": 404, "message": "Resource not found"}}, 0, id="an error body"),
    pytest.param(
        {"error": "invalid_grant", "error_description": "Refresh token expired"}, 0, id="an error of the token service"
    ),
    pytest.param({}, 0, id="an empty object"),
    pytest.param({"foo": {"bar": [1, 2]}}, 0, id="an object without music"),
    pytest.param([1, "two"], 0, id="a list without music"),
    pytest.param(None, 0, id="a null"),
    pytest.param("text", 0, id="a string"),
    pytest.param(
        {"audio_features": [{"type": "audio_features", "uri": "spotify:track:x", "id": "x", "duration_ms": 1}]},
        0,
        id="audio features are no tracks",
    ),
]


@pytest.mark.parametrize(("value", "entries"), DOCUMENTS)
def test_a_document_stays_whole_and_its_entries_are_counted(value, entries):
    assert landed(value) == [("$", value)]
    assert counted(value) == [("$", entries)]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        pytest.param({"id": "x", "name": "n", "duration_ms": 1}, "track", id="a duration makes a track"),
        pytest.param({"id": "x", "track_number": 1}, "track", id="a track number makes a track"),
        pytest.param(
            {"name": "n", "total_tracks": 9, "artists": []},
            "album",
            id="a number of tracks with artists makes an album",
        ),
        pytest.param(
            {"name": "n", "release_date": "1979", "images": []}, "album", id="a release date with images makes an album"
        ),
        pytest.param({"name": "n", "genres": []}, "artist", id="genres make an artist"),
        pytest.param({"name": "n", "followers": {"total": 1}}, "artist", id="followers make an artist"),
        pytest.param(
            {"name": "n", "snapshot_id": "s", "followers": {"total": 1}}, "playlist", id="a snapshot makes a playlist"
        ),
        pytest.param({"name": "n", "owner": {}, "tracks": {}}, "playlist", id="an owner with tracks makes a playlist"),
        pytest.param({"id": None, "uri": "spotify:local:a:b:c:100"}, "track", id="a local file is a track"),
        pytest.param({"uri": "spotify:user:somebody:playlist:x"}, "playlist", id="the old form of a playlist's uri"),
        pytest.param({"uri": "spotify:user:somebody"}, "user", id="a user's uri"),
        pytest.param({"uri": "spotify:album:x", "duration_ms": 1}, "album", id="the uri goes before the shape"),
        pytest.param(
            {"type": "episode", "id": "x", "uri": "spotify:track:x"}, "episode", id="the type goes before the uri"
        ),
        pytest.param({"type": "single", "uri": "spotify:track:x"}, "track", id="a type that is none is passed over"),
        pytest.param({"uri": 17, "type": ["track"]}, None, id="what is no text tells nothing"),
        pytest.param({"id": "x"}, None, id="an id alone is no music"),
        pytest.param({"id": "x", "name": "n"}, None, id="an id and a name are no music"),
        pytest.param({"snapshot_id": "s"}, None, id="a snapshot alone, as after a change, is no playlist"),
        pytest.param({"type": "track"}, None, id="a type alone is no music"),
    ],
)
def test_kind(value, kind):
    assert name_kind(value) == kind


@pytest.mark.parametrize(
    ("value", "documents"),
    [
        pytest.param([], [("$", {"items": []})], id="an empty list"),
        pytest.param([None], [("$", {"items": [None]})], id="a list of nulls"),
        pytest.param(
            [T1, None, T2], [("$", {"items": [T1, None, T2]})], id="a list of tracks keeps its order and nulls"
        ),
        pytest.param([entry(1), entry(2)], [("$", {"items": [entry(1), entry(2)]})], id="a list of entries"),
        pytest.param(
            [{"track": {"name": "n", "id": "i"}}],
            [("$", {"items": [{"track": {"name": "n", "id": "i"}}]})],
            id="entries cut down by a fields filter",
        ),
        pytest.param([play(1), play(2)], [("$", {"items": [play(1), play(2)]})], id="a streaming history"),
        pytest.param(
            [playlist(1), playlist(2)], [("$", {"items": [playlist(1), playlist(2)]})], id="playlists without pages"
        ),
        pytest.param([page(T1), page(T2)], [("$[0]", page(T1)), ("$[1]", page(T2))], id="a list of pages"),
        pytest.param(
            [[T1], [T2, T3]], [("$[0]", {"items": [T1]}), ("$[1]", {"items": [T2, T3]})], id="a list of lists"
        ),
        pytest.param(
            [playlist(1, tracks=page(entry(1)))],
            [("$[0]", playlist(1, tracks=page(entry(1))))],
            id="a list of playlists with pages",
        ),
        pytest.param(
            {"playlists": [playlist(1, tracks=page(entry(1)))]},
            [("$.playlists[0]", playlist(1, tracks=page(entry(1))))],
            id="playlists with pages under a list name",
        ),
        pytest.param(
            {"items": [playlist(1, tracks=page(entry(1)))]},
            [("$.items[0]", playlist(1, tracks=page(entry(1))))],
            id="playlists with pages in a page",
        ),
        pytest.param(
            page(playlist(1, items=page(entry(1))), playlist(2)),
            [("$.items[0]", playlist(1, items=page(entry(1)))), ("$.items[1:2]", {"items": [playlist(2)]})],
            id="of a page of playlists those with pages are documents and the others stay a list",
        ),
        pytest.param(
            {"track": {"type": "track", "id": "x", "items": [T1]}},
            [("$.track", {"type": "track", "id": "x", "items": [T1]})],
            id="a page under an entry's key",
        ),
        pytest.param(
            {"error": None, "a": T1, "b": T2},
            [("$[*]", {"items": [T1, T2]})],
            id="a null under another key than an id is no missing track",
        ),
        pytest.param({"data": page(T1)}, [("$.data", page(T1))], id="a page below an own level"),
        pytest.param({"id": "x", "details": T1}, [("$.details", T1)], id="a track beside an id"),
        pytest.param(
            {"my data": [{"res-ult": page(T1)}]},
            [("$['my data'][0]['res-ult']", page(T1))],
            id="keys which are no identifiers",
        ),
        pytest.param({"tracks": [entry(1)]}, [("$.tracks", {"items": [entry(1)]})], id="entries under a list name"),
        pytest.param(
            {"tracks": {T1["id"]: T1, T2["id"]: T2}}, [("$.tracks[*]", {"items": [T1, T2]})], id="tracks by id"
        ),
        pytest.param(
            {T2["id"]: T2, T1["id"]: T1, made_up_id(3): None},
            [("$[*]", {"items": [T2, T1, None]})],
            id="tracks by id in the order given, one missing",
        ),
        pytest.param({"a": entry(1), "b": entry(2)}, [("$[*]", {"items": [entry(1), entry(2)]})], id="entries by key"),
        pytest.param(
            {"song": T1, "singer": artist(1)},
            [("$.song", T1), ("$.singer", artist(1))],
            id="unlike objects by name stay apart",
        ),
        pytest.param({"a": {"info": T1}, "b": {"info": T2}}, [("$[*].info", {"items": [T1, T2]})], id="wrappers by id"),
        pytest.param({"a": page(T1), "b": page(T2)}, [("$.a", page(T1)), ("$.b", page(T2))], id="pages by name"),
        pytest.param(
            [{"id": 1, "info": T1}, {"id": 2, "info": T2}],
            [("$[*].info", {"items": [T1, T2]})],
            id="a list of wrappers is one document",
        ),
        pytest.param([{"a": {"b": [T1]}}], [("$[0].a.b", {"items": [T1]})], id="a wrapped list"),
        pytest.param(
            [{"info": T1}, None, {"info": T2}],
            [("$[*].info", {"items": [T1, None, T2]})],
            id="a null among wrappers keeps its place",
        ),
        pytest.param(
            [T1, {"broken": 1}, T2], [("$", {"items": [T1, {"broken": 1}, T2]})], id="a broken element keeps its place"
        ),
        pytest.param(
            [T1, {"error": {"status": 404}}],
            [("$", {"items": [T1, {"error": {"status": 404}}]})],
            id="an error in place of an element",
        ),
        pytest.param(
            [{"error": {"status": 404}}, {"error": {"status": 500}}],
            [("$[0]", {"error": {"status": 404}}), ("$[1]", {"error": {"status": 500}})],
            id="a list of errors",
        ),
        pytest.param(
            [None, T1, T2, page(T3), {"info": T1}],
            [("$[0:3]", {"items": [None, T1, T2]}), ("$[3]", page(T3)), ("$[4:5].info", {"items": [T1]})],
            id="a mixed list falls into runs",
        ),
        pytest.param(
            {"error": {"status": 404}, "data": page(T1)},
            [("$.data", page(T1)), ("$.error", {"status": 404})],
            id="an error beside music is a rest",
        ),
        pytest.param(
            {"type": "album", "id": "x", "data": album(1)},
            [("$.data", album(1))],
            id="a wrapper that names the type of what it holds",
        ),
        pytest.param(
            {"items": [{"id": 1, "info": T1}]}, [("$.items[*].info", {"items": [T1]})], id="a page of wrappers"
        ),
        pytest.param(
            {"tracks": [{"id": 1, "info": T1}]},
            [("$.tracks[*].info", {"items": [T1]})],
            id="wrappers under a list name",
        ),
        pytest.param(
            {"data": page(T1), "log": {"took": 3}},
            [("$.data", page(T1)), ("$.log", {"took": 3})],
            id="a rest without music is a document of its own",
        ),
    ],
)
def test_unwrapping(value, documents):
    assert landed(value) == documents


@pytest.mark.parametrize(
    ("value", "extra"),
    [
        pytest.param(page(T1, extra=page(T2)), ("$.extra", page(T2)), id="beside a page"),
        pytest.param(
            {"tracks": page(T1, similar=[T2])}, ("$.tracks.similar", {"items": [T2]}), id="in the page of an answer"
        ),
        pytest.param({"tracks": [T1], "similar": [T2]}, ("$.similar", {"items": [T2]}), id="beside several tracks"),
        pytest.param(artist(1) | {"top_tracks": [T2]}, ("$.top_tracks", {"items": [T2]}), id="under an artist"),
        pytest.param(
            [artist(1) | {"top_tracks": [T2]}], ("$[0].top_tracks", {"items": [T2]}), id="under an artist in a list"
        ),
        pytest.param(
            page(entry(1) | {"artist": artist(2)}), ("$.items[0].artist", artist(2)), id="beside the track of an entry"
        ),
        pytest.param(
            page({"track": T1 | {"cover_of": T2}}), ("$.items[0].track.cover_of", T2), id="inside the track of an entry"
        ),
        pytest.param({"track": T1, "album": album(2)}, ("$.album", album(2)), id="an album beside a track"),
        pytest.param(
            playlist(1, tracks={"x": T1, "y": T2}), ("$.tracks[*]", {"items": [T1, T2]}), id="a playlist's tracks by id"
        ),
        pytest.param(page(T1, {"info": T2}), ("$.items[1].info", T2), id="a wrapper among the elements of a page"),
        pytest.param(
            {"playlists": page(playlist(1, tracks=page(T2)))},
            ("$.playlists.items[0]", playlist(1, tracks=page(T2))),
            id="playlists with pages found by a search",
        ),
    ],
)
def test_music_where_spotify_puts_none_is_a_document_of_its_own(value, extra):
    first, second = landed(value)
    assert first[1] == ({"items": value} if isinstance(value, list) else value)
    assert second == extra


def test_what_is_left_of_wrappers_is_kept_by_path():
    value = {
        "fetched": "2024-05-01",
        "pages": [page(T1), "end"],
        "none": None,
        "empty": [],
        "list": {"k 1": {"n": 1, "t": T2}},
    }
    assert unwrap(value).scalars == {
        "$.fetched": "2024-05-01",
        "$.pages[1]": "end",
        "$.none": None,
        "$.empty": [],
        "$.list['k 1'].n": 1,
    }


def test_keys_that_are_no_ids_are_kept_in_order():
    assert unwrap({"first": T1, "second": T2}).scalars == {"$[*]": ["first", "second"]}
    assert unwrap({"first": T1, "second": T2, "x": artist(1), "y": artist(2)}).scalars == {
        "$[*]": ["first", "second", "x", "y"]
    }
    assert unwrap({T1["id"]: T1, T2["uri"]: T2}).scalars == {}


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("plain_1", "$.plain_1"),
        ("1st", "$['1st']"),
        ("a.b", "$['a.b']"),
        ("it's \\", r"$['it\'s \\']"),
        ("", "$['']"),
        (0, "$[0]"),
        ("имя", "$['имя']"),
    ],
)
def test_json_paths(key, path):
    assert join_path("$", key) == path


@pytest.mark.parametrize(
    ("value", "playlist_id"),
    [
        pytest.param(playlist(1), made_up_id(1), id="a playlist's own id"),
        pytest.param(playlist(1) | {"id": None}, made_up_id(1), id="else the id in its uri"),
        pytest.param({"name": "n", "snapshot_id": "s"}, None, id="a playlist without either"),
        pytest.param(
            {"href": "https://api.spotify.com/v1/playlists/abc1/tracks?offset=0", "items": []},
            "abc1",
            id="a page's address",
        ),
        pytest.param(
            {"href": "https://api.spotify.com/v1/playlists/abc1/items", "items": []}, "abc1", id="the newer address"
        ),
        pytest.param(
            {"href": "https://api.spotify.com/v1/users/me.1/playlists/abc1/tracks", "items": []},
            "abc1",
            id="the old address by user",
        ),
        pytest.param(
            {"tracks": {"href": "https://h/playlists/abc1/tracks", "items": []}},
            "abc1",
            id="the address of a page inside",
        ),
        pytest.param(
            {"href": "https://h/playlists/abc1/images", "items": []}, None, id="another address of a playlist"
        ),
        pytest.param({"href": "https://h/users/x/playlists", "items": []}, None, id="a list of playlists"),
        pytest.param([], None, id="a list"),
    ],
)
def test_playlist_named(value, playlist_id):
    assert find_playlist_id(value) == playlist_id


@pytest.mark.parametrize(
    ("value", "total"),
    [
        pytest.param(page(T1, total=101), 101, id="a page's total"),
        pytest.param(page(T1), None, id="a page without a total"),
        pytest.param(page(T1, total=True), None, id="a total that is no number"),
        pytest.param(playlist(1, tracks=page(T1, total=102)), 102, id="a playlist's page"),
        pytest.param(
            playlist(1, items=page(T1, total=1), tracks=page(T1, total=2)), 1, id="of two pages the newer name"
        ),
        pytest.param({"tracks": page(T1, total=3), "albums": page(total=4)}, 7, id="a search answer's pages together"),
        pytest.param({"tracks": page(T1, total=3), "albums": page()}, None, id="unless one has none"),
        pytest.param({"tracks": page(T1, total=3), "albums": [album(1)]}, None, id="or one is a plain list"),
        pytest.param({"tracks": [T1]}, None, id="plain lists announce nothing"),
        pytest.param(album(1), None, id="nor does an album"),
        pytest.param([T1], None, id="nor what is no object"),
    ],
)
def test_total_announced(value, total):
    assert find_total(value) == total


def test_single_objects_are_told_from_lists_of_one():
    assert is_single(T1)
    assert is_single(entry(1))
    assert is_single(playlist(1))
    assert not is_single(page(T1))
    assert not is_single({"tracks": [T1]})
    assert not is_single({"error": "x"})


def wrap_at_random(value: object, chance: random.Random, numbers: itertools.count) -> object:
    """Put a value into one of many wrappers, or beside another."""
    other = chance.choice([track, entry, album, artist, play, playlist])(next(numbers))
    key = chance.choice(
        [
            "data",
            "details",
            "my key",
            "response",
            "tracks",
            "items",
            "track",
            "albums",
            "1",
            "id",
            "error",
            "playlists",
            "extra",
        ]
    )
    return chance.choice(
        [
            {key: value},
            {key: value, "id": "x", "n": None},
            [value],
            [value, other],
            [other, None, value],
            [value, {"error": {"status": 404}}, "scalar", {}],
            {key: value, other.get("id", "p"): other},
            {"a": value, "b": other, "c": {"deep": [other]}},
            page(value, other),
            page(other, extra=value),
            {"tracks": page(other), key: value},
            {key: [value, value]},
            artist(next(numbers)) | {key: value},
            {"type": "track", "id": "x", key: value},
            playlist(next(numbers), tracks=value),
            {"track": value, "album": other},
            {"error": {"message": "m"}, key: value},
        ]
    )


def list_made_up_ids(value: object) -> list[str]:
    text = json.dumps(value, ensure_ascii=False)
    return [f"{number:04d}MadeUpId" for number in range(1, 400) if f"{number:04d}MadeUpId" in text]


@pytest.mark.parametrize("seed", range(400))
def test_every_id_of_a_made_up_dump_is_landed(seed):
    chance, numbers = random.Random(seed), itertools.count(1)
    value: object = chance.choice([track(next(numbers)), page(track(next(numbers))), [entry(next(numbers))]])
    for _ in range(chance.randint(1, 6)):
        value = wrap_at_random(value, chance, numbers)
    before = json.dumps(value)
    unwrapped = unwrap(value)
    assert list_made_up_ids(
        [[document.value for document in unwrapped.documents], unwrapped.scalars]
    ) == list_made_up_ids(value)
    assert json.dumps(value) == before
    assert len({document.path for document in unwrapped.documents}) >= 1


def list_strings(value: object) -> set[str]:
    """List all scalars of a value as text."""
    if isinstance(value, dict):
        return set().union(*map(list_strings, value.values()))
    if isinstance(value, list):
        return set().union(*map(list_strings, value))
    return {json.dumps(value)}


@pytest.mark.parametrize("seed", range(400, 600))
def test_every_scalar_of_a_made_up_dump_is_landed(seed):
    chance, numbers = random.Random(seed), itertools.count(1)
    value: object = {"marker": "m0", "data": track(next(numbers))}
    for level in range(chance.randint(1, 5)):
        value = {f"marker {level}": f"m{level + 1}", "in": wrap_at_random(value, chance, numbers)}
    unwrapped = unwrap(value)
    kept = list_strings([document.value for document in unwrapped.documents]) | list_strings(unwrapped.scalars)
    assert list_strings(value) - kept == set()


@pytest.mark.parametrize("seed", range(600, 700))
def test_the_music_of_a_made_up_dump_is_counted(seed):
    chance, numbers = random.Random(seed), itertools.count(2)
    value: object = track(1)
    for _ in range(chance.randint(1, 4)):
        value = chance.choice(
            [{"data": value}, {"id": "x", "info": value}, [value], {"a": {"b": value}, "c": track(next(numbers))}]
        )
    documents = unwrap(value).documents
    assert sum(document.entries for document in documents) == len(list_made_up_ids(value))


def test_deeply_nested_pages_take_no_exponential_time():
    value: object = page(T1)
    for _ in range(60):
        value = {"items": [value]}
    start = time.monotonic()
    assert [document.entries for document in unwrap(value).documents] == [1]
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chart_playlist_day1.json", [("$[0]", 50)]),
        ("chart_playlist_day2.json", [("$[0]", 50)]),
        ("items_with_episodes.json", [("$", 4)]),
        ("items_added_1970.json", [("$", 50)]),
        ("several_tracks.json", [("$", 34)]),
        ("items_both_keys.json", [("$", 1)]),
        ("error_body.json", [("$", 0)]),
    ],
)
def test_entries_of_real_answers(name, expected, samples):
    assert counted(json.loads((samples / name).read_text())) == expected


def test_no_entries_in_what_is_no_object():
    assert [count_entries(value) for value in (None, 17, "x", [T1], True)] == [0] * 5


@pytest.mark.parametrize(
    ("value", "path"),
    [
        pytest.param(common("album", 1) | {"tracks": [T2]}, "$", id="an album"),
        pytest.param({"data": common("album", 1) | {"tracks": [T2]}}, "$.data", id="an album in a wrapper"),
    ],
)
def test_an_album_s_plain_list_of_tracks_becomes_its_page(value, path):
    (document,) = unwrap(value).documents
    assert (document.path, document.value) == (path, common("album", 1) | {"tracks": {"items": [T2]}})


def test_what_is_no_track_stays_as_it_came():
    value = common("album", 1) | {"tracks": ["Overture"]}
    assert unwrap(value).documents[0].value == value
