"""Answers to take along: a DuckDB file, Parquet or CSV."""
