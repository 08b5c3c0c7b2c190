"""The Lambda function itself, with its secret and its objects on an AWS that moto serves over HTTP."""

import contextlib
import datetime as dt
import errno
import hashlib
import io
import json
import logging
import os
from types import SimpleNamespace

import pytest
from aws_lambda_powertools import Metrics

from lakehouse.simulator.running import running_simulator
from lambda_extract import aws, handler, landing
from lambda_extract.aws import S3Place, find_place
from lambda_extract.errors import ExtractError
from lambda_extract.landing import collect_lines, land
from lambda_extract.spotify import client as client_module
from lambda_extract.spotify import throttle
from tests.unit.test_extract_support import (
    HIDDEN,
    TOKEN,
    USER_SECRET,
    connect_aws,
    error,
    read_lines,
    running_aws,
    running_fake,
)

SECRET = "spotify/one"
SOURCES = {"saved_tracks": {}, "recently_played": {}}


@pytest.fixture(scope="module")
def aws_server():
    with running_aws() as (url, variables):
        clients = {name: connect_aws(url, name) for name in ("s3", "secretsmanager")}
        yield SimpleNamespace(variables=variables, **clients)


@pytest.fixture
def cloud(aws_server, monkeypatch):
    """Give an empty AWS with a bucket, and the environment that leads there."""
    for name, value in aws_server.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(client_module, "BACKOFF", 0.0)
    monkeypatch.setattr(throttle.time, "sleep", lambda _: None)
    s3, secrets = aws_server.s3, aws_server.secretsmanager
    bucket = f"lake-{dt.datetime.now(dt.UTC):%H%M%S%f}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket=bucket, Key="sources.json", Body=json.dumps(SOURCES))
    monkeypatch.setenv("EXTRACT_SECRET", f"{SECRET}/{bucket}")
    monkeypatch.setenv("EXTRACT_SOURCES", f"s3://{bucket}/sources.json")
    monkeypatch.setenv("EXTRACT_RAW", f"s3://{bucket}/raw")
    monkeypatch.setenv("EXTRACT_NOW", "2026-11-05T06:00:00Z")
    monkeypatch.setenv("EXTRACT_METRICS", "all")
    return SimpleNamespace(s3=s3, secrets=secrets, bucket=bucket, secret=f"{SECRET}/{bucket}")


@pytest.fixture
def logs(monkeypatch):
    """Give what the function logs, and clear the metrics."""
    stream = io.StringIO()
    monkeypatch.setattr(handler.logger.handlers[0], "stream", stream)
    yield stream
    Metrics().clear_metrics()


@pytest.fixture
def fake(monkeypatch):
    with running_fake() as server:
        monkeypatch.setenv("SPOTIFY_API_URL", server.service.api_url)
        monkeypatch.setenv("SPOTIFY_ACCOUNTS_URL", server.service.accounts_url)
        server.replies["/v1/me/tracks"] = [{"items": [{"n": 1}], "next": None, "total": 1}]
        server.replies["/v1/me/player/recently-played"] = [{"items": [], "next": None}]
        yield server


def store(cloud, fields=USER_SECRET):
    cloud.secrets.create_secret(Name=cloud.secret, SecretString=json.dumps(fields))


def stored(cloud, **version):
    return json.loads(cloud.secrets.get_secret_value(SecretId=cloud.secret, **version)["SecretString"])


def objects(cloud):
    found = cloud.s3.list_objects_v2(Bucket=cloud.bucket, Prefix="raw/")
    return [one["Key"] for one in found.get("Contents", [])]


def fetch(cloud, key, tmp_path):
    path = tmp_path / "object.gz"
    cloud.s3.download_file(cloud.bucket, key, str(path))
    return read_lines(path)


def logged(logs):
    return [json.loads(line) for line in logs.getvalue().splitlines()]


def metrics_in(text):
    return {name: value for line in text.splitlines() if '"_aws"' in line for name, value in json.loads(line).items()}


