"""The made-up dump in lakehouse/demo/dump, with times of its days, as a person imports it."""

import datetime as dt
import os
import re
import shutil
from pathlib import Path

from devtools.demo_dump import FOLDER

LAST_DAY = dt.datetime(2026, 11, 5, 20, tzinfo=dt.UTC)
DAY_IN_NAME = re.compile(r"202611(\d\d)")


def copy_dump(target: Path) -> Path:
    """Copy the dump and give its files times of their days: a clone's are those of the clone."""
    shutil.copytree(FOLDER, target)
    for path in sorted(target.rglob("*")):
        if path.is_file():
            match = DAY_IN_NAME.search(str(path.relative_to(target)))
            moment = LAST_DAY.replace(day=int(match[1])) if match else LAST_DAY
            os.utime(path, (moment.timestamp(), moment.timestamp()))
    return target
