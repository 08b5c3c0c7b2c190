"""`lakehouse mine`."""

from lakehouse.commands.command import command
from lakehouse.commands.options import (
    LOGIN,
    MINE,
    PORT,
    RAW,
    WAREHOUSE,
    LoginFile,
    NoBrowser,
    RawFolder,
    RedirectPort,
    SourcesFile,
    WarehouseFolder,
)


@command(
    "lakehouse mine",
    "lakehouse mine --no-browser",
    "lakehouse mine --sources my_sources.json --warehouse ~/music",
    stopped="What was landed and loaded before is complete.",
)
def mine(
    sources: SourcesFile = MINE,
    raw: RawFolder = RAW,
    warehouse: WarehouseFolder = WAREHOUSE,
    login: LoginFile = LOGIN,
    port: RedirectPort = PORT,
    no_browser: NoBrowser = False,
) -> int:
    """Go from your own Spotify app to answers: log in if needed, extract, load, ask.

    The first time it needs SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET of an app of yours.

    Exit code 1: a source was not read to its end.
    """
    from lakehouse.extracting.login import build_console
    from lakehouse.mine import Wishes, run_mine

    return run_mine(Wishes(sources, raw, warehouse, login, port, not no_browser), build_console())
