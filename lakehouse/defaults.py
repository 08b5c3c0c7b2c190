"""What holds where nothing else is given: the folders of a lakehouse on one machine, and the names in its catalog."""

from pathlib import Path

RAW = Path("data/raw")
WAREHOUSE = Path("data/warehouse")
REPORT = Path("data/report.html")
LOGIN = Path(".secrets/spotify.json")
DEMO = Path("data/demo")
"""Where `lakehouse demo` keeps everything; its tables are in the folder below."""
DEMO_WAREHOUSE = DEMO / "warehouse"

DATABASE = "music"
CATALOG_FILE = "catalog.db"
"""The Iceberg catalog of a warehouse, one SQLite file in its folder."""
LOCAL_CATALOG = "local"
"""Spark's and pyiceberg's name of that catalog."""
