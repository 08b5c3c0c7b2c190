"""One connection to PostgreSQL, through the JDBC driver in Spark's own Java: no compiled package is needed for it."""

from collections.abc import Iterable, Iterator
from typing import Any

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.sql import SparkSession

from glue_jobs.errors import LoadError
from glue_jobs.postgres.target import NOTHING_PUBLISHED, Target

CHUNK = 1 << 20
"""Bytes handed over at once to a COPY."""

HINTS = {
    "28P01": "expected the user and password that it takes",
    "28000": "expected a user that it takes",
    "08004": "expected the user and password that it takes",
    "3D000": "expected a database that exists, as createdb makes it",
    "42501": "expected the right to create tables in the schema, and to create the schema if it does not exist",
}
"""What would help, by SQLSTATE."""


class Postgres:
    """A connection; what the server refuses is one line. Nothing is committed but by `commit`."""

    def __init__(self, spark: SparkSession, target: Target) -> None:
        """Connect."""
        self.target = target
        jvm: Any = spark._jvm
        properties = jvm.java.util.Properties()
        for name, value in target.properties.items():
            properties.setProperty(name, value)
        host = f"[{target.host}]" if ":" in target.host else target.host
        url = f"jdbc:postgresql://{host}:{target.port}/{_escape(jvm, target.database)}"
        try:
            # Not by DriverManager: it does not see jars that Spark was given.
            driver = jvm.org.postgresql.Driver()
        except TypeError as error:
            raise LoadError(
                "org.postgresql.Driver: expected PostgreSQL's JDBC driver among Spark's jars (--jars, on Glue"
                f" --extra-jars), got none. {NOTHING_PUBLISHED}"
            ) from error
        try:
            self.connection = driver.connect(url, properties)
            self.connection.setAutoCommit(False)
        except Py4JJavaError as error:
            raise self._fault(error) from error

    def execute(self, statement: str) -> None:
        """Run a statement."""
        try:
            runner = self.connection.createStatement()
            try:
                runner.execute(statement)
            finally:
                runner.close()
        except Py4JJavaError as error:
            raise self._fault(error) from error

    def query(self, statement: str) -> list[tuple[str | None, ...]]:
        """Return the rows of a query, each value as its text."""
        try:
            runner = self.connection.createStatement()
            try:
                result_set = runner.executeQuery(statement)
                width = range(1, result_set.getMetaData().getColumnCount() + 1)
                rows = []
                while result_set.next():
                    rows.append(tuple(result_set.getString(place) for place in width))
                return rows
            finally:
                runner.close()
        except Py4JJavaError as error:
            raise self._fault(error) from error

    def copy(self, statement: str, lines: Iterable[str]) -> int:
        """Send lines to a COPY … FROM STDIN; return how many rows it took."""
        try:
            copying = self.connection.getCopyAPI().copyIn(statement)
            try:
                for chunk in _cut(lines):
                    copying.writeToCopy(chunk, 0, len(chunk))
                return int(copying.endCopy())
            finally:
                if copying.isActive():
                    copying.cancelCopy()
        except Py4JJavaError as error:
            raise self._fault(error) from error

    def commit(self) -> None:
        """Make everything since the last commit visible, at once."""
        try:
            self.connection.commit()
        except Py4JJavaError as error:
            raise self._fault(error) from error

    def close(self) -> None:
        """End the connection; what is not committed is undone by the server."""
        try:
            self.connection.close()
        except Py4JError:
            return

    def _fault(self, error: Py4JJavaError) -> LoadError:
        """Say in one line what the server, or the way to it, refused; other faults are nobody's to act on."""
        cause = error.java_exception
        if not hasattr(cause, "getSQLState"):
            raise error
        reason = " ".join(str(cause.getMessage()).split())
        hint = HINTS.get(str(cause.getSQLState()))
        return LoadError(f"{self.target}: {reason}{f'; {hint}' if hint else ''}. {NOTHING_PUBLISHED}")


def _escape(jvm: Any, name: str) -> str:
    return str(jvm.java.net.URLEncoder.encode(name, "UTF-8"))


def _cut(lines: Iterable[str]) -> Iterator[bytes]:
    """Join lines into chunks of about a megabyte."""
    gathered, size = [], 0
    for line in lines:
        content = f"{line}\n".encode()
        gathered.append(content)
        size += len(content)
        if size >= CHUNK:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)
