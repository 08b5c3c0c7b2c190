"""`lakehouse simulator`."""

from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.errors import UserError
from lakehouse.simulator.regimes import Regime


@command(
    "lakehouse simulator",
    "lakehouse simulator --regime legacy --today 2026-11-05",
    "lakehouse simulator --fault me/tracks:500:times=2 --fault search:quota",
    stopped="Nothing is left of it.",
)
def simulator(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes any free port.")] = 0,
    regime: Annotated[Regime, typer.Option(help="Kind of Spotify app to simulate.")] = "restricted",
    seed: Annotated[int, typer.Option(help="Seed of the made-up data.")] = 7,
    today: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Day that the simulator is at.")] = "2026-11-01",
    rotate: Annotated[bool, typer.Option("--rotate", help="Return a new refresh token with each refresh.")] = False,
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="ENDPOINT:KIND", help="Make calls fail, e.g. me/tracks:500:times=2; repeatable."),
    ] = None,
    library: Annotated[int, typer.Option(min=0, help="Least number of saved songs, e.g. 50000.")] = 0,
    client_id: Annotated[str, typer.Option(help="Client id of the app; a made-up one by default.")] = "",
    client_secret: Annotated[str, typer.Option(help="Client secret of the app; a made-up one by default.")] = "",
) -> None:
    """Run a simulated Spotify on this machine until Ctrl-C.

    It prints the variables that point the other commands at it.
    """
    from lakehouse.simulator.application import CLIENT_ID, CLIENT_SECRET, read_day
    from lakehouse.simulator.faults import read_fault
    from lakehouse.simulator.serve import Wishes, serve

    try:
        day, faults = read_day(today), tuple(read_fault(text).written for text in fault or ())
    except ValueError as error:
        raise UserError(str(error)) from error
    app = (client_id or CLIENT_ID, client_secret or CLIENT_SECRET)
    serve(Wishes(port, regime, seed, day, rotate, faults, library, *app))