def test_a_run_against_the_simulator_lands_one_object(cloud, logs, capsys, monkeypatch, tmp_path):
    with running_simulator(regime="restricted") as simulator:
        monkeypatch.setenv("SPOTIFY_API_URL", simulator.api_url)
        monkeypatch.setenv("SPOTIFY_ACCOUNTS_URL", simulator.accounts_url)
        token = simulator.refresh_token()
        store(cloud, {"client_id": simulator.client_id, "client_secret": simulator.client_secret,
                      "refresh_token": token})  # fmt: skip
        told = handler.handler({"id": "of a schedule"}, SimpleNamespace(aws_request_id="r-1"))
        plays = len(simulator.world.day(simulator.today).plays("tin_kettle_31"))
        saved = len(simulator.world.day(simulator.today).saved_tracks("tin_kettle_31"))
    [key] = objects(cloud)
    assert key.startswith("raw/extraction_date=2026-11-05/20261105T060000Z-")
    lines = fetch(cloud, key, tmp_path)
    assert lines[-1]["kind"] == "summary"
    assert lines[-1]["account"] == "tin_kettle_31"
    assert told == {
        "key": f"s3://{cloud.bucket}/{key}",
        "sources": [
            {"kind": "saved_tracks", "id": "saved_tracks", "status": "ok", "entries": saved},
            {"kind": "recently_played", "id": "recently_played", "status": "ok", "entries": min(50, plays)},
        ],
        "entries": saved + min(50, plays),
        "is_complete": True,
        "stopped_by": None,
    }
    assert [line["message"] for line in logged(logs)] == ["source read", "source read", "run landed"]
    assert {line["request_id"] for line in logged(logs)} == {"r-1"}
    counted = metrics_in(capsys.readouterr().out)
    size = cloud.s3.head_object(Bucket=cloud.bucket, Key=key)["ContentLength"]
    assert (counted["Calls"], counted["SourcesNotOk"], counted["LandedBytes"]) == ([6.0], [0.0], [float(size)])
    assert token not in logs.getvalue() + json.dumps(lines)
    assert simulator.client_secret not in logs.getvalue() + json.dumps(lines)


def test_by_default_only_what_alarms_look_at_is_a_metric_and_objects_bear_the_accounts_name(
    cloud, logs, fake, capsys, monkeypatch
):
    monkeypatch.delenv("EXTRACT_METRICS")
    monkeypatch.setenv("EXTRACT_ACCOUNT", "me")
    store(cloud, {**USER_SECRET, "login_date": "2026-11-01"})
    handler.handler({}, None)
    (counted,) = (json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line)
    (definition,) = counted["_aws"]["CloudWatchMetrics"]
    assert {one["Name"] for one in definition["Metrics"]} == {"QuotaStops", "LoginAgeDays"}
    assert definition["Dimensions"] == [["service"]]
    [key] = objects(cloud)
    assert key.startswith("raw/extraction_date=2026-11-05/20261105T060000Z-me-")


def test_an_event_names_the_sections_to_read(cloud, logs, fake):
    store(cloud)
    told = handler.handler({"sources": ["recently_played"]}, None)
    assert [one["kind"] for one in told["sources"]] == ["recently_played"]
    assert fake.paths() == ["/v1/me/player/recently-played"]


def test_a_sources_document_and_a_raw_folder_may_be_on_this_machine(cloud, logs, fake, monkeypatch, tmp_path):
    store(cloud)
    (tmp_path / "sources.json").write_text(json.dumps(SOURCES))
    monkeypatch.setenv("EXTRACT_SOURCES", str(tmp_path / "sources.json"))
    monkeypatch.setenv("EXTRACT_RAW", str(tmp_path / "raw"))
    told = handler.handler({}, None)
    assert [line["kind"] for line in read_lines(tmp_path / told["key"])] == ["answer", "answer", "summary"]
    assert objects(cloud) == []


def test_a_rotated_refresh_token_is_stored_and_the_old_version_kept(cloud, logs, fake):
    store(cloud, {**USER_SECRET, "login_date": "2026-11-01"})
    fake.replies["/api/token"] = [{**TOKEN, "refresh_token": "hidden-refresh-2"}]
    handler.handler({}, None)
    assert stored(cloud) == {**USER_SECRET, "login_date": "2026-11-01", "refresh_token": "hidden-refresh-2"}
    assert stored(cloud, VersionStage="AWSPREVIOUS")["refresh_token"] == "hidden-refresh-1"
    assert "refresh token stored" in logs.getvalue()


def test_a_secret_that_a_person_changed_counts_at_once(cloud, logs, fake):
    store(cloud, {"client_id": "app-101", "client_secret": "hidden-secret-0"})
    with pytest.raises(ExtractError):
        handler.handler({}, None)
    cloud.secrets.put_secret_value(SecretId=cloud.secret, SecretString=json.dumps(USER_SECRET))
    assert handler.handler({}, None)["is_complete"] is True


