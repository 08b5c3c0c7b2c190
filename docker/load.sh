#!/usr/bin/env bash
# Make bucket and database on the emulated AWS, land the demo's raw objects there, and load them as Glue would.
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# The wheel that Glue gets by --additional-python-modules; pip checks its hash.
python3 -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
	--target "$work/packages" -r "$here/requirements/glue.txt"
export PYTHONPATH="$work/packages${PYTHONPATH:+:$PYTHONPATH}"
python3 "$here/docker/prepare.py" --zip "$work/glue_jobs.zip" --arguments "$work/arguments" --conf "$work/conf"
mapfile -d '' -t arguments <"$work/arguments"
mapfile -d '' -t conf <"$work/conf"
"${SPARK_SUBMIT:-spark-submit}" --py-files "$work/glue_jobs.zip" "${conf[@]}" "$here/glue_jobs/load_music.py" "${arguments[@]}"
