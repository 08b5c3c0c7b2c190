"""The load job as Glue runs it: its arguments, its catalog, and what changes where AWS is emulated.

What Terraform sets must equal default_arguments(); what Glue adds for a run is run_arguments().
"""

from collections.abc import Mapping

from glue_jobs.arguments import Settings, parse_settings

JOB = "load_music"
CATALOG = "glue_catalog"
DATABASE = "music"
WORKFLOW = "load_music"


def default_arguments(bucket: str, database: str = DATABASE) -> dict[str, str]:
    """Return the job's arguments in Terraform, those for Glue itself among them; a flag has an empty value."""
    return {
        "--raw": f"s3://{bucket}/raw/",
        "--catalog": CATALOG,
        "--database": database,
        "--time_zone": "UTC",
        "--datalake-formats": "iceberg",
        "--conf": chain(catalog_settings(bucket)),
        "--extra-py-files": f"s3://{bucket}/code/glue_jobs.zip",
        "--enable-metrics": "",
        "--enable-observability-metrics": "true",
        "--job-bookmark-option": "job-bookmark-disable",
    }


def run_arguments(run_id: str) -> dict[str, str]:
    """Return the arguments that Glue adds for one run of the job in a workflow."""
    return {
        "--JOB_NAME": JOB,
        "--JOB_ID": f"j_{run_id}",
        "--JOB_RUN_ID": f"jr_{run_id}",
        "--WORKFLOW_NAME": WORKFLOW,
        "--WORKFLOW_RUN_ID": f"wr_{run_id}",
    }


def catalog_settings(bucket: str) -> dict[str, str]:
    """Return Spark's settings of the catalog, on AWS and here; they must stand before the session does."""
    prefix = f"spark.sql.catalog.{CATALOG}"
    return {
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        prefix: "org.apache.iceberg.spark.SparkCatalog",
        f"{prefix}.catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
        f"{prefix}.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        f"{prefix}.warehouse": f"s3://{bucket}/warehouse",
        f"{prefix}.cache-enabled": "false",
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


def what_the_job_reads(bucket: str, database: str = DATABASE) -> Settings:
    """Return the settings that the job makes of its arguments."""
    return parse_settings(as_words({**default_arguments(bucket, database), **run_arguments("1")}))
