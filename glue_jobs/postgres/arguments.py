"""The arguments of publish_rds: which tables, and where the PostgreSQL is that gets them."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from glue_jobs.arguments import Parser, lower_name, refuse_unknown
from glue_jobs.tables import Table

PORT = 5432


class PublishParser(Parser):
    """A parser that says what became of the copy."""

    outcome = "Nothing was published."


@dataclass(frozen=True)
class PublishSettings:
    """What one run is told. Without a host the environment says where the server is."""

    catalog: str
    database: str
    schema: str
    host: str | None
    port: int
    dbname: str
    secret: str | None
    tls_ca: str | None
    is_whole: bool

    def name_of(self, table: Table) -> str:
        """Return the full name of a table in Iceberg."""
        return f"{self.catalog}.{self.database}.{table.name}"


def parse_publish_settings(argv: Sequence[str]) -> PublishSettings:
    """Read the arguments; what Glue adds by itself is ignored, a misspelling of ours is not."""
    parser = PublishParser(
        prog="publish_rds", description="Bring the Iceberg tables into PostgreSQL.", allow_abbrev=False
    )
    parser.add_argument("--catalog", default="glue_catalog", type=lower_name, help="Spark's name of the catalog")
    parser.add_argument("--database", default="music", type=lower_name, help="database of the Iceberg tables")
    parser.add_argument("--schema", default="music", type=lower_name, help="schema of the tables in PostgreSQL")
    parser.add_argument("--host", help="PostgreSQL's host; without one the environment says where and who")
    parser.add_argument("--port", default=PORT, type=_port, help="its port")
    parser.add_argument("--dbname", default="music", help="its database")
    parser.add_argument("--secret", help="secret with username and password, as RDS keeps it; needed with --host")
    parser.add_argument("--tls_ca", help="certificates (PEM; a file or s3://) that the server's own is verified by")
    parser.add_argument("--whole", action="store_true", help="compare all rows, not only what changed since")
    known, others = parser.parse_known_args(list(argv))
    refuse_unknown(others, argv, parser)
    if (known.host is None) != (known.secret is None):
        given, missing = ("--host", "--secret") if known.host else ("--secret", "--host")
        parser.error(f"{given} is given without {missing}; expected both, or neither and the environment's PGHOST")
    return PublishSettings(
        catalog=known.catalog,
        database=known.database,
        schema=known.schema,
        host=known.host,
        port=known.port,
        dbname=known.dbname,
        secret=known.secret,
        tls_ca=known.tls_ca,
        is_whole=known.whole,
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, got {text!r}")
    return int(text)
