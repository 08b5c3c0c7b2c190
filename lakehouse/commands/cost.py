"""`lakehouse cost`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from lakehouse import paths
from lakehouse.commands.command import command
from lakehouse.commands.options import read_path


@command(
    "lakehouse cost",
    "lakehouse cost --prices my_prices.json --usages my_usages.json",
    "lakehouse cost --measure data/warehouse",
)
def cost(
    prices: Annotated[
        Path, typer.Option(parser=read_path, metavar="FILE", help="JSON file of list prices, with their date.")
    ] = paths.PRICES,
    usages: Annotated[
        Path,
        typer.Option(
            parser=read_path, metavar="FILE", help="JSON file of data sizes, run lengths and how often each thing runs."
        ),
    ] = paths.USAGES,
    measure: Annotated[
        Path | None,
        typer.Option(
            parser=read_path, metavar="FOLDER", help="Take sizes and run lengths from this warehouse instead."
        ),
    ] = None,
) -> None:
    """Estimate the monthly bill on AWS."""
    from lakehouse import cost as costs

    if measure:
        sys.stdout.write(f"{json.dumps(costs.measure(measure), indent=2)}\n")
    else:
        sys.stdout.write(f"{costs.describe(prices, usages)}\n")
