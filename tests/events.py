"""Wait for events as the demo does, and run the job for each."""

from collections.abc import Iterator
from pathlib import Path

from lakehouse.emulated_aws.emulated import EmulatedAws
from lakehouse.emulated_aws.runner import Ran, run_event, take_event


def run_all(aws: EmulatedAws, *, patience: int = 5, output_file: Path | None = None) -> Iterator[Ran]:
    """Run the job for one event after the other, until none has come for some seconds."""
    while ran := run_next(aws, patience=patience, output_file=output_file):
        yield ran


def run_next(aws: EmulatedAws, *, patience: int = 20, output_file: Path | None = None) -> Ran | None:
    """Wait some seconds for an event and run the job for it; None if no event came."""
    event = take_event(aws, patience)
    return run_event(aws, event, output_file) if event else None
