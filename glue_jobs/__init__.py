"""The load job: raw objects on S3 (or in a folder) become Iceberg tables."""
