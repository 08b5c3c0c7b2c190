"""The demo's steps: each does something on the line, shows it, and ends the demo where a promise does not hold."""

import datetime as dt
import shutil
from collections.abc import Mapping
from pathlib import Path

from lakehouse.defaults import DEMO
from lakehouse.demo.pipeline import Extracted, Killed, Line, Loaded, open_line
from lakehouse.demo.show import Show
from lakehouse.emulated_aws.emulated import EmulatedAws
from lakehouse.emulated_aws.glue_warehouse import GlueWarehouse, copy_tables
from lakehouse.emulated_aws.runner import Event, drop_events, send_again, take_event
from lakehouse.emulated_aws.start import Server
from lakehouse.errors import UserError
from lakehouse.output import to_rows
from lakehouse.report.write import write_report
from lakehouse.simulator.regimes import Regime
from lakehouse.simulator.world import World
from lakehouse.spark.submit import AWS_JARS, ensure_jars, environment
from lakehouse.statements.questions import find_question, parse_check
from lakehouse.statements.statement import parse_statement, read_folder, set_parameters
from lakehouse.warehouse.folder import write_as_of
from lakehouse.warehouse.session import Session

FIRST_DAY = dt.date(2026, 11, 1)
DAYS: Mapping[dt.date, Regime] = {FIRST_DAY + dt.timedelta(days=number): "restricted" for number in range(14)}
PATIENCE = 20
"""Seconds to wait for an event."""

AT_WORK = "Spark is at work"
QUESTIONS: tuple[tuple[str, dict[str, str]], ...] = (("top_artists", {"limit": "5"}), ("top_songs", {"limit": "3"}))
LEADERS = """select entry.extraction_date, song.name, song.artist_names
from listing_entry entry join song_full song on entry.item_id = song.song_id
where entry.source_id = '{chart}' and entry.position = 1 and entry.extraction_date >= date '{since}'
order by 1"""
LEADERS_SHOWN = 5


def run_demo(server: Server, folder: Path = DEMO) -> None:
    """Show everything, from scratch; then keep the tables."""
    show = Show()
    show.head(f"{len(DAYS)} days of a made-up Spotify, through an AWS on this machine. Everything stays in {folder}.")
    start_afresh(folder)
    ensure_jars(environment(), AWS_JARS)
    with open_line(folder, server) as line:
        go_the_whole_way(line, show, DAYS)
        lake = GlueWarehouse()
        with show.step("Answers: tables in the Glue catalog, views, saved questions, any SQL"):
            tell_answers(show, Session(lake), line.simulator.world)
        with show.step(f"Keep a copy of the tables in {folder / 'warehouse'}: the AWS here ends now"):
            show.tell(tell_counts(copy_tables(lake, folder / "warehouse")))
            write_as_of(folder / "warehouse", max(DAYS))
    with show.step("A page of charts, to open in any browser"):
        write_report(folder / "warehouse", folder / "report.html")
        show.tell((folder / "report.html").resolve().as_uri())
    tell_next(show)


def start_afresh(folder: Path) -> None:
    """Remove what an earlier demo left in its folder, and make the folder."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as error:
        raise UserError(f"{folder} could not be emptied: {error.strerror or error}") from error


def go_the_whole_way(line: Line, show: Show, days: Mapping[dt.date, Regime]) -> None:
    """From the first day's answers to tables that hold all days, through everything that goes wrong on the way."""
    first, *others = days
    with show.step("A Lambda function asks Spotify, through spotipy, and lands one raw object on S3"):
        tell_extracted(show, line.extract(first, days[first]))
    with show.step(f"Its event starts the load job, which is killed half way while {len(others)} more days land"):
        event = wait_for_event(show, line.aws)
        to_land = iter(others)

        def land_one(date: dt.date | None = None) -> None:
            if date := date or next(to_land, None):
                tell_extracted(show, line.extract(date, days[date]))

        with show.waiting(AT_WORK):
            killed = line.load_and_kill(event, land_one)
        tell_killed(show, killed, line.count_rows())
        for date in to_land:
            land_one(date)
    with show.step("The event is still in the queue: one run completes the first day and catches up on the others"):
        event = wait_for_event(show, line.aws)
        with show.waiting(AT_WORK):
            loaded = line.load(event, line.expect)
        tell_loaded(show, loaded, len(days))
        lost = drop_events(line.aws)
        show.tell(
            f"{lost} events still wait and are dropped, as AWS does while a workflow is busy: their days are loaded"
        )
    with show.step("An event comes a second time while each value is compared with what Spotify served"):
        load_again(show, line, event)


