"""`make demo`: the whole way from a dump of JSON files to answers, step by step, with made-up data in data/demo."""

import contextlib
import datetime as dt
import io
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from rich.console import Console
from rich.text import Text

from lambda_extract import import_dump
from local.demo_dump import FOLDER as DUMP
from local.errors import UserError
from local.load import load
from local.output import to_rows, write_table
from local.query import Session, find_question
from local.statements import parse_statement, read_folder, set_parameters

DEMO = Path("data/demo")
LAST_DAY = dt.datetime(2026, 11, 5, 20, tzinfo=dt.UTC)
DAY_IN_NAME = re.compile(r"202611(\d\d)")
LOG_LINE = re.compile(r"(\d{4}-\d{2}-\d{2} )?\d{2}:\d{2}:\d{2}\S* [A-Z]+ ")
FILES_SHOWN = 3
CHART = "7krCIQlfIi8xLunyvv91TF"
LEADERS = f"""select entry.extraction_date, entry.position, song.name, song.artist_names
from listing_entry entry join song_full song on entry.item_id = song.song_id
where entry.source_id = '{CHART}' and entry.position <= 2
order by 1, 2"""
QUESTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("top_artists", {"limit": "5"}),
    ("popular_songs", {"limit": "3"}),
    ("rejections", {}),
)
RECONCILED = """select count(*), sum(entries), sum(accepted),
    sum(skipped_null_entry + skipped_local_file + skipped_episode
        + skipped_show + skipped_audiobook + skipped_playlist),
    sum(rejected_entries)
from raw_object"""


