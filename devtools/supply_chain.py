"""List what a release consists of (CycloneDX), and ask whether a part of it has a known vulnerability.

`python -m devtools.supply_chain sbom FILE` writes the list of all Python packages, jars and the scripts inside the
report, each with its SHA-256;
`audit` asks PyPI about the packages, and says so where it cannot. Both use an environment apart (`make release-tools`).
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from lakehouse.errors import UserError
from lakehouse.paths import ROOT

VENV = ROOT / "build" / "release-tools"
HOW = "`make release-tools` installs it"
LOCKS = ("run.txt", "lambda.txt", "glue.txt", "java.txt", "java25.txt")
"""What a user or AWS installs; the others are for contributors."""

JARS = (ROOT / "lakehouse" / "spark" / "jars.txt", ROOT / "lakehouse" / "trino" / "jars.txt")
VENDORED = ROOT / "lakehouse" / "report" / "vendor" / "README.md"
SCRIPT = re.compile(r"^\| `(\S+)` \| (\S+) ([\d.]+), .*`([0-9a-f]{64})` \|$", re.MULTILINE)
PACKAGE = re.compile(r"^([a-z0-9-]+)(?:\[[\w,]+\])?==([\w.+]+)", re.MULTILINE)
IMAGE = re.compile(r"^\s*image: *(\S+)", re.MULTILINE)
BY_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
OFFLINE = ("ConnectionError", "Connection refused", "Max retries", "timed out", "NameResolution", "Failed to connect")


def list_packages(folder: Path = ROOT / "requirements") -> Iterator[tuple[str, str, list[str]]]:
    """List name, version and SHA-256 sums of each locked package."""
    for lock in LOCKS:
        for block in re.split(r"\n(?=[a-z0-9])", (folder / lock).read_text(encoding="utf-8")):
            if match := PACKAGE.match(block):
                yield match[1], match[2], re.findall(r"sha256:([0-9a-f]{64})", block)


def list_jars(paths: Sequence[Path] = JARS) -> Iterator[tuple[str, str, str, str]]:
    """List group, name, version and SHA-256 of each jar."""
    for path in paths:
        for line in path.read_text(encoding="ascii").splitlines():
            sha256, name = line.split()
            group, artifact, version, *_ = name.split(":")
            yield group, artifact, version, sha256


def list_scripts(page: Path = VENDORED) -> Iterator[tuple[str, str, str, str]]:
    """List file, package, version and SHA-256 of each script that is kept inside the report."""
    yield from SCRIPT.findall(page.read_text(encoding="utf-8"))


def write_sbom(path: Path) -> None:
    """Write the list; the library validates it against CycloneDX's schema."""
    packages = {(name, version): sums for name, version, sums in list_packages()}
    jars = sorted(set(list_jars()))
    lines = [f"pypi\t{name}\t{version}\t{','.join(sums)}" for (name, version), sums in sorted(packages.items())]
    lines += [f"maven\t{group}/{name}\t{version}\t{sha256}" for group, name, version, sha256 in jars]
    lines += [f"npm\t{name}\t{version}\t{sha256}" for _, name, version, sha256 in list_scripts()]
    script = Path(__file__).with_name("write_sbom.py")
    done = subprocess.run(
        [find_python(), str(script), str(path)], input="\n".join(lines), text=True, capture_output=True, check=False
    )
    if done.returncode:
        raise UserError(f"{path}: not written: {' '.join(done.stderr.split())[-300:]}")


def audit() -> int:
    """Say of each lock file which packages have a known vulnerability; 1 where one has."""
    code = 0
    for lock in LOCKS:
        words = [
            "--disable-pip",
            "--require-hashes",
            "--progress-spinner",
            "off",
            "--timeout",
            "10",
            "--format",
            "json",
        ]
        command = [str(find_python().with_name("pip-audit")), *words, "-r", str(ROOT / "requirements" / lock)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        line, has_fault = describe_audit(done.stdout, done.stderr)
        sys.stdout.write(f"{lock}: {line}\n")
        code = code or int(has_fault)
    return code


def describe_audit(output: str, errors: str) -> tuple[str, bool]:
    """Say in a line what pip-audit found, and whether that is a fault; what was not asked is no clean bill."""
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        reason = " ".join(errors.split())[-200:]
        is_offline = any(sign in errors for sign in OFFLINE)
        return (
            "not audited: PyPI is not reached from here" if is_offline else f"not audited: {reason}"
        ), not is_offline
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    faults = [
        f"{package['name']} {package['version']}: {fault['id']}"
        for package in packages
        for fault in package.get("vulns", ())
    ]
    asked = len(packages) - len(skipped)
    not_known = f"; {len(skipped)} not audited, as the index does not answer for them" if skipped else ""
    return f"{asked} of {len(packages)} packages audited, {', '.join(faults) or 'no known fault'}{not_known}", bool(
        faults
    )


def require_digests(compose: Path = ROOT / "docker" / "compose.yaml") -> None:
    """Refuse images that are named by tag only: what a tag names can change."""
    loose = [name for name in IMAGE.findall(compose.read_text(encoding="utf-8")) if not BY_DIGEST.search(name)]
    if loose:
        raise UserError(
            f"{compose.name}: {', '.join(loose)}: expected name:tag@sha256:…, as `docker buildx imagetools inspect"
            " NAME` shows it. Nothing was released."
        )


def find_python() -> Path:
    """Return the Python of the environment apart."""
    python = VENV / "bin" / "python"
    if not python.exists():
        raise UserError(f"{VENV.relative_to(ROOT)} is not there: {HOW}")
    return python


def main(argv: Sequence[str] | None = None) -> int:
    """Do one of them."""
    parser = argparse.ArgumentParser(prog="python -m devtools.supply_chain", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    kinds.add_parser("sbom", help="write the list of parts").add_argument("file", type=Path)
    kinds.add_parser("audit", help="ask for known vulnerabilities")
    kinds.add_parser("digests", help="refuse images without a digest")
    options = parser.parse_args(argv)
    try:
        if options.kind == "audit":
            return audit()
        write_sbom(options.file) if options.kind == "sbom" else require_digests()
    except UserError as error:
        sys.stderr.write(f"supply_chain: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
