"""The charts: one Vega-Lite specification for each part, as wide as the page leaves room for, in the page's colours."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt

from lakehouse.report.answers import Answer

WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
BAR = 26
"""Height of a bar that lies, in pixels."""
MOST_YEARS = 150
"""Years between the first and the last release that are all drawn, also those without any."""

Records = Sequence[Mapping[str, Any]]
Draw = Callable[[alt.Chart, Records], alt.Chart]


def draw(answer: Answer) -> dict[str, Any] | None:
    """Return the chart of a part; None where it has no rows or needs no chart."""
    make = CHARTS.get(answer.part.key)
    if make is None:
        return None
    records = name_apart([record for record in answer.records if NEEDED[answer.part.key](record)])
    if not records:
        return None
    data = alt.InlineData(values=[{name: plain(value) for name, value in record.items()} for record in records])
    spec: dict[str, Any] = make(alt.Chart(data, width="container"), records).to_dict()
    # The page sets its own colours, and changes them.
    spec.pop("config", None)
    return spec


UNSEEN = "\u2060"
RESERVED = frozenset({
    "constructor", "toString", "toLocaleString", "valueOf", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable",
    "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__",
})  # fmt: skip
"""Names that every object of JavaScript knows: Vega looks a label up in one, and would find what it never put there."""


def name_apart(records: Records) -> list[dict[str, Any]]:
    """Give each row a label: its name, numbered where another thing bears it too. Charts merge what is called alike."""
    labels: dict[Any, str] = {}
    borne: Counter[str] = Counter()
    for record in records:
        if (thing := id_of(record)) not in labels:
            name = next((str(record[column]) for column in NAMES if record.get(column)), "unnamed")
            name = f"{name}{UNSEEN}" if name in RESERVED else name
            borne[name] += 1
            labels[thing] = name if borne[name] == 1 else f"{name} ({borne[name]})"
    return [{**record, "label": labels[id_of(record)]} for record in records]


def id_of(record: Mapping[str, Any]) -> Any:
    """Return what a row is about: its last column."""
    return list(record.values())[-1]


def plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    return value if value is None or isinstance(value, int | float | str | bool) else str(value)


def draw_places(chart: alt.Chart, records: Records) -> alt.Chart:
    """Return lines of places over days, the first on top; the legend names them in the order of the last day."""
    last = max(record["extraction_date"] for record in records)
    leaders = [record["label"] for record in records if record["extraction_date"] == last]
    lowest = max(record["place"] for record in records)
    step = max(lowest // 50 * 10, 5) if lowest > 10 else 1
    narrow = "width < 500"
    legend = alt.Legend(
        orient="bottom",
        columns={"expr": f"{narrow} ? 1 : 4"},
        labelLimit={"expr": f"{narrow} ? width - 20 : width / 4 - 30"},
    )
    lines = chart.mark_line(aria=False, point={"size": 60, "filled": True, "aria": False}, strokeWidth=2.5)
    drawn: alt.Chart = lines.encode(
        x=alt.X("yearmonthdate(extraction_date):O", title=None, axis=alt.Axis(format="%-d %b", labelOverlap=True)),
        y=alt.Y(
            "place:Q",
            title="place",
            scale=alt.Scale(reverse=True, zero=False, nice=False, domainMin=1),
            axis=alt.Axis(values=[1, *range(step, lowest + 1, step)], format="d"),
        ),
        color=alt.Color("label:N", title=None, sort=leaders, legend=legend),
        tooltip=["label:N", "artist_names:N", "extraction_date:T", "place:Q"],
    ).properties(height=320)
    return drawn


def lying_bars(amount: str) -> Draw:
    """Return what draws one bar per row, in the order of the rows."""

    def draw_bars(chart: alt.Chart, records: Records) -> alt.Chart:
        drawn: alt.Chart = (
            chart.mark_bar(cornerRadiusEnd=3)
            .encode(
                y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=150, ticks=False, domain=False)),
                x=alt.X(f"{amount}:Q", title=amount, axis=alt.Axis(tickMinStep=1)),
                tooltip=["label:N", f"{amount}:Q"],
            )
            .properties(height=BAR * len(records))
        )
        return drawn

    return draw_bars


def standing_bars(encoding: str, amount: str, title: str, **axis: Any) -> Draw:
    """Return what draws one standing bar per row."""
    spread = {"labelOverlap": "greedy", "labelSeparation": 8}

    def draw_bars(chart: alt.Chart, _records: Records) -> alt.Chart:
        drawn: alt.Chart = (
            chart.mark_bar(cornerRadiusEnd=3)
            .encode(
                x=alt.X(encoding, sort=None, title=None, axis=alt.Axis(**{**spread, **axis})),
                y=alt.Y(f"{amount}:Q", title=title, axis=alt.Axis(tickMinStep=1)),
                tooltip=[encoding, f"{amount}:Q"],
            )
            .properties(height=240)
        )
        return drawn

    return draw_bars


def draw_releases(chart: alt.Chart, records: Records) -> alt.Chart:
    """Return a bar for each year, and room for the years between that have none."""
    years = [record["release_year"] for record in records]
    first, last = min(years), max(years)
    drawn = standing_bars("release_year:O", "albums", "releases", labelAngle=0)(chart, records)
    if last - first < MOST_YEARS:
        drawn.encoding.x.scale = alt.Scale(domain=list(range(first, last + 1)))
    return drawn


def draw_months(chart: alt.Chart, records: Records) -> alt.Chart:
    """Return a bar for each month, and room for the months between that have none."""
    numbers = [12 * record["month_date"].year + record["month_date"].month - 1 for record in records]
    months = [dt.date(number // 12, number % 12 + 1, 1) for number in range(min(numbers), max(numbers) + 1)]
    drawn = standing_bars("month:O", "new_artists", "new artists", labelAngle=0)(
        chart.transform_calculate(month="utcFormat(toDate(datum.month_date), '%b %Y')"), records
    )
    drawn.encoding.x.scale = alt.Scale(domain=[f"{month:%b %Y}" for month in months])
    return drawn


def draw_clock(chart: alt.Chart, _records: Records) -> alt.Chart:
    """Return weekdays against hours, the darker the more plays."""
    names = f"{WEEKDAYS}[datum.weekday - 1]"
    drawn: alt.Chart = (
        chart.transform_calculate(day=names)
        .mark_rect(cornerRadius=2)
        .encode(
            x=alt.X(
                "hour_of_day:O",
                title="hour",
                scale=alt.Scale(domain=list(range(24))),
                axis=alt.Axis(labelOverlap=True, labelAngle=0),
            ),
            y=alt.Y("day:O", title=None, scale=alt.Scale(domain=WEEKDAYS), axis=alt.Axis(ticks=False, domain=False)),
            color=alt.Color(
                "plays:Q",
                title="plays",
                scale=alt.Scale(domainMin=0),
                legend=alt.Legend(orient="bottom", labelExpr="datum.value % 1 ? '' : datum.label"),
            ),
            tooltip=["day:N", "hour_of_day:Q", "plays:Q"],
        )
        .properties(height=7 * BAR)
    )
    return drawn


def always(_row: Mapping[str, Any]) -> bool:
    """Draw every row."""
    return True


NAMES = ("song_name", "artist_name", "album_name")
CHARTS: Mapping[str, Draw] = {
    "chart": draw_places,
    "artists": lying_bars("songs"),
    "albums": lying_bars("songs"),
    "releases": draw_releases,
    "durations": standing_bars("duration:N", "songs", "songs", labelAngle=0),
    "played_artists": lying_bars("plays"),
    "played_songs": lying_bars("plays"),
    "played_albums": lying_bars("plays"),
    "clock": draw_clock,
    "months": draw_months,
}
NEEDED: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "chart": always,
    "artists": always,
    "albums": always,
    "releases": lambda row: row["release_year"] is not None,
    "durations": lambda row: row["minutes"] is not None,
    "played_artists": always,
    "played_songs": always,
    "played_albums": always,
    "clock": always,
    "months": always,
}
"""Which rows can be drawn; the table under the chart shows them all."""


def theme(ink: str, soft: str, line: str, colours: list[str], ramp: list[str]) -> dict[str, Any]:
    """Return the look of all charts on light or dark paper."""
    return {
        "background": "transparent",
        "font": "system-ui, sans-serif",
        "view": {"stroke": None},
        "axis": {
            "labelColor": soft, "titleColor": soft, "gridColor": line, "domainColor": line, "tickColor": line,
            "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelPadding": 6,
        },
        "axisX": {"grid": False},
        "axisXQuantitative": {"grid": True},
        "legend": {"labelColor": ink, "titleColor": soft, "labelFontSize": 12, "titleFontWeight": "normal"},
        "mark": {"color": colours[0]},
        "bar": {"color": colours[0]},
        "range": {"category": colours, "heatmap": ramp, "ramp": ramp},
        "aria": False,
    }  # fmt: skip


THEMES = {
    "light": theme(
        "#1c1b22", "#5a5866", "#e4e2ea",
        ["#5b3fd6", "#0b7f6b", "#c2410c", "#0369a1", "#a21caf", "#4d7c0f", "#be123c", "#57534e"],
        ["#ece8fb", "#5b3fd6", "#24125f"],
    ),
    "dark": theme(
        "#f1eff7", "#b3b0c0", "#34323f",
        ["#a893ff", "#4fd1b5", "#fb9a5c", "#6cc3f5", "#ee93f4", "#b4dc6a", "#fb8aa0", "#cfcac5"],
        ["#2b2740", "#8b70f5", "#e6deff"],
    ),
}  # fmt: skip
