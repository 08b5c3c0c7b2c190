"""The load job as Glue runs it: its arguments, its catalog, and what changes where AWS is emulated.

What Terraform sets is in one file that both read; what Glue adds for a run is run_arguments().
"""

import json
from collections.abc import Mapping
from string import Template
from typing import Any

from lakehouse.defaults import DATABASE
from lakehouse.emulated_aws.emulated import REGION
from lakehouse.paths import INFRA

JOB = "load_music"
CATALOG = "glue_catalog"
WORKFLOW = "load_music"
ARGUMENTS = INFRA / "load_music_arguments.json.tftpl"
"""For Terraform's templatefile() and Python's string.Template: arguments, and Spark's settings for the one --conf."""


def default_arguments(bucket: str, database: str = DATABASE) -> dict[str, str]:
    """Return the job's arguments in Terraform, those for Glue itself among them; a flag has an empty value."""
    arguments = _read_arguments(bucket, database)
    return {**arguments["arguments"], "--conf": chain(arguments["spark"])}


def catalog_settings(bucket: str) -> dict[str, str]:
    """Return Spark's settings of the catalog, on AWS and here; they must be set before the session starts."""
    settings: dict[str, str] = _read_arguments(bucket, DATABASE)["spark"]
    return settings


def _read_arguments(bucket: str, database: str) -> Any:
    """Return the file's content for one lake."""
    log_group = f"/aws-glue/{bucket}/{JOB}"
    values = {"bucket": bucket, "database": database, "region": REGION, "log_group": log_group}
    return json.loads(Template(ARGUMENTS.read_text(encoding="utf-8")).substitute(values))


def run_arguments(run_id: str) -> dict[str, str]:
    """Return the arguments that Glue adds for one run of the job in a workflow."""
    return {
        "--JOB_NAME": JOB,
        "--JOB_ID": f"j_{run_id}",
        "--JOB_RUN_ID": f"jr_{run_id}",
        "--WORKFLOW_NAME": WORKFLOW,
        "--WORKFLOW_RUN_ID": f"wr_{run_id}",
    }


def emulated_settings(endpoint: str, region: str) -> dict[str, str]:
    """Return what leads catalog, tables and raw objects to an emulated AWS; outside Glue s3:// needs S3A by name."""
    prefix, s3a = f"spark.sql.catalog.{CATALOG}", "spark.hadoop.fs.s3a"
    return {
        f"{prefix}.glue.endpoint": endpoint,
        f"{prefix}.s3.endpoint": endpoint,
        f"{prefix}.s3.path-style-access": "true",
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        f"{s3a}.endpoint": endpoint,
        f"{s3a}.endpoint.region": region,
        f"{s3a}.path.style.access": "true",
        f"{s3a}.connection.ssl.enabled": "false",
        f"{s3a}.aws.credentials.provider": "com.amazonaws.auth.EnvironmentVariableCredentialsProvider",
    }


def chain(settings: Mapping[str, str]) -> str:
    """Write settings as the value of Glue's one --conf."""
    return " --conf ".join(f"{name}={value}" for name, value in settings.items())


def as_words(arguments: Mapping[str, str]) -> list[str]:
    """Write arguments as the words of a command, as the script sees them."""
    return [word for name, value in arguments.items() for word in ((name, value) if value else (name,))]
