"""What the page holds: answers of SQL as compact data; each name appears once, elsewhere its number does."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lakehouse.output import to_rows
from lakehouse.report import statements as sql
from lakehouse.report.addresses import Addresses
from lakehouse.statements.questions import find_question
from lakehouse.statements.statement import parse_statement, set_parameters
from lakehouse.warehouse.session import Session

ALL = "*"
"""The account that means all of them."""
HEARD = "heard"
MOST_SEARCHED = 800
"""Things of a kind that the search finds, the most played first, of each account."""
Rows = list[list[Any]]


class Names:
    """The things of one kind that the page names, each by its number; a thing is added when it is first meant."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], cover: Callable[[Mapping[str, Any]], str | None]) -> None:
        """Keep what is known of each thing."""
        self.rows = {row["entity"]: row for row in rows}
        self.cover = cover
        self.numbers: dict[str, int] = {}

    def number(self, entity: str) -> int:
        """Return the number of a thing."""
        return self.numbers.setdefault(entity, len(self.numbers))

    def listed(self) -> Rows:
        """Return name, whose it is, id and cover of each thing, by number."""
        rows = (self.rows[entity] for entity in self.numbers)
        return [[row["name"], row["owner"], row["id"], self.cover(row)] for row in rows]


def gather(session: Session, addresses: Addresses = "links") -> dict[str, Any]:
    """Return all that the page shows, with no more addresses outside the page than these."""
    # The dearest of the views: computed once here instead of by each statement that reads it.
    session.hold("play_history", session.run_text("select * from play_history"))
    ask = Asker(session)
    kept = ask.records(sql.KEPT)[0]
    data: dict[str, Any] = {
        "links": addresses != "none",
        "newest": show_moment(kept.pop("newest_at")),
        "loaded": show_moment(kept.pop("last_loaded_at")),
        "kept": kept,
        **gather_keeper(ask),
        **gather_lists(ask),
    }
    accounts = hold_heard(session)
    covers = {(kind, key): url for kind, key, url in ask.rows(sql.COVERS)} if addresses == "covers" else {}
    data |= {"accounts": accounts, **(gather_heard(ask, accounts, covers) if accounts else {})}
    return data


class Asker:
    """Asks the warehouse."""

    def __init__(self, session: Session) -> None:
        """Keep the session."""
        self.session = session

    def rows(self, text: str) -> Rows:
        """Return the rows of a statement, as JSON holds them."""
        return [[plain(value) for value in row] for row in to_rows(self.session.run_text(text))]

    def records(self, text: str) -> list[dict[str, Any]]:
        """Return the rows of a statement by the names of their columns."""
        table = self.session.run_text(text)
        return [dict(zip(table.column_names, map(plain, row), strict=True)) for row in to_rows(table)]

    def question(self, name: str, **values: str) -> list[dict[str, Any]]:
        """Return the rows of a saved question."""
        table = self.session.run(set_parameters(parse_statement(find_question(name).text), values))
        return [dict(zip(table.column_names, map(plain, row), strict=True)) for row in to_rows(table)]


def hold_heard(session: Session) -> list[str]:
    """Let the other statements read what was heard; return the accounts to choose from, `*` first, or none."""
    heard = session.run_text(sql.HEARD)
    accounts = sorted(account for account in pc.unique(heard["account"]).to_pylist() if account is not None)
    together = heard.set_column(0, "account", pa.array([ALL] * heard.num_rows, pa.string()))
    if len(accounts) > 1:
        own = heard.set_column(0, "account", heard["account"].cast(pa.string()))
        together = pa.concat_tables([together, own])
    session.hold(HEARD, together)
    return [ALL, *(accounts if len(accounts) > 1 else ())] if accounts else []


