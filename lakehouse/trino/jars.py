"""The jars of a small Trino: the server and its Iceberg connector, without what other clouds and databases need.

jars.txt holds them all, each with its SHA-256: Maven's answer for io.trino:trino-main and io.trino:trino-iceberg, less
the clients of clouds, databases and caches that are not used here. Ivy, which comes with Spark and knows Maven Central,
fetches them. `python -m lakehouse.trino.jars` does no more than that.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from lakehouse.errors import UserError
from lakehouse.spark.java import ensure_java
from lakehouse.spark.submit import jar_folder, spark_home, trust_option

VERSION = "476"
SIZE = "195 MB"
LIST = Path(__file__).with_name("jars.txt")
RESOLVERS = 6
"""How many of Ivy fetch side by side; one alone goes jar by jar and takes three times as long (measured)."""
MAVEN = "http://ant.apache.org/ivy/maven"


@dataclass(frozen=True)
class Jar:
    """One jar as Maven names it, and what its bytes must be."""

    group: str
    name: str
    version: str
    classifier: str
    sha256: str

    @cached_property
    def file(self) -> str:
        """Return its name in the cache."""
        return f"{self.group}_{self.name}-{self.version}{f'-{self.classifier}' if self.classifier else ''}.jar"


def read_list() -> tuple[Jar, ...]:
    """Return all jars of the list: a line is a SHA-256 and group:name:version, or group:name:version:classifier."""
    words = (line.split() for line in LIST.read_text(encoding="ascii").splitlines())
    named = ((sha256, [*name.split(":"), ""][:4]) for sha256, name in words)
    return tuple(Jar(group, name, version, classifier, sha256) for sha256, (group, name, version, classifier) in named)


def trino_folder() -> Path:
    """Return the folder the jars are cached in, beside Spark's; LAKEHOUSE_CACHE moves it."""
    return jar_folder().with_name(f"trino-{VERSION}")


def missing_jars() -> list[Jar]:
    """Return the jars that are not in the cache."""
    return [jar for jar in read_list() if not (trino_folder() / jar.file).is_file()]


def ensure_trino() -> Path:
    """Return the folder of the jars; what is missing is fetched once, and its bytes must be the known ones."""
    if missing := missing_jars():
        sys.stderr.write(f"Fetching Trino {VERSION} into {trino_folder()}: {len(missing)} jars ({SIZE} in all, once)\n")
        trino_folder().mkdir(parents=True, exist_ok=True)
        # On the same disk, so that a jar moves in whole or not at all.
        with TemporaryDirectory(dir=trino_folder()) as work:
            output = fetch(missing, Path(work))
            for jar in missing:
                take(jar, Path(work), output)
    return trino_folder()


def take(jar: Jar, work: Path, output: str) -> None:
    """Move a fetched jar into the cache; refuse one that is not there or not what it must be."""
    fetched = work / "cache" / jar.file
    if not fetched.is_file():
        raise UserError(
            f"could not fetch {jar.file} into {trino_folder()}: {reason(output)}. Later fetches go on here."
        )
    digest = hashlib.sha256(fetched.read_bytes()).hexdigest()
    if digest != jar.sha256:
        raise UserError(f"{jar.file}: SHA-256 {digest}, expected {jar.sha256}. It was not taken.")
    fetched.rename(trino_folder() / jar.file)


def fetch(jars: Sequence[Jar], work: Path) -> str:
    """Fetch jars below a folder with several of Ivy at once; return what they said."""
    settings = work / "settings.xml"
    settings.write_text(settings_text(work / "cache"), encoding="utf-8")
    processes = [start_ivy(part, work / f"ivy{number}.xml", settings) for number, part in enumerate(split(jars))]
    return "\n".join(process.communicate()[0] for process in processes)


def split(jars: Sequence[Jar]) -> Iterator[Sequence[Jar]]:
    """Yield the jars in as many parts as are fetched side by side."""
    yield from filter(None, (jars[start::RESOLVERS] for start in range(RESOLVERS)))


def start_ivy(jars: Sequence[Jar], path: Path, settings: Path) -> "subprocess.Popen[str]":
    """Start a resolver for some of the jars."""
    path.write_text(module_text(path.stem, jars), encoding="utf-8")
    home = ensure_java().home
    (ivy,) = (spark_home() / "jars").glob("ivy-*.jar")
    trust = trust_option(home)
    java = [str(home / "bin" / "java"), *([trust] if trust else []), "-XX:TieredStopAtLevel=1", "-cp", str(ivy)]
    command = [*java, "org.apache.ivy.Main", "-settings", str(settings), "-ivy", str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def settings_text(cache: Path) -> str:
    """Return Ivy's settings: Maven Central, or the mirror that Spark is set to use; jars by name, poms left alone."""
    other = os.environ.get("DEFAULT_ARTIFACT_REPOSITORY")
    root = f" root={quoteattr(other)}" if other else ""
    pattern = "[organisation]_[artifact]-[revision](-[classifier]).[ext]"
    return (
        '<ivysettings><settings defaultResolver="central"/>'
        f"<caches defaultCacheDir={quoteattr(str(cache))} artifactPattern={quoteattr(pattern)}/>"
        f'<resolvers><ibiblio name="central" m2compatible="true" usepoms="false" useMavenMetadata="false"{root}/>'
        "</resolvers></ivysettings>"
    )


def module_text(name: str, jars: Sequence[Jar]) -> str:
    """Return an Ivy module that needs these jars and nothing of what they need."""
    ET.register_namespace("m", MAVEN)
    module = ET.Element("ivy-module", version="2.0")
    ET.SubElement(module, "info", organisation="spotify-lakehouse", module=name)
    ET.SubElement(ET.SubElement(module, "configurations"), "conf", name="default")
    dependencies = ET.SubElement(module, "dependencies")
    for jar in jars:
        known = {"org": jar.group, "name": jar.name, "rev": jar.version, "transitive": "false", "conf": "default"}
        classifier = {f"{{{MAVEN}}}classifier": jar.classifier} if jar.classifier else {}
        dependency = ET.SubElement(dependencies, "dependency", known)
        ET.SubElement(dependency, "artifact", {"name": jar.name, "type": "jar", "ext": "jar", **classifier})
    return ET.tostring(module, encoding="unicode")


def reason(output: str) -> str:
    """Return the line of what Ivy said that tells most."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = (line for word in ("Server access error", "Exception", "not found") for line in lines if word in line)
    return next(telling, lines[-1] if lines else "Ivy said nothing")


def main() -> int:
    """Fetch what is missing."""
    try:
        sys.stdout.write(f"Trino {VERSION} is in {ensure_trino()}\n")
    except UserError as error:
        sys.stderr.write(f"trino: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
