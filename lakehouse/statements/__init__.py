"""The SQL files as data, and Athena SQL for other engines."""
