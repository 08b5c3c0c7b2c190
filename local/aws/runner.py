"""The workflow runner: takes one event at a time from the rule's queue and runs the load job, as Glue's workflow does.

An event only decides when the job runs: what it loads is what has landed and is in no ledger. So an event that comes
twice, late, or for an object that is loaded already costs a run and changes nothing.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from local.aws.emulated import REGION, EmulatedAws
from local.aws.glue_job import JOB, as_words, catalog_settings, default_arguments, emulated_settings, run_arguments
from local.errors import UserError
from local.spark import AWS_JARS, submit

HIDDEN = 3600
"""Seconds in which nobody else gets an event that is being worked on."""


@dataclass(frozen=True)
class Event:
    """An event in the queue; `key` is that of its object, if it names one."""

    receipt: str
    key: str | None


@dataclass(frozen=True)
class Ran:
    """A run of the job, the object whose event started it, and how long it took in seconds."""

    key: str | None
    run_id: str
    seconds: float


def run_all(aws: EmulatedAws, *, patience: int = 5, said: Path | None = None) -> Iterator[Ran]:
    """Run the job for one event after the other, until none has come for some seconds."""
    while ran := run_next(aws, patience=patience, said=said):
        yield ran


def run_next(aws: EmulatedAws, *, patience: int = 20, said: Path | None = None) -> Ran | None:
    """Wait some seconds for an event and run the job for it; None if no event came.

    The event leaves the queue when the job has succeeded; otherwise it is there at once for the next try.
    """
    event = take_event(aws, patience)
    if event is None:
        return None
    try:
        ran = run_job(aws, event.key, said)
    except BaseException:
        _give_back(aws, event)
        raise
    aws.connect("sqs").delete_message(QueueUrl=aws.queue_url, ReceiptHandle=event.receipt)
    return ran


def run_job(aws: EmulatedAws, key: str | None = None, said: Path | None = None) -> Ran:
    """Run the job once, with or without an event (a catch-up); a job that fails raises."""
    run_id = uuid.uuid4().hex
    names, start = aws.names, monotonic()
    arguments = {**default_arguments(names.bucket, names.database), **run_arguments(run_id)}
    settings = {**catalog_settings(names.bucket), **emulated_settings(aws.endpoint, REGION)}
    code = submit(JOB, as_words(arguments), settings, quick=True, said=said, jars=AWS_JARS)
    if code:
        where = f"; what it said is in {said}" if said else ""
        raise UserError(f"{JOB} ended with {code}{where}. Its event stays in the queue; the next run loads the rest.")
    return Ran(key, run_id, monotonic() - start)


def take_event(aws: EmulatedAws, patience: int) -> Event | None:
    """Take one event from the queue, hidden from others for a while; wait some seconds for it."""
    found = aws.connect("sqs").receive_message(
        QueueUrl=aws.queue_url, MaxNumberOfMessages=1, WaitTimeSeconds=patience, VisibilityTimeout=HIDDEN
    )
    messages = found.get("Messages", [])
    return Event(messages[0]["ReceiptHandle"], read_key(messages[0]["Body"])) if messages else None


def read_key(body: str) -> str | None:
    """Return the key of the object that an event is about."""
    try:
        key = json.loads(body)["detail"]["object"]["key"]
    except (ValueError, KeyError, TypeError):
        return None
    return key if isinstance(key, str) else None


def _give_back(aws: EmulatedAws, event: Event) -> None:
    aws.connect("sqs").change_message_visibility(
        QueueUrl=aws.queue_url, ReceiptHandle=event.receipt, VisibilityTimeout=0
    )
