"""Terraform as this project calls it: the folder, where its provider comes from, and what it answers."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lakehouse import paths
from lakehouse.errors import UserError
from lambda_extract.plain_text import mask_text

INFRA = paths.INFRA
BUILD = paths.BUILD / "terraform"
HOST = "registry.terraform.io"
MIRROR = "TERRAFORM_MIRROR"
"""Variable that names a folder with unpacked providers, for machines that do not reach Terraform's registry."""


def find_terraform() -> str:
    """Return Terraform's path."""
    path = shutil.which("terraform")
    if path is None:
        raise UserError("terraform is not on this machine; expected 1.10 or newer, see infra/README.md")
    return path


def find_mirror(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return a mirror of providers: the one named, else one in a usual place; None leaves it to the registry."""
    named = environment.get(MIRROR)
    if named and not (Path(named) / HOST).is_dir():
        raise UserError(f"{MIRROR}={named}: expected a folder that holds {HOST}, got none")
    homes = [Path("~/.terraform.d/plugins").expanduser(), Path("/usr/share/terraform/plugins")]
    usual = [*homes, Path("/usr/local/share/terraform/plugins"), *sorted(Path("/opt").glob("*"))]
    places = [Path(named)] if named else usual
    return next((place for place in places if (place / HOST).is_dir()), None)


def build_environment(data: Path, workspace: str | None = None) -> dict[str, str]:
    """Return Terraform's environment: data in a folder of ours, one workspace, no questions."""
    known = dict(os.environ)
    # A configuration file that is named but missing only makes Terraform complain at each call.
    if not Path(known.get("TF_CLI_CONFIG_FILE", "")).is_file():
        known.pop("TF_CLI_CONFIG_FILE", None)
    ours = {"TF_DATA_DIR": str(data), "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}
    if find_mirror():
        # A mirror is linked to as it is; two Terraforms that begin at once fail over one cache.
        known.pop("TF_PLUGIN_CACHE_DIR", None)
    else:
        cache = BUILD / "plugins"
        cache.mkdir(parents=True, exist_ok=True)
        known.setdefault("TF_PLUGIN_CACHE_DIR", str(cache))
    return {**known, **ours, **({"TF_WORKSPACE": workspace} if workspace else {})}


@dataclass
class Terraform:
    """The Terraform of one environment; each has its own data folder and workspace, so that several can be at work."""

    environment: str
    folder: Path = INFRA
    build: Path = BUILD
    workspace: bool = True
    variables: dict[str, str] = field(default_factory=dict)
    attached: dict[str, str] = field(default_factory=dict)
    """Variables that name a provider which runs already; see TF_REATTACH_PROVIDERS."""

    @property
    def data(self) -> Path:
        """Return where Terraform keeps its own."""
        return self.build / self.environment

    def init(self, *, is_new: bool = True) -> None:
        """Make the folder ready, and the environment's workspace; state is local unless backend.tf says otherwise.

        Only what deploys makes a workspace: to ask for an environment that is none must not leave one behind.
        """
        mirror = find_mirror()
        options = [f"-plugin-dir={mirror}"] if mirror else []
        self.call("init", "-no-color", "-upgrade=false", *options, quiet=True)
        if not self.workspace:
            return
        words = ["-or-create", self.environment] if is_new else [self.environment]
        done = self.call("workspace", "select", "-no-color", *words, quiet=True, accept=(0, 1))
        if done.returncode and NO_WORKSPACE in done.stderr:
            name = self.environment
            raise UserError(
                f"--env {name}: nothing deployed; expected `lakehouse deploy --env {name}` to have run here"
            )
        if done.returncode:
            raise UserError(
                f"terraform workspace ended with {done.returncode}: {read_reason(done.stdout, done.stderr)}"
            )

    def plan(self, path: Path, *options: str, quiet: bool = False) -> bool:
        """Write a plan and show it; return whether it changes anything."""
        words = ["plan", "-no-color", "-detailed-exitcode", f"-out={path}", *options]
        return self.call(*words, *self._variables(), quiet=quiet, accept=(0, 2)).returncode == 2

    def apply(self, plan: Path, quiet: bool = False) -> None:
        """Do what a plan says."""
        self.call("apply", "-no-color", str(plan), quiet=quiet)

    def show(self, plan: Path) -> Any:
        """Return a plan as data."""
        return json.loads(self.call("show", "-json", str(plan), quiet=True).stdout)

    def destroy(self, quiet: bool = False) -> None:
        """Remove everything that the state knows."""
        self.call("destroy", "-no-color", "-auto-approve", *self._variables(), quiet=quiet)

    def forget(self) -> None:
        """Drop the workspace of an environment that is gone."""
        self.call("workspace", "select", "-no-color", "default", quiet=True)
        self.call("workspace", "delete", "-no-color", self.environment, quiet=True)

    def outputs(self) -> dict[str, Any]:
        """Return the outputs; none where nothing is deployed."""
        document = json.loads(self.call("output", "-json", quiet=True).stdout or "{}")
        return {name: output["value"] for name, output in document.items()}

    def resources(self) -> list[str]:
        """Return what the state knows, also where a first deployment stopped half way."""
        done = self.call("state", "list", quiet=True, accept=(0, 1))
        return done.stdout.split() if done.returncode == 0 else []

    def call(self, *words: str, quiet: bool = False, accept: Sequence[int] = (0,)) -> subprocess.CompletedProcess[str]:
        """Run one command of Terraform; quiet keeps what it says for the error."""
        as_json = ["-json"] if quiet and words[0] in SPEAK_JSON else []
        command = [find_terraform(), f"-chdir={self.folder}", words[0], *as_json, *words[1:]]
        sys.stdout.flush()
        environment = build_environment(self.data) | self.attached
        if quiet:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        else:
            done = run_and_show(command, environment)
        if done.returncode not in accept:
            reason = read_reason(done.stdout, done.stderr) if quiet else "the reason is above"
            advice = find_advice(reason if quiet else done.stderr)
            raise UserError(f"terraform {words[0]} ended with {done.returncode}: {reason}{advice}")
        return done

    def _variables(self) -> list[str]:
        given = {"environment": self.environment, **self.variables}
        own = self.folder / "environments" / f"{self.environment}.tfvars"
        files = [f"-var-file={own}"] if own.is_file() else []
        return [*files, *(f"-var={name}={value}" for name, value in given.items())]


def run_and_show(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command; its output is shown as it comes, its errors are also returned."""
    errors = []
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        for line in process.stderr:
            sys.stderr.write(mask_text(line, keep="\n"))
            errors.append(line)
    return subprocess.CompletedProcess(command, process.returncode, None, "".join(errors))


ADVICE = {
    r"Account \d+ is denied access": "AWS has not opened Glue to this account yet, as with some new accounts. Wait a"
    " day, or ask AWS Support (Account and billing, free of charge); then deploy again: what was made stays",
    r"not authorized to perform": "the AWS user or role lacks this right: infra/README.md, What you need",
    r"OptInRequired|SubscriptionRequiredException": "the account is not fully signed up for this service: open the"
    " service once in the console",
    r"ConcurrentModification|OperationAborted": "AWS was still busy with an earlier change: deploy again",
    r"reserved concurrent executions|UnreservedConcurrentExecution": "a new account has too few concurrent runs of"
    " Lambda to reserve some: leave reserved_concurrency at -1",
}
"""What to do about errors of AWS whose own words do not say it."""


def find_advice(errors: str) -> str:
    """Return what a person can do about the errors of AWS that Terraform showed."""
    # Terraform breaks long lines.
    text = " ".join(line.strip("│╷╵ ") for line in errors.splitlines())
    hints = [advice for pattern, advice in ADVICE.items() if re.search(pattern, text)]
    return f". {'. '.join(hints)}." if hints else ""


NO_WORKSPACE = "doesn't exist"
SPEAK_JSON = frozenset({"init", "plan", "apply", "destroy"})
"""Commands that say what goes wrong as JSON, a line each."""

FRAME = re.compile("[╷│╵]")


def read_errors(output: str) -> list[str]:
    """Return the errors in the JSON lines that a command wrote, each on one line."""
    diagnostics = [json.loads(line).get("diagnostic", {}) for line in output.splitlines() if line.startswith("{")]
    return [
        " ".join(f"{diagnostic['summary']}: {diagnostic.get('detail', '')}".split()).rstrip(": ")
        for diagnostic in diagnostics
        if diagnostic.get("severity") == "error"
    ]


def read_reason(output: str, errors: str) -> str:
    """Return the first error of a command on one line, and how many more there are."""
    first, *others = read_errors(output) or [" ".join(FRAME.sub(" ", errors).split()) or "it said nothing"]
    return f"{first[:600]}{f' (and {len(others)} more)' if others else ''}"
