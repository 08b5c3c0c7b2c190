"""The jobs' arguments as Terraform writes them, and what the load job makes of its own."""

import json
from collections.abc import Mapping
from string import Template

from glue_jobs.arguments import Settings, parse_settings
from lakehouse.defaults import DATABASE
from lakehouse.emulated_aws.glue_job import as_words, catalog_settings, chain, default_arguments, run_arguments
from lakehouse.paths import ROOT

MAINTAIN_ARGUMENTS = ROOT / "infra" / "maintain_tables_arguments.json.tftpl"
PUBLISH_JOB = "publish_rds"
PUBLISH_ARGUMENTS = ROOT / "infra" / "publish_rds_arguments.json.tftpl"
"""The arguments of publish_rds but where the server is; its settings of Spark are those of the load."""


def publish_arguments(bucket: str, database: str, place: Mapping[str, str]) -> dict[str, str]:
    """Return the arguments of publish_rds in Terraform; `place` has host, port, dbname and secret."""
    values = {"bucket": bucket, "database": database, "log_group": f"/aws-glue/{bucket}/{PUBLISH_JOB}"}
    told: dict[str, str] = json.loads(Template(PUBLISH_ARGUMENTS.read_text(encoding="utf-8")).substitute(values))
    where = {f"--{name}": value for name, value in place.items()}
    return {**told, **where, "--conf": chain(catalog_settings(bucket))}


def maintain_arguments(
    bucket: str, database: str, minutes: int = 50, keep_days: int = 7, retention_days: int = 730
) -> dict[str, str]:
    """Return the arguments of maintain_tables in Terraform."""
    values = {"bucket": bucket, "database": database, "log_group": f"/aws-glue/{bucket}/maintain_tables"}
    text = Template(MAINTAIN_ARGUMENTS.read_text(encoding="utf-8")).substitute(
        **values, minutes=str(minutes), keep_days=str(keep_days), retention_days=str(retention_days)
    )
    return {**json.loads(text), "--conf": chain(catalog_settings(bucket))}


def what_the_job_reads(bucket: str, database: str = DATABASE) -> Settings:
    """Return the settings that the job makes of its arguments."""
    return parse_settings(as_words({**default_arguments(bucket, database), **run_arguments("1")}))
