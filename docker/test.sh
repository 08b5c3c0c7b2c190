#!/usr/bin/env bash
# Run the Spark tests with the image's own Spark and Iceberg: a PySpark from pip would hide both.
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
packages="$(mktemp -d)"
trap 'rm -rf "$packages"' EXIT

"${PYTHON:-python3}" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
	--target "$packages" -r "$here/requirements/docker.txt"
# The project is mounted to be read only, so pytest keeps no cache in it.
cd "$here"
PYTHONPATH="$here:$packages${PYTHONPATH:+:$PYTHONPATH}" \
	SPARK_OF_THE_IMAGE=1 "${PYTHON:-python3}" -m pytest -p no:cacheprovider \
	tests/spark/test_rows.py tests/spark/test_promises.py "$@"