def test_a_token_that_cannot_be_stored_costs_no_run(cloud, logs, fake, capsys, monkeypatch):
    store(cloud)
    fake.replies["/api/token"] = [{**TOKEN, "refresh_token": "hidden-refresh-2"}]
    monkeypatch.setattr(aws.SecretStore, "write", refuse_to_write)
    assert handler.handler({}, None)["is_complete"] is True
    assert metrics_in(capsys.readouterr().out)["TokenNotStored"] == [1.0]
    assert not any(word in logs.getvalue() for word in HIDDEN)


def refuse_to_write(self, _text):
    """Fail as Secrets Manager does, with the true error of a secret that is gone."""
    self._provider.client.put_secret_value(SecretId="gone", SecretString="{}")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        pytest.param(None, "does not exist or has no value", id="no secret"),
        pytest.param({"client_id": "hidden-secret"}, "has no usable client_secret", id="half a secret"),
    ],
)
def test_a_missing_secret_is_a_metric_and_no_raise(cloud, logs, fake, capsys, fields, said):
    if fields:
        store(cloud, fields)
    told = handler.handler({}, None)
    assert told == {"key": None, "sources": [], "entries": 0, "is_complete": False, "stopped_by": "secret"}
    assert metrics_in(capsys.readouterr().out)["MissingSecret"] == [1.0]
    [line] = logged(logs)
    assert (line["level"], line["message"], line["reason"]) == ("ERROR", "run ended early", "secret")
    assert said in line["trouble"]
    assert not any(word in logs.getvalue() for word in HIDDEN)
    assert fake.asked == []


def test_a_secret_that_cannot_be_asked_for_raises(cloud, logs, fake, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(ExtractError, match=r"^secret spotify/one/\S+: .+; expected to read it. Nothing was fetched"):
        handler.handler({}, None)


def test_a_dead_login_is_a_metric_and_no_raise(cloud, logs, fake, capsys):
    store(cloud)
    fake.replies["/api/token"] = [(400, {"error": "invalid_grant", "error_description": "Refresh token expired"})]
    assert handler.handler({}, None)["stopped_by"] == "login"
    assert metrics_in(capsys.readouterr().out)["DeadLogin"] == [1.0]
    assert objects(cloud) == []
    assert "Log in again with `lakehouse login`" in logged(logs)[-1]["trouble"]


def test_a_login_that_dies_in_mid_run_loses_nothing(cloud, logs, fake, capsys, tmp_path):
    store(cloud)
    fake.replies["/v1/me/player/recently-played"] = [error(401, "The access token expired")]
    fake.replies["/api/token"] = [TOKEN, (400, {"error": "invalid_grant"})]
    told = handler.handler({}, None)
    [key] = objects(cloud)
    lines = fetch(cloud, key, tmp_path)
    assert [line["source"]["kind"] for line in lines[:-1]] == ["saved_tracks"]
    assert (lines[-1]["stopped_by"], lines[-1]["is_complete"], told["stopped_by"]) == ("login", False, "login")
    counted = metrics_in(capsys.readouterr().out)
    assert (counted["DeadLogin"], counted["SourcesNotOk"]) == ([1.0], [1.0])


def test_an_outage_at_the_door_raises_so_that_it_is_tried_again(cloud, logs, fake, capsys):
    store(cloud)
    fake.replies["/v1/me/"] = [(503, b"")]
    with pytest.raises(ExtractError, match="answers 503"):
        handler.handler({}, None)
    assert metrics_in(capsys.readouterr().out)["RunFailed"] == [1.0]
    assert objects(cloud) == []


def test_an_app_whose_token_service_is_down_raises(cloud, logs, fake, capsys, monkeypatch, tmp_path):
    store(cloud, {"client_id": "a", "client_secret": "b"})
    (tmp_path / "sources.json").write_text(json.dumps({"artists": {"ids": ["1" * 22]}}))
    monkeypatch.setenv("EXTRACT_SOURCES", str(tmp_path / "sources.json"))
    fake.replies["/api/token"] = [(503, b"")]
    with pytest.raises(ExtractError, match="no access token from Spotify"):
        handler.handler({}, None)
    assert metrics_in(capsys.readouterr().out)["RunFailed"] == [1.0]
    assert objects(cloud) == []


def test_a_run_in_which_every_source_fails_still_says_so_in_the_lake(cloud, logs, fake, tmp_path):
    store(cloud)
    fake.replies["/v1/me/tracks"] = fake.replies["/v1/me/player/recently-played"] = [error(403, "Forbidden")]
    told = handler.handler({}, None)
    lines = fetch(cloud, objects(cloud)[0], tmp_path)
    assert [one["status"] for one in lines[-1]["sources"]] == ["forbidden", "forbidden"]
    assert told["is_complete"] is False
    warned = [line for line in logged(logs) if line["level"] == "WARNING"]
    assert [line["trouble"] for line in warned] == ["Spotify answers 403 (Forbidden)"] * 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"EXTRACT_RAW": ""}, "EXTRACT_RAW is not set", id="a setting is missing"),
        pytest.param({"EXTRACT_SOURCES": "s3://nowhere/x.json"}, "sources document s3://nowhere/x.json: ", id="bucket"),
        pytest.param({"EXTRACT_SOURCES": "none.json"}, "none.json: No such file", id="no file"),
    ],
)  # fmt: skip
def test_wrong_settings_raise_before_anything_is_asked(cloud, logs, fake, monkeypatch, changed, said):
    store(cloud)
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ExtractError) as caught:
        handler.handler({}, None)
    assert said in str(caught.value)
    assert fake.asked == []


