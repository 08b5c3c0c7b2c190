"""The command: its help, its exit codes, one line for each error, and nothing heavy before it is needed."""

import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
import typer
from typer.testing import CliRunner

from lakehouse.cli import GROUPS, build_app, main
from lakehouse.commands.options import Format
from lakehouse.output import FORMATS

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = [name for commands in GROUPS.values() for name in commands]


def test_help_shows_every_command_in_its_group():
    shown = CliRunner().invoke(build_app(), ["--help"]).output
    for group, commands in GROUPS.items():
        assert group in shown
        assert all(name.split()[0] in shown for name in commands)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help_with_examples(name):
    done = CliRunner().invoke(build_app(), [*name.split(), "--help"], env={"COLUMNS": "200"})
    assert done.exit_code == 0
    assert "Examples:" in done.output
    assert f"lakehouse {name}" in done.output


def test_the_version_needs_no_command(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("lakehouse ")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["laod"], "lakehouse: No such command 'laod'. Did you mean 'load'? See `lakehouse --help`."),
        (["load", "--rw", "x"], "load: No such option: --rw (Possible options: --raw). See `lakehouse load --help`."),
        (["load", "--raw"], "load: Option '--raw' requires an argument. See `lakehouse load --help`."),
        (
            ["question", "top_artist", "--warehouse", "elsewhere"],
            "question: no question top_artist; did you mean top_artists?",
        ),
        (["package", "sqll"], "package: no package sqll; did you mean sql?. Nothing was packaged."),
    ],
)
def test_what_is_mistyped_is_one_line_with_the_nearest(words, line, capsys):
    assert main(words) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"{line}\n")


def test_the_formats_offered_are_those_that_can_be_written():
    assert get_args(Format) == FORMATS


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from lakehouse.cli import main; main(['load', '--help']);"
        "sys.exit(' '.join({'pyspark', 'pyarrow', 'duckdb', 'boto3', 'pyiceberg'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "\n")


def test_a_closed_pipe_ends_quietly():
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "lakehouse", "question", "--json"]
    done = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_commands_are_those_of_the_program():
    program = typer.main.get_command(build_app())
    assert {name.split()[0] for name in NAMES} == set(program.commands)
