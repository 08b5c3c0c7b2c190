"""`lakehouse import`."""

from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import RAW, RawPlace, read_place


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
        str, typer.Option(metavar="YYYY-MM-DD", help="Date of all files; else from path or file time.")
    ] = "",
    account: Annotated[str, typer.Option(metavar="NAME", help="Whose the files are: the Spotify id of the user.")] = "",
    keep_private: Annotated[
        bool, typer.Option("--keep-private", help="Also land what plays say of address, country and device.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what each file is and what it would give.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Remove what these files gave; with --dry-run only show it.")
    ] = False,
    raw: RawPlace = str(RAW),
) -> int:
    """Land JSON files of the Spotify Web API, account exports and other pipelines' dumps as raw objects.

    The date of a file comes from --date, else from its path, else from its time. Exit code 1: a file was not landed.
    """
    from lakehouse.importing.import_dump import main

    words = [*(["--keep_private"] if keep_private else []), *(["--dry_run"] if dry_run else [])]
    words += ["--undo"] if undo else []
    return main([*words, f"--date={date}", f"--account={account}", f"--raw={raw}", "--", source])