def gather_heard(ask: Asker, accounts: Sequence[str], covers: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """Return what was heard: of every account and period the figures and leaders; days, hours, discoveries."""
    account = {name: number for number, name in enumerate(accounts)}
    figures = ask.rows(sql.FIGURES)
    periods = sorted({row[1] for row in figures})
    period = {name: number for number, name in enumerate(periods)}

    def cover_of(kind: str) -> Callable[[Mapping[str, Any]], str | None]:
        at = ("artist", "id") if kind == "artist" else ("album", "cover_id")
        return lambda row: covers.get((at[0], row[at[1]])) if row[at[1]] else None

    names, leaders, series, search = {}, {}, {}, {}
    for kind in sql.KINDS:
        known = ask.records(sql.known(kind))
        names[kind] = Names((row for row in known if row["account"] == ALL), cover_of(kind))
        top = ask.rows(sql.leaders(kind))
        # A month's leaders are named, but only those of a year or of all time are drawn month by month.
        drawn = {(row[0], row[2]) for row in top if len(row[1]) < len("2024-03")}
        leaders[kind] = [
            [account[row[0]], period[row[1]], names[kind].number(row[2]), *map(short, row[3:])] for row in top
        ]
        series[kind] = gather_series(ask.rows(sql.months_of(kind)), drawn, account, period, names[kind])
        search[kind] = gather_search(known, account, names[kind]) if kind != "album" else []
    days = [
        [account[row[0]], row[1], row[2], row[3], short(row[4]), names["song"].number(row[5])]
        for row in ask.rows(sql.DAYS)
    ]
    by_month = {
        key: [[account[row[0]], period[row[1]], *map(short, row[2:])] for row in ask.rows(text)]
        for key, text in {
            "discoveries": sql.DISCOVERIES,
            "decades": sql.DECADES,
            "genres": sql.GENRES,
        }.items()
    }
    return {
        "periods": periods,
        "figures": [[account[row[0]], period[row[1]], *map(short, row[2:])] for row in figures],
        "leaders": leaders,
        "series": series,
        "search": search,
        "days": days,
        "clock": gather_clock(ask.rows(sql.CLOCK), account, period),
        "sessions": [[account[row[0]], *row[1:3], *map(short, row[3:])] for row in ask.rows(sql.SESSIONS)],
        **by_month,
        "names": {kind: known.listed() for kind, known in names.items()},
    }


def gather_series(
    rows: Rows, drawn: set[tuple[str, str]], account: Mapping[str, int], period: Mapping[str, int], names: Names
) -> Rows:
    """Return of each leader its months, plays and minutes in one flat list."""
    months: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for name, entity, month, plays, minutes in rows:
        if (name, entity) in drawn:
            months[account[name], names.number(entity)] += [period[month], plays, whole(minutes)]
    return [[*key, *flat] for key, flat in months.items()]


def gather_search(known: Sequence[Mapping[str, Any]], account: Mapping[str, int], names: Names) -> Rows:
    """Return when each of the most played things was first and last heard."""
    left = dict.fromkeys(account, MOST_SEARCHED)
    rows = []
    for row in known:
        if left[row["account"]] > 0:
            left[row["account"]] -= 1
            entity = names.number(row["entity"])
            dates = row["first_date"], row["last_date"]
            rows.append([account[row["account"]], entity, *dates, row["plays"], whole(row["minutes"])])
    return rows


def gather_clock(rows: Rows, account: Mapping[str, int], period: Mapping[str, int]) -> Rows:
    """Return of each month its hours of the week, plays and minutes in one flat list."""
    slots: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for name, month, slot, plays, minutes in rows:
        slots[account[name], period[month]] += [slot, plays, whole(minutes)]
    return [[*key, *flat] for key, flat in slots.items()]


def gather_lists(ask: Asker) -> dict[str, Any]:
    """Return what lists say: a chart's moves, what came and went, what is saved and unheard, the collection."""
    charts: dict[int, dict[str, Any]] = {}
    for row in ask.records(sql.CHART):
        chart = charts.setdefault(
            row["rank"], {"account": row["account"], "name": row["source_name"], "days": [], "songs": {}}
        )
        song = chart["songs"].setdefault(
            row["nth"], {"name": row["song_name"], "by": row["artist_names"], "id": row["song_id"], "places": []}
        )
        song["places"].append(row["place"])
        if row["extraction_date"] not in chart["days"]:
            chart["days"].append(row["extraction_date"])
    return {
        "charts": [{**chart, "songs": list(chart["songs"].values())} for chart in charts.values()],
        "changes": ask.rows(sql.CHANGES),
        "unplayed": ask.rows(sql.UNPLAYED),
        "followed": ask.rows(sql.FOLLOWED),
        "listed": {
            "artists": [
                [row["artist_name"], row["songs"], row["artist_id"]] for row in ask.question("top_artists", limit="12")
            ],
            "albums": ask.rows(sql.LISTED_ALBUMS),
            "releases": [[row["release_year"], row["albums"]] for row in ask.question("releases_by_year")],
            "durations": [[row["duration"], row["songs"], row["minutes"]] for row in ask.question("song_durations")],
        },
    }


def gather_keeper(ask: Asker) -> dict[str, Any]:
    """Return what whoever keeps the tables wants to know."""
    return {
        "freshness": ask.rows(sql.FRESHNESS),
        "gaps": [
            [row["account"], row["gap_from"], row["gap_to"], row["hours"]] for row in ask.question("listening_gaps")
        ],
        "rejections": [
            [row["reason"], row["open_records"], row["resolved_records"]] for row in ask.question("rejections")
        ],
    }


def plain(value: Any) -> Any:
    """Return a value as JSON holds it; moments to the minute."""
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value if value is None or isinstance(value, int | float | str | bool) else str(value)


def short(value: Any) -> Any:
    """Return a whole float as an integer, which is shorter."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def whole(value: float | None) -> int | float | None:
    """Return minutes as they are drawn: whole ones, and below one to a tenth."""
    return None if value is None else round(value) if value >= 1 else short(value)


def show_moment(value: Any) -> str | None:
    """Return a moment in UTC as a person reads it."""
    return None if value is None else f"{value} UTC"
