"""Start jobs with spark-submit on this machine: Java, jars, the packaged zip, and a warehouse in a folder."""

import contextlib
import hashlib
import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import IO, NoReturn

from lakehouse.defaults import CATALOG_FILE, LOCAL_CATALOG
from lakehouse.errors import UserError
from lakehouse.package import package_for_submit
from lakehouse.paths import ROOT, cache_folder
from lakehouse.spark.class_archive import ClassArchive
from lakehouse.spark.java import OWN_FOLDER, ensure_full_java, ensure_java
from lakehouse.temporary import run_folder

ICEBERG_FOR = {
    "3.5": "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.10.0",
    "4.1": "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.11.0",
}
"""Iceberg by the line of Spark it is made for: those of Glue 5.1 and 6.0."""
SDK = "1.12.788"


def spark_line() -> str:
    """Return the line of the installed PySpark; before there is one, that of the PySpark to come."""
    try:
        return ".".join(metadata.version("pyspark").split(".")[:2])
    except metadata.PackageNotFoundError:
        return "3.5"


ICEBERG = ICEBERG_FOR[spark_line()]


@dataclass(frozen=True)
class Jars:
    """Jars that Spark needs for one kind of warehouse: all of them by name, and what of theirs is not taken."""

    what: str
    size: str
    packages: tuple[str, ...]
    excludes: tuple[str, ...] = ()


FOLDER_JARS = Jars("Iceberg and SQLite", "60 MB", (ICEBERG, "org.xerial:sqlite-jdbc:3.50.3.0"))
"""For a warehouse in a folder."""

POSTGRESQL = "org.postgresql:postgresql:42.7.8"
PUBLISH_JARS = Jars(
    "Iceberg, SQLite and PostgreSQL's driver", "61 MB", (*FOLDER_JARS.packages, POSTGRESQL), ("org.checkerframework:*",)
)
"""For bringing the tables of such a warehouse into PostgreSQL; Glue brings its own driver."""

AWS_JARS = Jars(
    "Iceberg's and Hadoop's parts for AWS",
    "70 MB beside Iceberg's own 47 MB",
    (
        ICEBERG,
        "org.apache.iceberg:iceberg-aws-bundle:1.10.0",
        "org.apache.hadoop:hadoop-aws:3.3.4",
        *(f"com.amazonaws:aws-java-sdk-{part}:{SDK}" for part in ("core", "s3", "kms", "sts", "dynamodb")),
        f"com.amazonaws:jmespath-java:{SDK}",
        "org.wildfly.openssl:wildfly-openssl:1.0.7.Final",
    ),
    # The whole SDK is 280 MB, of which S3A needs the parts above; the others come with Spark, in Spark's versions.
    (
        "com.amazonaws:aws-java-sdk-bundle",
        *("com.fasterxml.jackson.core:*", "com.fasterxml.jackson.dataformat:*", "joda-time:*"),
        *("commons-codec:*", "commons-logging:*", "org.apache.httpcomponents:*"),
    ),
)
"""For Glue's catalog and S3: the catalog and the tables through Iceberg's own bundle, raw objects through S3A."""

TRUST_STORES = ("/etc/ssl/certs/java/cacerts", "/etc/pki/java/cacerts")
"""Where Debian, Fedora and their kin keep the certificates Java trusts, those of a company's proxy among them."""
PATIENCE = 10
"""Seconds a job that is told to stop has for it."""


def jar_folder() -> Path:
    """Return the one folder jars are cached in; LAKEHOUSE_CACHE moves it."""
    return cache_folder() / "ivy"


def jar_paths(jars: Jars = FOLDER_JARS) -> list[Path]:
    """Return where the jars are, or will be."""
    named = [package.split(":") for package in jars.packages]
    return [jar_folder() / "jars" / f"{group}_{name}-{version}.jar" for group, name, version in named]


def driver_memory() -> str:
    """Return the memory Spark may take; SPARK_DRIVER_MEMORY sets it."""
    return os.environ.get("SPARK_DRIVER_MEMORY") or "2g"


def ensure_jars(environment: Mapping[str, str], jars: Jars = FOLDER_JARS) -> list[Path]:
    """Return the jars; what is missing is fetched once by Spark's own resolver, and all must be the known ones."""
    paths = jar_paths(jars)
    if all(path.exists() for path in paths):
        return require_known_jars(jars)
    sys.stderr.write(f"Fetching {jars.what} for Spark into {jar_folder()} ({jars.size}, once)\n")
    # The resolver runs before the main class does; that class is Spark's own and only says its version.
    version = ["--class", "org.apache.spark.deploy.SparkSubmit", "spark-internal", "--version"]
    resolve = [
        *("--conf", f"spark.jars.ivy={jar_folder()}", "--packages", ",".join(jars.packages)),
        *(("--exclude-packages", ",".join(jars.excludes)) if jars.excludes else ()),
        *version,
    ]
    known = {**environment, **_trust(environment)}
    done = subprocess.run([_spark_submit(), *resolve], env=known, capture_output=True, text=True, check=False)
    if missing := [path.name for path in paths if not path.exists()]:
        raise UserError(f"could not fetch {', '.join(missing)} into {jar_folder()}: {_reason(done.stderr)}")
    return require_known_jars(jars)


