"""Take an import back: its raw objects, then the rows that were loaded from them, by reloading the days they are of.

The rows to go are found in the ledger, not among what was just removed: killed at any moment, the same command does the
rest.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lakehouse.defaults import CATALOG_FILE
from lakehouse.importing.accounts import Place, list_raw_objects, name_of
from lambda_extract.aws import S3Place, delete_keys
from lambda_extract.raw_format import RAW_NAME

Say = Callable[[str], None]
Day = dt.date


@dataclass(frozen=True)
class LoadedObject:
    """A raw object that the ledger knows as loaded."""

    name: str
    day: Day


def take_back(run_ids: Collection[str], raw: Place, warehouse: Path, say: Say, *, is_dry: bool) -> int:
    """Remove the raw objects of these runs, and reload the days they are of; return the exit code."""
    places = [place for place in list_raw_objects(raw) if _run_id(name_of(place)) in run_ids]
    if not is_dry:
        _remove(places)
    for place in places:
        say(f"extraction_date={_day_of(place)}/{name_of(place)}  {'would be removed' if is_dry else 'removed'}")
    days = sorted({_day_of(place) for place in places})
    say(f"{_count(len(places), 'raw object')} of {_count(len(days), 'day')}: {', '.join(days) or 'none'}")
    if isinstance(raw, S3Place):
        _say_reload_on_aws(days, say)
        return 0
    if not (warehouse / CATALOG_FILE).is_file():
        say(f"No tables in {warehouse}: nothing to reload")
        return 0
    return _reload(run_ids, raw, warehouse, say, is_dry=is_dry)


def _reload(run_ids: Collection[str], raw: Path, warehouse: Path, say: Say, *, is_dry: bool) -> int:
    """Reload the days on which raw objects of these runs were loaded."""
    from lakehouse.jobs.load import load

    loaded = _read_ledger(warehouse)
    days = sorted({loaded_object.day for loaded_object in loaded if _run_id(loaded_object.name) in run_ids})
    lost = sorted(
        loaded_object.name
        for loaded_object in loaded
        if loaded_object.day in days and _is_lost(loaded_object, run_ids, raw)
    )
    if lost:
        say(
            f"Not reloaded: expected all other raw objects of {_join(days)}, {len(lost)} such as {lost[0]} are gone, "
            "and their rows would go, too. `lakehouse load --reload DAYS --accept-missing` does that"
        )
        return 1
    for first, last in find_stretches(days):
        words = f"{first}..{last}"
        say(f"{words}  {'would be reloaded' if is_dry else 'reloading'} in {warehouse}")
        if not is_dry and (code := load(raw, warehouse, ["--reload", words, "--accept_missing"])):
            return code
    if not days:
        say(f"Nothing of it was loaded into {warehouse}")
    return 0


def _read_ledger(warehouse: Path) -> list[LoadedObject]:
    from lakehouse.warehouse.iceberg import Warehouse

    rows = Warehouse(warehouse).read_ledger("raw_key", "extraction_date", "status")
    return [
        LoadedObject(row["raw_key"].rsplit("/", 1)[-1], row["extraction_date"])
        for row in rows
        if row["status"] == "loaded"
    ]


def _is_lost(loaded_object: LoadedObject, run_ids: Collection[str], raw: Path) -> bool:
    return (
        _run_id(loaded_object.name) not in run_ids
        and not (raw / f"extraction_date={loaded_object.day}" / loaded_object.name).is_file()
    )


def find_stretches(days: Sequence[Day]) -> Iterator[tuple[Day, Day]]:
    """Yield the first and last day of each stretch of days without a gap: no other day is reloaded."""
    if not days:
        return
    first = days[0]
    for day, following in pairwise([*days, Day.max]):
        if (following - day).days > 1:
            yield first, day
            first = following


def _remove(places: Sequence[Place]) -> None:
    for place in places:
        if isinstance(place, Path):
            place.unlink(missing_ok=True)
    on_s3 = [place for place in places if isinstance(place, S3Place)]
    if on_s3:
        delete_keys(on_s3[0].bucket, [place.key for place in on_s3])


def _say_reload_on_aws(days: Sequence[str], say: Say) -> None:
    """Say how the job takes the rows out of the tables."""
    for first, last in find_stretches([Day.fromisoformat(day) for day in days]):
        words = f"--reload {first}..{last} --accept_missing"
        say(f"To take the rows out of the tables, run the job …-load-music with {words}")


def _run_id(name: str) -> str | None:
    match = RAW_NAME.fullmatch(name)
    return match["run_id"] if match else None


def _day_of(place: Place) -> str:
    folder = place.parent.name if isinstance(place, Path) else place.key.split("/")[-2]
    return folder.removeprefix("extraction_date=")


def _join(days: Sequence[Day]) -> str:
    return ", ".join(map(str, days))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
