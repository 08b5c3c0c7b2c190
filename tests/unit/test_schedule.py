"""When a schedule runs next: cron and rate expressions of EventBridge Scheduler, and clocks that change."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from lakehouse.aws.schedule import ScheduleError, find_next

UTC = dt.UTC
BERLIN = "Europe/Berlin"
# A Saturday.
NOW = dt.datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


def next_of(expression: str, zone: str = "UTC", after: dt.datetime = NOW, began: dt.datetime = NOW) -> str:
    found = find_next(expression, zone, after, began)
    return f"{found:%Y-%m-%d %H:%M %z}" if found else "never"


@pytest.mark.parametrize(("expression", "expected"), [
    pytest.param("cron(0 * * * ? *)", "2026-11-21 16:00", id="hourly"),
    pytest.param("cron(0 6 * * ? *)", "2026-11-22 06:00", id="daily"),
    pytest.param("cron(0 6 ? * MON *)", "2026-11-23 06:00", id="weekly"),
    pytest.param("cron(30 15 * * ? *)", "2026-11-22 15:30", id="the minute that is now is over"),
    pytest.param("cron(31 15 * * ? *)", "2026-11-21 15:31", id="the next minute"),
    pytest.param("cron(0/20 15 * * ? *)", "2026-11-21 15:40", id="a value with a step goes on to the end"),
    pytest.param("cron(5-50/15 15 * * ? *)", "2026-11-21 15:35", id="a range with a step"),
    pytest.param("cron(*/25 16 * * ? *)", "2026-11-21 16:00", id="all with a step"),
    pytest.param("cron(15,45 8,20 * * ? *)", "2026-11-21 20:15", id="lists"),
    pytest.param("cron(0 6 ? * mon-fri *)", "2026-11-23 06:00", id="weekdays in small letters"),
    pytest.param("cron(0 6 ? * 1 *)", "2026-11-22 06:00", id="1 is Sunday"),
    pytest.param("cron(0 6 ? * 2-6/2 *)", "2026-11-23 06:00", id="a step stays a step"),
    pytest.param("cron(0 6 ? * L *)", "2026-11-28 06:00", id="L is Saturday"),
    pytest.param("cron(0 6 ? * 6L *)", "2026-11-27 06:00", id="the last Friday"),
    pytest.param("cron(0 6 ? * SATL *)", "2026-11-28 06:00", id="the last Saturday, by name"),
    pytest.param("cron(0 6 ? * TUE#1 *)", "2026-12-01 06:00", id="the first Tuesday"),
    pytest.param("cron(0 6 ? * 1#5 *)", "2026-11-29 06:00", id="a fifth Sunday"),
    pytest.param("cron(0 6 L * ? *)", "2026-11-30 06:00", id="the last of the month"),
    pytest.param("cron(0 6 LW * ? *)", "2026-11-30 06:00", id="the last weekday of the month"),
    pytest.param("cron(0 6 LW JAN ? *)", "2027-01-29 06:00", id="the last weekday, where the last is a Sunday"),
    pytest.param("cron(0 6 31 * ? *)", "2026-12-31 06:00", id="months without a 31st are left out"),
    pytest.param("cron(0 6 29 2 ? *)", "2028-02-29 06:00", id="a leap day"),
    pytest.param("cron(0 6 1 JAN-MAR/2 ? *)", "2027-01-01 06:00", id="months by name"),
    pytest.param("cron(0 6 1 1 ? 2031)", "2031-01-01 06:00", id="a year"),
    pytest.param("cron(0 6 1 1 ? 2020-2026)", "never", id="years that are over"),
])  # fmt: skip
def test_a_cron_runs_next(expression: str, expected: str) -> None:
    assert next_of(expression).removesuffix(" +0000") == expected


SPRING = dt.datetime(2027, 3, 27, 12, tzinfo=UTC)
AUTUMN = dt.datetime(2026, 10, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(("expression", "after", "expected"), [
    pytest.param("cron(0 6 * * ? *)", SPRING, "2027-03-28 06:00 +0200", id="the same time by summer's clock"),
    pytest.param("cron(30 2 * * ? *)", SPRING, "2027-03-29 02:30 +0200", id="a time that is not there is skipped"),
    pytest.param("cron(30 1,2,3 28 3 ? 2027)", dt.datetime(2027, 3, 28, 0, 30, tzinfo=UTC), "2027-03-28 03:30 +0200",
                 id="the hour after the one that is not there"),
    pytest.param("cron(30 2 * * ? *)", AUTUMN, "2026-10-25 02:30 +0200", id="a time that comes twice: the first"),
    pytest.param("cron(30 2 * * ? *)", dt.datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-26 02:30 +0100",
                 id="a time that comes twice runs once"),
    pytest.param("cron(0 6 * * ? *)", AUTUMN, "2026-10-25 06:00 +0100", id="the same time by winter's clock"),
])  # fmt: skip
def test_a_cron_keeps_to_the_clock_of_its_zone(expression: str, after: dt.datetime, expected: str) -> None:
    assert next_of(expression, BERLIN, after) == expected


def test_a_day_is_that_of_the_zone() -> None:
    assert next_of("cron(0 6 22 * ? *)", "Pacific/Auckland") == "2026-11-22 06:00 +1300"
    after = dt.datetime(2026, 11, 21, 17, tzinfo=UTC)
    assert next_of("cron(0 6 22 * ? *)", "Pacific/Auckland", after) == "2026-12-22 06:00 +1300"


def test_what_is_asked_for_in_the_zone_itself_is_no_other() -> None:
    after = dt.datetime(2026, 10, 25, 2, 45, tzinfo=ZoneInfo(BERLIN))
    assert next_of("cron(30 2,3 * * ? *)", BERLIN, after) == "2026-10-25 03:30 +0100"


@pytest.mark.parametrize(("expression", "began", "expected"), [
    pytest.param("rate(6 hours)", NOW - dt.timedelta(hours=13), "2026-11-21 20:30", id="counted from the beginning"),
    pytest.param("rate(1 hour)", NOW - dt.timedelta(hours=1), "2026-11-21 16:30", id="the one that is now is over"),
    pytest.param("rate(5 minutes)", NOW + dt.timedelta(days=1), "2026-11-22 15:30", id="not before it begins"),
])  # fmt: skip
def test_a_rate_runs_next(expression: str, began: dt.datetime, expected: str) -> None:
    assert next_of(expression, began=began) == f"{expected} +0000"


def test_a_day_of_a_rate_has_24_hours_whatever_the_clocks_do() -> None:
    began = dt.datetime(2027, 3, 27, 5, tzinfo=UTC)
    assert next_of("rate(1 day)", BERLIN, SPRING, began) == "2027-03-28 07:00 +0200"


@pytest.mark.parametrize(("expression", "message"), [
    pytest.param("at(2026-11-22T06:00:00)", "expected cron", id="neither cron nor rate"),
    pytest.param("cron(0 6 * * *)", "expected cron", id="a field is missing"),
    pytest.param("cron(60 6 * * ? *)", "Bad minute", id="no such minute"),
    pytest.param("cron(0 6 15W * ? *)", "Bad day-of-month", id="the nearest weekday"),
    pytest.param("cron(0 22-4 * * ? *)", "Bad hour", id="a range over midnight"),
    pytest.param("cron(0 6 31 2 ? *)", "Bad day-of-month", id="a day that no month has"),
    pytest.param("rate(0 days)", "expected cron", id="a rate of nothing"),
])  # fmt: skip
def test_another_expression_is_refused(expression: str, message: str) -> None:
    with pytest.raises(ScheduleError, match=message):
        next_of(expression)


@pytest.mark.parametrize("zone", ["Europe/Berlinn", "../etc/passwd", ""])
def test_another_zone_is_refused(zone: str) -> None:
    with pytest.raises(ScheduleError, match="expected a name such as Europe/Berlin"):
        next_of("rate(1 day)", zone)