class Show:
    """The demo on a terminal or in a pipe: numbered steps, the command of each, its time."""

    def __init__(self) -> None:
        """Start the clock."""
        self.console = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
        self.start = monotonic()
        self.number = 0

    @contextlib.contextmanager
    def step(self, title: str, command: str = "") -> Iterator[None]:
        """Head a step, and close it with its time."""
        self.number += 1
        begin = monotonic()
        self.console.print(Text(f"\n{self.number}  {title}", style="bold"))
        if command:
            self.tell(f"$ {command}", style="cyan")
        yield
        self.tell(f"({monotonic() - begin:.1f} s)", style="dim")

    def tell(self, text: str, style: str = "") -> None:
        """Print lines, set in below the step's title."""
        for line in text.splitlines():
            self.console.print(Text(f"   {line}", style=style))

    def tell_rows(self, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Print rows as a table."""
        table = io.StringIO()
        write_table(names, rows, table)
        self.tell(table.getvalue())

    @contextlib.contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """Show that something is going on, where somebody watches."""
        with self.console.status(text) if self.console.is_terminal else contextlib.nullcontext():
            yield


def run_demo(folder: Path = DEMO) -> None:
    """Show every step, from scratch."""
    show = Show()
    dump, raw, warehouse = folder / "dump", folder / "raw", folder / "warehouse"
    show.console.print(Text("A made-up dump becomes tables and answers. Everything stays in data/demo.", style="bold"))
    start_afresh(folder)
    copy_dump(dump)
    with show.step("Import: each file becomes one raw object", f"make import FROM={dump} RAW={raw}"):
        show.tell(shorten(import_files(dump, raw)))
    command = f"make load RAW={raw} WAREHOUSE={warehouse}"
    with show.step("Load: raw objects become rows of seven Iceberg tables", command), show.waiting("Spark is at work"):
        show.tell(run_load(raw, warehouse, folder / "load_1.txt")[0])
    with show.step("Load again: what is known already changes nothing", command), show.waiting("Spark is at work"):
        text, commits = run_load(raw, warehouse, folder / "load_2.txt")
        show.tell(text)
        if commits:
            raise UserError(f"the second load made {commits} commits; expected none")
    session = Session(warehouse)
    with show.step("Ask: saved questions, and any SQL"):
        tell_answers(show, session, warehouse)
    with show.step("Check: is everything there, and nothing twice?", f"make checks WAREHOUSE={warehouse}"):
        tell_checks(show, session)
    tell_next(show, warehouse)


def start_afresh(folder: Path) -> None:
    """Remove what an earlier demo left in its folder, and make the folder."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as error:
        raise UserError(f"{folder} could not be emptied: {error.strerror or error}") from error


def copy_dump(target: Path) -> None:
    """Copy the dump and give its files times of their days: a clone's are those of the clone."""
    shutil.copytree(DUMP, target)
    for path in sorted(target.rglob("*")):
        if path.is_file():
            match = DAY_IN_NAME.search(str(path.relative_to(target)))
            moment = LAST_DAY.replace(day=int(match[1])) if match else LAST_DAY
            os.utime(path, (moment.timestamp(), moment.timestamp()))


def import_files(dump: Path, raw: Path) -> list[str]:
    """Import the dump; return the lines the import printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = import_dump.main([str(dump), "--raw", str(raw)])
    if code:
        raise UserError(f"the import ended with exit code {code}")
    return printed.getvalue().splitlines()


def shorten(lines: list[str]) -> str:
    """Return the first lines, those that say something special, how many there are more, and the last."""
    *files, total = lines
    shown = files[:FILES_SHOWN]
    for special in ("no JSON", "from the file's time"):
        shown += [line for line in files if special in line and line not in shown][:1]
    return "\n".join([*shown, f"… {len(files) - len(shown)} files more", total])


def run_load(raw: Path, warehouse: Path, said: Path) -> tuple[str, int]:
    """Run the job; return its summary and the number of commits it made."""
    code = load(str(raw), str(warehouse), said=said)
    lines = said.read_text(encoding="utf-8", errors="replace").splitlines()
    if code:
        errors = [line for line in lines if line.startswith("load_music: ")] or lines[-1:]
        raise UserError(f"the load ended with exit code {code}, see {said}: {''.join(errors)}")
    *summary, machine = [line for line in lines if not LOG_LINE.match(line)]
    return "\n".join(summary), int(json.loads(machine)["commits"])


def tell_answers(show: Show, session: Session, warehouse: Path) -> None:
    """Answer saved questions and one statement of SQL."""
    for name, values in QUESTIONS:
        question = find_question(name)
        parameters = f' PARAMS="{" ".join(f"{key}={value}" for key, value in values.items())}"' if values else ""
        show.tell(f"$ make question NAME={name}{parameters} WAREHOUSE={warehouse}", style="cyan")
        show.tell(question.title, style="bold")
        rows = session.run(set_parameters(parse_statement(question.text), values))
        show.tell_rows(rows.column_names, to_rows(rows))
        show.tell("\n")
    show.tell(f'$ make query WAREHOUSE={warehouse} Q="{LEADERS}"', style="cyan")
    rows = session.run(parse_statement(LEADERS))
    show.tell_rows(rows.column_names, to_rows(rows))


def tell_checks(show: Show, session: Session) -> None:
    """Run every check; fail where one finds something."""
    checks = read_folder("check")
    found = {name: session.run(parse_statement(check.text)).num_rows for name, check in checks.items()}
    if failed := [name for name, rows in found.items() if rows]:
        raise UserError(f"checks that found something: {', '.join(failed)}")
    show.tell(f"{len(checks)} checks, all ok: {', '.join(checks)}")
    objects, entries, accepted, skipped, rejected = to_rows(session.run(parse_statement(RECONCILED)))[0]
    show.tell(
        f"every one of {objects} raw objects reconciles: "
        f"{entries} entries = {accepted} accepted + {skipped} skipped + {rejected} rejected"
    )


def tell_next(show: Show, warehouse: Path) -> None:
    """Say how long it took, and what to type next."""
    show.console.print(Text(f"\nDone in {monotonic() - show.start:.0f} s. Go on with", style="bold"))
    show.tell(f'make questions\nmake query WAREHOUSE={warehouse} Q="select name, release_date from album_latest"')
    show.console.print(Text("or with your own files", style="bold"))
    show.tell("make import FROM=folder_with_json\nmake load\nmake question NAME=top_artists")


def main() -> int:
    """Run the demo; return its exit code."""
    try:
        run_demo()
    except UserError as error:
        sys.stderr.write(f"demo: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\ndemo: stopped. The next one starts afresh.\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
