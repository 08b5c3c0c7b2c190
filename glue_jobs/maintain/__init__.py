"""Upkeep of the Iceberg tables: what is to be done is planned apart from Spark, which then does it."""
