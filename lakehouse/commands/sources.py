"""`lakehouse sources check`."""

from pathlib import Path
from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import MINE, read_path


@command("lakehouse sources check", "lakehouse sources check my_sources.json", stopped="Nothing was fetched.")
def check(
    file: Annotated[Path, typer.Argument(parser=read_path, metavar="FILE", help="Sources document.")] = MINE,
) -> None:
    """Check a sources document: show what it names, and the least number of calls per run."""
    from lakehouse.extracting.login import build_console
    from lakehouse.extracting.sources_check import check as check_sources

    check_sources(str(file), build_console())
