"""Write the page. Everything it needs is in it, and its own rules forbid it to ask the network."""

import datetime as dt
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lakehouse.errors import UserError
from lakehouse.report.answers import PARTS, Answer, read_figures, read_part
from lakehouse.report.charts import THEMES, draw
from lakehouse.warehouse.session import Session

SPOTIFY = "https://open.spotify.com"
TILES = (
    ("songs", "songs"),
    ("artists", "artists"),
    ("albums", "albums and singles"),
    ("plays", "plays"),
    ("sources", "lists and sources"),
    ("days", "days of data"),
    ("records_rejected", "rejected records"),
)


def write_report(warehouse: Path, path: Path) -> None:
    """Write the page about a warehouse into a file, whole or not at all."""
    text = render_report(Session(warehouse))
    draft = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise UserError(f"--out {path}: {error.strerror or error}; expected a file to write. No report.") from error


def render_report(session: Session) -> str:
    """Return the page as text."""
    figures = read_figures(session)
    answers = [read_part(session, part) for part in PARTS]
    charts = {answer.part.key: draw(answer) for answer in answers}
    drawn = {key: spec for key, spec in charts.items() if spec}
    return (
        build_environment()
        .get_template("report.html.j2")
        .render(
            figures=figures,
            tiles=TILES,
            answers=answers,
            drawn=drawn,
            data=embed({"charts": drawn, "themes": THEMES}),
            library=read_library() if drawn else "",
        )
    )


def build_environment() -> Environment:
    """Return the templates; all that goes into them is escaped."""
    loader = FileSystemLoader(Path(__file__).parent)
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters.update(shown=show, heading=name_column, link=link_to)
    made.tests["date"] = lambda value: isinstance(value, dt.date)
    return made


def embed(data: Mapping[str, Any]) -> Markup:
    """Return data as JSON that no name in it can break out of."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


@lru_cache(maxsize=1)
def read_library() -> Markup:
    """Return Vega, Vega-Lite and their embedding as one script."""
    # Its published types demand a snippet, its documentation does not: without one all is in window.vegaEmbed.
    return Markup(vl_convert.javascript_bundle().replace("</script", "<\\/script"))  # type: ignore[call-arg]


def show(value: Any) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def name_column(name: str) -> str:
    """Return a column's name as words."""
    return name.replace("_", " ")


def link_to(answer: Answer, row: Mapping[str, Any]) -> str | None:
    """Return the page of a row's thing on Spotify."""
    if answer.part.link is None or not (known := row[answer.columns[-1]]):
        return None
    return f"{SPOTIFY}/{answer.part.link[1]}/{quote(str(known), safe='')}"
