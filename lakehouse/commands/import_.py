"""`lakehouse import`."""

import datetime as dt
from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import RAW, RawPlace, read_place


def read_day(text: str) -> dt.date:
    """Return a date written YYYY-MM-DD."""
    try:
        date = dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        date = None
    if date is None or date.isoformat() != text:
        raise typer.BadParameter(f"expected a date as YYYY-MM-DD, got {text or 'an empty text'}")
    return date


@command(
    "lakehouse import my_dumps",
    "lakehouse import playlists.json --date 2026-11-20",
    "lakehouse import s3://my-bucket/raw_data --raw s3://spotify-lakehouse-prod-123456789012/raw",
    stopped="What was landed before is whole; run it again for the rest.",
)
def import_(
    source: Annotated[
        str, typer.Argument(parser=read_place, metavar="FOLDER", help="Folder of JSON files, or one file; also s3://….")
    ],
    date: Annotated[
        dt.date | None,
        typer.Option(parser=read_day, metavar="YYYY-MM-DD", help="Date of all files; else from path or file time."),
    ] = None,
    raw: RawPlace = str(RAW),
) -> int:
    """Land JSON files of the Spotify Web API as raw objects.

    The date of a file comes from --date, else from its path, else from its time. Exit code 1: a file was not landed.
    """
    from lakehouse.importing.import_dump import import_files

    return import_files(source, raw, date)
