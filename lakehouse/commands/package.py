"""`lakehouse package`."""

import sys
from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.errors import UserError


@command("lakehouse package", "lakehouse package glue_jobs", stopped="Nothing was packaged.")
def package(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="glue_jobs, glue_wheels, lambda_extract or sql; default: all."),
    ] = None,
) -> None:
    """Build the zips and wheels for AWS; the same source gives the same bytes on every machine."""
    from lakehouse.nearest import nearest
    from lakehouse.package import PACKAGES
    from lakehouse.paths import shorten

    if unknown := [name for name in names or () if name not in PACKAGES]:
        raise UserError(f"no package {unknown[0]}; {nearest(unknown[0], PACKAGES)}. Nothing was packaged.")
    for name in names or PACKAGES:
        path = PACKAGES[name]()
        for file in [path] if path.is_file() else sorted(path.rglob("glue-*/*.whl")):
            sys.stdout.write(f"{shorten(file)}  {file.stat().st_size} bytes\n")
