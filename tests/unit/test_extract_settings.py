"""The extractor's settings: read in one place, all faults in one message; the clock; the secret."""

import datetime as dt
import json

import pytest

from lambda_extract.errors import ExtractError
from lambda_extract.settings import API_URL, Service, build_clock, read_settings
from lambda_extract.spotify.secret import find_ages, parse_secret, write_rotated

WHOLE = {"EXTRACT_SECRET": "app/one", "EXTRACT_SOURCES": "s3://b/sources.json", "EXTRACT_RAW": "s3://b/raw"}


def test_settings_name_the_real_spotify_where_nothing_else_is_said():
    settings = read_settings(WHOLE)
    assert (settings.secret, settings.sources, settings.raw) == ("app/one", "s3://b/sources.json", "s3://b/raw")
    assert settings.service == Service("https://api.spotify.com/v1/", "https://accounts.spotify.com/")
    assert settings.now is None


def test_addresses_of_a_simulator_get_the_slash_that_spotipy_needs():
    told = {"SPOTIFY_API_URL": "http://127.0.0.1:9/v1", "SPOTIFY_ACCOUNTS_URL": "http://127.0.0.1:9"}
    assert read_settings(WHOLE | told).service == Service("http://127.0.0.1:9/v1/", "http://127.0.0.1:9/")


def test_one_error_names_every_missing_and_wrong_variable():
    told = {
        "EXTRACT_SECRET": "x", "SPOTIFY_API_URL": "127.0.0.1:9", "EXTRACT_NOW": "soon", "EXTRACT_ACCOUNT": "A-B",
    }  # fmt: skip
    with pytest.raises(ExtractError) as caught:
        read_settings(told)
    assert str(caught.value) == (
        "environment: EXTRACT_SOURCES is not set (sources document, s3://… or a path);"
        " EXTRACT_RAW is not set (where raw objects are landed, s3://bucket/raw or a folder);"
        f" SPOTIFY_API_URL=127.0.0.1:9: expected an address like {API_URL};"
        " EXTRACT_NOW=soon: expected a moment like 2026-11-05T06:00:00Z;"
        " EXTRACT_ACCOUNT=A-B: expected up to 12 lower-case letters and digits. Nothing was fetched."
    )
    assert not caught.value.is_lasting


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        pytest.param("2026-11-05T06:00:00Z", "2026-11-05T06:00:00+00:00", id="in UTC"),
        pytest.param("2026-11-05T06:00:00", "2026-11-05T06:00:00+00:00", id="without a zone it is UTC"),
        pytest.param("2026-11-05T01:00:00+09:00", "2026-11-04T16:00:00+00:00", id="of another zone"),
    ],
)
def test_a_simulated_moment_is_utc(text, utc):
    assert read_settings(WHOLE | {"EXTRACT_NOW": text}).now.isoformat() == utc


def test_a_clock_that_is_told_the_time_goes_on_from_there():
    clock = build_clock(dt.datetime(2026, 11, 5, 6, tzinfo=dt.UTC))
    first, second = clock(), clock()
    assert dt.timedelta(0) <= first - dt.datetime(2026, 11, 5, 6, tzinfo=dt.UTC) < dt.timedelta(seconds=5)
    assert first <= second


def test_a_clock_that_is_told_nothing_is_the_real_one():
    assert abs(build_clock()() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)


def test_a_secret_keeps_what_it_does_not_know_when_its_token_changes():
    fields = {"client_id": "a", "client_secret": "b", "refresh_token": "c", "login_date": "2026-11-01", "own": [1]}
    secret = parse_secret(json.dumps(fields), "s")
    assert (secret.client_id, secret.client_secret, secret.refresh_token) == ("a", "b", "c")
    assert json.loads(write_rotated(secret, "d")) == {**fields, "refresh_token": "d"}


def test_dates_of_a_secret_that_are_none_are_no_ages():
    dates = {"login_date": None, "client_secret_date": "last year"}
    secret = parse_secret(json.dumps({"client_id": "a", "client_secret": "b", **dates}), "s")
    assert find_ages(secret, dt.date(2026, 11, 5)) == {}
    dated = parse_secret('{"client_id": "a", "client_secret": "b", "login_date": "2026-11-07"}', "s")
    assert find_ages(dated, dt.date(2026, 11, 5)) == {"login_date": -2}


def test_a_secret_does_not_show_itself():
    shown = repr(parse_secret('{"client_id": "a", "client_secret": "hid", "refresh_token": "hid"}', "s"))
    assert "hid" not in shown


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        pytest.param("hid", "is not valid JSON", id="not valid JSON"),
        pytest.param('["hid"]', "is not a JSON object", id="no object"),
        pytest.param('{"client_id": " ", "other": "hid"}', "has no usable client_id, client_secret", id="half"),
        pytest.param(
            '{"client_id": "hid", "client_secret": "hid", "refresh_token": 1}', "has no usable refresh_token",
            id="a token that is not a string",
        ),
        pytest.param('{"client_id": "hid…", "client_secret": "hid\\n"}', "has no usable client_id, client_secret",
                     id="what cannot be sent"),
        pytest.param('{"client_id": "hid", "client_secret": "hid", "refresh_token": ""}',
                     "has no usable refresh_token", id="an empty token"),
        pytest.param("[" * 100_000, "is not valid JSON", id="lists without end"),
    ],
)  # fmt: skip
def test_a_wrong_secret_is_refused_without_showing_it(text, seen):
    with pytest.raises(ExtractError) as caught:
        parse_secret(text, "app/one")
    assert str(caught.value).startswith(f"secret app/one {seen}: expected JSON with client_id, client_secret")
    assert "hid" not in str(caught.value)
    assert caught.value.is_lasting
