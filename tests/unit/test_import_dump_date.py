"""The extraction date is found in the path."""

import datetime as dt
from pathlib import PurePosixPath

import pytest

from lakehouse.importing.dump_date import drop_dates, find_path_date


@pytest.mark.parametrize(
    ("path", "date"),
    [
        pytest.param("dump/extraction_date=2024-05-01/x.json", "2024-05-01", id="a folder extraction_date="),
        pytest.param("dump/dt=2024-05-01/part/x.json", "2024-05-01", id="a folder with any key, not the last one"),
        pytest.param("dump/2024-05-01/x.json", "2024-05-01", id="a folder that is a date"),
        pytest.param("year=2024/month=05/day=01/x.json", "2024-05-01", id="folders year= month= day="),
        pytest.param("year=2024/month=5/day=1/hour=07/x.json", "2024-05-01", id="months and days of one digit"),
        pytest.param("y=2024/m=05/d=01/x.json", "2024-05-01", id="folders y= m= d="),
        pytest.param("raw/2024/05/01/x.json", "2024-05-01", id="folders year, month, day"),
        pytest.param("raw/2024/05/01/12/x.json", "2024-05-01", id="folders down to the hour"),
        pytest.param("chart_2024-05-01.json", "2024-05-01", id="a date in the file's name"),
        pytest.param("2024-05-01T12-00-00Z.json.gz", "2024-05-01", id="a time stamp as the file's name"),
        pytest.param("2024-01-01/dt=2024-02-02/x.json", "2024-02-02", id="of two folders the deeper one"),
        pytest.param("2024-01-01/chart_2024-02-02.json", "2024-02-02", id="the file's name before a folder"),
        pytest.param(
            "2024-05-01/2024-13-45/x.json", "2024-05-01", id="a date the calendar does not have is passed over"
        ),
        pytest.param("2024-05-01/x_2024-02-30.json", "2024-05-01", id="also in the file's name"),
        pytest.param("x_2024-99-99_2024-05-01.json", "2024-05-01", id="a wrong date before a right one"),
        pytest.param("2024/13/01/x.json", None, id="a thirteenth month is none"),
        pytest.param("x_12024-05-01.json", None, id="a longer number before is none"),
        pytest.param("x_2024-05-011.json", None, id="a longer number behind is none"),
        pytest.param("1234/05/01/x.json", None, id="a year before Spotify is none"),
        pytest.param("year=2024/05/01/x.json", None, id="half named and half bare folders are none"),
        pytest.param("2024/05/x.json", None, id="year and month alone are none"),
        pytest.param("dump/x.json", None, id="no date at all"),
    ],
)
def test_date_in_the_path(path, date):
    found = find_path_date(PurePosixPath(path))
    assert (found.date if found else None) == (dt.date.fromisoformat(date) if date else None)


@pytest.mark.parametrize(
    ("path", "date", "other"),
    [
        pytest.param("charts/20240501/x.json", "2024-05-01", None, id="a compact folder"),
        pytest.param("export_20240501/x.json", "2024-05-01", None, id="a date inside a folder's name"),
        pytest.param("x_2024_05_01.json", "2024-05-01", None, id="underscores in the name"),
        pytest.param("dt=20240501/x_20231231.json", "2024-05-01", "2023-12-31", id="a folder with a key beats a name"),
        pytest.param("year=2024/month=05/day=01/x_2023-12-31.json", "2024-05-01", "2023-12-31", id="so do named parts"),
        pytest.param("2024-01-01/x_20240202.json", "2024-02-02", "2024-01-01", id="a plain folder does not"),
    ],
)
def test_dates_that_say_different_things_are_named(path, date, other):
    found = find_path_date(PurePosixPath(path))
    assert (str(found.date), str(found.other) if found.other else None) == (date, other)


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        pytest.param("charts/viral_20240501.json", "charts/viral.json", id="in the name"),
        pytest.param("viral_20240501T081500Z.json.gz", "viral.json.gz", id="with a time"),
        pytest.param("extraction_date=2024-05-01/top.json", "top.json", id="a folder"),
        pytest.param("year=2024/month=05/day=01/top.json", "top.json", id="three folders"),
        pytest.param("a/2024-05-01.json", "a/list.json", id="nothing but a date"),
        pytest.param("a/page_1.json", "a/page_1.json", id="no date"),
    ],
)
def test_a_path_without_its_date(path, rest):
    assert drop_dates(path) == rest
