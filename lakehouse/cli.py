"""The command `lakehouse`: its commands in groups, and the one place where errors become a line and an exit code.

Exit codes: 0 all is well, 1 something was found or is incomplete, 2 the command cannot do it as it was asked,
130 interrupted with Ctrl-C. Results go to stdout, notes and errors to stderr.
"""

import functools
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import metadata
from typing import Annotated, Any

import typer

from lakehouse.commands import schedule
from lakehouse.commands.checks import checks
from lakehouse.commands.command import Command
from lakehouse.commands.cost import cost
from lakehouse.commands.demo import demo
from lakehouse.commands.deploy import deploy
from lakehouse.commands.destroy import destroy
from lakehouse.commands.doctor import doctor
from lakehouse.commands.export import export
from lakehouse.commands.extract import extract
from lakehouse.commands.forget import forget
from lakehouse.commands.import_ import import_
from lakehouse.commands.load import load
from lakehouse.commands.login import login
from lakehouse.commands.maintain import maintain
from lakehouse.commands.mine import mine
from lakehouse.commands.package import package
from lakehouse.commands.publish import publish
from lakehouse.commands.publish_rds import publish_rds
from lakehouse.commands.query import query
from lakehouse.commands.question import question
from lakehouse.commands.rebuild import rebuild
from lakehouse.commands.report import report
from lakehouse.commands.rewind import rewind
from lakehouse.commands.run import run
from lakehouse.commands.simulator import simulator
from lakehouse.commands.sources import check
from lakehouse.commands.status import status
from lakehouse.commands.trino import trino
from lakehouse.commands.verify import verify
from lakehouse.commands.warehouse import copy, move, repair
from lakehouse.console import complain, run_quietly
from lakehouse.errors import UserError
from lambda_extract.errors import STOPPED, ExtractError

NAME = "lakehouse"
INTERRUPTED = 130
GROUPS: Mapping[str, Mapping[str, Command]] = {
    "Start here": {"demo": demo, "mine": mine, "doctor": doctor},
    "Get data": {"login": login, "extract": extract, "sources check": check, "import": import_, "load": load},
    "Ask": {
        "question": question, "query": query, "checks": checks, "report": report, "export": export, "trino": trino,
    },
    "Maintain": {
        "maintain": maintain, "rewind": rewind, "rebuild": rebuild, "warehouse copy": copy, "warehouse move": move,
        "warehouse repair": repair, "forget": forget, "schedule install": schedule.install,
        "schedule remove": schedule.remove, "schedule status": schedule.status, "schedule run": schedule.run,
    },
    "On AWS": {
        "deploy": deploy, "run": run, "status": status, "publish": publish, "verify": verify, "destroy": destroy,
        "cost": cost, "package": package,
    },
    "More": {"publish-rds": publish_rds, "simulator": simulator},
}  # fmt: skip
"""Each command by what is typed; a name of two words is a command of a group."""

GROUP_HELP = {
    "sources": "Check the document that names what an extraction reads.",
    "schedule": "Fetch and load regularly on this machine.",
    "warehouse": "Copy or move the tables, or repair a folder that was moved by hand.",
}


def build_app() -> typer.Typer:
    """Return all commands."""
    app = typer.Typer(name=NAME, no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_enable=False)
    app.callback(help=HELP)(root)
    groups: dict[str, typer.Typer] = {}
    for panel, commands in GROUPS.items():
        for name, command in commands.items():
            *outer, last = name.split()
            for group in outer:
                if group not in groups:
                    groups[group] = typer.Typer(no_args_is_help=True, help=GROUP_HELP[group])
                    app.add_typer(groups[group], name=group, rich_help_panel=panel)
            target = groups[outer[0]] if outer else app
            target.command(last, help=command.help, rich_help_panel=None if outer else panel)(guard(name, command))
    return app


HELP = """Your Spotify data as queryable history: raw JSON becomes Iceberg tables, and the tables answer questions.

`lakehouse COMMAND --help` shows a command's options and examples.
"""


def root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=lambda on: show_version(on))
    ] = False,
) -> None:
    """Take the options before a command."""


def show_version(is_asked: bool) -> None:
    """Answer --version, without a command."""
    if is_asked:
        sys.stdout.write(f"{NAME} {read_version()}\n")
        raise typer.Exit


def read_version() -> str:
    """Return the version of the installed package; a clone is not installed."""
    try:
        return metadata.version("spotify-lakehouse")
    except metadata.PackageNotFoundError:
        return "of a clone"


def guard(name: str, command: Command) -> Callable[..., None]:
    """Return the command's function; whatever ends it is at most one line on stderr, and an exit code."""

    @functools.wraps(command.run)
    def run_command(**values: Any) -> None:
        try:
            code = run_quietly(lambda: command.run(**values) or 0)
        except (UserError, ExtractError) as error:
            complain(f"{name}: {error}")
            code = INTERRUPTED if getattr(error, "reason", None) == STOPPED else UserError.exit_code
        except KeyboardInterrupt:
            complain(f"{name}: stopped. {command.stopped}")
            code = INTERRUPTED
        raise typer.Exit(code)

    return run_command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    app = typer.main.get_command(build_app())
    try:
        code = app.main(args=arguments, prog_name=NAME, standalone_mode=False)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return explain_usage(error, arguments if arguments is not None else sys.argv[1:])
    return code if isinstance(code, int) else 0


def explain_usage(error: Exception, arguments: Sequence[str]) -> int:
    """Say in one line what is wrong with what was typed; anything else is a fault of ours and keeps its trace."""
    context, describe = getattr(error, "ctx", None), getattr(error, "format_message", None)
    if describe is None:
        raise error
    typed = next(typed_names(arguments), "")
    path = context.command_path if context else f"{NAME} {typed}".strip()
    if text := describe():
        text = text.replace("Value error, ", "").replace("?.", "?")
        text = text if text[-1] in ".?" else f"{text}."
        complain(f"{path.removeprefix(NAME).strip() or NAME}: {text} See `{path} --help`.")
    return UserError.exit_code


def typed_names(arguments: Sequence[str]) -> Iterator[str]:
    """Yield the command that was typed, for the few errors that do not know it."""
    words = " ".join(arguments)
    yield from (name for commands in GROUPS.values() for name in commands if f"{words} ".startswith(f"{name} "))


def run_main() -> None:
    """Run the command line, in which a kill unwinds as Ctrl-C does; the console script."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
