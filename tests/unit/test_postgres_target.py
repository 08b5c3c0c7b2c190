"""Where the PostgreSQL is: what the environment, the arguments and RDS's secret say, and what is refused."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from glue_jobs.errors import LoadError
from glue_jobs.postgres.arguments import parse_publish_settings
from glue_jobs.postgres.target import (
    Target,
    fetch_certificates,
    find_target,
    is_loopback,
    make_target,
    read_environment,
    require_server,
)
from lakehouse.cli import main as lakehouse
from lakehouse.emulated_aws.emulated import EmulatedAws, emulated_aws
from lakehouse.emulated_aws.glue_job import as_words, run_arguments
from tests.glue_arguments import publish_arguments

PASSWORD = "s3cr:t/@%"
GIVEN = {"PGHOST": "127.0.0.1", "PGUSER": "me", "PGPASSWORD": PASSWORD, "PGDATABASE": "music"}
PLACE = {"host": "db.example", "port": "5433", "dbname": "tunes", "secret": "rds!db-a"}


def test_the_environment_says_where_as_for_postgresqls_own_programs() -> None:
    assert read_environment(GIVEN) == Target("127.0.0.1", 5432, "music", "me", PASSWORD, "prefer")
    other = read_environment({**GIVEN, "PGHOST": "db.example", "PGPORT": "5433"})
    assert (other.port, other.tls) == (5433, "require")


def test_a_url_says_the_same_and_single_variables_go_first() -> None:
    url = "postgresql://me:s3cr%3At%2F%40%25@127.0.0.1:5444/my%20music?sslmode=require"
    assert read_environment({"POSTGRES_URL": url}) == Target("127.0.0.1", 5444, "my music", "me", PASSWORD, "require")
    assert read_environment({"POSTGRES_URL": url, "PGDATABASE": "x"}).database == "x"


@pytest.mark.parametrize(("environment", "message"), [
    pytest.param({}, "PGHOST, PGUSER, PGDATABASE not set; expected where the PostgreSQL is", id="nothing"),
    pytest.param({"PGHOST": "h", "PGUSER": ""}, "PGUSER, PGDATABASE not set", id="some of it"),
    pytest.param({**GIVEN, "PGPORT": "x"}, "PGPORT: expected a port from 1 to 65535, got 'x'", id="no port"),
    pytest.param({**GIVEN, "PGHOST": "/run/postgresql"}, "got a socket's folder", id="a socket"),
    pytest.param({**GIVEN, "PGSSLMODE": "maybe"}, "sslmode maybe: expected one of disable,", id="an unknown mode"),
    pytest.param(
        {**GIVEN, "PGHOST": "db.example", "PGSSLMODE": "prefer"},
        "db.example: expected sslmode require or stricter for a server beyond this machine, got prefer",
        id="no encryption beyond this machine",
    ),
    pytest.param({"POSTGRES_URL": "mysql://me:p@h/d"}, "another kind of URL; expected postgresql:", id="another kind"),
    pytest.param({"POSTGRES_URL": f"postgresql://me:{PASSWORD}@h/d"}, "no URL; expected postgresql://", id="no URL"),
])  # fmt: skip
def test_what_is_missing_or_wrong_is_one_line(environment: dict[str, str], message: str) -> None:
    with pytest.raises(LoadError) as error:
        read_environment(environment)
    assert message in str(error.value)
    assert str(error.value).endswith("Nothing was published.")
    assert PASSWORD not in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("host", "expected"), [
    ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("[::1]", True), ("LocalHost", True),
    ("localhost.example", False), ("10.0.0.1", False), ("db.example", False), ("0.0.0.0", False),
])  # fmt: skip
def test_this_machine_is_known_by_its_very_name(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(("mode", "tls_ca", "expected"), [
    (None, None, "require"), (None, "ca.pem", "verify-full"), ("verify-ca", "ca.pem", "verify-ca"),
])  # fmt: skip
def test_a_server_elsewhere_is_verified_where_there_are_certificates(
    mode: str | None, tls_ca: str | None, expected: str
) -> None:
    target = make_target("db.example", 5432, "d", "u", PASSWORD, mode, tls_ca)
    assert target.properties["sslmode"] == expected
    assert target.properties.get("sslrootcert") == tls_ca
    assert PASSWORD not in f"{target} {target!r}"


def test_the_arguments_in_terraform_are_what_the_job_reads() -> None:
    told = as_words({**publish_arguments("a-lake", "music_pr_7", PLACE), **run_arguments("1")})
    settings = parse_publish_settings(told)
    assert (settings.catalog, settings.database, settings.schema) == ("glue_catalog", "music_pr_7", "music")
    assert (settings.host, settings.port, settings.dbname, settings.secret) == ("db.example", 5433, "tunes", "rds!db-a")
    assert (settings.tls_ca, settings.is_whole) == (None, False)


@pytest.mark.parametrize(("words", "message"), [
    pytest.param("--host h", "--host is given without --secret", id="a host without a secret"),
    pytest.param("--secret s", "--secret is given without --host", id="a secret without a host"),
    pytest.param("--port 0", "expected a port from 1 to 65535, got '0'", id="no port"),
    pytest.param("--schema My", "expected a lower-case name", id="a schema with a capital"),
    pytest.param("--hots h", "unknown argument --hots; did you mean --host", id="misspelt"),
])  # fmt: skip
def test_wrong_arguments_are_one_line(words: str, message: str) -> None:
    with pytest.raises(LoadError) as error:
        parse_publish_settings(words.split())
    assert message in str(error.value)
    assert str(error.value).endswith("Nothing was published.")


@pytest.fixture(scope="module")
def aws() -> Iterator[EmulatedAws]:
    with emulated_aws() as aws:
        yield aws


def settle(aws: EmulatedAws, name: str, value: str) -> Any:
    aws.connect("secretsmanager").create_secret(Name=name, SecretString=value)
    return parse_publish_settings(["--host", "db.example", "--secret", name, "--dbname", "tunes"])


def test_user_and_password_come_from_the_secret_that_rds_keeps(aws: EmulatedAws) -> None:
    settings = settle(aws, "rds!db-a", json.dumps({"username": "lakehouse", "password": PASSWORD}))
    assert find_target(settings, {}) == Target("db.example", 5432, "tunes", "lakehouse", PASSWORD, "require")


@pytest.mark.parametrize("value", ["text", "[]", '{"username": "x"}', '{"username": "x", "password": 7}'])
def test_another_secret_is_refused_without_a_word_of_it(aws: EmulatedAws, value: str) -> None:
    settings = settle(aws, f"other-{abs(hash(value))}", value)
    with pytest.raises(LoadError, match=r"expected JSON with username and password\. Nothing was published\.$"):
        find_target(settings, {})


def test_a_secret_that_is_not_there_is_one_line(aws: EmulatedAws) -> None:
    with pytest.raises(LoadError, match=r"secret none: .*ResourceNotFoundException"):
        find_target(parse_publish_settings(["--host", "h", "--secret", "none"]), {})


def test_certificates_on_s3_are_had_in_a_file(aws: EmulatedAws, tmp_path: Path) -> None:
    aws.connect("s3").put_object(Bucket=aws.names.bucket, Key="code/rds.pem", Body=b"PEM")
    settings = parse_publish_settings(["--tls_ca", f"s3://{aws.names.bucket}/code/rds.pem"])
    target = fetch_certificates(find_target(settings, GIVEN))
    assert target.tls == "verify-full"
    assert target.tls_ca is not None
    assert Path(target.tls_ca).read_bytes() == b"PEM"
    Path(target.tls_ca).unlink()
    for missing in (f"s3://{aws.names.bucket}/none.pem", str(tmp_path / "none.pem")):
        with pytest.raises(LoadError, match=r"none\.pem: .*expected .*certificates"):
            fetch_certificates(make_target("db.example", 1, "d", "u", "p", None, missing))


def test_a_server_that_does_not_listen_is_said_before_spark_starts() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(
        LoadError, match=rf"127\.0\.0\.1:{port}: Connection refused; expected a PostgreSQL that listens"
    ):
        require_server(make_target("127.0.0.1", port, "d", "u", "p", None, None))


def test_make_publish_rds_says_in_one_line_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("POSTGRES_URL", "PGHOST", "PGUSER", "PGDATABASE", "PGPORT", "PGSSLMODE", "PGSSLROOTCERT"):
        monkeypatch.delenv(name, raising=False)
    assert lakehouse(["publish-rds", "--warehouse", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(f"publish-rds: --warehouse {tmp_path}: expected a warehouse, got none;")
    (tmp_path / "catalog.db").touch()
    assert lakehouse(["publish-rds", "--warehouse", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("publish-rds: environment: PGHOST, PGUSER, PGDATABASE not set;")
    assert lakehouse(["publish-rds", "--warehouse", str(tmp_path), "--schema=A b"]) == 2
    assert "digits and _, got 'A b'. Nothing was published." in capsys.readouterr().err
