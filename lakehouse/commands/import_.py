"""`lakehouse import`."""

from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import RAW, WAREHOUSE, RawPlace, WarehouseFolder, read_place


@command(
    "lakehouse import my_dumps",
    "lakehouse import my_spotify_data.zip --account anna --dry-run",
    "lakehouse import playlists.json --date 2026-11-20",
    "lakehouse import s3://my-bucket/raw_data --raw s3://spotify-lakehouse-prod-123456789012/raw",
    stopped="What was landed before is whole; run it again for the rest.",
)
def import_(
    source: Annotated[
        str, typer.Argument(parser=read_place, metavar="FOLDER", help="Folder of JSON files, or one file; also s3://….")
    ],
    date: Annotated[
        str,
        typer.Option(metavar="YYYY-MM-DD", help="Date for all files; default: from the path, else the file's time."),
    ] = "",
    account: Annotated[
        str, typer.Option(metavar="NAME", help="The Spotify id of the user whose files these are.")
    ] = "",
    keep_private: Annotated[
        bool, typer.Option("--keep-private", help="Also keep the address, country and device of each play.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what each file is and what would be imported.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Remove what these files imported; with --dry-run, only show it.")
    ] = False,
    raw: RawPlace = str(RAW),
    warehouse: WarehouseFolder = WAREHOUSE,
) -> int:
    """Land JSON files of the Spotify Web API, account exports and other pipelines' dumps as raw objects.

    --undo removes them again, and reloads the days on which they were loaded into the tables of --warehouse.

    The date of a file comes from --date, else from its path, else from its time. Exit code 1: a file was not landed.
    """
    from lakehouse.importing.import_dump import main

    words = [*(["--keep_private"] if keep_private else []), *(["--dry_run"] if dry_run else [])]
    words += ["--undo"] if undo else []
    words += [f"--date={date}", f"--account={account}", f"--raw={raw}", f"--warehouse={warehouse}"]
    return main([*words, "--", source])
