"""Read one raw object as a Python worker of Spark does, and print the peak memory: MB of it, entries.

.venv/bin/python -m bench.worker_memory data/bench/large/extraction_date=2025-11-01/x.ndjson.gz
"""

import datetime as dt
import json
import resource
import sys
from pathlib import Path

from glue_jobs.load.arrow import NOTE
from glue_jobs.load.days import Day, read_days
from glue_jobs.load.notes import DayNote
from glue_jobs.raw.raw_object import RawObject
from glue_jobs.raw.store import open_object


def main(path: Path) -> None:
    """Read the object and let go of its record batches, one after the other."""
    size, day = path.stat().st_size, dt.date.fromisoformat(path.parent.name.removeprefix("extraction_date="))
    raw_object = RawObject(raw_key=path.name, path=str(path), extraction_date=day, size=size, written_at=None)
    entries = 0
    for batch in read_days([Day(day, (raw_object,))], open_object, 0):
        notes = batch.column(batch.schema.get_field_index(NOTE)).drop_null().to_pylist()
        entries += sum(DayNote.from_json(note).entries for note in notes)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    sys.stdout.write(json.dumps({"peak_mb": peak, "entries": entries}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
