"""Start Trino on this machine over Glue's emulated catalog; it ends with whoever started it.

Trino's own launcher is not among the published jars. Py4J, which comes with Spark, starts the server class instead, and
ends the Java when this process is gone.

There is no password, so a client is whoever it says it is, and a client that drops a table would delete the files of
the warehouse. So a guarded server has its catalog twice: under the name that all know it is read only by its connector,
which no user and no rule lifts; under the other, views are created, by one user and until `seal` closes it to all.
"""

import contextlib
import json
import logging
import re
import socket
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from py4j.java_gateway import GatewayParameters, JavaGateway, launch_gateway
from py4j.protocol import Py4JError

from lakehouse.emulated_aws.emulated import REGION, EmulatedAws
from lakehouse.errors import UserError
from lakehouse.spark.java import ensure_java
from lakehouse.spark.submit import spark_home
from lakehouse.statements.statement import CATALOG
from lakehouse.temporary import run_folder
from lakehouse.trino.front import HOST, draw_host, running_front
from lakehouse.trino.jars import VERSION, ensure_trino

JAVA = 25
OWNER, READER = "owner", "reader"
OPEN_CATALOG = "creation"
"""The second name of a guarded server's catalog, which nobody may use once it is sealed."""

MEMORY = "1g"
PATIENCE = 10
"""Seconds the server has to end by itself."""
PLUGIN = "io.trino.plugin.iceberg.IcebergPlugin"
JAVA_OPTIONS = (
    f"-Xmx{MEMORY}",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    "-Djdk.attach.allowAttachSelf=true",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)
READ, WRITE = ["SELECT", "GRANT_SELECT"], ["SELECT", "INSERT", "DELETE", "UPDATE", "OWNERSHIP", "GRANT_SELECT"]
"""What may be done with tables; GRANT_SELECT lets a view read for whoever asks it."""

RULES_AGE = 1
"""Seconds after which Trino reads the rules again."""


@dataclass(frozen=True)
class Server:
    """A Trino that runs: its port, its own place behind that port, and who may write until it is sealed."""

    port: int
    work: Path
    host: str
    inner_port: int
    owner: str = OWNER
    is_guarded: bool = False

    @property
    def log(self) -> Path:
        """Return what it says of itself."""
        return self.work / "server.log"

    @property
    def rules(self) -> Path:
        """Return who may do what."""
        return self.work / "rules.json"

    @property
    def address(self) -> str:
        """Return where clients reach it."""
        return f"http://{HOST}:{self.port}"


@contextlib.contextmanager
def running_trino(
    aws: EmulatedAws, port: int = 0, folder: Path | None = None, owner: str = OWNER, *, is_guarded: bool = False
) -> Iterator[Server]:
    """Run Trino over the catalog of an emulated AWS; port 0 means a free one. Nothing is left of it.

    Of the files of this machine it sees those below `folder`, or none. Where it is not guarded, as in tests, its owner
    may write.
    """
    jars, java = ensure_trino(), ensure_java(JAVA).home / "bin" / "java"
    with run_folder() as work:
        host = draw_host()
        server = Server(free_port(port), work, host, free_port(0, host), owner, is_guarded)
        write_settings(server, jars, aws, folder)
        with server.log.open("w", encoding="utf-8") as log, running_java(work, jars, java, log) as gateway:
            start(gateway, server)
            with running_front(server.port, host, server.inner_port):
                yield server


def free_port(wanted: int, host: str = HOST) -> int:
    """Return the port, or any for 0; refuse one that somebody listens on."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((host, wanted))
        except (OSError, OverflowError) as error:
            raise UserError(f"--port {wanted}: cannot be listened on ({error}); expected a free port") from error
        return int(taken.getsockname()[1])


def write_settings(server: Server, jars: Path, aws: EmulatedAws, folder: Path | None) -> None:
    """Write what the server reads at its start."""
    work = server.work
    write_plugin(work / "plugin" / "iceberg", jars)
    (work / "catalog").mkdir()
    write_rules(server, is_sealed=False)
    access = {"access-control.name": "file", "security.config-file": str(server.rules)}
    write_properties(work / "access.properties", access | {"security.refresh-period": f"{RULES_AGE}s"})
    write_properties(work / "config.properties", server_settings(work, server))
    settings = catalog_settings(aws, write_root(work, folder))
    guard = {"iceberg.security": "read_only"} if server.is_guarded else {}
    write_properties(work / "catalog" / f"{CATALOG}.properties", settings | guard)
    if server.is_guarded:
        write_properties(work / "catalog" / f"{OPEN_CATALOG}.properties", settings)


def write_rules(server: Server, *, is_sealed: bool) -> None:
    """Write who may do what: all may read; until Trino is sealed its owner may write."""
    partial = server.rules.with_suffix(".part")
    partial.write_text(json.dumps(list_rules(server.owner, is_sealed=is_sealed)), encoding="utf-8")
    partial.replace(server.rules)


def list_rules(owner: str, *, is_sealed: bool) -> dict[str, list[dict[str, Any]]]:
    """List the rules; of each kind the first that fits a user counts.

    Trino lets the owner's views read for others only where the whole catalog is the owner's. What the owner may do in
    it is then limited by the rules of schemas and tables, and by the connector: the rules know no procedures of tables
    (`alter table song execute optimize`).
    """
    opened = [] if is_sealed else [{"user": owner, "catalog": OPEN_CATALOG, "allow": "all"}]
    return {
        "catalogs": [
            *opened,
            {"catalog": OPEN_CATALOG, "allow": "none"},
            {"user": owner, "allow": "all"},
            {"catalog": f"{CATALOG}|system", "allow": "read-only"},
        ],
        "schemas": [{"user": owner, "owner": not is_sealed}, {"owner": False}],
        "tables": [{"user": owner, "privileges": READ if is_sealed else WRITE}, {"privileges": READ}],
        "procedures": [],
        # Who may only execute sees no query of others.
        "queries": [{"allow": ["execute"]}],
    }


def write_root(work: Path, folder: Path | None) -> Path:
    """Make a folder in which only this one of the machine's lies, at the path by which its tables name their files."""
    root = work / "root"
    root.mkdir()
    if folder:
        place = root / folder.resolve().relative_to("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(folder.resolve(), target_is_directory=True)
    return root


def write_plugin(folder: Path, jars: Path) -> None:
    """Make the folder of the Iceberg plugin: links to all jars, and a jar that names its class."""
    folder.mkdir(parents=True)
    for jar in jars.glob("*.jar"):
        (folder / jar.name).symlink_to(jar)
    with zipfile.ZipFile(folder / "service.jar", "w") as service:
        service.writestr("META-INF/services/io.trino.spi.Plugin", PLUGIN)


def write_properties(path: Path, settings: Mapping[str, str]) -> None:
    """Write a Java properties file."""
    path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="ascii")


