"""The Iceberg tables: CREATE, MERGE, the ranking of rows, and how a schema grows."""
