"""The raw object: one run's answers as gzip JSON lines, the contract with the load job."""

import contextlib
import errno
import gzip
import json
import os
import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
JsonObject: TypeAlias = dict[str, Json]

SCHEMA_VERSION = 1
RAW_NAME = re.compile(r"\d{8}T\d{6}Z-(?P<run_id>.+)\.ndjson\.gz")
RAW_FOLDER = re.compile(r"extraction_date=(?P<date>\d{4}-\d{2}-\d{2})")
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
"""Mode of files: what somebody listened to is private."""

NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}


@dataclass(frozen=True)
class Run:
    """One run of the extractor or one imported file: what all lines of its raw object share."""

    run_id: str
    extracted_at: datetime
    account: str | None = None


@dataclass(frozen=True)
class Source:
    """Where an answer comes from, as the summary names it again."""

    kind: str
    id: str


@dataclass(frozen=True)
class Answer:
    """One answer: the request, and the body as a JSON value or, if it is not valid JSON, as text."""

    source: Source
    path: str
    params: Mapping[str, Json]
    fetched_at: datetime
    status: int | None
    response: Json = None
    response_text: str | None = None


@dataclass(frozen=True)
class SourceResult:
    """How far one source came."""

    source: Source
    status: str
    pages: int
    entries: int
    total: int | None
    is_complete: bool | None
    facts: Mapping[str, Json] = field(default_factory=dict)
    """What else is known about the source; for a playlist its name, owner, snapshot_id and url."""


def format_second(moment: datetime) -> str:
    """Write a moment as UTC with seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_millisecond(moment: datetime) -> str:
    """Write a moment as UTC with milliseconds."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def build_key(run: Run) -> str:
    """Name the run's raw object, relative to the raw folder."""
    utc = run.extracted_at.astimezone(UTC)
    return f"extraction_date={utc:%Y-%m-%d}/{utc:%Y%m%dT%H%M%SZ}-{run.run_id}.ndjson.gz"


def encode_json(value: Json, *, sort_keys: bool = False) -> bytes:
    """Write a value as compact JSON; an unpaired surrogate, which UTF-8 cannot hold, is written as an escape."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys, allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), sort_keys=sort_keys, allow_nan=False).encode()


def build_answer_line(run: Run, answer: Answer) -> bytes:
    """Write one answer as a line."""
    line: JsonObject = {
        **_start_line("answer", run, answer.fetched_at),
        "source": {"kind": answer.source.kind, "id": answer.source.id},
        "request": {"path": answer.path, "params": dict(answer.params)},
        "status": answer.status,
        "response": answer.response,
    }
    if answer.response_text is not None:
        line["response_text"] = answer.response_text
    return encode_json(line) + b"\n"


def build_summary_line(
    run: Run, results: Sequence[SourceResult], fetched_at: datetime, extra: Mapping[str, Json] | None = None
) -> bytes:
    """Write the last line: how far each source came, and what else is known about the run."""
    line: JsonObject = {
        **_start_line("summary", run, fetched_at),
        "is_complete": join_is_complete(result.is_complete for result in results),
        "sources": [_describe_result(result) for result in results],
        **(extra or {}),
    }
    return encode_json(line) + b"\n"


def join_is_complete(parts: Iterable[bool | None]) -> bool | None:
    """Return whether all parts are complete: False if one is not, else None if one is unknown."""
    known = set(parts)
    if False in known:
        return False
    return None if None in known else True


def write_gzip(lines: Iterable[bytes], file: IO[bytes]) -> None:
    """Compress the lines; the same lines give the same bytes."""
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0) as packed:
        packed.writelines(lines)


def land_in_folder(raw_folder: Path, key: str, lines: Iterable[bytes]) -> bool:
    """Write a raw object atomically; False means that the name is taken, and that object was left as it is."""
    return place_in_folder(raw_folder, key, lambda file: write_gzip(lines, file))


def place_in_folder(raw_folder: Path, key: str, write: Callable[[IO[bytes]], None]) -> bool:
    """Write a file under a hidden name, then rename it; False means that the name is taken."""
    target = raw_folder / key
    make_private_folder(target.parent)
    if target.exists():
        return False
    hidden = target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")
    try:
        with open(os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        return _give_final_name(hidden, target)
    finally:
        hidden.unlink(missing_ok=True)


def make_private_folder(folder: Path) -> None:
    """Make a folder and its parents, for the owner only; an existing one keeps its permissions."""
    if folder.is_dir():
        return
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


def list_run_ids(raw_folder: Path) -> dict[str, set[str]]:
    """List what has landed: the extraction dates of each run id."""
    dates: dict[str, set[str]] = {}
    if not raw_folder.is_dir():
        return dates
    for folder in os.scandir(raw_folder):
        named = RAW_FOLDER.fullmatch(folder.name)
        if named and folder.is_dir():
            for file in os.scandir(folder):
                if match := RAW_NAME.fullmatch(file.name):
                    dates.setdefault(match["run_id"], set()).add(named["date"])
    return dates


def _start_line(kind: str, run: Run, fetched_at: datetime) -> JsonObject:
    """Return the fields at the start of every line."""
    return {
        "kind": kind,
        "schema_version": SCHEMA_VERSION,
        "run_id": run.run_id,
        "extracted_at": format_second(run.extracted_at),
        "fetched_at": format_millisecond(fetched_at),
        "account": run.account,
    }


def _describe_result(result: SourceResult) -> JsonObject:
    """Write one source's result as the summary holds it."""
    return {
        "kind": result.source.kind,
        "id": result.source.id,
        "status": result.status,
        "pages": result.pages,
        "entries": result.entries,
        "total": result.total,
        "is_complete": result.is_complete,
        **result.facts,
    }


def _give_final_name(hidden: Path, target: Path) -> bool:
    """Link the written file under its name without replacing another file, and make the name durable."""
    try:
        os.link(hidden, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in NO_HARD_LINKS:
            raise
        if target.exists():
            return False
        hidden.rename(target)
    _sync_folder(target.parent)
    return True


def _sync_folder(folder: Path) -> None:
    """Make new names in the folder survive a power cut, if the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
