"""Trino, Athena's own family, on this machine: fetched from Maven Central, over tables in Glue's emulated catalog."""