def server_settings(work: Path, server: Server) -> dict[str, str]:
    """Return the settings of a server that only this machine can reach."""
    return {
        "coordinator": "true",
        "node-scheduler.include-coordinator": "true",
        "node.environment": "laptop",
        "node.internal-address": server.host,
        "node.bind-ip": server.host,
        "http-server.http.port": str(server.inner_port),
        "discovery.uri": f"http://{server.host}:{server.inner_port}",
        "web-ui.enabled": "false",
        "plugin.dir": str(work / "plugin"),
        "catalog.config-dir": str(work / "catalog"),
        "access-control.config-files": str(work / "access.properties"),
    }


def catalog_settings(aws: EmulatedAws, root: Path) -> dict[str, str]:
    """Return the settings of the catalog: named as in Athena, tables on S3 or below a folder of this machine."""
    glue = "hive.metastore.glue"
    return {
        "connector.name": "iceberg",
        "iceberg.catalog.type": "glue",
        # Nothing is old enough to be removed.
        "iceberg.expire-snapshots.min-retention": "36500d",
        "iceberg.remove-orphan-files.min-retention": "36500d",
        # A scan that a join bounds by dates waits for them; on a busy machine the usual second is too short.
        "iceberg.dynamic-filtering.wait-timeout": "20s",
        f"{glue}.endpoint-url": aws.endpoint,
        f"{glue}.region": REGION,
        f"{glue}.aws-access-key": aws.variables["AWS_ACCESS_KEY_ID"],
        f"{glue}.aws-secret-key": aws.variables["AWS_SECRET_ACCESS_KEY"],
        f"{glue}.default-warehouse-dir": f"s3://{aws.names.bucket}/warehouse",
        "fs.native-s3.enabled": "true",
        "s3.endpoint": aws.endpoint,
        "s3.region": REGION,
        "s3.path-style-access": "true",
        "s3.aws-access-key": aws.variables["AWS_ACCESS_KEY_ID"],
        "s3.aws-secret-key": aws.variables["AWS_SECRET_ACCESS_KEY"],
        "fs.native-local.enabled": "true",
        "local.location": str(root),
    }


@contextlib.contextmanager
def running_java(work: Path, jars: Path, java: Path, log: IO[str]) -> Iterator[JavaGateway]:
    """Run a Java with nothing but Py4J's gateway in it; it ends when its input closes, which the system sees to."""
    (py4j,) = (spark_home() / "jars").glob("py4j-*.jar")
    port, token, process = launch_gateway(
        jarpath=str(py4j),
        classpath=f"{jars}/*",
        javaopts=[*JAVA_OPTIONS, f"-Djava.io.tmpdir={work}", f"-Dconfig={work / 'config.properties'}"],
        java_path=str(java),
        die_on_exit=True,
        enable_auth=True,
        redirect_stdout=log,
        redirect_stderr=log,
        create_new_process_group=True,
        cwd=str(work),
        return_proc=True,
    )
    gateway = JavaGateway(gateway_parameters=GatewayParameters(port=port, auth_token=token))
    try:
        yield gateway
    finally:
        gateway.close()
        end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    """Close the input of the Java, which ends it; where that takes too long, end it by force."""
    assert process.stdin
    process.stdin.close()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def start(gateway: JavaGateway, server: Server) -> None:
    """Start the server in the Java; it says what it misses in its log, and ends the Java."""
    # Py4J would print its own side of a failed start; the useful part is in the server's log.
    logging.disable(logging.CRITICAL)
    try:
        gateway.jvm.io.trino.server.Server().start(VERSION)
    except (Py4JError, OSError) as error:
        raise UserError(f"Trino did not start: {reason(server.log)}") from error
    finally:
        logging.disable(logging.NOTSET)


def reason(log: Path) -> str:
    """Return what Trino's log says of a start that failed."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    telling = (
        line.strip() for sign in (r"\s*\d+\) ", ".*ERROR", ".*Exception") for line in lines if re.match(sign, line)
    )
    return next(telling, lines[-1] if lines else "its log is empty")
