"""The clocks of a warehouse's accounts: kept beside its catalog, this machine's zone where nothing is set."""

import pytest

from lakehouse.cli import main as lakehouse
from lakehouse.errors import UserError
from lakehouse.jobs import load
from lakehouse.jobs.load import set_clocks
from lakehouse.warehouse import time_zones
from lakehouse.warehouse.time_zones import change_time_zones, read_time_zones


@pytest.fixture(autouse=True)
def lisbon(monkeypatch):
    """Let this machine be in Lisbon."""
    monkeypatch.setenv("TZ", "Europe/Lisbon")


def test_a_warehouse_without_a_setting_shows_utc(tmp_path):
    assert read_time_zones(tmp_path) == {"*": "UTC"}


def test_a_new_warehouse_gets_the_machines_zone_and_keeps_it(tmp_path, monkeypatch):
    assert change_time_zones(tmp_path, []) == {"*": "Europe/Lisbon"}
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert change_time_zones(tmp_path, []) is None
    assert read_time_zones(tmp_path) == {"*": "Europe/Lisbon"}


def test_a_zone_is_set_for_all_or_for_one_account(tmp_path):
    change_time_zones(tmp_path, ["Europe/Berlin", "made=user=America/New_York"])
    assert read_time_zones(tmp_path) == {"*": "Europe/Berlin", "made=user": "America/New_York"}
    assert change_time_zones(tmp_path, ["UTC"]) == {"*": "UTC", "made=user": "America/New_York"}


def test_the_machines_zone_is_utc_where_it_cannot_be_found_out(monkeypatch, tmp_path):
    monkeypatch.setenv("TZ", "<+03>-3")
    monkeypatch.setattr(time_zones, "LOCALTIME", tmp_path / "localtime")
    assert time_zones.machine_time_zone() == "UTC"


@pytest.mark.parametrize("told", ["Mars/Base", "u1=", "../x", "u1=europe/berlin"])
def test_what_is_no_time_zone_is_refused_and_nothing_changes(tmp_path, told):
    with pytest.raises(UserError, match=r"expected a zone such as Europe/Berlin, got .* Nothing was loaded"):
        change_time_zones(tmp_path, [told])
    assert read_time_zones(tmp_path) == {"*": "UTC"}


@pytest.mark.parametrize("text", ["{", "[]", '{"*": "Mars/Base"}', '{"*": 1}'])
def test_a_file_that_says_no_time_zones_is_named(tmp_path, text):
    (tmp_path / "time_zones.json").write_text(text)
    with pytest.raises(UserError, match=r"time_zones.json: expected a JSON object"):
        read_time_zones(tmp_path)


@pytest.fixture
def submitted(tmp_path, monkeypatch):
    """Have a raw object in tmp_path/raw; return the arguments of each job that is started in place of Spark."""
    day = tmp_path / "raw" / "extraction_date=2026-11-01"
    day.mkdir(parents=True)
    (day / "20261101T100000Z-r1.ndjson.gz").touch()
    jobs = []
    monkeypatch.setattr(load, "submit", lambda job, words, *_, **__: jobs.append(words) or 0)
    return jobs


def test_the_load_command_sets_the_clocks_and_leaves_the_rest_to_the_job(tmp_path, submitted, capsys):
    folders = ["load", f"--raw={tmp_path / 'raw'}", f"--warehouse={tmp_path / 'tables'}"]
    told = ["--time-zone", "UTC", "--time-zone=u1=Asia/Tokyo", "--since", "2026-11-01", "--json", "--retry-failed"]
    assert lakehouse([*folders, *told]) == 0
    assert capsys.readouterr().err.startswith("load: local times are shown in UTC, u1 Asia/Tokyo. ")
    assert lakehouse(folders) == 0
    assert capsys.readouterr().err == ""
    assert read_time_zones(tmp_path / "tables") == {"*": "UTC", "u1": "Asia/Tokyo"}
    assert {"--json", "--retry_failed", "--since"} <= set(submitted[0])
    assert not {"--json", "--retry_failed", "--since", "--time_zone"} & set(submitted[1])


def test_a_time_zone_that_is_none_loads_nothing(tmp_path, submitted, capsys):
    folders = ["load", f"--raw={tmp_path / 'raw'}", f"--warehouse={tmp_path / 'tables'}"]
    assert lakehouse([*folders, "--time-zone", "Mars/Base"]) == 2
    assert capsys.readouterr().err.startswith("load: --time-zone Mars/Base: expected a zone such as Europe/Berlin")
    assert submitted == []


def test_a_machines_zone_is_said(tmp_path, capsys):
    set_clocks(tmp_path, [])
    assert capsys.readouterr().err.startswith(
        "load: local times are shown in Europe/Lisbon (this machine's time zone)."
    )
