"""Prepare an emulated AWS for one load, and write what spark-submit is to be told, each word ended by a null.

Needs boto3 and the image's PySpark; the raw objects are made on the host, where the importer's packages are.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import boto3  # noqa: E402

from lakehouse.emulated_aws.emulated import REGION  # noqa: E402
from lakehouse.emulated_aws.glue_job import (  # noqa: E402
    as_words,
    catalog_settings,
    default_arguments,
    emulated_settings,
    run_arguments,
)
from lakehouse.package import write_zip  # noqa: E402
from lakehouse.paths import ROOT as PROJECT  # noqa: E402

RAW = ROOT / "data" / "docker" / "raw"


def main(argv: Sequence[str] | None = None) -> int:
    """Make bucket and database, land the raw objects, package the job, and write arguments and settings."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--zip", type=Path, required=True)
    parser.add_argument("--arguments", type=Path, required=True)
    parser.add_argument("--conf", type=Path, required=True)
    parser.add_argument("--raw", type=Path, default=RAW)
    told = parser.parse_args(argv)
    bucket, database = os.environ["BUCKET"], os.environ["DATABASE"]
    objects = sorted(told.raw.rglob("*.ndjson.gz"))
    if not objects:
        sys.stderr.write(f"docker: {told.raw} holds no raw object; `make docker-load` makes some. Not loaded.\n")
        return 2
    prepare_aws(bucket, database, told.raw, objects)
    write_zip(told.zip, PROJECT, sorted((PROJECT / "glue_jobs").rglob("*.py")))
    settings = {**catalog_settings(bucket), **emulated_settings(os.environ["AWS_ENDPOINT_URL"], REGION)}
    # awsglue is in the image with its Java side, but its Job talks to the service; without JOB_NAME it is left out.
    arguments = {**default_arguments(bucket, database), **run_arguments("docker")}
    del arguments["--JOB_NAME"]
    write_words(told.arguments, as_words(arguments))
    write_words(told.conf, (word for name, value in settings.items() for word in ("--conf", f"{name}={value}")))
    return 0


def prepare_aws(bucket: str, database: str, raw: Path, objects: Iterable[Path]) -> None:
    """Make what Terraform makes on AWS, as far as a load needs it."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for path in objects:
        s3.upload_file(str(path), bucket, f"raw/{path.relative_to(raw).as_posix()}")
    boto3.client("glue").create_database(DatabaseInput={"Name": database})


def write_words(path: Path, words: Iterable[str]) -> None:
    """Write words, each ended by a null."""
    path.write_text("".join(f"{word}\0" for word in words), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
