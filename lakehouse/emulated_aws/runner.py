"""The workflow runner: takes one event at a time from the rule's queue and runs the load job, as Glue's workflow does.

An event only decides when the job runs: what it loads is what has landed and is in no ledger. So an event that comes
twice, late, or for an object that is loaded already costs a run and changes nothing.
"""

import json
import os
import signal
import subprocess
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from lakehouse.emulated_aws.emulated import REGION, EmulatedAws
from lakehouse.emulated_aws.glue_job import (
    JOB,
    as_words,
    catalog_settings,
    default_arguments,
    emulated_settings,
    run_arguments,
)
from lakehouse.errors import UserError
from lakehouse.spark.submit import AWS_JARS, start_job

HIDDEN = 3600
"""Seconds in which nobody else gets an event that is being worked on."""

BETWEEN_LOOKS = 0.05
"""Seconds between two looks whether it is time to kill."""


@dataclass(frozen=True)
class Event:
    """An event in the queue, as it was sent; `key` is that of its object, if it names one."""

    receipt: str
    body: str
    key: str | None


@dataclass(frozen=True)
class Ran:
    """A run of the job, the object whose event started it, and how long it took in seconds."""

    key: str | None
    run_id: str
    seconds: float


def run_event(
    aws: EmulatedAws, event: Event, output_file: Path | None = None, alongside: Callable[[], object] | None = None
) -> Ran:
    """Run the job for an event.

    The event leaves the queue when the job has succeeded; otherwise it is there at once for the next try.
    """
    try:
        ran = run_job(aws, event.key, output_file, alongside)
    except BaseException:
        give_back(aws, event)
        raise
    aws.connect("sqs").delete_message(QueueUrl=aws.queue_url, ReceiptHandle=event.receipt)
    return ran


def run_job(
    aws: EmulatedAws,
    key: str | None = None,
    output_file: Path | None = None,
    alongside: Callable[[], object] | None = None,
) -> Ran:
    """Run the job once, with or without an event (a catch-up), and something beside it; a job that fails raises."""
    run_id, start = uuid.uuid4().hex, monotonic()
    with _started(aws, run_id, output_file) as process:
        if alongside:
            alongside()
        code = process.wait()
    if code:
        where = f"; what it said is in {output_file}" if output_file else ""
        raise UserError(f"{JOB} ended with {code}{where}. Its event stays in the queue; the next run loads the rest.")
    return Ran(key, run_id, monotonic() - start)


def kill_job(
    aws: EmulatedAws,
    is_time: Callable[[], bool],
    output_file: Path | None = None,
    alongside: Callable[[], object] | None = None,
) -> Ran | None:
    """Run the job, and kill it with all its processes as soon as it is time; None if it ended before that.

    `alongside` is called again and again while the job runs, so it should be short.
    """
    run_id, start = uuid.uuid4().hex, monotonic()
    with _started(aws, run_id, output_file) as process:
        while not is_time():
            if process.poll() is not None:
                return None
            if alongside:
                alongside()
            sleep(BETWEEN_LOOKS)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return Ran(None, run_id, monotonic() - start)


def _started(
    aws: EmulatedAws, run_id: str, output_file: Path | None
) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """Start the job as Glue does; it does not outlive the block."""
    # The report as JSON too, for those who read what the job printed.
    arguments = {**default_arguments(aws.names.bucket, aws.names.database), **run_arguments(run_id), "--json": ""}
    settings = {**catalog_settings(aws.names.bucket), **emulated_settings(aws.endpoint, REGION)}
    return start_job(JOB, as_words(arguments), settings, quick=True, output_file=output_file, jars=AWS_JARS)


def take_event(aws: EmulatedAws, patience: int) -> Event | None:
    """Take one event from the queue, hidden from others for a while; wait some seconds for it."""
    received = aws.connect("sqs").receive_message(
        QueueUrl=aws.queue_url, MaxNumberOfMessages=1, WaitTimeSeconds=patience, VisibilityTimeout=HIDDEN
    )
    messages = received.get("Messages", [])
    if not messages:
        return None
    body = messages[0]["Body"]
    return Event(messages[0]["ReceiptHandle"], body, read_key(body))


def send_again(aws: EmulatedAws, event: Event) -> None:
    """Put an event into the queue once more: EventBridge promises at least one delivery, not one."""
    aws.connect("sqs").send_message(QueueUrl=aws.queue_url, MessageBody=event.body)


def drop_events(aws: EmulatedAws) -> int:
    """Lose all events that wait, as AWS does while a workflow is busy; return how many they were."""
    queues = aws.connect("sqs")
    attributes = queues.get_queue_attributes(QueueUrl=aws.queue_url, AttributeNames=["ApproximateNumberOfMessages"])
    queues.purge_queue(QueueUrl=aws.queue_url)
    return int(attributes["Attributes"]["ApproximateNumberOfMessages"])


def read_key(body: str) -> str | None:
    """Return the key of the object that an event is about."""
    try:
        key = json.loads(body)["detail"]["object"]["key"]
    except (ValueError, KeyError, TypeError):
        return None
    return key if isinstance(key, str) else None


def give_back(aws: EmulatedAws, event: Event) -> None:
    """Let the next one who asks have the event."""
    aws.connect("sqs").change_message_visibility(
        QueueUrl=aws.queue_url, ReceiptHandle=event.receipt, VisibilityTimeout=0
    )
