"""One environment's copy of the lakehouse, made, changed and removed by Terraform."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lakehouse.aws.deployment import Lakehouse, read_lakehouse, require_credentials
from lakehouse.aws.terraform import Terraform, find_terraform
from lakehouse.errors import UserError
from lakehouse.package import PACKAGES
from lakehouse.paths import ROOT
from lambda_extract.errors import ExtractError
from lambda_extract.plain_text import mask_text
from lambda_extract.sources.plan import parse_sources, read_file

Ask = Callable[[str], str]


def deploy(
    terraform: Terraform,
    *,
    is_sure: bool,
    only_plan: bool = False,
    ask: Ask = input,
    build: bool = True,
    fail_on_change: bool = False,
) -> int:
    """Package, show the plan, apply it once somebody agrees, and say what comes next.

    A plan that is only shown ends with 1 where it would change something and that is to fail.
    """
    find_terraform()
    account, region = require_credentials()
    say(f"Deploying {terraform.environment} to account {account}, {region}")
    if build:
        for package in PACKAGES.values():
            package()
    terraform.init()
    plan = terraform.data / "deploy.plan"
    if terraform.plan(plan):
        require_sources(terraform.show(plan)["variables"])
        if only_plan:
            say("Nothing was changed: this is what `lakehouse deploy` would do.")
            return 1 if fail_on_change else 0
        require_yes(is_sure, f"Apply this to account {account}? (yes): ", "yes", ask, "Nothing was changed.")
        terraform.apply(plan)
    lakehouse = read_lakehouse(terraform.outputs(), terraform.environment)
    say(describe_next_steps(lakehouse))
    return 0


def require_sources(variables: Mapping[str, Any]) -> None:
    """Refuse a sources document that the extractor would refuse each time it runs."""
    faults = []
    for account in variables["accounts"]["value"].values():
        path = str(ROOT / account["sources"])
        try:
            parse_sources(read_file(path), account["sources"])
        except ExtractError as error:
            faults.append(str(error).removesuffix(" Nothing was fetched."))
    if faults:
        raise UserError(f"{' '.join(faults)} Nothing was changed.")


def destroy(terraform: Terraform, *, is_sure: bool, ask: Ask = input) -> int:
    """Remove an environment with its data, unless it is protected."""
    account, _ = require_credentials()
    terraform.init(is_new=False)
    name, outputs = terraform.environment, terraform.outputs()
    if not outputs and not terraform.resources():
        read_lakehouse(outputs, name)
    # What stopped half way has few outputs or none, and is to go all the same.
    if outputs.get("removal_protection", name == "prod"):
        raise UserError(
            f"--env {name} is protected; expected removal_protection = false in {tfvars_of(terraform)} and"
            f" `lakehouse deploy --env {name}` before. Nothing was removed."
        )
    what = outputs.get("bucket", "what there is")
    question = f"Remove {what} and all data of {name} from account {account}? ({name}): "
    require_yes(is_sure, question, name, ask, "Nothing was removed.")
    terraform.destroy()
    terraform.forget()
    say(f"{name} is removed, with its data.")
    return 0


def tfvars_of(terraform: Terraform) -> Path:
    """Return the path of an environment's settings."""
    return Path("infra") / "environments" / f"{terraform.environment}.tfvars"


def require_yes(is_sure: bool, question: str, expected: str, ask: Ask, otherwise: str) -> None:
    """Go on only if somebody says so, here or before."""
    if is_sure:
        return
    try:
        answer = ask(question)
    except EOFError:
        raise UserError(f"nobody to ask; expected a terminal, or --yes. {otherwise}") from None
    if answer.strip() != expected:
        raise UserError(f"got {answer.strip()!r}, expected {expected!r}. {otherwise}")


def describe_next_steps(lakehouse: Lakehouse) -> str:
    """Say what a person does after a deployment."""
    environment = lakehouse.environment
    logins = [f"  lakehouse login --secret {account['secret']}" for account in lakehouse.accounts.values()]
    return "\n".join(
        [
            "",
            "Next:",
            *logins,
            f"  lakehouse run --env {environment}       the first extraction, followed to the rows",
            f"  lakehouse status --env {environment}    how it is",
            f"Ask in Athena: workgroup {lakehouse.workgroup}, database {lakehouse.database}, {lakehouse.region}",
        ]
    )


def say(text: str) -> None:
    """Write a line at once, so that it keeps its place among Terraform's lines."""
    sys.stdout.write(mask_text(f"{text}\n", keep="\n"))
    sys.stdout.flush()
