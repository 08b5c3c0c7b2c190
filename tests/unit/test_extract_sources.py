"""The sources document: what it means, and that all its faults are said at once."""

import json

import pytest

from lambda_extract.faults import ExtractError
from lambda_extract.raw_object import Source
from lambda_extract.sources import choose_sections, parse_sources, read_file, require_login

ID_1, ID_2, SPOTIFYS = "1" * 22, "2" * 22, "37i9dQZEVXbMDoHDwVN2tF"


def parse(document):
    return parse_sources(json.dumps(document), "mine.json")


def faults_of(document) -> str:
    with pytest.raises(ExtractError) as caught:
        parse(document)
    message = str(caught.value)
    assert message.startswith("sources document mine.json: ")
    assert message.endswith(". Nothing was fetched.")
    return message


def test_every_section_becomes_its_sources_in_the_order_of_the_document():
    plan = parse(
        {
            "saved_tracks": {},
            "playlists": {"ids": [ID_1], "all_mine": True},
            "top_tracks": {},
            "top_artists": {"time_ranges": ["long_term"]},
            "recently_played": {},
            "albums": {"ids": [ID_1, ID_2]},
            "artists": {"ids": [ID_1]},
            "tracks": {"ids": [ID_2]},
            "market": "DE",
        }
    )
    assert plan.market == "DE"
    assert [(source.kind, source.id) for source in plan.sources] == [
        ("saved_tracks", "saved_tracks"),
        ("playlist", "all_mine"),
        ("playlist", ID_1),
        ("top_tracks", "short_term"),
        ("top_tracks", "medium_term"),
        ("top_tracks", "long_term"),
        ("top_artists", "long_term"),
        ("recently_played", "recently_played"),
        ("album", ID_1),
        ("album", ID_2),
        ("artist", ID_1),
        ("track", ID_2),
    ]


def test_spotifys_own_playlists_need_the_switch():
    switched = {"playlists": {"ids": [SPOTIFYS], "allow_spotify_owned": True}}
    assert parse(switched).sources == (Source("playlist", SPOTIFYS),)
    assert f"playlists.ids: {SPOTIFYS}: Spotify's own playlists are closed" in faults_of(
        {"playlists": {"ids": [SPOTIFYS]}}
    )


def test_all_faults_are_said_in_one_message():
    message = faults_of(
        {
            "shows": {},
            "saved_tracks": {"limit": 10},
            "recently_played": True,
            "playlists": {"all_mine": 1, "ids": ["short", ID_1, ID_1], "alow": True},
            "albums": {},
            "artists": {"ids": []},
            "tracks": {"ids": [7]},
            "top_tracks": {"time_ranges": ["week"]},
            "market": "germany",
        }
    )
    for fault in (
        "shows: unknown; expected an object with the sections playlists, saved_tracks, saved_albums, top_tracks",
        "saved_tracks.limit: unknown; expected an object with stop_at_known",
        "recently_played is true; expected an empty object {}",
        "playlists.all_mine is 1; expected true or false",
        "playlists.ids: short: expected ids of 22 letters and digits",
        f"playlists.ids: {ID_1}: more than once; expected each once",
        "playlists.alow: unknown; expected an object with all_mine, ids, allow_spotify_owned",
        "albums.ids not given; expected a list of texts",
        "artists.ids is []; expected a list of texts",
        "tracks.ids: 7: expected ids of 22 letters and digits",
        "top_tracks.time_ranges: week: expected short_term, medium_term, long_term",
        'market is "germany"; expected a country like DE',
    ):
        assert fault in message


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param("{", "no JSON (", id="no JSON"),
        pytest.param("[]", "expected an object with the sections playlists, ", id="no object"),
        pytest.param("{}", "it names no source; expected one or more of playlists, ", id="no source"),
        pytest.param('{"playlists": {}}', "playlists: names nothing; expected ids, or all_mine true", id="no playlist"),
    ],
)
def test_a_document_that_asks_for_nothing_is_refused(text, fault):
    with pytest.raises(ExtractError, match="Nothing was fetched") as caught:
        parse_sources(text, "mine.json")
    assert fault in str(caught.value)


def test_an_event_may_name_some_of_the_sections():
    plan = parse({"saved_tracks": {}, "top_tracks": {}, "albums": {"ids": [ID_1]}, "market": "DE"})
    chosen = choose_sections(plan, ["albums", "saved_tracks"])
    assert chosen.sources == (Source("saved_tracks", "saved_tracks"), Source("album", ID_1))
    assert chosen.market == "DE"
    assert choose_sections(plan, None) == plan


@pytest.mark.parametrize("wanted", [["artists"], ["nonsense"], [], "albums", [["albums"]]], ids=str)
def test_an_event_that_names_what_is_not_there_is_refused(wanted):
    plan = parse({"saved_tracks": {}, "albums": {"ids": [ID_1]}})
    with pytest.raises(ExtractError, match="sections of the sources document: saved_tracks, albums"):
        choose_sections(plan, wanted)


def test_a_users_sources_are_refused_where_there_is_only_the_app():
    plan = parse({"saved_tracks": {}, "playlists": {"all_mine": True, "ids": [ID_1]}, "albums": {"ids": [ID_1]}})
    with pytest.raises(ExtractError, match="sources saved_tracks, playlist all_mine belong to a user"):
        require_login(plan, has_login=False)
    require_login(plan, has_login=True)
    require_login(parse({"playlists": {"ids": [ID_1]}, "artists": {"ids": [ID_1]}}), has_login=False)


def test_a_document_that_cannot_be_read_is_said_in_one_line(tmp_path):
    with pytest.raises(ExtractError, match=r"none\.json: No such file or directory; expected a JSON text"):
        read_file(str(tmp_path / "none.json"))
    (tmp_path / "latin.json").write_bytes(b'{"\xff": 1}')
    with pytest.raises(ExtractError, match=r"latin\.json: no UTF-8; expected a JSON text. Nothing was fetched"):
        read_file(str(tmp_path / "latin.json"))
