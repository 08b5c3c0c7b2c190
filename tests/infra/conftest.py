"""Terraform for tests: the provider fetched once, tiny zips for packages, and an AWS of moto's to apply to."""

import shutil
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from lakehouse.aws.terraform import BUILD, Terraform
from lakehouse.emulated_aws.emulated import EmulatedAws, Names, environment_of
from lakehouse.emulated_aws.start import running_server
from lakehouse.errors import UserError
from lakehouse.paths import ROOT
from tests.infra.contracts import Recorder, recording

LEFT_OUT = shutil.ignore_patterns(".terraform*", "terraform.tfstate*", "backend.tf", "environments")


CI_ROLE = """{
  repository = "anna/lakehouse",
  state = { bucket = "a-state", key = "lake.tfstate" },
  roles = {
    plan = { pull_requests = true },
    deploy = { access = "deploy", branches = ["main"], environments = ["previews"], may_destroy = true }
  }
}"""
"""Roles for GitHub Actions: one that reads, and one that has all three parts."""


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with zips and wheels of the right names: what is in them matters to no test of Terraform."""
    folder = tmp_path_factory.mktemp("packages")
    for name in ("glue_jobs", "lambda_extract", "sql"):
        with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
            archive.writestr(f"{name}/__init__.py", "")
    for version, python in (("5.1", "cp311"), ("6.0", "cp313")):
        wheel = folder / "wheels" / f"glue-{version}" / f"tool-1.0-{python}-{python}-manylinux2014_x86_64.whl"
        wheel.parent.mkdir(parents=True)
        wheel.write_bytes(b"")
    return folder


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project's infra/, so that no state of anybody's is touched; the rest is linked."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "infra", folder / "infra", ignore=LEFT_OUT)
    for name in ("sql", "glue_jobs", "lakehouse"):
        (folder / name).symlink_to(ROOT / name)
    return folder


@pytest.fixture(scope="session")
def terraform(project: Path, packages: Path) -> Terraform:
    """Return a Terraform that is ready to test and to plan; without one, say so."""
    made = Terraform(
        "pr-7",
        project / "infra",
        BUILD / "test",
        workspace=False,
        variables={"emulated": "true", "packages": str(packages), "ci_role": " ".join(CI_ROLE.split())},
    )
    try:
        made.init()
    except UserError as error:
        pytest.skip(str(error))
    return made


@pytest.fixture(scope="session")
def emulated() -> Iterator[EmulatedAws]:
    """Return an empty AWS; until the end it is that of this process."""
    with running_server() as server, environment_of(aws := EmulatedAws(server.endpoint, Names())):
        yield aws


TARGETS = (
    "module.extract", "module.load_music.aws_iam_role_policy.this", "module.publish.aws_iam_role_policy.this",
    "module.load_workflow.aws_iam_role_policy.this", "module.load_workflow.aws_cloudwatch_event_target.queue",
    "module.load_workflow.aws_glue_trigger.this", "module.load_workflow.aws_scheduler_schedule.catch_up",
    "module.alarms", "module.athena.aws_iam_policy.reader", "module.bucket.aws_s3_bucket_notification.this",
    "module.ci_role",
)  # fmt: skip
"""What the tests of policies and events look at; the whole, which takes longer, is applied in tests/long."""


@pytest.fixture(scope="session")
def recorder(emulated: EmulatedAws) -> Iterator[Recorder]:
    """Write down each call that Terraform makes."""
    with recording(emulated.endpoint) as made:
        yield made


@pytest.fixture(scope="session")
def applying(
    terraform: Terraform, recorder: Recorder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Future[None]]:
    """Apply the roles, the rule and its queue in parallel: Terraform mostly waits."""
    plan = tmp_path_factory.mktemp("plan") / "plan"

    def apply() -> None:
        recorded = replace(terraform, attached={"AWS_ENDPOINT_URL": recorder.address})
        recorded.plan(plan, *(f"-target={target}" for target in TARGETS), quiet=True)
        recorded.apply(plan, quiet=True)

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(apply)