@lru_cache(maxsize=1)
def read_sums() -> Mapping[str, str]:
    """Return the SHA-256 of each jar, by its name in Maven."""
    lines = Path(__file__).with_name("jars.txt").read_text(encoding="ascii").splitlines()
    return {name: sha256 for sha256, name in (line.split() for line in lines)}


def require_known_jars(jars: Jars) -> list[Path]:
    """Return the jars; refuse one whose bytes are not the known ones, wherever it came from."""
    for package, path in zip(jars.packages, jar_paths(jars), strict=True):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != read_sums().get(package):
            raise UserError(
                f"{path}: SHA-256 {digest}, expected {read_sums().get(package)}. It is not used:"
                " remove it, and the next start fetches it again."
            )
    return jar_paths(jars)


def _trust(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what makes a Java from PyPI trust whom this machine trusts, where the machine keeps that for Java."""
    option = trust_option(Path(environment["JAVA_HOME"]))
    options = environment.get("SPARK_SUBMIT_OPTS", "")
    return {"SPARK_SUBMIT_OPTS": f"{option} {options}".strip()} if option else {}


def trust_option(home: Path) -> str | None:
    """Return the option that names this machine's certificates to a Java from PyPI, which brings only its own."""
    stores = [path for path in TRUST_STORES if Path(path).is_file()]
    if not stores or not home.is_relative_to(OWN_FOLDER):
        return None
    return f"-Djavax.net.ssl.trustStore={stores[0]}"


def _reason(output: str) -> str:
    """Return the most informative line of what Spark's resolver wrote."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = ("Server access error", "not found", "Permission denied", "No space", "Exception")
    reasons = (line for word in telling for line in lines if word in line)
    return next(reasons, lines[-1] if lines else "Spark's resolver wrote nothing")


def warehouse_settings(folder: Path) -> dict[str, str]:
    """Return the settings of an Iceberg catalog in a folder: SQLite for the pointers, files beside it."""
    prefix = f"spark.sql.catalog.{LOCAL_CATALOG}"
    return {
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        prefix: "org.apache.iceberg.spark.SparkCatalog",
        f"{prefix}.type": "jdbc",
        # Tables commit side by side, but SQLite takes one writer: one connection, and patience with other processes.
        f"{prefix}.clients": "1",
        f"{prefix}.uri": f"jdbc:sqlite:{folder}/{CATALOG_FILE}?busy_timeout=30000&transaction_mode=IMMEDIATE",
        f"{prefix}.jdbc.schema-version": "V1",
        # Not as_uri(): Hadoop takes a path as it is, and would write into a folder named with %20.
        f"{prefix}.warehouse": f"file://{folder}",
        f"{prefix}.cache-enabled": "false",
    }


LAPTOP_SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.catalogImplementation": "in-memory",
}


QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC -XX:-UsePerfData"
"""Half the processor time of a load of a few megabytes (measured); a load of gigabytes wants the full compiler."""

THOROUGH_JAVA = "-XX:+UseParallelGC"
"""For more than that: Java's default collector spends a seventh more on the large texts of answers (measured)."""

QUICK_SETTINGS = {"spark.sql.adaptive.enabled": "false"}


def environment() -> dict[str, str]:
    """Return the environment of spark-submit: our Java, our Python, and no Spark of anybody else."""
    apart = ("SPARK_HOME", "SPARK_CONF_DIR", "PYTHONPATH", "PYSPARK_DRIVER_PYTHON")
    kept = {name: value for name, value in os.environ.items() if name not in apart}
    # Spark's own search for its home fails in a folder with a space in its name.
    ours = {"SPARK_HOME": str(spark_home()), "PYSPARK_PYTHON": sys.executable}
    java = ensure_java() if spark_line() == "3.5" else ensure_full_java()
    return {**kept, **ours, "JAVA_HOME": str(java.home)}


def submit(
    job: str | Path,
    arguments: Sequence[str],
    settings: Mapping[str, str],
    *,
    quick: bool = False,
    output_file: Path | None = None,
    jars: Jars = FOLDER_JARS,
    log_file: Path | None = None,
) -> int:
    """Run a job's script with the packaged zip to its end; return its exit code."""
    with start_job(
        job, arguments, settings, quick=quick, output_file=output_file, jars=jars, log_file=log_file
    ) as process:
        return process.wait()


@contextlib.contextmanager
def start_job(
    job: str | Path,
    arguments: Sequence[str],
    settings: Mapping[str, str],
    *,
    quick: bool = False,
    output_file: Path | None = None,
    jars: Jars = FOLDER_JARS,
    log_file: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a job, by its name or its script, with the packaged zip; it does not outlive the block.

    `quick` suits work of seconds: Java then compiles less. Its output goes to the terminal, or with `output_file`
    into that file. With `log_file`, Spark's errors with their stack traces go into that file instead.
    """
    script = job if isinstance(job, Path) else ROOT / "glue_jobs" / f"{job}.py"
    known = environment()
    jar_list = ",".join(str(path) for path in ensure_jars(known, jars))
    log4j = _log4j_option(log_file)
    with contextlib.ExitStack() as stack:
        work = stack.enter_context(run_folder())
        conf = {**LAPTOP_SETTINGS, "spark.local.dir": str(work), **(QUICK_SETTINGS if quick else {}), **settings}
        archive = ClassArchive(Path(known["JAVA_HOME"]), spark_home()) if quick else None
        options = [QUICK_JAVA, *(f'"{option}"' for option in archive.options)] if archive else [THOROUGH_JAVA]
        command = [
            *(_spark_submit(), "--master", "local[*]", "--driver-memory", driver_memory()),
            *("--jars", jar_list, "--py-files", str(package_for_submit())),
            *("--driver-java-options", " ".join([*options, log4j, f'"-Djava.io.tmpdir={work}"'])),
            *(part for name, value in conf.items() for part in ("--conf", f"{name}={value}")),
            *(str(script), *arguments),
        ]
        output = stack.enter_context(output_file.open("wb")) if output_file else None
        process = None
        try:
            with running(command, {**known, "TMPDIR": str(work)}, output) as process:
                yield process
        finally:
            if archive:
                archive.finish(is_done=process is not None and process.returncode == 0)


def _log4j_option(log_file: Path | None) -> str:
    """Return the options that say where Spark's errors go."""
    name = "log4j2.properties" if log_file is None else "log4j2_file.properties"
    option = f"-Dlog4j2.configurationFile={Path(__file__).with_name(name).as_uri()}"
    return option if log_file is None else f'{option} "-Dlakehouse.log={log_file}"'


@contextlib.contextmanager
def running(
    command: Sequence[str], known: Mapping[str, str], output: IO[bytes] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command beside the block; whatever ends the block ends the command too, with all that it started."""
    process = None
    with heeding_signals():
        try:
            with deferred_signals():
                # A process group: spark-submit becomes a JVM that starts a Python, and a signal must reach both.
                process = subprocess.Popen(command, env=known, stdout=output, stderr=output, start_new_session=True)
                watch = _watch(process.pid)
            yield process
        finally:
            if process:
                with deferred_signals():
                    _end_group(process)
                    _end_watch(watch)


@contextlib.contextmanager
def heeding_signals() -> Iterator[None]:
    """Let a kill or a closed terminal unwind this program, as Ctrl-C does, so that it ends what it started."""
    # What is ignored stays ignored: nohup means it so.
    heeded = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, _leave) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def deferred_signals() -> Iterator[None]:
    """Let signals wait for the end of the block: a process is started and noted, or ended, without a gap."""
    came: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _frame: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


WATCH = (
    'read -r _; kill -s TERM -- "-$0" || exit;'
    ' for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 1; kill -s 0 -- "-$0" || exit; done; kill -s KILL -- "-$0"'
)
"""Waits until its input ends, which the system sees to however this program ends, then ends a group of processes."""


def _watch(group: int) -> subprocess.Popen[bytes]:
    """Have a group of processes ended where this program is killed and can do nothing any more."""
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        ["/bin/sh", "-c", WATCH, str(group)], stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True
    )


def _end_watch(watch: subprocess.Popen[bytes]) -> None:
    """End the watch first: its input ends here too."""
    watch.kill()
    watch.wait()
    assert watch.stdin
    watch.stdin.close()


def _leave(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def spark_home() -> Path:
    """Return the folder of the Spark that the packages brought."""
    spec = importlib.util.find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise UserError("PySpark is not installed; expected the packages of requirements/run.txt")
    return Path(spec.origin).parent


def _spark_submit() -> str:
    return str(spark_home() / "bin" / "spark-submit")
