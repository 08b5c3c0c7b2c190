"""The sources document: what it means, and that all its faults are said at once."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakehouse.cli import main as lakehouse
from lambda_extract.errors import ExtractError
from lambda_extract.raw_format import Source
from lambda_extract.sources.plan import KINDS, SCHEMA, Search, choose_sections, parse_sources, read_file, require_login

EXAMPLES = sorted((Path(__file__).resolve().parent.parent.parent / "lakehouse" / "sources").glob("*.json"))
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
        pytest.param("[" * 100_000, "no JSON (", id="lists without end"),
        pytest.param(
            '{"saved_tracks": {}, "full_walk_days": 1e999}',
            "full_walk_days is Infinity; expected days, 1 to",
            id="a number beyond all",
        ),
        pytest.param('{"saved_tracks": {}, "full_walk_days": NaN}', "full_walk_days is NaN; expected days", id="NaN"),
        pytest.param('{"saved_tracks": {}, "full_walk_days": 2.5}', "full_walk_days is 2.5; expected days", id="half"),
        pytest.param('{"tracks": null}', "tracks is null; expected an object with ids", id="null"),
        pytest.param('{"searches": []}', "searches is []; expected a list of searches", id="no search"),
        pytest.param(
            '{"tracks": {"ids": [], "ids": ["short"]}, "// why": "a", "// why": "b", "tracks": {}}',
            "ids: more than once; expected it once; tracks: more than once; expected it once; tracks.ids not",
            id="a name twice, where JSON takes the last",
        ),
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
    with pytest.raises(ExtractError, match=r"latin\.json: not valid UTF-8; expected a JSON text. Nothing was fetched"):
        read_file(str(tmp_path / "latin.json"))


def test_ids_links_and_uris_are_one_thing():
    links = [
        f"https://open.spotify.com/album/{ID_1}?si=x",
        f"spotify:album:{ID_2}",
        "https://open.spotify.com/intl-de/album/" + "3" * 22,
        "https://open.spotify.com/intl-pt-BR/album/" + "4" * 22 + "/?si=x&nd=1",
    ]
    assert [source.id for source in parse({"albums": {"ids": links}}).sources] == [ID_1, ID_2, "3" * 22, "4" * 22]
    assert "more than once" in faults_of({"albums": {"ids": [links[3], "spotify:album:" + "4" * 22]}})
    assert f"albums.ids: {ID_1}: more than once" in faults_of({"albums": {"ids": [links[0], ID_1]}})
    message = faults_of(
        {"albums": {"ids": [f"spotify:track:{ID_1}", f"https://example.com/album/{ID_1}", f"{ID_1}/x", "\uff11" * 22,
                            f" {ID_1}", "", f"https://open.spotify.com/artist/{ID_1}", f"{ID_1}1"]}}
    )  # fmt: skip
    assert message.count("expected ids of 22 letters and digits, spotify:album:… or https://") == 8


def test_searches_are_told_apart_by_what_they_ask():
    document = {
        "searches": [{"query": "a", "types": ["track", "album"], "count": 30}, {"query": "a", "types": ["track"]}]
    }
    plan = parse(document)
    assert [source.id for source in plan.sources] == ["track,album: a", "track: a"]
    assert plan.searches["track: a"] == Search("a", ("track",), 10)
    document["searches"].append(document["searches"][1])
    assert "searches: track: a: more than once" in faults_of(document)
    message = faults_of({"searches": [{"query": "", "types": ["show"], "count": 0}, 7, {"types": []}]})
    for fault in (
        'searches[1].query is ""; expected a text of 1 to 250 letters',
        "searches[1].types: show: expected album, artist, track",
        "searches[1].count is 0; expected a number, 1 to 1000",
        "searches: 7: expected an object with query, types, count, max_age_days",
        "searches[3].query not given; expected a text",
        "searches[3].types is []; expected a list of texts",
    ):
        assert fault in message


def test_comments_are_allowed_everywhere():
    document = {"//": "a", "saved_tracks": {"// why": "b"}, "searches": [{"//": "c", "query": "q", "types": ["track"]}]}
    assert len(parse(document).sources) == 2
    assert "// is 7; expected" in faults_of({"//": 7, "saved_tracks": {}})


def test_how_often_things_are_asked_for():
    plan = parse({"albums": {"ids": [ID_1]}, "top_tracks": {"max_age_days": 2, "time_ranges": ["long_term"]},
                  "artists": {"ids": [ID_1], "max_age_days": 0}, "saved_tracks": {"stop_at_known": True},
                  "saved_albums": {"all_tracks": True}, "followed_artists": {"albums": {}},
                  "full_walk_days": 30})  # fmt: skip
    assert plan.max_age_days == {Source("album", ID_1): 1, Source("top_tracks", "long_term"): 2}
    assert (plan.stop_at_known, plan.full_walk_days, plan.saved_album_tracks) == ({"saved_tracks"}, 30, True)
    assert (plan.followed_albums.max_calls, plan.followed_albums.max_age_days) == (20, 7)


# The schema


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_valid_and_names_the_schema(path, capsys):
    document = json.loads(path.read_text(encoding="utf-8"))
    assert json.loads((path.parent / document["$schema"]).read_text(encoding="utf-8")) == SCHEMA
    assert "//" in document
    assert lakehouse(["sources", "check", str(path)]) == 0
    said = capsys.readouterr().out
    sections = {source.kind for source in parse_sources(json.dumps(document), path.name).sources}
    assert all(f"\n{kind}" in said for kind in sections)
    assert "A run costs at least " in said


def test_what_all_tracks_of_saved_albums_cost_is_said(tmp_path, capsys):
    (tmp_path / "s.json").write_text('{"saved_albums": {"all_tracks": true}, "full_walk_days": 9}')
    assert lakehouse(["sources", "check", str(tmp_path / "s.json")]) == 0
    assert "1 per 50 entries; 1 per 50 tracks above 50, every 9 days" in capsys.readouterr().out


def test_a_faulty_document_is_said_in_one_line(tmp_path, capsys):
    (tmp_path / "s.json").write_text('{"albums": {}, "shows": {}}')
    assert lakehouse(["sources", "check", str(tmp_path / "s.json")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("sources check: sources document ")
    assert said.count("\n") == 1


def test_the_schema_knows_every_section_and_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]) == {"$schema", "market", "full_walk_days", *KINDS}


TEXT = st.sampled_from(["", "a", ID_1, f"spotify:album:{ID_1}", SPOTIFYS, "long_term", "track", "DE", "//", "true"])
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 400) | st.just(1.0) | st.just(0.5) | TEXT,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["ids", "all_mine", "query", "types", "count", "albums", "max_age_days", "//"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
DOCUMENT = st.dictionaries(st.sampled_from([*SCHEMA["properties"], "//", "shows"]), VALUE, max_size=3) | VALUE


@settings(max_examples=300, deadline=None, derandomize=True)
@given(DOCUMENT)
def test_what_the_schema_refuses_is_refused_in_one_line(document):
    refused = refusal_of(document)
    assert refused is None or (refused.startswith("sources document s.json: ") and "\n" not in refused)
    assert refused or jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


def refusal_of(document):
    """Return what is said of a document that is refused."""
    try:
        parse_sources(json.dumps(document), "s.json")
    except ExtractError as error:
        return str(error)
    return None
