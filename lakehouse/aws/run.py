"""Start an extraction and follow it through event, workflow and job to the rows."""

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lakehouse.aws.deploy import say
from lakehouse.aws.deployment import Lakehouse
from lakehouse.errors import UserError
from sql.athena import Athena, AthenaFault

PAUSE = 10.0
ENDED = ("COMPLETED", "STOPPED", "ERROR")
ROWS = "select entries, accepted, rejected_entries from raw_object where raw_key = '{key}'"


@dataclass(frozen=True)
class Patience:
    """How long to wait for what, in seconds."""

    start: float = 600
    end: float = 3600
    sleep: Callable[[float], None] = time.sleep


def run(lakehouse: Lakehouse, account: str, patience: Patience | None = None) -> int:
    """Extract, wait for the load that the landed object's event starts, and show its rows; 1 if it is not whole."""
    try:
        began = dt.datetime.now(dt.UTC)
        landed = extract(lakehouse, lakehouse.account(account)["function"])
        follow_workflow(lakehouse, began, patience or Patience())
        show_rows(lakehouse, str(landed["key"]))
    except (ClientError, BotoCoreError) as error:
        raise UserError(f"--env {lakehouse.environment}: {error}. What has landed stays landed.") from error
    return 0 if landed["is_complete"] else 1


def extract(lakehouse: Lakehouse, function: str) -> Mapping[str, Any]:
    """Call the extractor and wait for its answer."""
    say(f"extract   {function} …")
    answer = lakehouse.connect("lambda").invoke(FunctionName=function, Payload=b"{}")
    result = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        reason = result.get("errorMessage", "no reason given") if isinstance(result, dict) else result
        raise UserError(f"{function}: {reason} Its log says more: /aws/lambda/{function}")
    if not isinstance(result, dict) or not result.get("key"):
        stopped = result.get("stopped_by") if isinstance(result, dict) else result
        raise UserError(f"{function} landed nothing: stopped by {stopped}; docs/runbook.md says what to do")
    whole = "complete" if result["is_complete"] else f"not complete ({result.get('stopped_by') or 'see its log'})"
    say(f"landed    {result['key']}: {result['entries']} entries, {whole}")
    return result


def follow_workflow(lakehouse: Lakehouse, began: dt.datetime, patience: Patience) -> None:
    """Wait until a run of the workflow that began since has ended."""
    say(f"load      {lakehouse.workflow} …")
    waited = 0.0
    for run in poll_runs(lakehouse, began):
        if run and run["Status"] in ENDED:
            break
        limit = patience.end if run else patience.start
        if waited >= limit:
            what = "did not end" if run else "did not start"
            raise UserError(
                f"{lakehouse.workflow} {what} within {limit:.0f} s; the object has landed and the next run loads it."
                f" `lakehouse status --env {lakehouse.environment}` says more."
            )
        patience.sleep(PAUSE)
        waited += PAUSE
    require_success(lakehouse, run)


def poll_runs(lakehouse: Lakehouse, began: dt.datetime) -> Iterator[Any]:
    """Yield the newest run of the workflow that began since, or None, as often as it is asked for."""
    glue = lakehouse.connect("glue")
    while True:
        runs = glue.get_workflow_runs(Name=lakehouse.workflow, MaxResults=5).get("Runs", [])
        since = [run for run in runs if run.get("StartedOn", began) >= began]
        yield max(since, key=lambda run: run.get("StartedOn", began), default=None)


def require_success(lakehouse: Lakehouse, run: Any) -> None:
    """Refuse a workflow run in which a job failed."""
    statistics = run.get("Statistics", {})
    failed = sum(
        statistics.get(kind, 0) for kind in ("FailedActions", "TimeoutActions", "StoppedActions", "ErroredActions")
    )
    if failed or run["Status"] != "COMPLETED":
        if lakehouse.publish_rds_job:
            raise UserError(
                f"{lakehouse.load_job} or {lakehouse.publish_rds_job} failed (workflow run {run['WorkflowRunId']});"
                f" `lakehouse status --env {lakehouse.environment}` says which."
                " The object has landed; the next run goes on."
            )
        raise UserError(
            f"{lakehouse.load_job}: the load failed (workflow run {run['WorkflowRunId']}); the object has landed and"
            f" the next run loads it. Its log is in /aws-glue/{lakehouse.workgroup}/load_music"
        )


def show_rows(lakehouse: Lakehouse, place: str) -> None:
    """Say what the ledger says of the landed object."""
    key = place.removeprefix(f"s3://{lakehouse.bucket}/")
    athena = Athena(lakehouse.workgroup, lakehouse.database, client=lakehouse.connect("athena"))
    try:
        rows = athena.fetch(ROWS.format(key=key.replace("'", "''")))
    except AthenaFault as fault:
        raise UserError(f"Athena: {fault}. The load has succeeded.") from fault
    if not rows:
        raise UserError(f"{key} is in no ledger: the load ended before it; the next run loads it.")
    entries, accepted, rejected = (int(cell or 0) for cell in rows[0])
    say(f"rows      {entries} entries: {accepted} accepted, {rejected} rejected")
