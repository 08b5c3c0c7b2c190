"""`make question`: ask a saved question, with its parameters given as one text."""

import os
import shlex
import sys

from lakehouse.commands import query
from lakehouse.console import complain, run_quietly


def main() -> int:
    """Read the make variables, split the parameters as a shell would, and ask."""
    told = {name: os.environ.get(name, "") for name in ("NAME", "PARAMS", "WAREHOUSE", "FORMAT", "ENGINE")}
    try:
        parameters = shlex.split(told["PARAMS"])
    except ValueError as error:
        complain(f"error: PARAMS={told['PARAMS']}: {str(error).lower()}; expected e.g. \"limit=5 name='two words'\"")
        return 2
    options = [f"--{name.lower()}={told[name]}" for name in ("WAREHOUSE", "FORMAT", "ENGINE") if told[name]]
    return query.main(["question", *options, "--", told["NAME"], *parameters])


if __name__ == "__main__":
    sys.exit(run_quietly(main))
