"""Install what tests hold infra/ against, into build/: a second emulator of AWS, an IAM simulator, checkers.

`python -m devtools.aws_tools` does it once; tests that need a part are skipped, and say so, where it is not there.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from lakehouse.errors import UserError
from lakehouse.paths import ROOT

BUILD = ROOT / "build"
VENV = BUILD / "aws-tools"
REQUIREMENTS = ROOT / "requirements" / "aws_tools.txt"
SIMULATE = ROOT / "tests" / "infra" / "simulate"
NODE_MODULES = BUILD / "iam-simulate"
HOW = "`python -m devtools.aws_tools` installs it"


def find_tool(name: str) -> Path | None:
    """Return a program of the environment; None where it is not installed."""
    path = VENV / "bin" / name
    return path if path.exists() else None


def find_simulator() -> tuple[str, Path] | None:
    """Return node and the folder of the IAM simulator; None where one of them is missing."""
    node = shutil.which("node")
    return (node, NODE_MODULES) if node and (NODE_MODULES / "node_modules").is_dir() else None


def install_python() -> None:
    """Install the Python programs into an environment apart: what they need is at odds with what the project needs."""
    run(sys.executable, "-m", "venv", "--clear", str(VENV))
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--require-hashes", "--no-deps", "-r", str(REQUIREMENTS))


def install_node() -> None:
    """Install the IAM simulator as its lock file pins it; scripts of packages are not run."""
    npm = shutil.which("npm")
    if npm is None:
        raise UserError("npm is not on this machine; expected Node.js 20 or newer. The IAM simulator is not installed.")
    NODE_MODULES.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "simulate.mjs"):
        shutil.copy(SIMULATE / name, NODE_MODULES / name)
    run(npm, "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", folder=NODE_MODULES)


def run(*command: str, folder: Path = ROOT) -> None:
    """Run a command; what it said is the reason where it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = " ".join(f"{done.stdout} {done.stderr}".split())[-300:] or "it said nothing"
        raise UserError(f"{Path(command[0]).name} ended with {done.returncode}: {reason}")


def main() -> int:
    """Install both; one that cannot be installed does not keep the other from it."""
    code = 0
    for what, install in (("Python programs", install_python), ("IAM simulator", install_node)):
        try:
            install()
            sys.stdout.write(f"{what}: installed into {BUILD.relative_to(ROOT)}/\n")
        except UserError as error:
            sys.stderr.write(f"{what}: {error}\n")
            code = 2
    return code


if __name__ == "__main__":
    sys.exit(main())
