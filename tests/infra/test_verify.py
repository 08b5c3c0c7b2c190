"""The acceptance script against moto: each step ends for itself, the transcript holds no secret, costs come first."""

import dataclasses
import re
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from lakehouse.aws import verify as program
from lakehouse.aws.deployment import Lakehouse
from lakehouse.aws.run import Patience
from lakehouse.aws.verify import NotHere, Verification, describe_end, hide_secrets, name_transcript, verify
from lakehouse.emulated_aws.emulated import EmulatedAws
from lakehouse.errors import UserError
from tests.infra.test_cloud import lakehouse

__all__ = ["lakehouse"]
pytestmark = pytest.mark.usefixtures("emulated")
SOON = Patience(start=0, end=20, sleep=lambda _: None)


def test_costs_are_named_first_and_nothing_starts_unless_somebody_agrees(
    lakehouse: Lakehouse, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Verification, "steps", lambda _: pytest.fail("a step was done"))
    with pytest.raises(UserError, match="Nothing was started"):
        verify(lakehouse, is_sure=False, ask=lambda _: "no")
    assert capsys.readouterr().out.startswith("It costs about 0.10 USD")


def test_each_step_ends_for_itself_and_the_transcript_has_them_all(
    lakehouse: Lakehouse, emulated: EmulatedAws, tmp_path: Path
) -> None:
    """moto runs no function and no workflow: those steps fail, in a line each, and the others are done."""
    secrets = emulated.connect("secretsmanager")
    secrets.create_secret(Name=lakehouse.accounts["me"]["secret"], SecretString="{}")
    queue = emulated.connect("sqs").create_queue(QueueName="verified")["QueueUrl"]
    copy = dataclasses.replace(lakehouse, failed_queue_urls=[queue])
    path = tmp_path / "data" / "transcript.txt"
    assert verify(copy, is_sure=True, transcript=path, patience=SOON) == 1
    lines = path.read_text("utf-8").splitlines()
    steps = [name for name, _ in Verification(copy).steps()]
    assert [line[: program.WIDTH].strip() for line in lines[1:]] == steps
    ends = {name: line[program.WIDTH :] for name, line in zip(steps, lines[1:], strict=True)}
    for name in ("credentials", "login", "start without an event", "two starts at once", "dead letters"):
        assert ends[name].startswith("ok: "), (name, ends[name])
    assert ends["extraction"].startswith("failed: ")
    assert ends["rows"] == "not here: nothing has landed"
    assert ends["PostgreSQL"] == "not here: no PostgreSQL in the settings"
    assert not re.search(r"\d{12}", "\n".join(lines))


def test_a_login_that_is_missing_says_what_to_type(lakehouse: Lakehouse, emulated: EmulatedAws) -> None:
    emulated.connect("secretsmanager").create_secret(Name="no-value-yet")
    account = {**lakehouse.accounts["me"], "secret": "no-value-yet"}
    copy = dataclasses.replace(lakehouse, accounts={"me": account})
    end = describe_end(Verification(copy).login_is_there)
    assert end == "failed: no-value-yet has no value; expected `lakehouse login --secret no-value-yet`"


@pytest.mark.parametrize(("text", "hidden"), [
    ("arn:aws:iam::123456789012:role/a", "arn:aws:iam::<account>:role/a"),
    ("AKIAABCDEFGHIJKLMNOP is not known", "<key> is not known"),
    ("anna.smith+x@example.org subscribed", "<mail> subscribed"),
    ('{"refresh_token": "AQD-x_1", "n": 1}', '{"refresh_token": <hidden>, "n": 1}'),
    ("Authorization: Bearer-abc", "Authorization: <hidden>"),
])  # fmt: skip
def test_what_no_transcript_may_hold_is_hidden(text: str, hidden: str) -> None:
    assert hide_secrets(text) == hidden


def refused() -> str:
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no\nat all"}}, "GetJob")


def missing() -> str:
    raise NotHere("no PostgreSQL")


def test_a_fault_of_aws_is_one_line() -> None:
    assert (
        describe_end(refused) == "failed: An error occurred (AccessDenied) when calling the GetJob operation: no at all"
    )
    assert describe_end(missing) == "not here: no PostgreSQL"


def test_transcripts_lie_where_git_ignores_them() -> None:
    assert name_transcript("pr-7").parts[0] == "data"
