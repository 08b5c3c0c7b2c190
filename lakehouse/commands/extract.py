"""`lakehouse extract`."""

from lakehouse.commands.command import command
from lakehouse.commands.options import LOGIN, MINE, RAW, LoginFile, RawFolder, SourcesFile


@command(
    "lakehouse extract",
    "lakehouse extract --sources my_sources.json --raw ~/music/raw",
    stopped="Nothing was landed.",
)
def extract(sources: SourcesFile = MINE, raw: RawFolder = RAW, login: LoginFile = LOGIN) -> int:
    """Fetch your library from Spotify into one raw object.

    Exit code 1: a source was not read to its end.
    """
    from lakehouse.extracting.extract import extract as run_extract
    from lakehouse.extracting.login import build_console

    return 0 if run_extract(sources, raw, login, build_console()).is_complete else 1
