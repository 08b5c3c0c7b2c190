"""The extraction date is found in the path."""

import datetime as dt
from pathlib import PurePosixPath

import pytest

from lakehouse.importing.dump_date import find_path_date


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
