"""Start Trino on this machine over Glue's emulated catalog; it ends with whoever started it.

Trino's own launcher is not among the published jars. Py4J, which comes with Spark, starts the server class instead, and
ends the Java when this process is gone. Only the user OWNER may write: a client that drops a table would delete the
files of the warehouse.
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
from tempfile import TemporaryDirectory
from typing import IO

from py4j.java_gateway import GatewayParameters, JavaGateway, launch_gateway
from py4j.protocol import Py4JError

from lakehouse.emulated_aws.emulated import REGION, EmulatedAws
from lakehouse.errors import UserError
from lakehouse.spark.java import ensure_java
from lakehouse.spark.submit import spark_home
from lakehouse.statements.statement import CATALOG
from lakehouse.trino.jars import VERSION, ensure_trino

JAVA = 25
HOST = "127.0.0.1"
OWNER, READER = "owner", "reader"
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
RULES = {
    "catalogs": [
        {"user": OWNER, "allow": "all"},
        {"catalog": f"{CATALOG}|system", "allow": "read-only"},
    ]
}


@dataclass(frozen=True)
class Server:
    """A Trino that runs."""

    port: int
    log: Path

    @property
    def address(self) -> str:
        """Return where clients reach it."""
        return f"http://{HOST}:{self.port}"


@contextlib.contextmanager
def running_trino(aws: EmulatedAws, port: int = 0) -> Iterator[Server]:
    """Run Trino over the catalog of an emulated AWS; port 0 means a free one. Nothing is left of it."""
    jars, java = ensure_trino(), ensure_java(JAVA).home / "bin" / "java"
    with TemporaryDirectory(prefix="trino-") as work:
        server = Server(free_port(port), Path(work) / "server.log")
        write_settings(Path(work), jars, aws, server)
        with server.log.open("w", encoding="utf-8") as log, running_java(Path(work), jars, java, log) as gateway:
            start(gateway, server)
            yield server


def free_port(wanted: int) -> int:
    """Return the port, or any for 0; refuse one that somebody listens on."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((HOST, wanted))
        except (OSError, OverflowError) as error:
            raise UserError(f"--port {wanted}: cannot be listened on ({error}); expected a free port") from error
        return int(taken.getsockname()[1])


def write_settings(work: Path, jars: Path, aws: EmulatedAws, server: Server) -> None:
    """Write what the server reads at its start."""
    write_plugin(work / "plugin" / "iceberg", jars)
    (work / "catalog").mkdir()
    (work / "rules.json").write_text(json.dumps(RULES))
    write_properties(work / "access.properties", {"access-control.name": "file", "security.config-file": "rules.json"})
    write_properties(work / "config.properties", server_settings(work, server))
    write_properties(work / "catalog" / f"{CATALOG}.properties", catalog_settings(aws))


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
        "node.internal-address": HOST,
        "node.bind-ip": HOST,
        "http-server.http.port": str(server.port),
        "discovery.uri": server.address,
        "plugin.dir": str(work / "plugin"),
        "catalog.config-dir": str(work / "catalog"),
        "access-control.config-files": str(work / "access.properties"),
    }


def catalog_settings(aws: EmulatedAws) -> dict[str, str]:
    """Return the settings of the catalog: named as in Athena, tables on S3 or in a folder of this machine."""
    glue = "hive.metastore.glue"
    return {
        "connector.name": "iceberg",
        "iceberg.catalog.type": "glue",
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
        "local.location": "/",
    }


@contextlib.contextmanager
def running_java(work: Path, jars: Path, java: Path, log: IO[str]) -> Iterator[JavaGateway]:
    """Run a Java with nothing but Py4J's gateway in it; it ends when its input closes, which the system sees to."""
    (py4j,) = (spark_home() / "jars").glob("py4j-*.jar")
    port, token, process = launch_gateway(
        jarpath=str(py4j),
        classpath=f"{jars}/*",
        javaopts=[*JAVA_OPTIONS, f"-Dconfig={work / 'config.properties'}"],
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
    # Py4J would tell all of its own side of a start that fails; what counts stands in the server's log.
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
