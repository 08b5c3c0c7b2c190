"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from lakehouse.defaults import LOGIN as LOGIN
from lakehouse.defaults import RAW as RAW
from lakehouse.defaults import WAREHOUSE as WAREHOUSE
from lakehouse.paths import MINE as MINE

Format = Literal["table", "csv", "csv-exact", "json", "parquet"]
"""`csv` is for people and their spreadsheets; the last three give programs each text as it is."""


def read_path(text: str) -> Path:
    """Return a path; `~/` is the home folder in every shell."""
    if not text:
        raise typer.BadParameter("expected a path, got an empty text")
    return Path(text).expanduser()


def read_place(text: str) -> str:
    """Return a path or an address on S3 as text."""
    return text if text.startswith("s3://") else str(read_path(text))


RawFolder = Annotated[
    Path, typer.Option("--raw", parser=read_path, metavar="FOLDER", help="Folder of the raw objects.")
]
RawPlace = Annotated[
    str, typer.Option("--raw", parser=read_place, metavar="FOLDER", help="Where raw objects go; also s3://bucket/raw.")
]
WarehouseFolder = Annotated[
    Path, typer.Option("--warehouse", parser=read_path, metavar="FOLDER", help="Folder of the tables.")
]
AskedEngine = Annotated[
    Literal["duckdb", "trino"], typer.Option("--engine", help="Query engine; trino downloads 195 MB of jars once.")
]
RowFormat = Annotated[Format, typer.Option("--format", help="Output format.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
AsJsonRows = Annotated[bool, typer.Option("--json", help="Short for --format json.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only results and errors, no notes.")]
LoginFile = Annotated[
    Path, typer.Option("--login", parser=read_path, metavar="FILE", help="File that holds the Spotify login.")
]
SourcesFile = Annotated[
    Path,
    typer.Option("--sources", parser=read_path, metavar="FILE", help="Sources document, which names what to read."),
]
RedirectPort = Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the redirect address.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Only print the login address; do not open a browser.")]
Environment = Annotated[str, typer.Option("--env", metavar="NAME", help="Name of the deployment.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]

PORT = 8888