def tell_extracted(show: Show, extracted: Extracted) -> None:
    """Say what the function read and where it is."""
    show.tell(
        f"{extracted.date}  {extracted.calls} calls, {extracted.sources} sources, {extracted.entries} entries"
        f" → {extracted.key} ({extracted.size // 1000} KB)"
    )


def wait_for_event(show: Show, aws: EmulatedAws) -> Event:
    """Take the event that the landed object raised."""
    event = take_event(aws, PATIENCE)
    if event is None:
        raise UserError(f"no event in the queue {aws.names.queue} for {PATIENCE} s; expected that of the raw object")
    show.tell(f"Object Created {event.key}")
    show.tell(f"S3 → EventBridge, rule {aws.names.rule} → queue → runner → spark-submit load_music.py")
    return event


def tell_killed(show: Show, killed: Killed, rows: Mapping[str, int]) -> None:
    """Say when it was killed, and that what it left can be read."""
    show.tell(f"killed (SIGKILL) after {killed.seconds:.1f} s, when it had committed {', '.join(killed.written)}")
    show.tell(f"every table can be read: {tell_counts(rows)}")


def tell_loaded(show: Show, loaded: Loaded, landed: int) -> None:
    """Say what the job found to do: all that has landed and is not in the ledger, which is written last."""
    show.tell(loaded.text)
    if loaded.counts["objects"] != landed:
        raise UserError(f"{loaded.counts['objects']} raw objects loaded; expected the {landed} that the ledger lacked")


def load_again(show: Show, line: Line, event: Event) -> None:
    """Deliver an event a second time and compare the tables at the same time; nothing may change."""
    before = line.positions()
    send_again(line.aws, event)
    loaded = line.load(wait_for_event(show, line.aws), lambda: tell_comparison(show, line, Session(GlueWarehouse())))
    show.tell(f"the run for the event: {loaded.text}")
    if loaded.commits or line.positions() != before:
        raise UserError(f"the same event again made {loaded.commits} commits; expected none")
    show.tell(f"the catalog has the same {len(before)} tables, at the same versions")


def tell_counts(rows: Mapping[str, int]) -> str:
    """Return the number of rows of each table as text."""
    return ", ".join(f"{name} {count}" for name, count in sorted(rows.items()))


def tell_comparison(show: Show, line: Line, session: Session) -> None:
    """Show the comparison table by table, then the checks; fail where a row differs."""
    comparisons = line.compare(session)
    names = ("table", "rows", "served", "missing", "unexpected")
    rows = [
        (comparison.table, comparison.rows, comparison.served, len(comparison.missing), len(comparison.unexpected))
        for comparison in comparisons
    ]
    show.tell_rows(names, rows)
    for comparison in comparisons:
        if not comparison.is_same:
            example = [*comparison.missing[:1], *comparison.unexpected[:1]]
            raise UserError(f"{comparison.table} does not hold what was served, e.g. {' but '.join(example)}")
    tell_checks(show, session, max(comparison.date for comparison in line.served))


def tell_checks(show: Show, session: Session, today: dt.date) -> None:
    """Run every check, as of a day; fail where one finds something."""
    checks = read_folder("check")
    results = {}
    for name, check in checks.items():
        results[name] = session.run(parse_check(check, today)).num_rows
    if failed := [name for name, rows in results.items() if rows]:
        raise UserError(f"checks that found something: {', '.join(failed)}")
    show.tell(f"{len(checks)} checks find nothing wrong: {', '.join(checks)}")


def tell_answers(show: Show, session: Session, world: World) -> None:
    """Answer saved questions, and one statement of SQL."""
    for name, values in QUESTIONS:
        question = find_question(name)
        words = [name, *(f"{key}={value}" for key, value in values.items())]
        show.tell(f"$ lakehouse question {' '.join(words)}", style="cyan")
        show.tell(question.title, style="bold")
        rows = session.run(set_parameters(parse_statement(question.text), values))
        show.tell_rows(rows.column_names, to_rows(rows))
        show.tell("\n")
    last = max(DAYS)
    since = last - dt.timedelta(days=LEADERS_SHOWN - 1)
    statement = LEADERS.format(chart=world.day(last).playlist("chart").playlist_id, since=since)
    show.tell(f'$ lakehouse query "{statement}"', style="cyan")
    rows = session.run(parse_statement(statement))
    show.tell_rows(rows.column_names, to_rows(rows))


def tell_next(show: Show) -> None:
    """Say how long it took, and what to type next."""
    show.head(f"\nDone in {show.seconds:.0f} s; nothing is left running. Go on with")
    show.tell('lakehouse question\nlakehouse query "select name, release_date from album_latest limit 5"')
    show.head("or with your own library, or files you have")
    show.tell("lakehouse mine\nlakehouse import folder_with_json && lakehouse load")
