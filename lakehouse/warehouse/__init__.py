"""The warehouse in a folder: its Iceberg tables, read by DuckDB."""