def test_a_users_source_without_a_login_raises_before_anything_is_asked(cloud, logs, fake):
    store(cloud, {"client_id": "a", "client_secret": "b"})
    with pytest.raises(ExtractError, match="saved_tracks, recently_played belong to a user"):
        handler.handler({}, None)
    assert fake.asked == []


def test_failing_to_land_raises(cloud, logs, fake, monkeypatch, capsys):
    store(cloud)
    monkeypatch.setenv("EXTRACT_RAW", "s3://no-such-bucket-here/raw")
    with pytest.raises(ExtractError, match=r"NoSuchBucket.*expected to write the raw object. What was fetched is lost"):
        handler.handler({}, None)
    assert metrics_in(capsys.readouterr().out)["RunFailed"] == [1.0]


EVERY_WAY = {
    "/v1/me/tracks": [error(401, "The access token expired"), (403, {"error": "text"})],
    "/v1/me/player/recently-played": [(500, b"<html>hidden-payload")],
    "/v1/me/top/artists": [{"items": [{"name": "hidden-payload"}], "next": "http://127.0.0.1:1/hidden-payload"}],
    "/v1/me/following": [b'{"artists": {"items": [{"name": "hidden-payload"'],
    "/v1/me/albums": [(429, {"error": {"status": 429, "message": "m", "reason": "QUOTA_EXCEEDED"}})],
    "/v1/search": [error(429, "limit")],
    "/v1/me/top/tracks": [error(403, "no such user@mail.example,\n" + "x" * 9000)],
    "/v1/albums/" + "a" * 22: [b"hidden-payload, no json"],
    "/v1/albums/" + "b" * 22: [(0, b"")],
    "/v1/tracks/" + "c" * 22: [b""],
    "/v1/artists/" + "d" * 22: [error(403, "Premium required")],
}
EVERY_SOURCE = {
    **{
        name: {}
        for name in ("saved_tracks", "recently_played", "top_artists", "top_tracks", "followed_artists", "saved_albums")
    },
    "searches": [{"query": "q", "types": ["track"]}],
    "albums": {"ids": ["a" * 22, "b" * 22]},
    "tracks": {"ids": ["c" * 22]},
    "artists": {"ids": ["d" * 22]},
}


