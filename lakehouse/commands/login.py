"""`lakehouse login`."""

from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import LOGIN, PORT, LoginFile, NoBrowser, RedirectPort


@command(
    "lakehouse login",
    "lakehouse login --no-browser",
    "lakehouse login --login .secrets/anna.json",
    "lakehouse login --secret spotify-lakehouse-prod/me",
    stopped="The login was not kept.",
)
def login(
    login: LoginFile = LOGIN,
    secret: Annotated[
        str, typer.Option("--secret", metavar="NAME", help="Save the login in Secrets Manager under this name instead.")
    ] = "",
    port: RedirectPort = PORT,
    no_browser: NoBrowser = False,
) -> None:
    """Log in to Spotify in the browser, and save the login in a file that only you can read.

    The first time it needs SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET of an app of yours.
    """
    from lakehouse.extracting.login import run_login

    run_login(login, port, not no_browser, secret)
