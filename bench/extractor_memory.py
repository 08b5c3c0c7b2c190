"""Measure the Lambda function on a great library: peak memory, calls and seconds for so many saved tracks.

    .venv/bin/python -m bench.extractor_memory [--tracks 50000] [--regime legacy]

The function runs in a separate process, as on Lambda, from the secret to the object on an emulated S3; the simulator
serves every track with all its markets. The pace is lifted, so that the seconds are those of the work alone.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lakehouse.emulated_aws.emulated import emulated_aws

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 1800
RUN = """
import json, resource, sys, time
from lambda_extract import handler
start = time.monotonic()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
told = handler.handler({}, None)
used = resource.getrusage(resource.RUSAGE_SELF)
print("MEASURED " + json.dumps({
    "seconds": time.monotonic() - start, "cpu": used.ru_utime + used.ru_stime, "entries": told["entries"],
    "is_complete": told["is_complete"], "start_mb": before / 1024, "peak_mb": used.ru_maxrss / 1024,
}))
"""


@contextmanager
def running_program(tracks: int, regime: str) -> Iterator[dict[str, str]]:
    """Run the simulator as a separate program; return the variables that it prints for export."""
    command = [sys.executable, "-m", "lakehouse", "simulator", "--regime", regime, "--library", str(tracks)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout
            text = ""
            while "_simulator/log" not in text:
                text += program.stdout.readline()
            yield dict(re.findall(r"export (\w+)=(\S+)", text))
        finally:
            program.terminate()


def measure(tracks: int, regime: str) -> dict[str, float]:
    """Run the function once; return what it took."""
    with running_program(tracks, regime) as told, tempfile.TemporaryDirectory() as folder:
        secret = {name: told[f"SPOTIFY_{name.upper()}"] for name in ("client_id", "client_secret", "refresh_token")}
        sources = Path(folder) / "sources.json"
        sources.write_text('{"saved_tracks": {}}')
        with emulated_aws(secret=secret) as aws:
            environment = {
                **{name: told[name] for name in ("SPOTIFY_API_URL", "SPOTIFY_ACCOUNTS_URL")},
                **{"EXTRACT_SECRET": aws.names.secret, "EXTRACT_SOURCES": str(sources), "EXTRACT_RAW": aws.raw},
                "EXTRACT_PACE": "1000000",
            }
            done = subprocess.run(
                [sys.executable, "-c", RUN], cwd=ROOT, env={**os.environ, **environment}, text=True,
                capture_output=True, check=True, timeout=PATIENCE,
            )  # fmt: skip
    lines = done.stdout.splitlines()
    metrics = [json.loads(line) for line in lines if '"_aws"' in line]
    measured: dict[str, float] = json.loads(next(line for line in lines if line.startswith("MEASURED "))[9:])
    return {**measured, "calls": metrics[-1]["Calls"][0], "landed_mb": metrics[-1]["LandedBytes"][0] / 1e6}


def main() -> None:
    """Measure and print one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=50_000)
    parser.add_argument("--regime", default="legacy", choices=("restricted", "legacy", "extended"))
    options = parser.parse_args()
    peak = measure(options.tracks, options.regime)
    sys.stdout.write(
        f"{options.regime}: {peak['entries']} saved tracks in {peak['calls']:.0f} calls, {peak['seconds']:.0f} s"
        f" ({peak['cpu']:.0f} s of CPU), {peak['landed_mb']:.0f} MB landed; memory {peak['start_mb']:.0f} MB at the"
        f" start, {peak['peak_mb']:.0f} MB at most; complete: {peak['is_complete']}\n"
    )


if __name__ == "__main__":
    main()
