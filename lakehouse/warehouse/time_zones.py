"""The clocks of a warehouse's accounts: a file beside its catalog says in which time zone each account lives.

Local times are derived when asked, so that another time zone changes all answers at once.
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from zoneinfo import available_timezones

from lakehouse.errors import UserError
from sql.time_zones import EVERYONE, UTC_FOR_ALL

FILE = "time_zones.json"
LOCALTIME = Path("/etc/localtime")
ZONE_FOLDER = "zoneinfo/"


def read_time_zones(folder: Path) -> Mapping[str, str]:
    """Return the time zone of each account; UTC for all where the warehouse has no setting."""
    path = folder / FILE
    if not path.exists():
        return UTC_FOR_ALL
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
        return {**UTC_FOR_ALL, **{str(account): require_time_zone(zone) for account, zone in settings.items()}}
    except (OSError, ValueError, AttributeError) as error:
        raise UserError(f"{path}: expected a JSON object with a time zone for each account; {error}") from error


def write_time_zones(folder: Path, time_zones: Mapping[str, str]) -> None:
    """Keep the time zone of each account beside the warehouse's catalog."""
    text = json.dumps(dict(sorted(time_zones.items())), indent=2, ensure_ascii=False)
    unfinished = folder / f"{FILE}.new"
    unfinished.write_text(f"{text}\n", encoding="utf-8")
    unfinished.replace(folder / FILE)


def change_time_zones(folder: Path, settings: Iterable[str]) -> Mapping[str, str] | None:
    """Set `ZONE` for all accounts or `ACCOUNT=ZONE` for one; without any, this machine's zone in a new warehouse.

    Return the settings where they have changed, else None.
    """
    before = read_time_zones(folder) if (folder / FILE).exists() else {}
    changes = dict(read_setting(text) for text in settings)
    after = {**({} if before else {EVERYONE: machine_time_zone()}), **before, **changes}
    if after == before:
        return None
    write_time_zones(folder, after)
    return after


def read_setting(text: str) -> tuple[str, str]:
    """Return the account and the time zone of `ACCOUNT=ZONE` or `ZONE`."""
    account, _, zone = text.rpartition("=")
    try:
        return account or EVERYONE, require_time_zone(zone)
    except ValueError as error:
        raise UserError(f"--time-zone {text}: {error}. Nothing was loaded.") from error


def require_time_zone(name: object) -> str:
    """Return the name of a time zone; refuse any other text."""
    if not isinstance(name, str) or name not in available_timezones():
        raise ValueError(f"expected a zone such as Europe/Berlin, got {name!r}")
    return name


def machine_time_zone() -> str:
    """Return the name of this machine's time zone; UTC where it cannot be found out."""
    candidates = [os.environ.get("TZ", "").lstrip(":"), str(LOCALTIME.resolve()).rpartition(ZONE_FOLDER)[2]]
    known = available_timezones()
    return next((name for name in candidates if name in known), "UTC")