def test_nothing_hidden_is_printed_in_a_run_that_fails_in_every_way(
    cloud, logs, fake, capsys, caplog, tmp_path, monkeypatch
):
    store(cloud, {**USER_SECRET, "login_date": "2026-01-01", "client_secret_date": "2020-01-01"})
    caplog.set_level(logging.DEBUG, logger="root")
    for name in ("urllib3", "botocore", "spotipy", "spotipy.client", "spotipy.oauth2"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    (tmp_path / "sources.json").write_text(json.dumps(EVERY_SOURCE))
    monkeypatch.setenv("EXTRACT_SOURCES", str(tmp_path / "sources.json"))
    (tmp_path / "no folder").write_text("")
    monkeypatch.setenv("EXTRACT_STATE", str(tmp_path / "no folder"))
    monkeypatch.setattr(aws.SecretStore, "write", refuse_to_write)
    fake.replies["/api/token"] = [{**TOKEN, "refresh_token": "hidden-refresh-2"}]
    fake.replies["/v1/me/"] = [{"id": "user-201", "email": "hidden-payload@mail.example"}]
    fake.replies |= {path: list(replies) for path, replies in EVERY_WAY.items()}
    told = handler.handler({}, None)
    monkeypatch.setenv("EXTRACT_RAW", "s3://no-such-bucket-here/raw")
    with pytest.raises(ExtractError) as caught:
        handler.handler({"sources": ["tracks"]}, None)
    printed = capsys.readouterr()
    everything = printed.out + printed.err + logs.getvalue() + caplog.text + json.dumps(told) + str(caught.value)
    assert told["stopped_by"] == "premium"
    assert "a" * 22 in everything
    hidden = (*HIDDEN, "hidden-payload", "user@", "@mail.example")
    assert {word: everything.count(word) for word in hidden} == dict.fromkeys(hidden, 0)
    landed = json.dumps(fetch(cloud, objects(cloud)[0], tmp_path))
    assert {word: landed.count(word) for word in HIDDEN} == dict.fromkeys(HIDDEN, 0)
    warned = {line["message"] for line in logged(logs) if line["level"] != "INFO"}
    assert warned == {"source not read to its end", "a login or secret is old", "refresh token not stored", "state",
                      "run ended early"}  # fmt: skip


# Landing


def test_many_lines_go_through_a_temporary_file_and_come_out_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(landing, "IN_MEMORY", 100)
    with collect_lines() as lines:
        for number in range(2000):
            lines.add(json.dumps({"n": number, "kind": "answer"}).encode() + b"\n")
        landed = land(lines, str(tmp_path), "extraction_date=2026-11-05/x.ndjson.gz")
    assert landed.size == (tmp_path / "extraction_date=2026-11-05/x.ndjson.gz").stat().st_size
    assert [line["n"] for line in read_lines(tmp_path / "extraction_date=2026-11-05/x.ndjson.gz")] == list(range(2000))


def test_a_full_disk_lands_nothing_and_is_tried_again(cloud, logs, fake, capsys, monkeypatch):
    store(cloud)
    noise = [{"n": one, "text": hashlib.sha256(str(one).encode()).hexdigest()} for one in range(5000)]
    fake.replies["/v1/me/tracks"] = [{"items": noise, "next": None, "total": 5000}]

    class Disk(io.BytesIO):
        def write(self, data):
            if self.tell() + len(data) > 100_000:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(data)

    monkeypatch.setattr(landing.tempfile, "SpooledTemporaryFile", lambda _: Disk())
    with pytest.raises(ExtractError, match="the temporary file: No space left on device; expected to write the raw ob"):
        handler.handler({}, None)
    assert metrics_in(capsys.readouterr().out)["RunFailed"] == [1.0]
    assert objects(cloud) == []


def test_an_object_that_is_there_is_not_replaced(tmp_path):
    for text in (b"first\n", b"second\n"):
        with (
            collect_lines() as lines,
            contextlib.suppress(ExtractError)
            if text == b"first\n"
            else pytest.raises(ExtractError, match=r"x\.gz: is there already; expected to write"),
        ):
            lines.add(text)
            land(lines, str(tmp_path), "x.gz")


def test_a_folder_that_is_a_file_is_said(tmp_path):
    (tmp_path / "raw").write_text("")
    with (
        collect_lines() as lines,
        pytest.raises(ExtractError, match="expected to write the raw object"),
    ):
        land(lines, str(tmp_path / "raw"), "x.gz")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("s3://b/raw/", S3Place("b", "raw")),
        ("s3://b", S3Place("b", "")),
        ("s3://b/a/b.json", S3Place("b", "a/b.json")),
        ("data/raw", None),
    ],
)
def test_an_s3_place_is_told_from_a_path(text, place):
    assert find_place(text) == place


def test_a_bucket_itself_may_be_the_raw_place(cloud):
    with collect_lines() as lines:
        assert land(lines, f"s3://{cloud.bucket}", "raw/x.gz").place == f"s3://{cloud.bucket}/raw/x.gz"
    assert objects(cloud) == ["raw/x.gz"]
