"""`python -m lakehouse` is the command `lakehouse`."""

from lakehouse.cli import run_main

run_main()
