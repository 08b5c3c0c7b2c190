"""What every job's script does around its work: logging, one line for an error, and the exit code."""

import logging
import sys
from collections.abc import Callable, Sequence

from glue_jobs.errors import LoadError
from glue_jobs.faults import explain, keep_trace

FAILED = 2
PARTLY = 3
"""Exit codes: nothing more was done; or the rest was done."""


class JobFailed(Exception):
    """The one line of a job that failed, raised where Glue runs it: Glue shows an exception's text, not standard error.

    https://docs.aws.amazon.com/glue/latest/webapi/API_JobRun.html: ErrorMessage
    """


def run_script(
    name: str, argv: Sequence[str], work: Callable[[], str | None], outcome: str, log_file: str | None
) -> int:
    """Do a job's work and return its exit code; `work` returns a line where a part of it failed.

    `outcome` says what became of the data where an error nobody foresaw ends the job.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    for chatty in ("py4j", "botocore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        failure = work()
    except LoadError as error:
        return _fail(name, str(error), FAILED, argv)
    except Exception as error:
        line = f"{explain(error, outcome)} The stack trace is in {keep_trace(error, log_file)}"
        return _fail(name, line, FAILED, argv)
    return _fail(name, failure, PARTLY, argv) if failure else 0


def as_seen(text: str) -> str:
    """Return text in which nothing steers a terminal: paths and names are other people's."""
    return "".join(
        character if character.isprintable() or character == "\n" else character.encode("unicode_escape").decode()
        for character in text
    )


def _fail(name: str, line: str, code: int, argv: Sequence[str]) -> int:
    line = as_seen(" ".join(line.split()))
    sys.stderr.write(f"{name}: {line}\n")
    if any(word.split("=")[0] == "--JOB_NAME" for word in argv):
        raise JobFailed(line)
    return code


def log_file_of(argv: Sequence[str]) -> str | None:
    """Return the value of --log_file, before the arguments are known to be right."""
    for word, following in zip(argv, [*argv[1:], ""], strict=True):
        if word == "--log_file":
            return following or None
        if word.startswith("--log_file="):
            return word.removeprefix("--log_file=") or None
    return None
